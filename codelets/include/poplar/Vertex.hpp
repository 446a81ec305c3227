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

template <class T> class Input;
template <class T> class Output;
template <class T> class InOut;
template <class T, VectorLayout L, unsigned minAlign, bool interleaved> class Vector;
template <class T, VectorListLayout L, unsigned minAlign, bool interleaved> class VectorList;

namespace detail {
template <VectorLayout L> struct KnowsSize { static constexpr bool value = false; };
template <> struct KnowsSize<VectorLayout::SPAN> { static constexpr bool value = true; };
template <> struct KnowsSize<VectorLayout::SHORT_SPAN> { static constexpr bool value = true; };

// What an array holds: scalars for a `Vector<Input<float>>`, whose image is that of an array of scalars.
template <class T> struct IsArray { static constexpr bool value = false; };
template <class T, VectorLayout L, unsigned A, bool I> struct IsArray<Vector<T, L, A, I>> {
  static constexpr bool value = true;
};
template <class T, VectorListLayout L, unsigned A, bool I> struct IsArray<VectorList<T, L, A, I>> {
  static constexpr bool value = true;
};
template <bool, class A, class> struct Choose { typedef A type; };
template <class A, class B> struct Choose<false, A, B> { typedef B type; };
template <class T> struct Element { typedef T type; };
template <class T> struct Element<Input<T>> {
  typedef typename Choose<IsArray<T>::value, const Input<T>, const T>::type type;
};
template <class T> struct Element<Output<T>> {
  typedef typename Choose<IsArray<T>::value, const Output<T>, T>::type type;
};
template <class T> struct Element<InOut<T>> {
  typedef typename Choose<IsArray<T>::value, const InOut<T>, T>::type type;
};

// The image of an array field. `T` is const for what a codelet only reads.
template <class T, bool sized> class Array {
public:
  T *data() const { return data_; }
  T &operator[](std::size_t i) const { return data_[i]; }
  T &operator*() const { return *data_; }
  T *operator->() const { return data_; }
  T *begin() const { return data_; }
protected:
  T *data_;
};

template <class T> class Array<T, true> {
public:
  /// Number of elements.
  unsigned size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T *data() const { return data_; }
  T &operator[](std::size_t i) const { return data_[i]; }
  T &operator*() const { return *data_; }
  T *operator->() const { return data_; }
  T *begin() const { return data_; }
  T *end() const { return data_ + size_; }
protected:
  T *data_;
  unsigned size_;
};
} // namespace detail

/// An array. Alone it is vertex state, set by `Graph::setInitialValue`; inside an edge it is the connected tensor;
/// of edges (`Vector<Input<Vector<float>>>`) it is connected to a list of tensors.
/// \param T           element type, or an edge
/// \param L           storage; only SPAN and SHORT_SPAN have size() and end()
/// \param minAlign    bytes element 0 is at least aligned to
/// \param interleaved whether the data must lie in interleaved memory
template <class T, VectorLayout L = VectorLayout::SPAN, unsigned minAlign = alignof(T), bool interleaved = false>
class Vector : public detail::Array<typename detail::Element<T>::type, detail::KnowsSize<L>::value> {};

/// Rows of different lengths, stored compressed. Only inside an edge. `f.size()` rows, `f[i].size()` elements in a row.
template <class T, VectorListLayout L = VectorListLayout::DELTANELEMENTS, unsigned minAlign = alignof(T),
          bool interleaved = false>
class VectorList : public detail::Array<Vector<T, VectorLayout::SPAN, minAlign, interleaved>, true> {};

namespace detail {
// An edge of a class type (half) converts to that class only, one conversion short of arithmetic: these operators
// read the element. `Scalar` finds the edges they are for.
template <class E> struct Scalar { static constexpr bool isEdge = false, isClass = false; };
template <class T> struct Scalar<Input<T>> {
  static constexpr bool isEdge = true, isClass = std::is_class<T>::value;
};
template <class T> struct Scalar<Output<T>> {
  static constexpr bool isEdge = true, isClass = std::is_class<T>::value;
};
template <class T> struct Scalar<InOut<T>> {
  static constexpr bool isEdge = true, isClass = std::is_class<T>::value;
};
template <class E> typename std::enable_if<Scalar<E>::isClass, typename E::ElementType>::type read(const E &e) {
  return *e;
}
template <class E> typename std::enable_if<!Scalar<E>::isClass, const E &>::type read(const E &e) { return e; }
template <class A, class B> struct EitherIsClass : std::enable_if<Scalar<A>::isClass || Scalar<B>::isClass, int> {};
// Whether assigning an edge would take a conversion to the element's class after one from the edge.
template <class T, class E> struct Assigns {
  static constexpr bool value = Scalar<E>::isClass || (Scalar<E>::isEdge && std::is_class<T>::value);
};

// The image of a scalar edge. An edge of a class that stands for numbers (half) is a number itself.
template <class T> struct IsNumberClass {
  static constexpr bool value = std::is_class<T>::value && std::is_convertible<T, float>::value;
};
template <class T, bool isNumberClass = IsNumberClass<T>::value> class Pointer {
protected:
  T *data_;
};
template <class T> class Pointer<T, true> {
public:
  operator float() const { return static_cast<float>(*data_); }
protected:
  T *data_;
};
} // namespace detail

/// Edge that is only read. `Input<float>` converts to `const float &`; `*f` and `f->member` work too.
template <class T> class Input : public detail::Pointer<const T> {
public:
  /// What it holds.
  typedef T ElementType;
  operator const T &() const { return *this->data_; }
  const T &operator*() const { return *this->data_; }
  const T *operator->() const { return this->data_; }
};

namespace detail {
// A scalar edge that is written.
template <class T> class WrittenScalar : public Pointer<T> {
public:
  /// What it holds.
  typedef T ElementType;
  operator T &() const { return *this->data_; }
  T &operator*() const { return *this->data_; }
  T *operator->() const { return this->data_; }
  template <class U> T &operator+=(const U &u) const { return *this->data_ += detail::read(u); }
  template <class U> T &operator-=(const U &u) const { return *this->data_ -= detail::read(u); }
  template <class U> T &operator*=(const U &u) const { return *this->data_ *= detail::read(u); }
  template <class U> T &operator/=(const U &u) const { return *this->data_ /= detail::read(u); }
  template <class U> T &operator%=(const U &u) const { return *this->data_ %= detail::read(u); }
  template <class U> T &operator&=(const U &u) const { return *this->data_ &= detail::read(u); }
  template <class U> T &operator|=(const U &u) const { return *this->data_ |= detail::read(u); }
  template <class U> T &operator^=(const U &u) const { return *this->data_ ^= detail::read(u); }
  template <class U> T &operator<<=(const U &u) const { return *this->data_ <<= detail::read(u); }
  template <class U> T &operator>>=(const U &u) const { return *this->data_ >>= detail::read(u); }
  T &operator++() const { return ++*this->data_; }
  T &operator--() const { return --*this->data_; }
  T operator++(int) const { return (*this->data_)++; }
  T operator--(int) const { return (*this->data_)--; }
};
} // namespace detail

/// Edge that is only written; reading before writing gives an undefined value.
template <class T> class Output : public detail::WrittenScalar<T> {
public:
  T &operator=(const T &value) const { return *this->data_ = value; }
  T &operator=(const Output &other) const { return *this->data_ = *other; }
  template <class E> typename std::enable_if<detail::Assigns<T, E>::value, T &>::type operator=(const E &edge) const {
    return *this->data_ = *edge;
  }
};

/// Edge that is read and written.
template <class T> class InOut : public detail::WrittenScalar<T> {
public:
  T &operator=(const T &value) const { return *this->data_ = value; }
  T &operator=(const InOut &other) const { return *this->data_ = *other; }
  template <class E> typename std::enable_if<detail::Assigns<T, E>::value, T &>::type operator=(const E &edge) const {
    return *this->data_ = *edge;
  }
};

#define POPGRAPH_READ(op)                                                                                \
  template <class A, class B, typename detail::EitherIsClass<A, B>::type = 0>                            \
  auto operator op(const A &a, const B &b)->decltype(detail::read(a) op detail::read(b)) {               \
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
template <class A> auto operator-(const A &a)
    -> decltype(-static_cast<typename std::enable_if<detail::Scalar<A>::isClass, typename A::ElementType>::type>(*a)) {
  return -*a;
}

template <class T, VectorLayout L, unsigned A, bool I>
class Input<Vector<T, L, A, I>> : public detail::Array<const T, detail::KnowsSize<L>::value> {
public:
  typedef const T ElementType;
};
template <class T, VectorLayout L, unsigned A, bool I>
class Output<Vector<T, L, A, I>> : public detail::Array<T, detail::KnowsSize<L>::value> {
public:
  /// What it holds.
  typedef T ElementType;
};
template <class T, VectorLayout L, unsigned A, bool I>
class InOut<Vector<T, L, A, I>> : public detail::Array<T, detail::KnowsSize<L>::value> {
public:
  /// What it holds.
  typedef T ElementType;
};

// Two-dimensional edges: the outer array holds edges of the same direction.
#define POPGRAPH_RANK2(Edge)                                                                                          \
  template <class T, VectorLayout IL, unsigned IA, bool II, VectorLayout L, unsigned A, bool I>                       \
  class Edge<Vector<Vector<T, IL, IA, II>, L, A, I>>                                                                  \
      : public detail::Array<const Edge<Vector<T, IL, IA, II>>, detail::KnowsSize<L>::value> {};                      \
  template <class T, VectorListLayout L, unsigned A, bool I>                                                          \
  class Edge<VectorList<T, L, A, I>>                                                                                  \
      : public detail::Array<const Edge<Vector<T, VectorLayout::SPAN, A, I>>, true> {};
POPGRAPH_RANK2(Input)
POPGRAPH_RANK2(Output)
POPGRAPH_RANK2(InOut)
#undef POPGRAPH_RANK2

} // namespace poplar

#endif
