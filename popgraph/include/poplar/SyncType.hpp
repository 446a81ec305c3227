#ifndef poplar_SyncType_hpp
#define poplar_SyncType_hpp

namespace poplar {

/// Which tiles wait for one another.
enum class SyncType {
  INTERNAL, ///< those of one IPU
  EXTERNAL, ///< those of all IPUs, and the host
  GLOBAL    ///< those of all IPUs
};

} // namespace poplar

#endif
