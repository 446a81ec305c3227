#ifndef poplar_detail_OwnedText_hpp
#define poplar_detail_OwnedText_hpp

#include "poplar/StringRef.hpp"

#include <cstring>
#include <utility>

namespace poplar {
namespace detail {

/// A copy of a text. Empty text costs nothing, and the layout does not depend on the C++ library.
class OwnedText {
public:
  OwnedText() noexcept : data_(nullptr), size_(0) {}
  OwnedText(StringRef text) : data_(nullptr), size_(text.size()) {
    if (size_)
      std::memcpy(data_ = new char[size_], text.data(), size_);
  }
  OwnedText(const OwnedText &other) : OwnedText(other.ref()) {}
  OwnedText(OwnedText &&other) noexcept : data_(other.data_), size_(other.size_) { other.data_ = nullptr, other.size_ = 0; }
  OwnedText &operator=(OwnedText other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~OwnedText() { delete[] data_; }
  StringRef ref() const { return StringRef(data_, size_); }
  bool empty() const { return size_ == 0; }

private:
  char *data_;
  std::size_t size_;
};

} // namespace detail
} // namespace poplar

#endif
