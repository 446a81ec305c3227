#ifndef poplar_FieldTypes_hpp
#define poplar_FieldTypes_hpp
/// \file
/// The types of vertex fields by their older header: all of them are in Vertex.hpp.
#include <poplar/Vertex.hpp>
#endif
