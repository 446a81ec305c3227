#ifndef poplar_TargetType_hpp
#define poplar_TargetType_hpp

#include "poplar/detail/Api.hpp"

#include <ostream>

namespace poplar {

/// What runs a program.
enum class TargetType {
  IPU,       ///< an IPU device
  IPU_MODEL, ///< a model of an IPU, with numbers of the user's choice
  CPU        ///< the host's processor, as one tile with one worker
};
/// Name of the enumerator.
POPLAR_API const char *toString(TargetType type);
POPLAR_API std::ostream &operator<<(std::ostream &stream, TargetType type);

} // namespace poplar

#endif
