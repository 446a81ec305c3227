#include <popops/codelets.hpp>
#include <poputil/detail/CodeletFile.hpp>

namespace popops {

void addCodelets(poplar::Graph &graph) {
  poputil::detail::addLibraryCodelets(graph, "popops", "popops::Fill<float>",
                                      reinterpret_cast<const void *>(&addCodelets));
}

} // namespace popops
