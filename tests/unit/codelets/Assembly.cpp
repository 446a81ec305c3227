// Inline assembly: what launches workers runs, the rest is refused where it stands.
#include "tests/support/Catch.hpp"
#include "popgraph/base/SealedFile.hpp"
#include "tests/unit/codelets/Support.hpp"
#include "tests/unit/codelets/TemporaryFolder.hpp"

using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

std::string errorOf(const std::string &text) {
  try {
    compileText(text);
  } catch (const CompileError &error) {
    return error.what();
  }
  return "no error";
}

} // namespace

TEST_CASE("A supervisor starts its workers with runall and waits for them", "[codelets][assembly]") {
  const std::string text = R"(
    #define RUN_ALL(NAME, STATE) \
      asm volatile("setzi $m1, " NAME "\n  runall $m1, %0, 0\n  sync 16 // all of them\n" : : "r"(STATE) : "$m1", "memory")
    namespace work {
    template <typename T> struct Add : public MultiVertex {
      InOut<Vector<T>> data; Output<unsigned> cycles; T step;
      bool compute(unsigned worker) {
        for (unsigned i = worker; i < data.size(); i += numWorkers()) data[i] += step + T(worker);
        return true; } };
    template class Add<int>;
    }
    struct Lead : public SupervisorVertex {
      InOut<Vector<int>> data; Output<unsigned> cycles; int step;
      __attribute__((target("supervisor"))) bool compute() {
        const unsigned before = __builtin_ipu_get_scount_l();
        RUN_ALL("__runCodelet_work__Add___int", this);
        *cycles = __builtin_ipu_get_scount_l() - before;
        data[0] *= 2;
        return true; } };)";
  for (const auto &[target, workers] : {std::pair<const char *, unsigned>{"ipu2", 6}, {"cpu", 1}}) {
    const auto module = compileText(text, target);
    std::vector<int> data(600, 1);
    unsigned cycles = 0;
    std::uint64_t rng[12] = {};
    VertexRun vertex(*module, "Lead");
    vertex.context.rng = rng;
    vertex.connect("data", data.data(), 600);
    vertex.connect("cycles", &cycles);
    vertex.state("step", 10);
    const std::uint32_t slots = vertex.run().at(0);
    CHECK(data[0] == 22);
    for (unsigned i = 1; i != 600; ++i) CHECK(data[i] == static_cast<int>(11 + i % workers));
    CHECK(vertex.context.worker == 0);
    CHECK(vertex.context.rng == rng);
    // The supervisor waits for the longest worker, each of which issues in one of six cycles.
    std::vector<int> again(600, 1);
    VertexRun worker(*module, "work::Add<int>");
    worker.context.rng = rng;
    worker.connect("data", again.data(), 600);
    worker.connect("cycles", &cycles);
    worker.state("step", 10);
    const unsigned measured = cycles;
    const std::uint32_t longest = 6 * worker.run().at(0);
    if (workers == 1) continue; // vertices of a CPU target count only where they read the counter
    CHECK(measured >= longest);
    CHECK(measured < longest + 10 + 2 * 6); // runall and sync stall
    CHECK(slots > measured);
    CHECK(slots < measured + 20 + 2 * 6); // loads, too
  }
}

TEST_CASE("Plain vertices are launched too, and know their worker", "[codelets][assembly]") {
  const auto module = compileText(R"(
    #include <poplar/TileConstants.hpp>
    struct Work : public Vertex { Output<Vector<unsigned>> out;
      void compute() { const unsigned w = __builtin_ipu_get(CSR_W_WSR__INDEX) & CSR_W_WSR__CTXTID_M1__MASK; out[w] = 10 + w; } };
    struct Lead : public SupervisorVertex { Output<Vector<unsigned>> out;
      void compute() { asm("setzi $m0, __runCodelet_Work; or $m2, $mzero, %[base]; runall $m0, $m2, 0; sync TEXCH_SYNCZONE_LOCAL"
                           : : [base] "r"(this) : "$m0", "$m2"); } };)");
  unsigned out[6] = {};
  std::uint64_t rng[12] = {};
  VertexRun vertex(*module, "Lead");
  vertex.context.rng = rng;
  vertex.connect("out", out, 6);
  vertex.run();
  for (unsigned w = 0; w != 6; ++w) CHECK(out[w] == 10 + w);
}

TEST_CASE("Macros that launch workers may stand in a header", "[codelets][assembly]") {
  const TemporaryFolder folder;
  popgraph::writeFileAtomically(folder / "Launch.h", "#define LAUNCH(NAME, STATE) asm volatile(\"setzi $m3, __runCodelet_\" NAME "
                                                     "\"\\n runall $m3, %0, 0\\n sync 16\" : : \"r\"(STATE) : \"$m3\")\n");
  const auto module = compileText(R"(
    #include <Launch.h>
    struct Work : MultiVertex { Output<Vector<unsigned>> out; bool compute(unsigned w) { out[w] = w + 1; return true; } };
    struct Lead : SupervisorVertex { Output<Vector<unsigned>> out; void compute() { LAUNCH("Work", this); } };)",
                                  "ipu2", "-I" + folder.path());
  unsigned out[6] = {};
  std::uint64_t rng[12] = {};
  VertexRun vertex(*module, "Lead");
  vertex.context.rng = rng;
  vertex.connect("out", out, 6);
  vertex.run();
  for (unsigned w = 0; w != 6; ++w) CHECK(out[w] == w + 1);
}

TEST_CASE("Assembly that cannot run is refused with file, line and text", "[codelets][assembly]") {
  const char *const statements[] = {
      "asm volatile(\"ld64step $azeros, $mzero, $m0+=, 1\" : : : \"memory\");",
      "asm volatile(\"add %0, %0, 1\" : \"+r\"(n) : : \"$m0\");",
      "asm volatile(\"setzi $m1, __runCodelet_Nothing\\n runall $m1, %0, 0\" : : \"r\"(this) : \"$m1\");",
      "asm volatile(\"f32add $a0, $a1, $a2\" : : : \"$a0\", \"$a1:2\");"};
  for (const char *statement : statements) {
    INFO(statement);
    const std::string text = errorOf("struct V : Vertex { int n;\n  bool compute() {\n    " + std::string(statement) +
                                     "\n    return n; } };");
    CHECK_THAT(text, containsText("codelet.cpp:5:") && containsText(statement) && containsText("assembly"));
  }
  CHECK_THAT(errorOf("asm(\".section odd\");\nstruct V : Vertex { int n; bool compute() { return n; } };"),
             containsText("codelet.cpp:3:1") && containsText(".section odd"));
}

TEST_CASE("Assembly that nothing reaches or that is empty does no harm", "[codelets][assembly]") {
  const auto module = compileText(R"(
    static void unused() { asm volatile("sync 0" : : : "memory"); asm volatile("br $lr"); }
    struct V : Vertex { InOut<int> n; bool compute() {
      int value = *n;
    #ifdef __IPU__
      asm volatile("brnzdec $m0, 1b");
    #endif
      asm volatile("" : "+r"(value) : : "memory");
      *n = value + 1; return true; } };)");
  int n = 6;
  VertexRun vertex(*module, "V");
  vertex.connect("n", &n);
  vertex.run();
  CHECK(n == 7);
}

TEST_CASE("Assembly files are accepted when all of them is for the IPU", "[codelets][assembly]") {
  CompileRequest request = textRequest("#include <poplar/Vertex.hpp>\nstruct V : poplar::Vertex { int n; "
                                       "bool compute() { return n; } };");
  Source assembly;
  assembly.path = "fast.S";
  assembly.text = "#include <poplar/StackSizeDefs.hpp>\n#ifdef __IPU__\n.globl f\nf: br $lr\n#endif\n";
  assembly.fromText = true;
  assembly.kind = SourceKind::Assembly;
  request.sources.push_back(assembly);
  CHECK(compile(request)->codelets.size() == 1);
  request.sources[1].text = ".globl f\nf: br $lr\n";
  CHECK_THROWS_AS(compile(request), CompileError);
  CHECK_THROWS_WITH(compile(request), containsText("fast.S") && containsText("__IPU__"));
}
