// Lifetimes and addresses, worked out by hand.
#include <algorithm>
#include <map>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <random>
#include <sstream>
#include <stdexcept>

#include "popgraph/machine/Machine.hpp"
#include "popgraph/passes/Passes.hpp"
#include "popgraph/passes/TilePacker.hpp"
#include "tests/support/Catch.hpp"

using namespace popgraph;
using namespace poplar;
using profile::MemoryCategory;
using program::Copy;
using program::Sequence;

namespace {

using Ranges = std::vector<StepRange>;

/// A graph on four tiles whose variables are named by one letter; its programs are compiled to look inside.
struct Fixture {
  Fixture() : graph(device().getTarget()) {}
  static Device device() {
    IPUModel model;
    model.tilesPerIPU = 4;
    return model.createDevice();
  }
  Tensor variable(const char *name, unsigned tile = 0, std::size_t elements = 16) {
    Tensor tensor = graph.addVariable(FLOAT, {elements}, name);
    graph.setTileMapping(tensor, tile);
    return tensor;
  }
  /// One that the host reads and writes.
  Tensor seen(const char *name, unsigned tile = 0, std::size_t elements = 16) {
    Tensor tensor = variable(name, tile, elements);
    graph.createHostRead(name, tensor);
    return tensor;
  }
  void compile(std::vector<program::Program> programs) {
    module = popgraph::compile(GraphAccess::state(graph), programs, {});
  }
  std::uint32_t id(const char *name) const {
    for (std::uint32_t v = 0; v < module->tables.variables.size(); ++v)
      if (module->tables.variableName(v) == name) return v;
    throw std::logic_error(name);
  }
  /// The steps in which a variable is live; none: always.
  Ranges live(const char *name) const {
    const Liveness &liveness = module->placement.liveness;
    const std::uint32_t set = liveness.variables[id(name)];
    if (set == kAlwaysLive) return {};
    const auto first = liveness.ranges.begin() + liveness.sets[set].first;
    return Ranges(first, first + liveness.sets[set].count);
  }
  std::uint32_t address(const char *name, unsigned tile = 0) const {
    const TileLayout &layout = module->placement.layouts[module->placement.layoutOfTile[tile]];
    for (std::uint32_t b = layout.first; b < layout.first + layout.blocks; ++b) {
      const MemoryBlock &block = module->placement.blocks[b];
      const bool isData = block.category == MemoryCategory::Variable || block.category == MemoryCategory::Temporary;
      if (isData && block.owner == id(name)) return block.address;
    }
    throw std::logic_error(name);
  }
  std::uint32_t bytes(MemoryCategory category, unsigned tile = 0) const {
    return module->placement.memory[static_cast<std::size_t>(category)][tile];
  }

  Graph graph;
  std::shared_ptr<Module> module;
};

const Ranges kAlways;

} // namespace

TEST_CASE_METHOD(Fixture, "what is written in full before it is read lives from its first to its last step") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t");
  compile({Sequence({Copy(a, s), Copy(s, b), Copy(a, t), Copy(t, b)})});
  CHECK(live("a") == kAlways); // the host may look at any time
  CHECK(live("s") == Ranges{{0, 2}});
  CHECK(live("t") == Ranges{{2, 4}});
  CHECK(address("s") == address("t"));
  CHECK(bytes(MemoryCategory::Variable) == 128);
  CHECK(bytes(MemoryCategory::Temporary) == 64); // only one at a time
  CHECK(module->placement.peakBytes[0] - bytes(MemoryCategory::Stack) - bytes(MemoryCategory::ControlCode) -
            bytes(MemoryCategory::InternalExchangeCode) ==
        192);
}

TEST_CASE_METHOD(Fixture, "lifetimes that overlap have addresses of their own") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t");
  compile({Sequence({Copy(a, s), Copy(s, t), Copy(t, b)})});
  CHECK(live("s") == Ranges{{0, 2}});
  CHECK(live("t") == Ranges{{1, 3}});
  CHECK(std::max(address("s"), address("t")) - std::min(address("s"), address("t")) >= 64);
  CHECK(bytes(MemoryCategory::Temporary) == 128); // in step 1
}

TEST_CASE_METHOD(Fixture, "what may be read before it is written is always live") {
  Tensor a = seen("a"), b = seen("b"), t = variable("t");
  SECTION("a read comes first") { compile({Sequence({Copy(t, b), Copy(a, t)})}); }
  SECTION("only half of it is written") { compile({Sequence({Copy(a.slice(0, 8), t.slice(0, 8)), Copy(t, b)})}); }
  SECTION("another program reads it") { compile({Copy(a, t), Copy(t, b)}); }
  SECTION("it has an initial value") {
    graph.setInitialValue(t, 1.0f);
    compile({Sequence({Copy(a, t), Copy(t, b)})});
  }
  SECTION("it is written in one branch only") {
    Tensor p = graph.addVariable(BOOL, {}, "p");
    graph.setTileMapping(p, 0);
    compile({Sequence({program::If(p, Copy(a, t), Sequence()), Copy(t, b)})});
  }
  SECTION("it is written in one case and read in another") {
    Tensor p = graph.addVariable(INT, {}, "p");
    graph.setTileMapping(p, 0);
    program::Switch choose(p);
    choose.add(0, Copy(a, t));
    choose.add(1, Copy(t, b));
    compile({choose});
  }
  SECTION("a loop of no turns writes it") { compile({Sequence({program::Repeat(0, Copy(a, t)), Copy(t, b)})}); }
  SECTION("the next turn of a loop reads it") { compile({program::Repeat(3, Sequence({Copy(t, b), Copy(a, t)}))}); }
  CHECK(live("t") == kAlways);
}

TEST_CASE_METHOD(Fixture, "parts that are written one after the other make a whole") {
  Tensor a = seen("a"), b = seen("b"), t = variable("t");
  compile({Sequence({Copy(a.slice(0, 8), t.slice(0, 8)), Copy(a.slice(8, 16), t.slice(8, 16)), Copy(t, b)})});
  CHECK(live("t") == Ranges{{0, 3}});
}

TEST_CASE_METHOD(Fixture, "a branch and a turn of a loop can have temporaries of their own") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t"), u = variable("u");
  Tensor p = graph.addVariable(BOOL, {}, "p");
  graph.setTileMapping(p, 0);
  compile({Sequence({program::If(p, Sequence({Copy(a, s), Copy(s, b)}), Sequence({Copy(a, t), Copy(t, b)})),
                     program::Repeat(5, Sequence({Copy(a, u), Copy(u, b)}))})});
  // 0: jump, 1, 2: true, 3: jump, 4, 5: false, 6: loop, 7, 8: body
  CHECK(live("s") == Ranges{{1, 3}});
  CHECK(live("t") == Ranges{{4, 6}});
  CHECK(live("u") == Ranges{{7, 9}});
}

TEST_CASE_METHOD(Fixture, "what a loop reads that was written before it is live in all of the loop") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t");
  compile({Sequence({Copy(a, s), program::Repeat(5, Sequence({Copy(s, b), Copy(a, t), Copy(t, b)}))})});
  // 0: write, 1: loop, 2: read, 3, 4: t, 5: end of the loop
  CHECK(live("s") == Ranges{{0, 6}});
  CHECK(live("t") == Ranges{{3, 5}});
  CHECK(address("s") != address("t"));
}

TEST_CASE_METHOD(Fixture, "temporaries of a function do not share with those of its callers") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t"), u = variable("u");
  const Function inner = graph.addFunction(Sequence({Copy(a, t), Copy(t, b)}));
  const Function outer = graph.addFunction(program::Call(inner));
  compile({Sequence({Copy(a, s), program::Call(outer), Copy(s, b), Copy(a, u), Copy(u, b)})});
  // 0: s, 1: call, 2: s, 3, 4: u, 5: end; then the functions, in the order in which they are called
  CHECK(live("s").front() == StepRange{0, 3});
  CHECK(live("s").back().end == module->steps.size());
  CHECK(live("u") == Ranges{{3, 5}});
  CHECK(address("s") != address("t"));
  CHECK(address("u") == std::min(address("s"), address("t"))); // of equal size, so the first place is free again
}

TEST_CASE_METHOD(Fixture, "programs that each write before they read share a temporary") {
  Tensor a = seen("a"), b = seen("b"), t = variable("t");
  compile({Sequence({Copy(a, t), Copy(t, b)}), Sequence({Copy(b, t), Copy(t, a)})});
  CHECK(live("t") == Ranges{{0, 2}, {3, 5}});
}

TEST_CASE_METHOD(Fixture, "temporaries larger together than a tile fit when they follow one another") {
  const std::size_t n = 100000; // 400,000 bytes of 637,872
  Tensor a = seen("a", 1, n), b = seen("b", 2, n), s = variable("s", 0, n), t = variable("t", 0, n);
  const std::vector<program::Program> after{Sequence({Copy(a, s), Copy(s, b), Copy(a, t), Copy(t, b)})};
  const std::vector<program::Program> both{Sequence({Copy(a, s), Copy(s, t), Copy(t, b)})};
  compile(after);
  CHECK(module->placement.peakBytes[0] < 500000);
  CHECK_THROWS_AS(compile(both), graph_memory_allocation_error);
}

TEST_CASE_METHOD(Fixture, "the course of liveness names the fullest tile of each step") {
  Tensor a = seen("a", 1), b = seen("b", 2), s = variable("s", 0), t = variable("t", 3, 16);
  compile({Sequence({Copy(a, s), Copy(s, t), Copy(t, b)})});
  const auto &steps = module->placement.livenessBySteps;
  REQUIRE(steps.size() == 3);
  CHECK(steps[0].bytes == 64);
  CHECK(steps[0].maxTile == 0);
  CHECK(steps[1].bytes == 128); // s on tile 0 and t on tile 3
  CHECK(steps[1].maxTileBytes == 64);
  CHECK(steps[1].maxTile == 0);
  CHECK(steps[2].maxTile == 3);
}

TEST_CASE_METHOD(Fixture, "each category counts what vertices on a tile need") {
  std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Reader : public poplar::Vertex {
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<poplar::Vector<float>> out;
  poplar::Vector<poplar::Input<poplar::Vector<float>>> parts;
  poplar::Vector<float> table;
  bool compute() {
    for (unsigned i = 0; i < out.size(); ++i) out[i] = in[i] + parts[0][i] * table[0];
    return true;
  }
};
)");
  graph.addCodelets(source);
  Tensor far = seen("far", 0, 8), own = seen("own", 1, 16), result = seen("result", 2, 4), more = seen("more", 1, 4);
  ComputeSet cs = graph.addComputeSet("read");
  const Tensor pieces = own.reshape({8, 2}).slice(0, 1, 1).flatten(); // every second element
  for (const bool isFar : {true, false}) {
    VertexRef vertex = graph.addVertex(cs, "Reader");
    graph.setTileMapping(vertex, 1);
    graph.connect(vertex["in"], isFar ? far : pieces);
    graph.connect(vertex["out"], isFar ? result : more);
    graph.setFieldSize(vertex["parts"], 3);
    for (unsigned i = 0; i < 3; ++i) graph.connect(vertex["parts"][i], far.slice(i, i + 4));
    graph.setFieldSize(vertex["table"], 5);
  }
  compile({program::Execute(cs)});
  const codelets::Codelet &codelet = module->tables.codelets[0].codelet();
  // far [0, 8) is received once for both vertices, and the first one's four results are sent.
  CHECK(bytes(MemoryCategory::Message, 1) == 32 + 16);
  CHECK(bytes(MemoryCategory::Rearrangement, 1) == 32);
  CHECK(bytes(MemoryCategory::VertexState, 1) == 2 * codelet.nominalBytes);
  CHECK(bytes(MemoryCategory::VertexFieldData, 1) == 2 * (3 * 8 + 5 * 4)); // three spans and the table
  CHECK(bytes(MemoryCategory::VertexCode, 1) == codelet.codeBytes);
  CHECK(bytes(MemoryCategory::VertexCode, 0) == 0);
  CHECK(bytes(MemoryCategory::Stack, 1) == 6 * codelet.stackBytes + 128);
  CHECK(bytes(MemoryCategory::InternalExchangeCode, 0) == 4 + 8); // one send, a delay and the return
  CHECK(bytes(MemoryCategory::InternalExchangeCode, 2) == 8 + 8); // one receive
  CHECK(bytes(MemoryCategory::InternalExchangeCode, 1) == 8 + 8 + 4 + 8);
}

TEST_CASE_METHOD(Fixture, "what a codelet wants in different memory elements lies there, or costs cycles") {
  std::stringstream source(R"code(
#include <poplar/Vertex.hpp>
template <typename T>
struct [[poplar::constraint("elem(*x) != elem(*y)", "region(*x) != region(*z)")]] Sum : public poplar::Vertex {
  poplar::Input<poplar::Vector<T>> x, y;
  poplar::Output<poplar::Vector<T>> z;
  bool compute() {
    for (unsigned i = 0; i < z.size(); ++i) z[i] = x[i] + y[i];
    return true;
  }
};
template struct Sum<float>;
)code");
  graph.addCodelets(source);
  Tensor a = seen("a"), b = seen("b"), c = seen("c"), d = seen("d");
  ComputeSet cs = graph.addComputeSet();
  const auto vertex = [&](const Tensor &x, const Tensor &y, const Tensor &z) {
    graph.setTileMapping(graph.addVertex(cs, "Sum<float>", {{"x", x}, {"y", y}, {"z", z}}), 0);
  };
  vertex(a, b, c);
  compile({program::Execute(cs)});
  const codelets::Codelet &codelet = module->tables.codelets[0].codelet();
  REQUIRE(codelet.apart.size() == 2);
  CHECK(codelet.apart[1].region);
  const Machine &machine = machineByName("gc200");
  const std::uint32_t element = machine.memoryElementBytes, border = machine.interleavedOffset;
  const auto elementOf = [&](std::uint32_t at) {
    return at < border ? at / element : 1000 + (at - border) / 2 / element;
  };
  CHECK(elementOf(address("a")) != elementOf(address("b")));
  CHECK((address("a") < border) != (address("c") < border));
  CHECK(module->placement.apart.size() == 2);
  CHECK(module->placement.stalls.empty());
  // A variable does not lie apart from itself: sixteen floats are eight accesses that take a cycle more.
  vertex(a, a, d);
  compile({program::Execute(cs)});
  REQUIRE(module->placement.together.size() == 1);
  CHECK(module->placement.stalls == std::vector<std::uint32_t>{8});
}

TEST_CASE_METHOD(Fixture, "a copy within a variable goes through a message on the tile it goes to") {
  Tensor x = seen("x", 0, 16);
  graph.setTileMapping(x.slice(8, 16), 1);
  compile({Copy(x.slice(0, 8), x.slice(8, 16))});
  CHECK(bytes(MemoryCategory::Message, 1) == 32);
  CHECK(bytes(MemoryCategory::Message, 0) == 0);
}

TEST_CASE_METHOD(Fixture, "transfers with the host cost latency, and their words and packets or the link's time") {
  Tensor a = variable("a", 1, 1000);
  const DataStream out = graph.addDeviceToHostFIFO("out", FLOAT, 1000);
  compile({Copy(a, out)});
  const ExchangePlan &plan = module->placement.transfers[0].before;
  REQUIRE(plan.tiles == 1);
  const ExchangeTile &tile = module->placement.exchangeTiles[plan.firstTile];
  CHECK(tile.cycles == 1000 + 16 * 18); // 4,000 bytes are 16 packets of 256
  CHECK(plan.cycles == 1330 + 1288);    // 851 on the link
  CHECK(bytes(MemoryCategory::HostMessage, 1) == 1024 + 8);
}

TEST_CASE("tiles that hold the same share a layout") {
  Graph graph(Target::createIPUTarget(2, "ipu2"));
  const unsigned tiles = graph.getTarget().getNumTiles();
  Tensor all = graph.addVariable(FLOAT, {tiles * 4}, "all"), one = graph.addVariable(FLOAT, {4}, "one");
  for (unsigned t = 0; t < tiles; ++t) graph.setTileMapping(all.slice(t * 4, t * 4 + 4), t);
  graph.setTileMapping(one, 7);
  const auto module = popgraph::compile(GraphAccess::state(graph), {Sequence()}, {});
  CHECK(module->placement.layouts.size() == 3); // of nothing, of most, of tile 7
  CHECK(module->placement.layoutOfTile[0] == module->placement.layoutOfTile[tiles - 1]);
  CHECK(module->placement.layoutOfTile[7] != module->placement.layoutOfTile[8]);
}

namespace {

/// Two lifetimes after one another, and one over both.
Liveness lifetimes() {
  Liveness liveness;
  liveness.ranges = {{0, 10}, {0, 2}, {2, 5}, {1, 4}, {7, 8}};
  liveness.sets = {{0, 1}, {1, 1}, {2, 1}, {3, 2}};
  return liveness;
}

} // namespace

TEST_CASE("code lies in the first region, wide data in the second, and large data where both are free") {
  const Machine &machine = machineByName("gc200");
  const Liveness liveness = lifetimes();
  const TilePacker pack(machine, liveness);
  const auto find = [](const std::vector<MemoryBlock> &blocks, MemoryCategory category) {
    return std::find_if(blocks.begin(), blocks.end(), [&](const MemoryBlock &b) { return b.category == category; })
        ->address;
  };
  const auto draft = [](MemoryCategory category, std::uint32_t bytes, bool interleaved = false) {
    return MemoryDraft{0, bytes, 8, category, interleaved, 0, kAlwaysLive};
  };
  const auto blocks = pack({draft(MemoryCategory::Variable, 200000), draft(MemoryCategory::VertexCode, 100000),
                            draft(MemoryCategory::Constant, 64, true)});
  CHECK(find(blocks, MemoryCategory::VertexCode) == 0);
  CHECK(find(blocks, MemoryCategory::Constant) == 212992);
  CHECK(find(blocks, MemoryCategory::Variable) == 212992 + 64); // no room beside the code
  const auto large = pack({draft(MemoryCategory::VertexCode, 1000), draft(MemoryCategory::Variable, 500000)});
  CHECK(find(large, MemoryCategory::Variable) == 1000); // across the border
  const auto four = pack({draft(MemoryCategory::Variable, 150000), draft(MemoryCategory::Variable, 150000),
                          draft(MemoryCategory::Variable, 150000), draft(MemoryCategory::Variable, 150000),
                          draft(MemoryCategory::Constant, 640, true), draft(MemoryCategory::VertexCode, 10000)});
  CHECK(four.back().category == MemoryCategory::Constant); // at the end, so that nothing is cut in two
  CHECK(four.back().address + 640 == TilePacker::room(machine));
  const auto code = pack({draft(MemoryCategory::VertexCode, 300000)});
  CHECK(find(code, MemoryCategory::VertexCode) == machine.bytesPerTile); // does not fit where code can run
}

TEST_CASE("blocks of random sizes and lifetimes never overlap while both are live") {
  const Machine &machine = machineByName("gc200");
  std::mt19937 random(11);
  Liveness liveness;
  liveness.ranges.push_back({0, 40});
  liveness.sets.push_back({0, 1});
  for (unsigned s = 0; s < 50; ++s) { // up to three ranges each, in order and apart
    LiveSet set{static_cast<std::uint32_t>(liveness.ranges.size()), 0};
    std::uint32_t at = static_cast<std::uint32_t>(random() % 10);
    for (unsigned r = 0; r <= random() % 3; ++r) {
      const auto end = at + 1 + static_cast<std::uint32_t>(random() % 6);
      liveness.ranges.push_back({at, end});
      ++set.count;
      at = end + 1 + static_cast<std::uint32_t>(random() % 8);
    }
    liveness.sets.push_back(set);
  }
  const TilePacker pack(machine, liveness);
  for (unsigned round = 0; round < 20; ++round) {
    std::vector<MemoryDraft> drafts;
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < 150; ++i) {
      drafts.push_back({0, 4 * (1 + static_cast<std::uint32_t>(random() % 2000)), 4u << random() % 4,
                        MemoryCategory::Temporary, round % 2 == 0 && random() % 8 == 0, i,
                        static_cast<std::uint32_t>(random() % 51)});
      sum += drafts.back().bytes;
    }
    const std::vector<MemoryBlock> blocks = pack(drafts);
    REQUIRE(blocks.size() == drafts.size());
    std::vector<std::vector<const MemoryBlock *>> byStep(64);
    std::uint64_t highest = 0;
    for (const MemoryBlock &block : blocks) {
      const MemoryDraft &draft = drafts[block.owner];
      CHECK(block.bytes == draft.bytes);
      CHECK(block.address % draft.alignment == 0);
      CHECK((!draft.interleaved || block.address >= machine.interleavedOffset));
      if (!draft.interleaved) highest = std::max<std::uint64_t>(highest, block.address + block.bytes);
      const LiveSet &set = liveness.sets[block.liveSet];
      for (std::uint32_t r = set.first; r < set.first + set.count; ++r)
        for (std::uint32_t step = liveness.ranges[r].begin; step < liveness.ranges[r].end; ++step)
          byStep[step].push_back(&block);
    }
    std::uint64_t most = 0;
    for (const auto &live : byStep) {
      std::uint64_t bytes = 0;
      for (const MemoryBlock *block : live) bytes += block->bytes;
      most = std::max(most, bytes);
    }
    bool apart = true; // blocks come in order of address
    for (const auto &live : byStep)
      for (std::size_t i = 1; i < live.size(); ++i)
        apart = apart && live[i - 1]->address + live[i - 1]->bytes <= live[i]->address;
    CHECK(apart);
    if (round % 2 == 1) CHECK(static_cast<double>(highest) < 1.3 * static_cast<double>(most)); // little is lost
    CHECK(most < sum);
  }
}

TEST_CASE_METHOD(Fixture, "the verifier refuses addresses that two live blocks share") {
  Tensor a = seen("a"), b = seen("b"), s = variable("s"), t = variable("t");
  compile({Sequence({Copy(a, s), Copy(s, t), Copy(t, b)})});
  CHECK_NOTHROW(verify(*module));
  auto &blocks = module->placement.blocks;
  REQUIRE(blocks.size() > 2);
  blocks.back().address = blocks[blocks.size() - 2].address;
  CHECK_THROWS_AS(verify(*module), std::logic_error);
}
