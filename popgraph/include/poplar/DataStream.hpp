#ifndef poplar_DataStream_hpp
#define poplar_DataStream_hpp
/// \file
/// A stream between host and device.

#include <cstddef>
#include <cstdint>
#include <string>

#include <poplar/ReplicatedStreamMode.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/Type.hpp>
#include <poplar/detail/OwnedText.hpp>

namespace poplar {

/// Made by Graph::addHostToDeviceFIFO and Graph::addDeviceToHostFIFO; used by program::Copy and connected to host
/// memory or a callback by the Engine. A default-constructed stream is invalid.
class DataStream {
public:
  DataStream() : id_(~0u), elements_(0), replication_(1), mode_(ReplicatedStreamMode::REPLICATE), toDevice_(true) {}
  /// For the library's own use.
  DataStream(unsigned id, StringRef handle, const Type &type, std::size_t elements, unsigned replication,
             ReplicatedStreamMode mode, bool toDevice)
      : id_(id), handle_(handle), type_(type), elements_(elements), replication_(replication), mode_(mode),
        toDevice_(toDevice) {}

  /// Whether a graph made it.
  bool valid() const { return id_ != ~0u; }
  /// The name given when it was made.
  std::string handle() const { return handle_.ref().cloneAsString(); }
  /// Elements moved by one copy of one replica.
  std::size_t numElements() const { return elements_; }
  /// Replicas of the graph.
  unsigned replicationFactor() const { return replication_; }
  /// Whether replicas get data of their own or all the same.
  ReplicatedStreamMode replicatedMode() const { return mode_; }
  /// Type of the elements.
  Type type() const { return type_; }
  Type elementType() const { return type_; }
  /// True for a stream from the host.
  bool isHostToDevice() const { return toDevice_; }
  /// Number of the stream in its graph.
  unsigned getId() const { return id_; }
  friend bool operator==(const DataStream &a, const DataStream &b) {
    return a.id_ == b.id_ && a.handle_.ref() == b.handle_.ref();
  }
  friend bool operator!=(const DataStream &a, const DataStream &b) { return !(a == b); }

private:
  unsigned id_;
  detail::OwnedText handle_;
  Type type_;
  std::size_t elements_;
  unsigned replication_;
  ReplicatedStreamMode mode_;
  bool toDevice_;
};

} // namespace poplar

#endif
