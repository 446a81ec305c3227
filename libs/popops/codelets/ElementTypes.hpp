#pragma once
// The element types that codelets which only move or fill data are instantiated for.
#include <poplar/HalfFloat.hpp>

#define POPOPS_ELEMENT_TYPES(X)                                                                                      \
  X(bool)                                                                                                            \
  X(char)                                                                                                            \
  X(signed char)                                                                                                     \
  X(unsigned char)                                                                                                   \
  X(short)                                                                                                           \
  X(unsigned short)                                                                                                  \
  X(int)                                                                                                             \
  X(unsigned int)                                                                                                    \
  X(long long)                                                                                                       \
  X(unsigned long long)                                                                                              \
  X(half)                                                                                                            \
  X(float)
