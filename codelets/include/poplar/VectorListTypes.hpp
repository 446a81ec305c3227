#ifndef poplar_VectorListTypes_hpp
#define poplar_VectorListTypes_hpp
/// \file
/// VectorList by its own header: all of them are in Vertex.hpp.
#include <poplar/Vertex.hpp>
#endif
