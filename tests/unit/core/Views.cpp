// Views of large tensors stay cheap: they are few pieces.
#include "popgraph/graph/View.hpp"

#include <poplar/Graph.hpp>

#include "tests/support/Catch.hpp"

using namespace poplar;

TEST_CASE("views of large tensors stay few pieces") {
  using popgraph::pieceCount;
  Graph graph(Target::createCPUTarget());
  const Tensor a = graph.addVariable(FLOAT, {10000, 10000}), t = a.transpose(), flat = t.flatten();
  const Tensor bent = t.reshape({5000, 20000}); // rows of two rows of t
  for (const Tensor &view : {t, a.subSample(3, 0), a.slice(1, 9999, 1).reverse(0), t.broadcast(3, 1),
                             t.upsample(2, 0, UpsampleMethod::REPEAT), flat, flat.reverse(0), flat.subSample(8, 0),
                             flat[123456789 % 100000000], flat.expand({0}).broadcast(4, 0), flat.reinterpret(INT), bent,
                             bent.transpose(), bent.reverse(1), bent[17], bent.transpose().flatten(),
                             t.reshape({100, 100, 10000}).dimShuffle({2, 1, 0}).flatten(1, 3).transpose()})
    CHECK(pieceCount(view) == 1);
  CHECK(pieceCount(flat.slice(5001, 99990000)) <= 3); // part of a row, whole rows, part of a row
  CHECK(pieceCount(bent.slice(5, 15000, 1)) <= 3);
  CHECK(pieceCount(bent.slice(5, 15000, 1).transpose()) <= 3);
  CHECK(pieceCount(concat(t, t)) == 2);
  CHECK(pieceCount(concat(t.slice(0, 5000), t.slice(5000, 10000))) == 1);
  CHECK(bent.slice(5, 15000, 1)[3][0] == flat[3 * 20000 + 5]);
  CHECK(bent.slice(5, 15000, 1)[3][14994] == flat[3 * 20000 + 14999]);
  CHECK(bent.transpose()[19999][4999] == flat[99999999]);
  CHECK(flat.reverse(0)[7] == flat[99999992]);
  CHECK(flat.subSample(8, 0)[5] == flat[40]);
  CHECK_FALSE(bent.transpose().containsAliases());
  CHECK(flat.isParallelWriteable());
  CHECK(t.broadcast(2, 0).containsAliases());
  CHECK_FALSE(flat.isContiguous());
  CHECK(a.intersectsWith(t.slice(9999, 10000)));
  CHECK_FALSE(a.slice(0, 10).intersectsWith(a.slice(10, 20).transpose()));

  std::vector<Tensor> pieces;
  for (int i = 0; i < 3000; ++i) pieces.push_back(graph.addVariable(FLOAT, {1, 8}));
  const Tensor joined = concat(pieces);
  CHECK(pieceCount(joined) == 3000);
  CHECK(joined[1234] == pieces[1234][0]);
  CHECK(pieceCount(joined.slice(1000, 1010)) == 10);
  CHECK(joined.isParallelWriteable());
  CHECK(concat(joined, joined[3].expand({0})).containsAliases());
}

TEST_CASE("a clone of a huge transposed view is one piece") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  Tensor big = graph.addVariable(FLOAT, {10000, 10000});
  graph.setTileMapping(big, 3);
  const Tensor view = big.transpose().slice(5, 9995).reverse(1);
  const Tensor copy = graph.clone(view, "copy", TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES);
  CHECK(popgraph::pieceCount(copy) == 1);
  CHECK(copy[0][0].getVarRegions()[0].interval.begin() == std::size_t(9999) * 9990);
  CHECK(graph.getTileMapping(copy)[3] == std::vector<Interval>{Interval(0, std::size_t(9990) * 10000)});
}
