#ifndef gccs_ArrayRef_hpp
#define gccs_ArrayRef_hpp
/// \file
/// The header that programs of SDK 3 include for gccs::ArrayRef.
#include <poplar/ArrayRef.hpp>

#endif
