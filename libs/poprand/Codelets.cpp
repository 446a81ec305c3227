#include <poprand/codelets.hpp>
#include <poputil/detail/CodeletFile.hpp>

namespace poprand {

void addCodelets(poplar::Graph &graph) {
  poputil::detail::addLibraryCodelets(graph, "poprand", "poprand::Uniform<float>",
                                      reinterpret_cast<const void *>(&addCodelets));
}

} // namespace poprand
