#ifndef poplar_HostFunctionCallback_hpp
#define poplar_HostFunctionCallback_hpp
/// \file
/// Functions of the host that a program calls with tensors.

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <poplar/ArrayRef.hpp>

namespace poplar {

/// What a host function does; connected with Engine::connectHostFunction.
class HostCallback {
public:
  virtual ~HostCallback() = default;
  /// `inputs[i]` points to the elements of input i, `outputs[i]` to where those of output i are to be written; both in
  /// the order and with the types and counts given to Graph::addHostFunction.
  virtual void operator()(ArrayRef<const void *> inputs, ArrayRef<void *> outputs) = 0;
};

/// Owns a host callback. Made implicitly from a unique_ptr to a HostCallback or from a callable that takes
/// `(ArrayRef<const void *>, ArrayRef<void *>)` or `(const void *const *, size_t, void *const *, size_t)`.
class HostCallbackHandle {
public:
  /// Takes a callback over.
  template <typename Callback,
            typename = typename std::enable_if<std::is_base_of<HostCallback, Callback>::value>::type>
  HostCallbackHandle(std::unique_ptr<Callback> callback) : callback_(callback.release()) {}

  /// Wraps a callable.
  template <typename Callable, typename = decltype(std::declval<Callable &>()(std::declval<ArrayRef<const void *>>(),
                                                                std::declval<ArrayRef<void *>>()))>
  HostCallbackHandle(Callable function) : callback_(new FunctionCallback<Callable>(std::move(function))) {}

  /// Wraps a callable that takes pointers and counts.
  template <typename Callable,
            typename = decltype(std::declval<Callable &>()(std::declval<const void *const *>(), std::size_t(),
                                                           std::declval<void *const *>(), std::size_t())),
            typename = void>
  HostCallbackHandle(Callable function) : callback_(new PointersCallback<Callable>(std::move(function))) {}

  HostCallbackHandle(HostCallbackHandle &&) = default;
  HostCallbackHandle(const HostCallbackHandle &) = delete;

  /// The callback.
  HostCallback *get() const { return callback_.get(); }
  /// Hands the callback over.
  std::unique_ptr<HostCallback> release() { return std::move(callback_); }

private:
  // Not of std::function, which only takes what can be copied.
  template <typename Callable> struct FunctionCallback : HostCallback {
    explicit FunctionCallback(Callable f) : function(std::move(f)) {}
    void operator()(ArrayRef<const void *> inputs, ArrayRef<void *> outputs) override { function(inputs, outputs); }
    Callable function;
  };
  template <typename Callable> struct PointersCallback : HostCallback {
    explicit PointersCallback(Callable f) : function(std::move(f)) {}
    void operator()(ArrayRef<const void *> inputs, ArrayRef<void *> outputs) override {
      function(inputs.data(), inputs.size(), outputs.data(), outputs.size());
    }
    Callable function;
  };
  std::unique_ptr<HostCallback> callback_;
};

} // namespace poplar

#endif
