#ifndef poplar_AvailableVTypes_hpp
#define poplar_AvailableVTypes_hpp
/// \file
/// The macros of AvailableVTypes.h by the name of a C++ header.
#include <poplar/AvailableVTypes.h>
#endif
