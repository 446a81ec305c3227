#ifndef poplar_Vertex_hpp
#define poplar_Vertex_hpp
/// \file
/// What codelets are written with: the vertex base classes and the types of their fields.
///
/// A vertex is a memory image that the graph fills in: its constructor never runs, and neither access control nor
/// constness of a field matters to the graph. A field is a scalar (`float`, `half`, `int`, ...), a `Vector` of
/// scalars, or an edge: `Input`, `Output` or `InOut` of a scalar, a `Vector` or a `VectorList`; or a `Vector` of edges.
#include <cstddef>
#include <poplar/VectorLayout.hpp>
#include <type_traits>

namespace poplar {

/// Base of all vertex kinds.
class VertexBase {};

/// One worker runs `bool compute()` once.
class Vertex : public VertexBase {};

/// `bool compute(unsigned workerId)` runs once per worker context; all of them share the fields, and each element
/// may be written by one worker only.
class MultiVertex : public VertexBase {
public:
  /// Worker contexts of the target this code is compiled for: 6 on an IPU, 1 on a CPU.
  static constexpr unsigned numWorkers() {
#ifdef __POPGRAPH_NUM_WORKERS__
    return __POPGRAPH_NUM_WORKERS__;
#else
    return 6;
#endif
  }
};

/// Runs on the supervisor context. `compute` may carry `__attribute__((target("supervisor")))`, which has no effect.
class SupervisorVertex : public VertexBase {};

template <class Value> class Input;
template <class Value> class Output;
template <class Value> class InOut;
template <class Value, VectorLayout layout, unsigned minAlign, bool interleaved> class Vector;
template <class Value, VectorListLayout layout, unsigned minAlign, bool interleaved> class VectorList;

namespace detail {
template <VectorLayout layout> struct KnowsSize { static constexpr bool value = false; };
template <> struct KnowsSize<VectorLayout::SPAN> { static constexpr bool value = true; };
template <> struct KnowsSize<VectorLayout::SHORT_SPAN> { static constexpr bool value = true; };

// What an array holds: scalars for a `Vector<Input<float>>`, whose image is that of an array of scalars.
template <class Value> struct IsArray { static constexpr bool value = false; };
template <class Value, VectorLayout layout, unsigned align, bool isInterleaved>
struct IsArray<Vector<Value, layout, align, isInterleaved>> {
  static constexpr bool value = true;
};
template <class Value, VectorListLayout layout, unsigned align, bool isInterleaved>
struct IsArray<VectorList<Value, layout, align, isInterleaved>> {
  static constexpr bool value = true;
};
template <bool, class First, class> struct Choose { typedef First type; };
template <class First, class Second> struct Choose<false, First, Second> { typedef Second type; };
template <class Value> struct Element { typedef Value type; };
template <class Value> struct Element<Input<Value>> {
  typedef typename Choose<IsArray<Value>::value, const Input<Value>, const Value>::type type;
};
template <class Value> struct Element<Output<Value>> {
  typedef typename Choose<IsArray<Value>::value, const Output<Value>, Value>::type type;
};
template <class Value> struct Element<InOut<Value>> {
  typedef typename Choose<IsArray<Value>::value, const InOut<Value>, Value>::type type;
};

// The image of an array field. `Value` is const for what a codelet only reads.
template <class Value, bool sized> class Array {
public:
  Value *data() const { return data_; }
  Value &operator[](std::size_t i) const { return data_[i]; }
  Value &operator*() const { return *data_; }
  Value *operator->() const { return data_; }
  Value *begin() const { return data_; }
protected:
  Value *data_;
};

template <class Value> class Array<Value, true> {
public:
  /// Number of elements.
  unsigned size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Value *data() const { return data_; }
  Value &operator[](std::size_t i) const { return data_[i]; }
  Value &operator*() const { return *data_; }
  Value *operator->() const { return data_; }
  Value *begin() const { return data_; }
  Value *end() const { return data_ + size_; }
protected:
  Value *data_;
  unsigned size_;
};
} // namespace detail

/// An array. Alone it is vertex state, set by `Graph::setInitialValue`; inside an edge it is the connected tensor;
/// of edges (`Vector<Input<Vector<float>>>`) it is connected to a list of tensors.
/// \param Value       element type, or an edge
/// \param layout      storage; only SPAN and SHORT_SPAN have size() and end()
/// \param minAlign    bytes element 0 is at least aligned to
/// \param interleaved whether the data must lie in interleaved memory
template <class Value, VectorLayout layout = VectorLayout::SPAN, unsigned minAlign = alignof(Value),
          bool interleaved = false>
class Vector : public detail::Array<typename detail::Element<Value>::type, detail::KnowsSize<layout>::value> {};

/// Rows of different lengths, stored compressed. Only inside an edge. `f.size()` rows, `f[i].size()` elements in a row.
template <class Value, VectorListLayout layout = VectorListLayout::DELTANELEMENTS, unsigned minAlign = alignof(Value),
          bool interleaved = false>
class VectorList : public detail::Array<Vector<Value, VectorLayout::SPAN, minAlign, interleaved>, true> {};

namespace detail {
// An edge of a class type (half) converts to that class only, one conversion short of arithmetic: these operators
// read the element. `Scalar` finds the edges they are for.
template <class Operand> struct Scalar { static constexpr bool isEdge = false, isClass = false; };
template <class Value> struct Scalar<Input<Value>> {
  static constexpr bool isEdge = true, isClass = std::is_class<Value>::value;
};
template <class Value> struct Scalar<Output<Value>> {
  static constexpr bool isEdge = true, isClass = std::is_class<Value>::value;
};
template <class Value> struct Scalar<InOut<Value>> {
  static constexpr bool isEdge = true, isClass = std::is_class<Value>::value;
};
template <class Operand>
typename std::enable_if<Scalar<Operand>::isClass, typename Operand::ElementType>::type read(const Operand &e) {
  return *e;
}
template <class Operand>
typename std::enable_if<!Scalar<Operand>::isClass, const Operand &>::type read(const Operand &e) {
  return e;
}
template <class Left, class Right>
struct EitherIsClass : std::enable_if<Scalar<Left>::isClass || Scalar<Right>::isClass, int> {};
// Whether assigning an edge would take a conversion to the element's class after one from the edge.
template <class Value, class Operand> struct Assigns {
  static constexpr bool value = Scalar<Operand>::isClass || (Scalar<Operand>::isEdge && std::is_class<Value>::value);
};

// The image of a scalar edge. An edge of a class that stands for numbers (half) is a number itself.
template <class Value> struct IsNumberClass {
  static constexpr bool value = std::is_class<Value>::value && std::is_convertible<Value, float>::value;
};
template <class Value, bool isNumberClass = IsNumberClass<Value>::value> class Pointer {
protected:
  Value *data_;
};
template <class Value> class Pointer<Value, true> {
public:
  operator float() const { return static_cast<float>(*data_); }
protected:
  Value *data_;
};
} // namespace detail

/// Edge that is only read. `Input<float>` converts to `const float &`; `*f` and `f->member` work too.
template <class Value> class Input : public detail::Pointer<const Value> {
public:
  /// What it holds.
  typedef Value ElementType;
  operator const Value &() const { return *this->data_; }
  const Value &operator*() const { return *this->data_; }
  const Value *operator->() const { return this->data_; }
};

namespace detail {
// A scalar edge that is written.
template <class Value> class WrittenScalar : public Pointer<Value> {
public:
  /// What it holds.
  typedef Value ElementType;
  operator Value &() const { return *this->data_; }
  Value &operator*() const { return *this->data_; }
  Value *operator->() const { return this->data_; }
  template <class Other> Value &operator+=(const Other &u) const { return *this->data_ += detail::read(u); }
  template <class Other> Value &operator-=(const Other &u) const { return *this->data_ -= detail::read(u); }
  template <class Other> Value &operator*=(const Other &u) const { return *this->data_ *= detail::read(u); }
  template <class Other> Value &operator/=(const Other &u) const { return *this->data_ /= detail::read(u); }
  template <class Other> Value &operator%=(const Other &u) const { return *this->data_ %= detail::read(u); }
  template <class Other> Value &operator&=(const Other &u) const { return *this->data_ &= detail::read(u); }
  template <class Other> Value &operator|=(const Other &u) const { return *this->data_ |= detail::read(u); }
  template <class Other> Value &operator^=(const Other &u) const { return *this->data_ ^= detail::read(u); }
  template <class Other> Value &operator<<=(const Other &u) const { return *this->data_ <<= detail::read(u); }
  template <class Other> Value &operator>>=(const Other &u) const { return *this->data_ >>= detail::read(u); }
  Value &operator++() const { return ++*this->data_; }
  Value &operator--() const { return --*this->data_; }
  Value operator++(int) const { return (*this->data_)++; }
  Value operator--(int) const { return (*this->data_)--; }
};
} // namespace detail

/// Edge that is only written; reading before writing gives an undefined value.
template <class Value> class Output : public detail::WrittenScalar<Value> {
public:
  Value &operator=(const Value &value) const { return *this->data_ = value; }
  Value &operator=(const Output &other) const { return *this->data_ = *other; }
  template <class Operand>
  typename std::enable_if<detail::Assigns<Value, Operand>::value, Value &>::type operator=(const Operand &edge) const {
    return *this->data_ = *edge;
  }
};

/// Edge that is read and written.
template <class Value> class InOut : public detail::WrittenScalar<Value> {
public:
  Value &operator=(const Value &value) const { return *this->data_ = value; }
  Value &operator=(const InOut &other) const { return *this->data_ = *other; }
  template <class Operand>
  typename std::enable_if<detail::Assigns<Value, Operand>::value, Value &>::type operator=(const Operand &edge) const {
    return *this->data_ = *edge;
  }
};

#define POPGRAPH_READ(op)                                                                                \
  template <class Left, class Right, typename detail::EitherIsClass<Left, Right>::type = 0>                            \
  auto operator op(const Left &a, const Right &b)->decltype(detail::read(a) op detail::read(b)) {               \
    return detail::read(a) op detail::read(b);                                                           \
  }
POPGRAPH_READ(+)
POPGRAPH_READ(-)
POPGRAPH_READ(*)
POPGRAPH_READ(/)
POPGRAPH_READ(<)
POPGRAPH_READ(>)
POPGRAPH_READ(<=)
POPGRAPH_READ(>=)
POPGRAPH_READ(==)
POPGRAPH_READ(!=)
#undef POPGRAPH_READ
template <class Operand>
auto operator-(const Operand &a)
    -> decltype(-static_cast<
                typename std::enable_if<detail::Scalar<Operand>::isClass, typename Operand::ElementType>::type>(*a)) {
  return -*a;
}

template <class Value, VectorLayout layout, unsigned align, bool isInterleaved>
class Input<Vector<Value, layout, align, isInterleaved>>
    : public detail::Array<const Value, detail::KnowsSize<layout>::value> {
public:
  typedef const Value ElementType;
};
template <class Value, VectorLayout layout, unsigned align, bool isInterleaved>
class Output<Vector<Value, layout, align, isInterleaved>>
    : public detail::Array<Value, detail::KnowsSize<layout>::value> {
public:
  /// What it holds.
  typedef Value ElementType;
};
template <class Value, VectorLayout layout, unsigned align, bool isInterleaved>
class InOut<Vector<Value, layout, align, isInterleaved>>
    : public detail::Array<Value, detail::KnowsSize<layout>::value> {
public:
  /// What it holds.
  typedef Value ElementType;
};

// Two-dimensional edges: the outer array holds edges of the same direction.
#define POPGRAPH_RANK2(Edge)                                                                                           \
  template <class Value, VectorLayout innerLayout, unsigned innerAlign, bool innerInterleaved, VectorLayout layout,    \
            unsigned align, bool isInterleaved>                                                                        \
  class Edge<Vector<Vector<Value, innerLayout, innerAlign, innerInterleaved>, layout, align, isInterleaved>>           \
      : public detail::Array<const Edge<Vector<Value, innerLayout, innerAlign, innerInterleaved>>,                     \
                             detail::KnowsSize<layout>::value> {};                                                     \
  template <class Value, VectorListLayout layout, unsigned align, bool isInterleaved>                                  \
  class Edge<VectorList<Value, layout, align, isInterleaved>>                                                          \
      : public detail::Array<const Edge<Vector<Value, VectorLayout::SPAN, align, isInterleaved>>, true> {};
POPGRAPH_RANK2(Input)
POPGRAPH_RANK2(Output)
POPGRAPH_RANK2(InOut)
#undef POPGRAPH_RANK2

} // namespace poplar

#endif
