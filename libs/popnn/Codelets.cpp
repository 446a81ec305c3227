#include <popnn/codelets.hpp>
#include <poputil/detail/CodeletFile.hpp>

namespace popnn {

void addCodelets(poplar::Graph &graph) {
  poputil::detail::addLibraryCodelets(graph, "popnn", "popnn::Extreme<float,true>",
                                      reinterpret_cast<const void *>(&addCodelets));
}

} // namespace popnn
