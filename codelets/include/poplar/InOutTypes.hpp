#ifndef poplar_InOutTypes_hpp
#define poplar_InOutTypes_hpp
/// \file
/// Input, Output and InOut by their own header: all of them are in Vertex.hpp.
#include <poplar/Vertex.hpp>
#endif
