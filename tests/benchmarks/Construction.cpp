// How long the functions of poputil and popops that programs call most take to build their part of a graph: 1,472 tiles,
// operands of ten million elements, linearly mapped. Every function is called in a graph of its own, with the codelets
// it generates in the cache; the operands are made before. Rows after the first twenty show other layouts.
//
//   construction [--json] [FUNCTION...]
#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <popops/Cast.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Fill.hpp>
#include <popops/Reduce.hpp>
#include <popops/Sort.hpp>
#include <popops/TopK.hpp>
#include <popops/Zero.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/VarStructure.hpp>
#include <poputil/VertexTemplates.hpp>
#include <string>
#include <vector>

using namespace poplar;
using namespace popops;
using namespace popops::expr;
using poplar::program::Sequence;

namespace {

constexpr std::size_t kElements = 10'000'000;

/// A fresh graph and the operands that functions ask for, all made before the clock starts.
struct Setting {
  Graph graph{Target::createIPUTarget(1, 1472, "ipu2")};
  Sequence prog;
  Tensor x, y;        ///< flat
  Tensor matrix;      ///< {2500, 4000}
  Tensor result;      ///< {4000}
  Tensor rows, index; ///< {40000, 250}, {1}
  Tensor window;      ///< {1, 250}
  Tensor lookups;     ///< {1000, 1}
  Tensor wide;        ///< {1000, 10000}
  Tensor unmapped;    ///< flat

  Setting() {
    addCodelets(graph);
    x = mapped({kElements}, "x");
    y = mapped({kElements}, "y");
    matrix = mapped({2500, 4000}, "matrix");
    result = mapped({4000}, "result");
    rows = mapped({40000, 250}, "rows");
    window = mapped({1, 250}, "window");
    wide = mapped({1000, 10000}, "wide");
    index = mapped({1}, "index", UNSIGNED_INT);
    lookups = mapped({1000, 1}, "lookups", UNSIGNED_INT);
    unmapped = graph.addVariable(FLOAT, {kElements}, "unmapped");
  }
  Tensor mapped(const std::vector<std::size_t> &shape, const char *name, Type type = FLOAT) {
    const Tensor t = graph.addVariable(type, shape, name);
    poputil::mapTensorLinearly(graph, t);
    return t;
  }
};

struct Timed {
  std::string name;
  std::function<void(Setting &)> call;
};

const std::vector<Timed> &functions() {
  static const std::vector<Timed> all{
      {"poputil::mapTensorLinearly", [](Setting &s) { poputil::mapTensorLinearly(s.graph, s.unmapped); }},
      {"popops::addInPlace", [](Setting &s) { addInPlace(s.graph, s.x, s.y, s.prog); }},
      {"popops::cast", [](Setting &s) { cast(s.graph, s.x, HALF, s.prog); }},
      {"popops::mulInPlace", [](Setting &s) { mulInPlace(s.graph, s.x, s.y, s.prog); }},
      {"popops::reduce", [](Setting &s) { reduce(s.graph, s.matrix, {0}, Operation::ADD, s.prog); }},
      {"popops::zero", [](Setting &s) { zero(s.graph, s.x, s.prog); }},
      {"popops::mapInPlace", [](Setting &s) { mapInPlace(s.graph, _1 * Const(2.0f) + _2, {s.x, s.y}, s.prog); }},
      {"poputil::templateVertex", [](Setting &) { poputil::templateVertex("popops::Fill", FLOAT, true, 3); }},
      {"popops::add", [](Setting &s) { add(s.graph, s.x, s.y, s.prog); }},
      {"popops::map", [](Setting &s) { map(s.graph, Tanh(_1) * _2 + Const(1.0f), {s.x, s.y}, s.prog); }},
      {"poputil::detectDimGroupings", [](Setting &s) { poputil::detectDimGroupings(s.graph, s.matrix); }},
      {"popops::createSliceableTensor",
       [](Setting &s) { createSliceableTensor(s.graph, FLOAT, {40000, 250}, {0}, {1}, 0); }},
      {"popops::dynamicSlice", [](Setting &s) { dynamicSlice(s.graph, s.rows, s.index, {0}, {1}, s.prog); }},
      {"popops::fill", [](Setting &s) { fill(s.graph, s.x, s.prog, 1.0f); }},
      {"popops::mul", [](Setting &s) { mul(s.graph, s.x, s.y, s.prog); }},
      {"popops::embedding::plan", [](Setting &s) { embedding::plan(s.graph, FLOAT, 40000, 250, {1000}, {}); }},
      {"popops::reduceWithOutput",
       [](Setting &s) { reduceWithOutput(s.graph, s.matrix, s.result, {0}, Operation::ADD, s.prog); }},
      {"popops::sub", [](Setting &s) { sub(s.graph, s.x, s.y, s.prog); }},
      {"popops::subInPlace", [](Setting &s) { subInPlace(s.graph, s.x, s.y, s.prog); }},
      {"popops::topKWithPermutation",
       [](Setting &s) { topKWithPermutation(s.graph, s.prog, s.wide, TopKParams(10, true, SortOrder::DESCENDING)); }},
      // Other layouts, and less used functions.
      {"dynamicUpdate", [](Setting &s) { dynamicUpdate(s.graph, s.rows, s.window, s.index, {0}, {1}, s.prog); }},
      {"multiSlice", [](Setting &s) { multiSlice(s.graph, s.rows, s.lookups, {0}, {1}, s.prog, SlicePlan(), {}); }},
      {"reduce of the other dimension", [](Setting &s) { reduce(s.graph, s.matrix, {1}, Operation::ADD, s.prog); }},
      {"reduce of everything", [](Setting &s) { reduce(s.graph, s.x, {0}, Operation::ADD, s.prog); }},
      {"sort of rows", [](Setting &s) { sort(s.graph, s.wide, 1, s.prog); }},
      {"sort of 100,000 elements", [](Setting &s) { sort(s.graph, s.x.slice(0, 100000), 0, s.prog); }},
      {"add of a transposed operand",
       [](Setting &s) { add(s.graph, s.x.reshape({4000, 2500}), s.matrix.transpose(), s.prog); }},
      {"add of a broadcast row", [](Setting &s) { add(s.graph, s.matrix, s.result, s.prog); }},
      {"add of a broadcast column",
       [](Setting &s) { add(s.graph, s.matrix.transpose(), s.result.slice(0, 2500), s.prog); }},
  };
  return all;
}

double milliseconds(const Timed &f) {
  double best = 1e9;
  for (int i = 0; i < 4; ++i) { // the first call fills the cache
    Setting setting;
    const auto begin = std::chrono::steady_clock::now();
    f.call(setting);
    const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() * 1e3;
    if (i > 0) best = std::min(best, time);
  }
  return best;
}

} // namespace

int main(int argc, char **argv) {
  bool json = false;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]) == "--json")
      json = true;
    else
      wanted.push_back(argv[i]);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const Timed &f : functions()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), f.name) == wanted.end()) continue;
    const double time = milliseconds(f);
    results.push_back({{"function", f.name}, {"milliseconds", time}});
    if (!json)
      std::cout << std::left << std::setw(36) << f.name << std::right << std::fixed << std::setprecision(3)
                << std::setw(10) << time << " ms\n"
                << std::flush;
  }
  if (json) std::cout << nlohmann::ordered_json{{"benchmark", "construction"}, {"results", results}}.dump(1) << '\n';
}
