#ifndef poplar_PrintTensor_hpp
#define poplar_PrintTensor_hpp
/// \file
/// program::PrintTensor and PrintTensorFmt, for programs that include them alone.

#include <poplar/Program.hpp>

#endif
