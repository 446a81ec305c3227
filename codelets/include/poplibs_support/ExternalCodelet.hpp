#ifndef poplibs_support_ExternalCodelet_hpp
#define poplibs_support_ExternalCodelet_hpp
/// \file
/// What codelets in the style of PopLibs are declared with: classes whose bodies may be assembly on an IPU. Here the C++
/// bodies run everywhere.
#include <poplar/Vertex.hpp>

/// Whether codelets may have bodies in assembly: none do.
#define ASM_CODELETS_ENABLED false
#define EXTERNAL_CODELET false
/// The member of a vertex class that says whether its body is elsewhere.
#define IS_EXTERNAL_CODELET(CONDITION) static const bool isExternalCodelet = ASM_CODELETS_ENABLED && (CONDITION)

namespace poplar {

/// The base of a vertex that is a supervisor where its body is assembly: here a plain vertex.
template <bool isAssembly> using SupervisorVertexIf = Vertex;

} // namespace poplar

#endif
