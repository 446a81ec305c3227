// Views against a reference that keeps the position of every element.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <poplar/Graph.hpp>
#include <random>

#include "tests/support/Catch.hpp"

using namespace poplar;

namespace {

/// A view as a list of element numbers with a shape.
struct Reference {
  std::vector<std::size_t> shape;
  std::vector<std::size_t> elements;

  std::size_t at(const std::vector<std::size_t> &index) const {
    std::size_t flat = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) flat = flat * shape[d] + index[d];
    return elements[flat];
  }
  /// A new reference of `newShape` whose element at an index is this one's at f(index).
  template <typename F> Reference mapped(std::vector<std::size_t> newShape, F &&f) const {
    Reference result{newShape, {}};
    std::size_t count = 1;
    for (std::size_t d : newShape) count *= d;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::size_t> index(newShape.size());
      std::size_t rest = i;
      for (std::size_t d = newShape.size(); d-- > 0;) index[d] = rest % newShape[d], rest /= newShape[d];
      result.elements.push_back(at(f(index)));
    }
    return result;
  }
};

std::vector<std::size_t> elementsOf(const Tensor &t) {
  std::vector<std::size_t> result;
  for (const VariableInterval &region : t.getVarRegions())
    for (std::size_t i = region.interval.begin(); i < region.interval.end(); ++i) result.push_back(i);
  return result;
}

void same(const Tensor &t, const Reference &r) {
  REQUIRE(t.shape() == r.shape);
  REQUIRE(elementsOf(t) == r.elements);
}

struct Pair {
  Tensor t;
  Reference r;
};

/// One random operation on both.
Pair randomStep(std::mt19937 &random, const Pair &p) {
  const auto &shape = p.r.shape;
  const unsigned rank = static_cast<unsigned>(shape.size());
  const unsigned d = rank ? random() % rank : 0;
  switch (rank ? random() % 11 : 9) {
  case 0: { // slice
    const std::size_t a = random() % (shape[d] + 1), b = a + random() % (shape[d] - a + 1);
    auto s = shape;
    s[d] = b - a;
    return {p.t.slice(a, b, d), p.r.mapped(s, [&](auto i) {
              i[d] += a;
              return i;
            })};
  }
  case 1: { // shuffle
    std::vector<unsigned> order(rank);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::size_t> s(rank);
    for (unsigned i = 0; i < rank; ++i) s[i] = shape[order[i]];
    return {p.t.dimShuffle(order), p.r.mapped(s, [&](auto i) {
              std::vector<std::size_t> from(rank);
              for (unsigned k = 0; k < rank; ++k) from[order[k]] = i[k];
              return from;
            })};
  }
  case 2:
    return {p.t.reverse(d), p.r.mapped(shape, [&](auto i) {
              i[d] = shape[d] - 1 - i[d];
              return i;
            })};
  case 3: { // flatten a range, or split a dimension
    if (shape[d] % 2 == 0 && shape[d] > 0) {
      auto s = shape;
      s[d] /= 2;
      s.insert(s.begin() + d + 1, 2);
      return {p.t.reshape(s), Reference{s, p.r.elements}};
    }
    [[fallthrough]];
  }
  case 4: {
    const unsigned e = d + 1 + random() % (rank - d);
    std::vector<std::size_t> s(shape.begin(), shape.begin() + d);
    s.push_back(std::accumulate(shape.begin() + d, shape.begin() + e, std::size_t(1), std::multiplies<>()));
    s.insert(s.end(), shape.begin() + e, shape.end());
    return {p.t.flatten(d, e), Reference{s, p.r.elements}};
  }
  case 5: { // broadcast
    if (p.r.elements.size() > 400) return p;
    const unsigned n = random() % 3;
    auto s = shape;
    s[d] *= n;
    return {p.t.broadcast(n, d), p.r.mapped(s, [&](auto i) {
              i[d] %= shape[d];
              return i;
            })};
  }
  case 6: { // subsample
    const unsigned n = 1 + random() % 3;
    auto s = shape;
    s[d] = (s[d] + n - 1) / n;
    return {p.t.subSample(n, d), p.r.mapped(s, [&](auto i) {
              i[d] *= n;
              return i;
            })};
  }
  case 7: { // upsample
    if (p.r.elements.size() > 400) return p;
    auto s = shape;
    s[d] *= 2;
    return {p.t.upsample(2, d, UpsampleMethod::REPEAT), p.r.mapped(s, [&](auto i) {
              i[d] /= 2;
              return i;
            })};
  }
  case 8: { // concat of two slices, in exchanged order
    const std::size_t a = random() % (shape[d] + 1);
    auto s = shape;
    return {concat(p.t.slice(a, shape[d], d), p.t.slice(0, a, d), d), p.r.mapped(s, [&](auto i) {
              i[d] = (i[d] + a) % std::max<std::size_t>(shape[d], 1);
              return i;
            })};
  }
  case 9: { // expand
    auto s = shape;
    s.insert(s.begin() + d, 1);
    const std::size_t at[] = {d};
    return {p.t.expand(ArrayRef<std::size_t>(at, 1)), Reference{s, p.r.elements}};
  }
  default: { // squeeze or index
    if (shape[d] == 1) {
      auto s = shape;
      s.erase(s.begin() + d);
      const std::size_t at[] = {d};
      return {p.t.squeeze(ArrayRef<std::size_t>(at, 1)), Reference{s, p.r.elements}};
    }
    if (shape[0] == 0) return p;
    const std::size_t k = random() % shape[0];
    const std::vector<std::size_t> s(shape.begin() + 1, shape.end());
    return {p.t[k], p.r.mapped(s, [&](auto i) {
              i.insert(i.begin(), k);
              return i;
            })};
  }
  }
}

} // namespace

TEST_CASE("chains of random view functions agree with the reference") {
  Graph graph(Target::createCPUTarget());
  for (unsigned seed = 0; seed < 400; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::size_t> shape{1 + random() % 4, 1 + random() % 5, 2 + random() % 4};
    Pair p{graph.addVariable(FLOAT, shape), Reference{shape, {}}};
    p.r.elements.resize(p.t.numElements());
    std::iota(p.r.elements.begin(), p.r.elements.end(), std::size_t(0));
    for (int step = 0; step < 9; ++step) {
      p = randomStep(random, p);
      INFO("step " << step);
      same(p.t, p.r);
      const std::size_t distinct = [&] {
        auto e = p.r.elements;
        std::sort(e.begin(), e.end());
        return static_cast<std::size_t>(std::unique(e.begin(), e.end()) - e.begin());
      }();
      REQUIRE(p.t.containsAliases() == (distinct != p.r.elements.size()));
    }
  }
}

TEST_CASE("questions about random views agree with the reference") {
  Graph graph(Target::createCPUTarget());
  for (unsigned seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::size_t> shape{1 + random() % 4, 1 + random() % 5, 2 + random() % 4};
    const Tensor whole = graph.addVariable(FLOAT, shape);
    Pair views[2];
    for (Pair &p : views) {
      p = {whole, Reference{shape, {}}};
      p.r.elements.resize(whole.numElements());
      std::iota(p.r.elements.begin(), p.r.elements.end(), std::size_t(0));
      for (int step = 0; step < 5; ++step) p = randomStep(random, p);
    }
    const auto &[a, b] = views;
    const bool meet = std::any_of(a.r.elements.begin(), a.r.elements.end(), [&](std::size_t e) {
      return std::find(b.r.elements.begin(), b.r.elements.end(), e) != b.r.elements.end();
    });
    REQUIRE(a.t.intersectsWith(b.t) == meet);
    REQUIRE(b.t.intersectsWith(a.t) == meet);
    REQUIRE((a.t == b.t) == (a.r.shape == b.r.shape && a.r.elements == b.r.elements));
    bool run = true;
    for (std::size_t i = 1; i < a.r.elements.size(); ++i) run = run && a.r.elements[i] == a.r.elements[i - 1] + 1;
    REQUIRE(a.t.isContiguous() == run);
    REQUIRE(a.t.reinterpret(INT).reinterpret(FLOAT) == a.t);
    std::size_t at = 0;
    for (const Interval &region : a.t.getContiguousRegions()) {
      REQUIRE(region.begin() == at);
      REQUIRE((at == 0 || a.r.elements[at] != a.r.elements[at - 1] + 1));
      for (at = region.begin() + 1; at < region.end(); ++at) REQUIRE(a.r.elements[at] == a.r.elements[at - 1] + 1);
    }
    REQUIRE(at == a.r.elements.size());
  }
}

TEST_CASE("views of huge tensors cost nothing until their regions are asked for") {
  Graph graph(Target::createCPUTarget());
  Tensor big = graph.addVariable(FLOAT, {20000, 100000});
  Tensor view = big.transpose().flatten().slice(5, 1999999999).reverse(0);
  CHECK(view.numElements() == 1999999994);
  CHECK(view[0].getVarRegions().size() == 1);
  // Element 1999999998 of the transposed order is row 19998 of the last column.
  CHECK(view[0].getVarRegions()[0].interval.begin() == std::size_t(19998) * 100000 + 99999);
  Tensor back = big.transpose().flatten().reshape({100000, 20000}).transpose();
  CHECK(back.isContiguous());
}

TEST_CASE("queries about regions") {
  Graph graph(Target::createCPUTarget());
  Tensor a = graph.addVariable(FLOAT, {4, 4}, "a"), b = graph.addVariable(FLOAT, {4}, "b");
  Tensor c = graph.addConstant<float>(FLOAT, {}, 2.5f);
  CHECK(a.isContiguous());
  CHECK(a.slice(1, 3).isContiguous());
  CHECK_FALSE(a.slice(1, 3, 1).isContiguous());
  CHECK(concat(a[0], a[1]).isContiguous());
  CHECK(concat(a[3], b).getContiguousRegions() == std::vector<Interval>{Interval(0, 4), Interval(4, 8)});
  CHECK(a.intersectsWith(a.transpose()[2]));
  CHECK_FALSE(a.slice(0, 2, 1).intersectsWith(a.slice(2, 4, 1)));
  CHECK_FALSE(a.intersectsWith(b));
  CHECK(c.containsConstant());
  CHECK_FALSE(concat(b, c.reshape({1})).isParallelWriteable());
  CHECK(concat(b, a[2]).isParallelWriteable());
  float value = 0;
  CHECK(c.getConstantValue(&value));
  CHECK(value == 2.5f);
  CHECK_FALSE(b[0].getConstantValue(&value));
  CHECK(a[1] == a.slice(1, 2).squeeze({0}));
  CHECK(a[1] != a[2]);
  CHECK(a.shapeToString() == "[4,4]");
  CHECK(concat(b, a[2]).getDebugStr().find("a[8:4]") != std::string::npos);
}

TEST_CASE("clone keeps shape and tile mapping, and order where asked") {
  Graph graph(Target::createIPUTarget(1, 8, "ipu2"));
  Tensor a = graph.addVariable(FLOAT, {2, 6});
  for (unsigned i = 0; i < 12; ++i) graph.setTileMapping(a.flatten()[i], i % 3);
  const Tensor view = a.transpose();
  for (const auto method : {TensorCloneMethod::PRESERVE_ORDER_UNLESS_ALIASES, TensorCloneMethod::CREATE_NEW_ORDER,
                            TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES}) {
    const Tensor copy = graph.clone(HALF, view, "copy", method);
    CHECK(copy.shape() == view.shape());
    CHECK(copy.elementType() == HALF);
    CHECK(graph.getTileMapping(copy) == graph.getTileMapping(view));
    CHECK(copy.isContiguous() == (method == TensorCloneMethod::CREATE_NEW_ORDER));
    CHECK_FALSE(copy.intersectsWith(view));
  }
  const Tensor aliased = a[0].broadcast(2, 0);
  CHECK(graph.clone(aliased).isParallelWriteable());
  CHECK(graph.clone(aliased, {}, TensorCloneMethod::PRESERVE_ORDER_AND_ALIASES).containsAliases());
}

TEST_CASE("the regions of a view are written one a line, to a stream or to standard output") {
  Graph graph(Target::createCPUTarget());
  const Tensor a = graph.addVariable(FLOAT, {3, 4}, "a");
  const Tensor view = concat(a[2], a[0].slice(1, 3));
  std::ostringstream to, standard;
  view.dumpRegions(to);
  std::streambuf *const before = std::cout.rdbuf(standard.rdbuf());
  view.dumpRegions();
  std::cout.rdbuf(before);
  CHECK(to.str() == "a[8,12)\na[1,3)\n");
  CHECK(standard.str() == to.str());
  std::ostringstream whole;
  view.dump(whole);
  CHECK(whole.str() == view.getDebugStr() + "\n");
}

TEST_CASE("regions are sorted into memory order") {
  Graph graph(Target::createCPUTarget());
  Tensor a = graph.addVariable(FLOAT, {3, 4});
  Tensor flat = a.transpose().flatten(); // a00 a10 a20 a01 …
  const auto groups = graph.getSortedContiguousRegions(flat, {Interval(0, 6)});
  CHECK(groups == std::vector<std::vector<Interval>>{{Interval(0, 1), Interval(3, 4)},
                                                     {Interval(1, 2), Interval(4, 5)},
                                                     {Interval(2, 3), Interval(5, 6)}});
  Tensor other = graph.addVariable(FLOAT, {12});
  Tensor simple = flat, along = other;
  graph.reorderToSimplify(&simple, {&along});
  CHECK(simple.isContiguous());
  CHECK(along[1] == other[3]);
}
