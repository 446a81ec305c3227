#pragma once
#include <memory>
#include <utility>

namespace poputil {

/// Base of what a library keeps with a tensor.
class TensorMetaDataBase {
public:
  virtual ~TensorMetaDataBase() = default;
  /// A copy.
  virtual std::unique_ptr<TensorMetaDataBase> clone() const = 0;
};

/// Owns what a library keeps with a tensor, such as the partition of a sparse one.
class TensorMetaData {
public:
  TensorMetaData() = default;
  /// Takes the data.
  TensorMetaData(std::unique_ptr<TensorMetaDataBase> data) : data_(std::move(data)) {}
  TensorMetaData(const TensorMetaData &other) : data_(other.data_ ? other.data_->clone() : nullptr) {}
  TensorMetaData(TensorMetaData &&other) noexcept : data_(std::move(other.data_)) {}
  TensorMetaData &operator=(TensorMetaData other) noexcept {
    data_ = std::move(other.data_);
    return *this;
  }
  /// The data, or null.
  const TensorMetaDataBase *getData() const { return data_.get(); }

private:
  std::unique_ptr<TensorMetaDataBase> data_;
};

} // namespace poputil
