#include <blas1.hpp>
#include <shared.h>
#include <algorithm>
#include <vector>

using namespace poplar;
using namespace poplar::program;

namespace blas1 {

void axpy(Graph &graph, Tensor alpha, Tensor x, Tensor y, Sequence &prog, const DebugContext &debugContext) {
  ComputeSet cs = graph.addComputeSet({debugContext, "axpy"});
  const unsigned tiles = graph.getTarget().getNumTiles();
  for (std::size_t begin = 0, i = 0; begin < x.numElements(); begin += CHUNK, ++i) {
    const std::size_t end = std::min<std::size_t>(begin + CHUNK, x.numElements());
    VertexRef v =
        graph.addVertex(cs, "Axpy", {{"alpha", alpha}, {"x", x.slice(begin, end)}, {"y", y.slice(begin, end)}});
    graph.setTileMapping(v, i % tiles);
  }
  prog.add(Execute(cs));
}

Tensor nrm2(Graph &graph, Tensor x, Sequence &prog, const DebugContext &debugContext) {
  const std::size_t chunks = (x.numElements() + CHUNK - 1) / CHUNK;
  const unsigned tiles = graph.getTarget().getNumTiles();
  Tensor sums = graph.addVariable(FLOAT, {chunks}, {debugContext, "sums"});
  Tensor root = graph.addVariable(FLOAT, {}, {debugContext, "root"});
  graph.setTileMapping(root, 0);
  ComputeSet squares = graph.addComputeSet({debugContext, "squares"}),
             finish = graph.addComputeSet({debugContext, "finish"});
  VertexRef last = graph.addVertex(finish, "RootOfSum");
  graph.setTileMapping(last, 0);
  graph.connect(last["root"], root);
  graph.setFieldSize(last["sums"], chunks);
  for (std::size_t i = 0; i < chunks; ++i) {
    VertexRef v = graph.addVertex(squares, "SquareSum");
    graph.connect(v["x"], x.slice(i * CHUNK, std::min<std::size_t>((i + 1) * CHUNK, x.numElements())));
    graph.connect(v["sum"], sums[i]);
    graph.connect(last["sums"][i], sums[i]);
    graph.setTileMapping(v, i % tiles);
    graph.setTileMapping(sums[i], i % tiles);
  }
  prog.add(Execute(squares));
  prog.add(Execute(finish));
  return root;
}

} // namespace blas1
