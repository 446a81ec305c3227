#ifndef poplar_StreamCallback_hpp
#define poplar_StreamCallback_hpp
/// \file
/// Callbacks that supply or take the data of a stream.

#include <memory>
#include <type_traits>
#include <utility>

namespace poplar {

/// Base of all stream callbacks.
struct StreamCallbackBase {
  /// Answer of prefetch().
  enum class Result {
    Success,      ///< the data is there
    NotAvailable, ///< fetch() must be called when the data is needed
  };
  virtual ~StreamCallbackBase() = default;
};

/// Host side of a stream. For a stream to the device, fetch() fills the buffer and complete() follows; for a stream
/// from the device, fetch() is given the data.
struct StreamCallback : StreamCallbackBase {
  /// Answer of prefetch(), by the name that older programs use.
  using Result = StreamCallbackBase::Result;
  /// May be called early with a buffer to fill; NotAvailable is always a legal answer.
  virtual Result prefetch(void *buffer) = 0;
  /// Called when the program needs (or has) the data.
  virtual void fetch(void *buffer) = 0;
  /// The data fetched last has been used.
  virtual void complete() = 0;
  /// Data given by prefetch will not be used.
  virtual void invalidatePrefetched() {}
};

/// Callback without prefetching: only fetch() must be written.
struct LegacyStreamCallback : StreamCallback {
  Result prefetch(void *) override { return Result::NotAvailable; }
  void complete() override {}
};

/// Owns a callback. Made implicitly from a unique_ptr to a StreamCallback or from any `void(void *)` callable.
class StreamCallbackHandle {
public:
  template <typename Callback,
            typename = typename std::enable_if<std::is_base_of<StreamCallback, Callback>::value>::type>
  StreamCallbackHandle(std::unique_ptr<Callback> callback) : callback_(callback.release()) {}

  template <typename Callable, typename = decltype(std::declval<Callable &>()(std::declval<void *>()))>
  StreamCallbackHandle(Callable function) : callback_(new FunctionCallback<Callable>(std::move(function))) {}

  StreamCallbackHandle(StreamCallbackHandle &&) = default;
  StreamCallbackHandle(const StreamCallbackHandle &) = delete;

  /// The callback, or null after release().
  StreamCallback *get() const { return callback_.get(); }
  /// Hands the callback over.
  std::unique_ptr<StreamCallback> release() { return std::move(callback_); }

private:
  // Not of std::function, which only takes what can be copied.
  template <typename Callable> struct FunctionCallback : LegacyStreamCallback {
    explicit FunctionCallback(Callable f) : function(std::move(f)) {}
    void fetch(void *buffer) override { function(buffer); }
    Callable function;
  };
  std::unique_ptr<StreamCallback> callback_;
};

} // namespace poplar

#endif
