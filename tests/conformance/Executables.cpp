// Executables as files: they run as the original does, in another process too, and nothing else passes for one.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <poplar/Executable.hpp>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace poplar::program;
using namespace support;

namespace {

// Two modules: the second is loaded and never run.
const char *const kCodelets = R"(
#include <poplar/Vertex.hpp>
#include <print.h>
using namespace poplar;
unsigned calls;
struct Mix : public Vertex {
  Input<Vector<float, VectorLayout::ONE_PTR>> in; Vector<Input<Vector<float>>> rows; Output<Vector<float>> out;
  Vector<unsigned> table; short shift; double unused;
  bool compute() {
    ++calls;
    for (unsigned i = 0; i < out.size(); ++i) {
      float sum = in[i] + shift + table[i % table.size()] + calls;
      for (unsigned r = 0; r < rows.size(); ++r) sum += rows[r][i];
      out[i] = sum;
    }
    return true;
  }
};
struct Less : public Vertex {
  InOut<int> value; Output<bool> go; int limit;
  bool compute() { *value += 1; *go = *value < limit; printf("value %d\n", *value); return true; }
};
struct Spread : public MultiVertex {
  Output<Vector<int>> out;
  bool compute(unsigned w) { for (unsigned i = w; i < out.size(); i += numWorkers()) out[i] = 10 * i + w % 1; return true; }
};
)";
const char *const kUnused = R"(
#include <poplar/Vertex.hpp>
struct Unused : public poplar::Vertex { poplar::Output<int> out; bool compute() { *out = 1; return true; } };
)";

/// A program with a step of every kind that one device can do.
Executable makeExecutable(const Target &target) {
  Graph graph(target);
  for (const char *text : {kCodelets, kUnused}) {
    std::stringstream source(text);
    graph.addCodelets(source);
  }
  Tensor x = graph.addVariable(FLOAT, {6, 4}, "x"), y = graph.addVariable(FLOAT, {4}, "y");
  Tensor c = graph.addConstant<float>(FLOAT, {4}, {1, 2, 3, 4.5}), i = graph.addVariable(INT, {}, "i");
  Tensor go = graph.addVariable(BOOL, {}, "go"), big = graph.addVariable(INT, {2000});
  for (const Tensor &t : {x, y, c, i, go, big}) spread(graph, t);
  graph.setInitialValue(i, 2);
  graph.setInitialValue(x[5], ArrayRef<float>{5, 6, 7, 8});
  ComputeSet mix = graph.addComputeSet("mix"), less = graph.addComputeSet("less"), fill = graph.addComputeSet();
  VertexRef v = graph.addVertex(mix, "Mix");
  graph.connect(v["in"], x.transpose()[1].slice(0, 4));
  graph.connect(v["rows"], std::vector<Tensor>{x[5], c, x[2].reverse(0)});
  graph.connect(v["out"], y);
  graph.setInitialValue(v["table"], ArrayRef<unsigned>{3, 1, 4});
  graph.setInitialValue(v["shift"], -2);
  graph.setTileMapping(v, tileOf(graph, 3));
  VertexRef w = graph.addVertex(less, "Less", {{"value", i}, {"go", go}, {"limit", 5}});
  graph.setTileMapping(w, tileOf(graph, 7));
  graph.setPerfEstimate(w, 1234);
  VertexRef s = graph.addVertex(fill, "Spread", {{"out", big}});
  graph.setTileMapping(s, 0);
  graph.createHostWrite("x", x);
  graph.createHostRead("y", y);
  graph.createHostRead("big", big.slice(0, 8));
  graph.createHostRead("i", i);
  DataStream in = graph.addHostToDeviceFIFO("in", FLOAT, 4), out = graph.addDeviceToHostFIFO("out", FLOAT, 4);
  Function function = graph.addFunction(Sequence{Execute(mix), Copy(y, x.transpose()[2].slice(1, 5))});
  Sequence counted{Copy(in, x[2]), Call(function), Copy(y, out)};
  graph.createHostRead("cycles", cycleCount(graph, counted, 0, SyncType::INTERNAL, "cycles"));
  Switch choose(i);
  choose.add(5, Execute(fill));
  Sequence main{counted,
                RepeatWhileTrue(Sequence{Execute(less)}, go, Copy(x[0], x[1])),
                If(go, Abort("never"), Repeat(3, Call(function))),
                choose,
                Sync(SyncType::EXTERNAL),
                PrintTensor("y", y),
                AbortOnCondition(go, "not now"),
                Block(WriteUndef(x[3]), "block")};
  return compileGraph(graph, {main, ErrorProgram("stop here", y)});
}

struct Outcome {
  std::vector<float> y, sunk;
  std::vector<int> big, i;
  std::vector<unsigned> cycles;
  std::string printed, error, summary;
  bool operator==(const Outcome &) const = default;
};

Outcome run(Engine &engine, const Device &device) {
  Outcome outcome;
  std::ostringstream printed, summary;
  engine.setPrintStream(printed);
  engine.setPrintTensorStream(printed);
  std::vector<float> source{0.5f, 1.5f, 2.5f, 3.5f}, sink(8), x(24);
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<float>(k);
  engine.connectStream("in", source.data(), source.data() + 4);
  engine.connectStream("out", sink.data(), sink.data() + 8);
  engine.load(device);
  write(engine, "x", x);
  for (int turn = 0; turn < 2; ++turn) engine.run(0);
  outcome.cycles = read<unsigned>(engine, "cycles", 2);
  outcome.y = read<float>(engine, "y", 4);
  outcome.big = read<int>(engine, "big", 8);
  outcome.i = read<int>(engine, "i", 1);
  outcome.sunk = sink;
  try {
    engine.run(1);
  } catch (const application_runtime_error &error) {
    outcome.error = error.what();
  }
  engine.printProfileSummary(summary, {{"showExecutionSteps", "true"}, {"showVarStorage", "true"}});
  outcome.printed = printed.str();
  outcome.summary = summary.str();
  return outcome;
}

std::string bytesOf(const Executable &executable) {
  std::ostringstream out;
  executable.serialize(out);
  return out.str();
}
Executable fromBytes(const std::string &bytes) {
  std::istringstream in(bytes);
  return Executable::deserialize(in);
}

Executable smallExecutable(const Target &target) {
  Graph graph(target);
  Tensor t = graph.addVariable(INT, {4}, "t");
  graph.setTileMapping(t, 0);
  graph.setInitialValue(t, ArrayRef<int>{1, 2, 3, 4});
  graph.createHostRead("t", t);
  return compileGraph(graph, {Copy(t.slice(0, 2), t.slice(2, 4))});
}

} // namespace

TEST_CASE("an executable that was written and read runs as the original, with the same cycles and profile") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    const Executable original = makeExecutable(d.device.getTarget());
    Engine first(original);
    const Outcome expected = run(first, d.device);
    CHECK(expected.error.find("stop here") != std::string::npos);
    CHECK(expected.printed.find("value 5") != std::string::npos);
    CHECK(expected.big == std::vector<int>{0, 10, 20, 30, 40, 50, 60, 70});

    const std::string bytes = bytesOf(original);
    const Executable read = fromBytes(bytes);
    CHECK(bytesOf(read) == bytes);
    Engine second(read), third(read, {{"debug.instrument", "true"}});
    const Outcome outcome = run(second, d.device);
    CHECK(outcome.y == expected.y);
    CHECK(outcome.sunk == expected.sunk);
    CHECK(outcome.cycles == expected.cycles);
    CHECK(outcome.printed == expected.printed);
    CHECK(outcome.summary == expected.summary);
    CHECK(outcome == expected);
    CHECK(run(third, d.device) == expected);
  });
}

TEST_CASE("an executable runs in a process that has no compiler, no sources and no graph") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    const std::string path =
        (std::filesystem::temp_directory_path() / ("popgraph-" + std::to_string(getpid()) + ".pgx")).string();
    {
      std::ofstream out(path, std::ios::binary);
      makeExecutable(d.device.getTarget()).serialize(out);
    }
    const std::string command =
        std::string("env -i POPGRAPH_POPC=/nonexistent PATH=/nonexistent POPGRAPH_CACHE=/nonexistent ") +
        "POPGRAPH_BACKEND=" + (d.backend ? d.backend : "") + " '" + POPGRAPH_RUN_EXECUTABLE + "' '" + path + "' '" +
        d.name + "' 2>&1";
    std::FILE *pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    std::string output;
    for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
    CHECK(pclose(pipe) == 0);
    std::filesystem::remove(path);
    Engine engine(makeExecutable(d.device.getTarget()));
    std::vector<float> zeros(4), sink(4);
    engine.connectStream("in", zeros.data());
    engine.connectStream("out", sink.data());
    std::ostringstream printed;
    engine.setPrintStream(printed);
    engine.setPrintTensorStream(printed);
    engine.loadAndRun(d.device);
    std::ostringstream expected;
    expected << printed.str();
    for (const float y : read<float>(engine, "y", 4)) expected << y << '\n';
    CHECK(output == expected.str());
  });
}

TEST_CASE("a file with any byte altered or any part cut off is refused, and costs nothing else") {
  const std::vector<TestDevice> all = devices();
  const std::string bytes = bytesOf(smallExecutable(all[0].device.getTarget()));
  unsigned accepted = 0;
  const auto accepts = [&](const std::string &text) {
    try {
      fromBytes(text);
      return true;
    } catch (const parse_error &) {
      return false;
    }
  };
  std::string altered = bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    altered[i] = static_cast<char>(altered[i] ^ (1 << i % 8));
    accepted += accepts(altered);
    altered[i] = bytes[i];
  }
  for (std::size_t length = 1; length < bytes.size(); ++length) accepted += accepts(bytes.substr(0, length));
  CHECK(accepted == 0);
  Engine engine(fromBytes(bytes));
  engine.loadAndRun(all[0].device);
  CHECK(read<int>(engine, "t", 4) == std::vector<int>{1, 2, 1, 2});
}

TEST_CASE("missing, empty, foreign and newer files are refused by name") {
  const Executable executable = smallExecutable(devices()[0].device.getTarget());
  throwsNaming<file_load_error>({"executable"}, [] {
    std::ifstream missing("/nonexistent.pgx");
    Executable::deserialize(missing);
  });
  throwsNaming<file_load_error>({"executable", "end"}, [] { fromBytes(""); });
  throwsNaming<file_load_error>({"no stream"}, [] { Executable::deserialize(std::unique_ptr<std::istream>()); });
  throwsNaming<parse_error>({"executable", "not a popgraph file"}, [] { fromBytes("SQLite format 3"); });
  std::string bytes = bytesOf(executable);
  const std::size_t kind = bytes.find("pgx"), version = kind + 3;
  std::string foreign = bytes, newer = bytes;
  foreign.replace(kind, 3, "gp2");
  throwsNaming<parse_error>({"kind 'gp2'", "'pgx'"}, [&] { fromBytes(foreign); });
  newer[version] = 100;
  throwsNaming<parse_error>({"version 100", "newer"}, [&] { fromBytes(newer); });
  throwsNaming<poplar_error>({"empty", "compileGraph"}, [] {
    std::ostringstream out;
    Executable().serialize(out);
  });
  throwsNaming<poplar_error>({"stream", "bytes"}, [&] {
    std::ofstream full("/dev/full");
    executable.serialize(full);
  });
}

TEST_CASE("executables lie one after another in a stream, and make several engines") {
  const std::vector<TestDevice> all = devices();
  std::stringstream stream;
  const Executable small = smallExecutable(all[0].device.getTarget());
  small.serialize(stream);
  stream << "between";
  smallExecutable(all[2].device.getTarget()).serialize(stream);
  const Executable first = Executable::deserialize(stream);
  std::string between(7, ' ');
  stream.read(between.data(), 7);
  CHECK(between == "between");
  Executable second = Executable::deserialize(stream, false), moved;
  moved = std::move(second);
  Engine one(first), two(first), other(moved);
  one.loadAndRun(all[0].device);
  two.load(all[1].device);
  other.loadAndRun(all[2].device);
  CHECK(read<int>(one, "t", 4) == std::vector<int>{1, 2, 1, 2});
  CHECK(read<int>(two, "t", 4) == std::vector<int>{1, 2, 3, 4});
  CHECK(read<int>(other, "t", 4) == std::vector<int>{1, 2, 1, 2});
  throwsNaming<poplar_error>({"another target"}, [&] { one.load(all[2].device); });
  throwsNaming<poplar_error>({"another target"}, [&] {
    IPUModel model;
    model.tilesPerIPU = 13;
    Engine(first).load(model.createDevice());
  });
  auto owned = std::unique_ptr<std::istream>(new std::istringstream(bytesOf(small)));
  Engine three(Executable::deserialize(std::move(owned)));
  three.loadAndRun(all[0].device);
  CHECK(read<int>(three, "t", 4) == std::vector<int>{1, 2, 1, 2});
}
