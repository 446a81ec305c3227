#ifndef poplar_ConnectionDesc_hpp
#define poplar_ConnectionDesc_hpp
/// \file
/// What the connection list of Graph::addVertex is made of.

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/Type.hpp>
#include <poplar/TypeTraits.hpp>
#include <poplar/detail/OwnedText.hpp>

namespace poplar {

/// One entry of a connection list: a field's name with a tensor, a list of tensors, a value or a list of values. Values
/// connect an input field with a new constant, or set a state field.
class ConnectionDesc {
public:
  ConnectionDesc(StringRef field, const Tensor &tensor) : kind_(Kind::Tensor), tensor_(tensor) { setField(field); }
  ConnectionDesc(StringRef field, ArrayRef<Tensor> tensors)
      : kind_(Kind::Tensors), tensors_(tensors.begin(), tensors.end()) {
    setField(field);
  }
  ConnectionDesc(StringRef field, const std::vector<Tensor> &tensors) : kind_(Kind::Tensors), tensors_(tensors) {
    setField(field);
  }
  ConnectionDesc(StringRef field, std::initializer_list<Tensor> tensors) : kind_(Kind::Tensors), tensors_(tensors) {
    setField(field);
  }
  template <typename Element, typename = typename std::enable_if<TypeTraits::isSimpleType<Element>()>::type>
  ConnectionDesc(StringRef field, Element value)
      : kind_(Kind::Value), type_(equivalent_device_type<Element>().value), count_(1) {
    setField(field);
    std::memcpy(value_, &value, sizeof value);
  }
  template <typename Element, typename = typename std::enable_if<TypeTraits::isSimpleType<Element>()>::type>
  ConnectionDesc(StringRef field, ArrayRef<Element> values)
      : kind_(Kind::Values), type_(equivalent_device_type<Element>().value), count_(values.size()) {
    setField(field);
    values_.resize(count_ * sizeof(Element));
    if (count_) std::memcpy(values_.data(), values.data(), values_.size());
  }
  template <typename Element, typename = typename std::enable_if<TypeTraits::isSimpleType<Element>()>::type>
  ConnectionDesc(StringRef field, const std::vector<Element> &values)
      : ConnectionDesc(field, ArrayRef<Element>(values)) {}
  template <typename Element, typename = typename std::enable_if<TypeTraits::isSimpleType<Element>()>::type>
  ConnectionDesc(StringRef field, std::initializer_list<Element> values)
      : ConnectionDesc(field, ArrayRef<Element>(values.begin(), values.size())) {}

private:
  friend class Graph;
  enum class Kind : unsigned char { Tensor, Tensors, Value, Values };

  // Short names stay inside: lists of connections are made for every vertex.
  void setField(StringRef field) {
    if (field.size() <= sizeof shortName_) {
      shortSize_ = static_cast<unsigned char>(field.size());
      if (shortSize_) std::memcpy(shortName_, field.data(), shortSize_);
    } else {
      longName_ = detail::OwnedText(field);
    }
  }
  StringRef field() const { return longName_.empty() ? StringRef(shortName_, shortSize_) : longName_.ref(); }

  char shortName_[22];
  unsigned char shortSize_ = 0;
  Kind kind_;
  Type type_;
  detail::OwnedText longName_;
  poplar::Tensor tensor_;
  std::vector<poplar::Tensor> tensors_;
  std::size_t count_ = 0;
  unsigned char value_[8];
  std::vector<char> values_;
};

} // namespace poplar

#endif
