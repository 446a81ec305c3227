#include <poplin/codelets.hpp>
#include <poputil/detail/CodeletFile.hpp>

namespace poplin {

void addCodelets(poplar::Graph &graph) {
  poputil::detail::addLibraryCodelets(graph, "poplin", "poplin::MatMulBlock<float,float>",
                                      reinterpret_cast<const void *>(&addCodelets));
}

} // namespace poplin
