// Views of a tensor of a hundred million elements, and of a concatenation of ten thousand pieces. Prints JSON: for each
// function the microseconds of one call, with the shape of the result or the answer.
//
//   tensor_views [rows]        default 10,000 rows of 10,000 elements
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <poplar/Graph.hpp>
#include <string>
#include <vector>

using namespace poplar;

namespace {

nlohmann::ordered_json results = nlohmann::ordered_json::array();

/// Calls f until 20 ms have passed.
template <typename F> double microseconds(F &&f) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::size_t calls = 0;
  double elapsed = 0;
  do {
    f();
    ++calls;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  } while (elapsed < 0.02);
  return elapsed / static_cast<double>(calls) * 1e6;
}

void view(const char *name, const std::function<Tensor()> &f) {
  Tensor result;
  const double time = microseconds([&] { result = f(); });
  results.push_back({{"function", name}, {"microseconds", time}, {"shape", result.shape()}});
}

template <typename F> void query(const char *name, F &&f) {
  decltype(f()) answer{};
  const double time = microseconds([&] { answer = f(); });
  results.push_back({{"function", name}, {"microseconds", time}, {"answer", answer}});
}

} // namespace

int main(int argc, char **argv) {
  const std::size_t n = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10000;
  if (n < 16 || n % 8 != 0) {
    std::cerr << "usage: tensor_views [rows, a multiple of 8, at least 16]\n";
    return 2;
  }
  Graph graph(Target::createIPUTarget(1, "ipu2"));
  const Tensor a = graph.addVariable(FLOAT, {n, n}, VariableMappingMethod::LINEAR, "a");
  const Tensor t = a.transpose();
  const Tensor flat = t.flatten();
  view("transpose", [&] { return a.transpose(); });
  view("strided slice", [&] { return a.subSample(3, 0).slice(5, n - 5, 1); });
  view("flatten of a transpose", [&] { return t.flatten(); });
  view("reshape of a transpose", [&] { return t.reshape({n / 2, 2 * n}); });
  view("transpose of such a reshape", [&] { return t.reshape({n / 2, 2 * n}).transpose(); });
  view("slice of a flattened transpose", [&] { return flat.slice(n + 1, n * n - n - 1); });
  view("reverse of a flattened transpose", [&] { return flat.reverse(0); });
  view("sampling of a flattened transpose", [&] { return flat.subSample(4, 0); });
  view("element of a flattened transpose", [&] { return flat[n * n / 2 + 7]; });
  view("broadcast", [&] { return t.broadcast(3, 1); });
  view("upsample", [&] { return t.upsample(2, 0, UpsampleMethod::REPEAT); });
  view("reinterpret", [&] { return t.reinterpret(UNSIGNED_INT); });
  view("concat of two transposes", [&] { return concat(t, t, 1); });
  view("clone of a transpose on one tile", [&] {
    Graph small(Target::createIPUTarget(1, "ipu2"));
    const Tensor x = small.addVariable(FLOAT, {n, n});
    small.setTileMapping(x, 1);
    return small.clone(x.transpose());
  });
  query("containsAliases of a transpose", [&] { return t.containsAliases(); });
  query("containsAliases of a sampled transpose", [&] { return t.subSample(3, 1).flatten().containsAliases(); });
  query("isParallelWriteable of a flattened transpose", [&] { return flat.isParallelWriteable(); });
  query("isContiguous of a flattened transpose", [&] { return flat.isContiguous(); });
  query("intersectsWith a row of a transpose", [&] { return a[n / 2].intersectsWith(t.slice(0, 5)); });
  query("equality of two transposes", [&] { return a.transpose() == t; });
  query("getTileMapping of all", [&] { return graph.getTileMapping(a).size(); });

  std::vector<Tensor> pieces;
  for (std::size_t i = 0; i < 10000; ++i) pieces.push_back(graph.addVariable(FLOAT, {1, 8}));
  const Tensor joined = concat(pieces);
  view("concat of 10,000 pieces", [&] { return concat(pieces); });
  view("row of 10,000 pieces", [&] { return joined[5000]; });
  view("slice of 10,000 pieces", [&] { return joined.slice(5000, 5010); });
  view("transpose of 10,000 pieces", [&] { return joined.transpose(); });
  query("containsAliases of 10,000 pieces", [&] { return joined.containsAliases(); });
  query("getContiguousRegions of 10,000 pieces", [&] { return joined.getContiguousRegions().size(); });
  query("1,000 appends", [&] {
    Tensor all = pieces[0];
    for (std::size_t i = 1; i < 1000; ++i) all = concat(all, pieces[i]);
    return all.dim(0);
  });
  std::cout << nlohmann::ordered_json{{"benchmark", "tensor_views"}, {"elements", n * n}, {"results", results}}.dump(1)
            << '\n';
}
