#ifndef poplar_RemoteBuffer_hpp
#define poplar_RemoteBuffer_hpp
/// \file
/// Memory outside the device that programs copy rows to and from.

#include <cstddef>
#include <string>

#include <poplar/StringRef.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/OwnedText.hpp>

namespace poplar {

/// Made by Graph::addRemoteBuffer: `getRepeats()` rows of `numElements()` elements, used by program::Copy and reached
/// from the host with Engine::copyToRemoteBuffer and Engine::copyFromRemoteBuffer. A default-constructed one is invalid.
class RemoteBuffer {
public:
  RemoteBuffer() : id_(~0u), elements_(0), repeats_(0), rearrangeOnHost_(false), optimiseMemory_(false) {}
  /// For the library's own use.
  RemoteBuffer(unsigned id, StringRef handle, const Type &type, std::size_t elements, std::size_t repeats,
               bool rearrangeOnHost, bool optimiseMemory)
      : id_(id), handle_(handle), type_(type), elements_(elements), repeats_(repeats),
        rearrangeOnHost_(rearrangeOnHost), optimiseMemory_(optimiseMemory) {}

  /// Whether a graph made it.
  bool valid() const { return id_ != ~0u; }
  /// The name given to Graph::addRemoteBuffer.
  std::string handle() const { return handle_.ref().cloneAsString(); }
  /// Elements of one row.
  std::size_t numElements() const { return elements_; }
  /// Number of rows.
  std::size_t getRepeats() const { return repeats_; }
  /// Type of the elements.
  Type elementType() const { return type_; }
  /// As given to Graph::addRemoteBuffer; without effect here.
  bool isRearrangeOnHost() const { return rearrangeOnHost_; }
  bool isOptimisedForMemory() const { return optimiseMemory_; }
  /// Number of the buffer in its graph.
  unsigned getId() const { return id_; }
  friend bool operator==(const RemoteBuffer &a, const RemoteBuffer &b) {
    return a.id_ == b.id_ && a.handle_.ref() == b.handle_.ref();
  }
  friend bool operator!=(const RemoteBuffer &a, const RemoteBuffer &b) { return !(a == b); }

private:
  unsigned id_;
  detail::OwnedText handle_;
  Type type_;
  std::size_t elements_, repeats_;
  bool rearrangeOnHost_, optimiseMemory_;
};

} // namespace poplar

#endif
