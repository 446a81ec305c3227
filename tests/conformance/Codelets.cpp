// Vertices of every field shape compute the same on every device.
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"

using namespace poplar;
using namespace support;

namespace {

const char *const kCodelets = R"(
#include <poplar/HalfFloat.hpp>
#include <poplar/Vertex.hpp>
using namespace poplar;

struct Scalars : public Vertex {
  Input<float> a; Input<int> b; Output<float> out;
  float factor; int shift; unsigned char small; bool negate; long long wide;
  bool compute() { float r = *a * factor + float(*b + shift) + small + float(wide); *out = negate ? -r : r; return true; }
};
template <typename T, VectorLayout L> struct Axpy : public Vertex {
  Input<Vector<T, L>> x; InOut<Vector<T, VectorLayout::SPAN, 8>> y; T a;
  bool compute() { for (unsigned i = 0; i < y.size(); ++i) y[i] = y[i] + a * x[i]; return true; }
};
template struct Axpy<float, VectorLayout::SPAN>;
template struct Axpy<float, VectorLayout::ONE_PTR>;
template struct Axpy<half, VectorLayout::ONE_PTR>;
template struct Axpy<int, VectorLayout::SPAN>;

struct RowSums : public Vertex {
  Vector<Input<Vector<float>>> rows; Output<Vector<float>> sums;
  void compute() { for (unsigned i = 0; i < rows.size(); ++i) { float s = 0; for (unsigned j = 0; j < rows[i].size(); ++j) s += rows[i][j]; sums[i] = s; } }
};
struct ListSums : public Vertex {
  Input<VectorList<int, VectorListLayout::DELTANELEMENTS>> rows; Output<Vector<int>> sums;
  auto compute() -> bool { for (unsigned i = 0; i < rows.size(); ++i) { int s = 0; for (unsigned j = 0; j < rows[i].size(); ++j) s += rows[i][j]; sums[i] = s; } return true; }
};
class Workers : public MultiVertex {
  Vector<unsigned> table;
public:
  Output<Vector<unsigned>> out; unsigned n;
  bool compute(unsigned workerId) { for (unsigned i = workerId; i < n; i += numWorkers()) out[i] = table[i % table.size()] + i; return true; }
};
struct Counter : public Vertex {
  Output<unsigned> out; unsigned count;
  bool compute() { ++count; *out = count; return true; }
};
struct SupervisorAdd : public SupervisorVertex {
  Input<int> a; Output<int> out;
  __attribute__((target("supervisor"))) bool compute() { *out = *a + 1; return true; }
};
)";

void addCodelets(Graph &graph) {
  std::stringstream source(kCodelets);
  graph.addCodelets(source);
}

} // namespace

TEST_CASE("scalar fields of all kinds reach the codelet") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor a = graph.addConstant<float>(FLOAT, {}, 1.5f), b = graph.addConstant<int>(INT, {}, -7);
    Tensor out = graph.addVariable(FLOAT, {2});
    ComputeSet cs = graph.addComputeSet();
    for (unsigned i = 0; i < 2; ++i) {
      VertexRef v = graph.addVertex(cs, "Scalars", {{"a", a}, {"b", b}, {"out", out[i]}});
      graph.setInitialValue(v["factor"], 2);
      graph.setInitialValue(v["shift"], -3);
      graph.setInitialValue(v["small"], 200);
      graph.setInitialValue(v["negate"], i == 1);
      graph.setInitialValue(v["wide"], 1LL << 33);
      graph.setTileMapping(v, tileOf(graph, 5 * i));
    }
    graph.setTileMapping(a, 0);
    graph.setTileMapping(b, tileOf(graph, 3));
    spread(graph, out);
    graph.createHostRead("out", out);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    const float expected = 1.5f * 2 + float(-10) + 200 + float(1LL << 33);
    CHECK(read<float>(engine, "out", 2) == std::vector<float>{expected, -expected});
  });
}

TEST_CASE("vector fields see views of any kind as contiguous") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor x = graph.addVariable(FLOAT, {6, 5}, "x"), y = graph.addVariable(FLOAT, {5, 6}, "y");
    spread(graph, x);
    spread(graph, y);
    ComputeSet cs = graph.addComputeSet();
    const auto axpy = [&](const char *type, const Tensor &from, const Tensor &to, float a, unsigned tile) {
      VertexRef v = graph.addVertex(cs, type, {{"x", from}, {"y", to}});
      graph.setInitialValue(v["a"], a);
      graph.setTileMapping(v, tileOf(graph, tile));
    };
    // A column into a row, a reversed slice into a strided one, a broadcast into an unaligned run.
    axpy("Axpy<float,poplar::VectorLayout::SPAN>", x.slice(0, 6).transpose()[2], y[0], 2, 1);
    axpy("Axpy<float,poplar::VectorLayout::ONE_PTR>", x[1].reverse(0).slice(0, 2), y[2].subSample(3, 0), 3, 2);
    axpy("Axpy<float,poplar::VectorLayout::ONE_PTR>", x[0][0].reshape({1}).broadcast(5, 0), y[4].slice(1, 6), 4, 3);
    graph.createHostWrite("x", x);
    graph.createHostWrite("yIn", y);
    graph.createHostRead("y", y);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    std::vector<float> hx(30), hy(30);
    for (int i = 0; i < 30; ++i) hx[i] = float(i + 1), hy[i] = float(100 * i);
    write(engine, "x", hx);
    write(engine, "yIn", hy);
    engine.run();
    std::vector<float> expected = hy;
    for (int i = 0; i < 6; ++i) expected[i] += 2 * hx[5 * i + 2];
    expected[12] += 3 * hx[9];
    expected[15] += 3 * hx[8];
    for (int i = 1; i < 6; ++i) expected[24 + i] += 4 * hx[0];
    CHECK(read<float>(engine, "y", 30) == expected);
  });
}

TEST_CASE("half and int vectors compute in their own type") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor hx = graph.addConstant<float>(HALF, {3}, {1.0f, 0.1f, 2048.0f}), hy = graph.addVariable(HALF, {3});
    Tensor ix = graph.addConstant<int>(INT, {2}, {3, -4}), iy = graph.addVariable(INT, {2});
    for (const Tensor &t : {hx, hy, ix, iy}) graph.setTileMapping(t, 0);
    graph.setInitialValue(hy, ArrayRef<float>{0.5f, 0.25f, 1.0f});
    graph.setInitialValue(iy, ArrayRef<int>{10, 20});
    ComputeSet cs = graph.addComputeSet();
    VertexRef h = graph.addVertex(cs, "Axpy<half,poplar::VectorLayout::ONE_PTR>", {{"x", hx}, {"y", hy}});
    VertexRef i = graph.addVertex(cs, "Axpy<int,poplar::VectorLayout::SPAN>", {{"x", ix}, {"y", iy}});
    graph.setInitialValue(h["a"], 2);
    graph.setInitialValue(i["a"], 5);
    graph.setTileMapping(h, 0);
    graph.setTileMapping(i, 0);
    graph.createHostRead("h", hy);
    graph.createHostRead("i", iy);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    const auto bits = read<std::uint16_t>(engine, "h", 3);
    float values[3];
    copyDeviceHalfToFloat(d.device.getTarget(), bits.data(), values, 3);
    CHECK(values[0] == 2.5f);
    CHECK(values[1] == Approx(0.25 + 2 * 0.1).margin(5e-4));
    CHECK(values[2] == 4096.0f); // 4097 rounds to even
    CHECK(read<int>(engine, "i", 2) == std::vector<int>{25, 0});
  });
}

TEST_CASE("rank 2 fields take tensors, lists and single sub-vectors") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor x = graph.addVariable(FLOAT, {4, 3}), sums = graph.addVariable(FLOAT, {8}), k = graph.addVariable(INT, {7});
    Tensor ks = graph.addVariable(INT, {3});
    for (const Tensor &t : {x, sums, k, ks}) spread(graph, t);
    ComputeSet cs = graph.addComputeSet();
    VertexRef whole = graph.addVertex(cs, "RowSums", {{"rows", x}, {"sums", sums.slice(0, 4)}});
    VertexRef list = graph.addVertex(cs, "RowSums");
    graph.connect(list["rows"], std::vector<Tensor>{x[0].slice(0, 1), x.flatten().slice(2, 9), x[1].slice(0, 0)});
    graph.connect(list["sums"], sums.slice(4, 7));
    VertexRef single = graph.addVertex(cs, "RowSums");
    graph.setFieldSize(single["rows"], 1);
    graph.connect(single["rows"][0], x.transpose()[1]);
    graph.connect(single["sums"], sums.slice(7, 8));
    VertexRef compressed = graph.addVertex(cs, "ListSums");
    graph.connect(compressed["rows"], std::vector<Tensor>{k.slice(0, 3), k.slice(5, 7), k.slice(3, 5)});
    graph.connect(compressed["sums"], ks);
    CHECK(graph.getFieldSize(list["rows"]) == 3);
    unsigned tile = 0;
    for (const VertexRef &v : {whole, list, single, compressed}) graph.setTileMapping(v, tileOf(graph, tile++));
    graph.createHostWrite("x", x);
    graph.createHostWrite("k", k);
    graph.createHostRead("sums", sums);
    graph.createHostRead("ks", ks);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    std::vector<float> hx;
    for (int i = 0; i < 12; ++i) hx.push_back(float(i * i));
    write(engine, "x", hx);
    write(engine, "k", std::vector<int>{1, 2, 3, 10, 20, 100, 200});
    engine.run();
    CHECK(read<float>(engine, "sums", 8) ==
          std::vector<float>{5, 50, 149, 302, 0, 4 + 9 + 16 + 25 + 36 + 49 + 64, 0, 1 + 16 + 49 + 100});
    CHECK(read<int>(engine, "ks", 3) == std::vector<int>{6, 300, 30});
  });
}

TEST_CASE("a MultiVertex runs once per worker and shares its fields") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor out = graph.addVariable(UNSIGNED_INT, {17});
    graph.setTileMapping(out, tileOf(graph, 4));
    ComputeSet cs = graph.addComputeSet();
    VertexRef v = graph.addVertex(cs, "Workers", {{"out", out}, {"n", 17}});
    graph.setInitialValue(v["table"], ArrayRef<unsigned>{100, 200, 300});
    graph.setTileMapping(v, tileOf(graph, 2));
    graph.createHostRead("out", out);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    std::vector<unsigned> expected;
    for (unsigned i = 0; i < 17; ++i) expected.push_back(100 * (i % 3 + 1) + i);
    CHECK(read<unsigned>(engine, "out", 17) == expected);
  });
}

TEST_CASE("vertex state persists between runs and load restores it") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor out = graph.addVariable(UNSIGNED_INT, {});
    graph.setTileMapping(out, 0);
    ComputeSet cs = graph.addComputeSet();
    VertexRef v = graph.addVertex(cs, "Counter", {{"out", out}, {"count", 40}});
    graph.setTileMapping(v, 0);
    graph.createHostRead("out", out);
    Engine engine(graph, program::Repeat(2, program::Execute(cs)));
    engine.load(d.device);
    engine.run();
    engine.run();
    CHECK(read<unsigned>(engine, "out", 1)[0] == 44);
    engine.load(d.device);
    engine.run();
    CHECK(read<unsigned>(engine, "out", 1)[0] == 42);
  });
}

TEST_CASE("supervisor vertices run on every device") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor t = graph.addVariable(INT, {2});
    graph.setTileMapping(t, 0);
    graph.setInitialValue(t.slice(0, 1), 41);
    ComputeSet cs = graph.addComputeSet();
    VertexRef v = graph.addVertex(cs, "SupervisorAdd", {{"a", t[0]}, {"out", t[1]}});
    graph.setTileMapping(v, 0);
    graph.createHostRead("t", t);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    CHECK(read<int>(engine, "t", 2) == std::vector<int>{41, 42});
  });
}

TEST_CASE("a graph stays usable after an engine was made of it, and vertices may follow their Execute") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    addCodelets(graph);
    Tensor t = graph.addVariable(INT, {3});
    graph.setTileMapping(t, 0);
    graph.setInitialValue(t, ArrayRef<int>{10, 0, 0});
    ComputeSet cs = graph.addComputeSet();
    const auto add = [&](unsigned from) {
      VertexRef v = graph.addVertex(cs, "SupervisorAdd", {{"a", t[0]}, {"out", t[from]}});
      graph.setTileMapping(v, 0);
    };
    program::Sequence sequence{program::Execute(cs)};
    add(1);
    graph.createHostRead("t", t);
    Engine first(graph, sequence);
    add(2);
    Engine second(graph, sequence);
    first.load(d.device);
    first.run();
    CHECK(read<int>(first, "t", 3) == std::vector<int>{10, 11, 0});
    second.load(d.device);
    second.run();
    CHECK(read<int>(second, "t", 3) == std::vector<int>{10, 11, 11});
  });
}

// ThreadSanitizer keeps the signals of faults for itself.
#ifndef __SANITIZE_THREAD__
TEST_CASE("a codelet that faults ends the run with its name and tile, and the engine can be loaded again") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Divide : public poplar::Vertex {
  poplar::InOut<int> x; poplar::Input<int> by;
  bool compute() { *x = *x / *by; return true; }
};
struct Escape : public poplar::Vertex {
  poplar::InOut<poplar::Vector<int>> x; poplar::Input<int> far;
  bool compute() { for (int i = 0; i < 8; ++i) x[(long long)*far * *far * (i + 1)] = i; return true; }
};
)");
    graph.addCodelets(source);
    Tensor x = graph.addVariable(INT, {4}), by = graph.addVariable(INT, {});
    for (unsigned i = 0; i < 4; ++i) graph.setTileMapping(x[i], tileOf(graph, i));
    graph.setTileMapping(by, 0);
    graph.setInitialValue(x, ArrayRef<int>{60, 70, 80, 90});
    graph.createHostWrite("by", by);
    graph.createHostRead("x", x);
    ComputeSet divide = graph.addComputeSet(), escape = graph.addComputeSet();
    for (unsigned i = 1; i < 4; ++i)
      graph.setTileMapping(graph.addVertex(divide, "Divide", {{"x", x[i]}, {"by", by}}), tileOf(graph, i));
    graph.setTileMapping(graph.addVertex(escape, "Escape", {{"x", x.slice(0, 1)}, {"far", by}}), 0);
    Engine engine(graph, {program::Execute(divide), program::Execute(escape)});
    engine.load(d.device);
    const auto textOf = [&](unsigned program) -> std::string {
      try {
        engine.run(program);
      } catch (const application_runtime_error &error) { return error.what(); }
      return "";
    };
    const std::string text = textOf(0); // by is 0
    CHECK(text.find("Divide") != std::string::npos);
    CHECK(text.find("tile " + std::to_string(tileOf(graph, 1))) != std::string::npos);
    CHECK(text.find("zero") != std::string::npos);
    engine.load(d.device);
    write(engine, "by", std::vector<int>{1 << 22});
    CHECK(textOf(1).find("Escape") != std::string::npos);
    engine.load(d.device);
    write(engine, "by", std::vector<int>{10});
    engine.run(0);
    CHECK(read<int>(engine, "x", 4) == std::vector<int>{60, 7, 8, 9});
  });
}
#endif

TEST_CASE("a codelet that gives up ends the run with what it said") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
#include <cassert>
#include <cstdlib>
#include <print.h>
struct Stop : public poplar::Vertex {
  poplar::InOut<int> x; poplar::Input<int> how;
  bool compute() {
    if (how == 1) { printf("first\n"); assert(*x > 100 && "too small"); }
    if (how == 2) { printf("assertion `of mine' failed\nthen\n"); abort(); }
    *x = *x / (how - 4);
    return true;
  }
};
)");
    graph.addCodelets(source);
    Tensor x = graph.addVariable(INT, {}), how = graph.addVariable(INT, {});
    for (const Tensor &t : {x, how}) graph.setTileMapping(t, 0);
    graph.createHostWrite("x", x);
    graph.createHostWrite("how", how);
    ComputeSet cs = graph.addComputeSet();
    graph.setTileMapping(graph.addVertex(cs, "Stop", {{"x", x}, {"how", how}}), 0);
    Engine engine(graph, program::Execute(cs));
    std::ostringstream printed;
    engine.setPrintStream(printed);
    const auto textOf = [&](int value, int kind) -> std::string {
      engine.load(d.device);
      write(engine, "x", std::vector<int>{value});
      write(engine, "how", std::vector<int>{kind});
      try {
        engine.run();
      } catch (const application_runtime_error &error) { return error.what(); }
      return "";
    };
    const std::string assertion = textOf(1, 1);
    CHECK(assertion.find("'Stop' failed on tile 0: ") != std::string::npos);
    CHECK(assertion.find("assertion `*x > 100 && \"too small\"' failed") != std::string::npos);
    CHECK(assertion.find("first") == std::string::npos);
    CHECK(textOf(1, 2).find("it called abort, failed an assertion or") != std::string::npos);
    CHECK(textOf(INT_MIN, 3).find("by zero, or the smallest integer by -1") != std::string::npos);
    CHECK(textOf(1, 3).empty());
    CHECK(printed.str().find("too small") != std::string::npos);
  });
}

TEST_CASE("codelets come from lists of files, compiled files and compiled texts") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("popgraph-codelets-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto write = [&](const char *name, const std::string &text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  const auto codelet = [](const char *name, const std::string &body) {
    return std::string("#include <poplar/Vertex.hpp>\nextern \"C\" int helper(int);\nstruct ") + name +
           " : public poplar::Vertex { poplar::Output<int> out; bool compute() { *out = " + body + "; return true; } };\n";
  };
  const std::string c = write("helper.c", "int helper(int x) { return 3 * x; }\n");
  const std::string first = write("First.cpp", codelet("First", "helper(2)"));
  const std::string second = write("Second.cpp", codelet("Second", "20"));
  const std::string third = write("Third.cpp", codelet("Third", "30"));
  const std::string fourth = write("Fourth.cpp", codelet("Fourth", "VALUE"));
  const std::string twice = write("twice.ll", "define i32 @twice(i32 %x) {\n  %r = mul i32 %x, 2\n  ret i32 %r\n}\n");
  const std::string fifth = write("Fifth.cpp", "extern \"C\" int twice(int);\n" + codelet("Fifth", "twice(25)"));
  const std::string assembly = write("fast.S", "#ifdef __IPU__\nbr $lr\n#endif\n");
  const std::string gp = (folder / "third.gp").string();
  REQUIRE(std::system((POPGRAPH_POPC " -o " + gp + " " + third).c_str()) == 0);
  onEachDevice([&](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    graph.addCodelets({first, c, assembly, gp});
    graph.addCodelets(second, CodeletFileType::CppSource);
    graph.addCodelets(assembly, CodeletFileType::PreprocessedAsmSource);
    graph.addCodelets(assembly, CodeletFileType::AsmSource);
    graph.addCodelets(c, CodeletFileType::CSource); // without codelets: helpers for nobody
    graph.addCodelets(twice, CodeletFileType::IrSource);
    graph.addCodelets({fifth, twice});
    std::ifstream file(fourth);
    std::stringstream text;
    text << file.rdbuf();
    std::ostringstream messages;
    graph.addCodelets(text, messages, "-DVALUE=40 -O1");
    const char *const names[] = {"First", "Second", "Third", "Fourth", "Fifth"};
    Tensor out = graph.addVariable(INT, {5});
    ComputeSet cs = graph.addComputeSet();
    for (unsigned i = 0; i != 5; ++i) {
      REQUIRE(graph.hasCodelet(names[i]));
      graph.setTileMapping(out[i], tileOf(graph, i));
      graph.setTileMapping(graph.addVertex(cs, names[i], {{"out", out[i]}}), tileOf(graph, i));
    }
    graph.createHostRead("out", out);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    CHECK(read<int>(engine, "out", 5) == std::vector<int>{6, 20, 30, 40, 50});

    // The bytes of a compiled file, from memory.
    Graph other(d.device.getTarget());
    std::ifstream compiled(gp, std::ios::binary);
    std::stringstream bytes;
    bytes << compiled.rdbuf();
    other.addCodelets(bytes, "", CodeletFileType::Object);
    CHECK(other.hasCodelet("Third"));
    CHECK_FALSE(other.hasCodelet("First"));
    std::stringstream wrong("struct X : Nothing {};");
    std::ostringstream errors;
    CHECK_THROWS_AS(other.addCodelets(wrong, errors), graph_program_compilation_error);
    CHECK(errors.str().find("Nothing") != std::string::npos);
  });
  std::filesystem::remove_all(folder);
}

TEST_CASE("warnings of a codelet that compiles go to the stream that is given, each time") {
  const std::string source = "#include <poplar/Vertex.hpp>\n#warning \"look here\"\n"
                             "struct Warned : public poplar::Vertex { poplar::Output<int> o; "
                             "bool compute() { *o = 1; return true; } };";
  for (int time = 0; time != 2; ++time) { // compiled, then known
    Graph graph(Target::createIPUTarget(1, "ipu2"));
    std::stringstream text(source);
    std::ostringstream messages;
    graph.addCodelets(text, messages);
    CHECK(messages.str().find("look here") != std::string::npos);
  }
}

TEST_CASE("a vertex type that is loaded twice keeps its fields, or is refused") {
  Graph graph(Target::createIPUTarget(1, "ipu2"));
  const auto add = [&](const std::string &base, const std::string &fields) {
    std::stringstream text("#include <poplar/Vertex.hpp>\nusing namespace poplar;\nstruct Twice : public " + base + " { " +
                           fields + " bool compute(" + (base == "Vertex" ? "" : "unsigned") +
                           ") { return true; } };");
    graph.addCodelets(text);
  };
  add("Vertex", "Input<Vector<float>> in; int k;");
  add("Vertex", "Input<Vector<float>> in;  int k;"); // the same in another text
  const auto refuses = [&](const std::string &base, const std::string &fields, const std::string &why) {
    try {
      add(base, fields);
      FAIL("accepted " << fields);
    } catch (const graph_program_compilation_error &error) {
      CHECK(std::string(error.what()).find("'Twice'") != std::string::npos);
      CHECK(std::string(error.what()).find(why) != std::string::npos);
    }
  };
  for (int time = 0; time != 2; ++time) // what was refused is not kept
    refuses("Vertex", "Input<Vector<float>> in; int k, l;", "other fields");
  refuses("Vertex", "Input<Vector<int>> in; int k;", "other fields");
  refuses("MultiVertex", "Input<Vector<float>> in; int k;", "another kind");
}

TEST_CASE("mutable globals of codelets belong to their tile and last as long as the engine is loaded") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
static int counter = 100;
struct Count : public poplar::Vertex {
  poplar::Output<int> out;
  bool compute() { static int calls; counter += 10; *out = counter + ++calls; return true; }
};
)");
    graph.addCodelets(source);
    const unsigned tiles = graph.getTarget().getNumTiles();
    Tensor out = graph.addVariable(INT, {3});
    ComputeSet cs = graph.addComputeSet();
    for (unsigned i = 0; i != 3; ++i) {
      const unsigned tile = tiles > 1 ? (i == 2 ? 1 : 0) : 0; // two on one tile, one on another
      graph.setTileMapping(out[i], tile);
      graph.setTileMapping(graph.addVertex(cs, "Count", {{"out", out[i]}}), tile);
    }
    graph.createHostRead("out", out);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    engine.run();
    engine.run();
    std::vector<int> values = read<int>(engine, "out", 3);
    std::sort(values.begin(), values.end());
    CHECK(values == (tiles > 1 ? std::vector<int>{122, 133, 144} : std::vector<int>{144, 155, 166}));
    engine.load(d.device);
    engine.run();
    values = read<int>(engine, "out", 3);
    std::sort(values.begin(), values.end());
    CHECK(values == (tiles > 1 ? std::vector<int>{111, 111, 122} : std::vector<int>{111, 122, 133}));
  });
}

TEST_CASE("a supervisor launches its workers on every device") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    std::stringstream source(R"(
#include <poplar/Vertex.hpp>
struct Work : public poplar::MultiVertex {
  poplar::InOut<poplar::Vector<int>> data;
  bool compute(unsigned worker) {
    for (unsigned i = worker; i < data.size(); i += numWorkers()) data[i] = data[i] * data[i];
    return true;
  }
};
struct Lead : public poplar::SupervisorVertex {
  poplar::InOut<poplar::Vector<int>> data;
  __attribute__((target("supervisor"))) bool compute() {
    for (int pass = 0; pass != 2; ++pass)
      asm volatile("setzi $m0, __runCodelet_Work\n runall $m0, %0, 0\n sync 16\n" : : "r"(this) : "$m0", "memory");
    return true;
  }
};
)");
    graph.addCodelets(source);
    Tensor data = graph.addVariable(INT, {13});
    graph.setTileMapping(data, tileOf(graph, 3));
    ComputeSet cs = graph.addComputeSet();
    graph.setTileMapping(graph.addVertex(cs, "Lead", {{"data", data}}), tileOf(graph, 3));
    graph.createHostWrite("in", data);
    graph.createHostRead("out", data);
    Engine engine(graph, program::Execute(cs));
    engine.load(d.device);
    std::vector<int> in(13), expected(13);
    for (int i = 0; i != 13; ++i) in[i] = i - 6, expected[i] = in[i] * in[i] * in[i] * in[i];
    write(engine, "in", in);
    engine.run();
    CHECK(read<int>(engine, "out", 13) == expected);
  });
}
