#ifndef gccs_ArrayRef_hpp
#define gccs_ArrayRef_hpp
/// \file
/// poplar::ArrayRef by the name that programs of SDK 3 know.
#include <poplar/ArrayRef.hpp>

namespace gccs {

using poplar::ArrayRef; ///< the same class

} // namespace gccs

#endif
