// Worker slots against counts by hand.
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include "popgraph/machine/CostTable.hpp"
#include <algorithm>
#include <random>

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

TEST_CASE("Slots of straight code are the sum of its instructions", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <cmath>
    #include <poplar/HalfFloat.hpp>
    struct Add : Vertex { Input<float> a, b; Output<float> c; bool compute() { *c = a + b; return true; } };
    struct Divide : Vertex { Input<int> a, b; Output<int> c; bool compute() { *c = a / b; return true; } };
    struct Exp : Vertex { Input<float> a; Output<float> c; bool compute() { *c = std::exp(a); return true; } };
    struct Narrow : Vertex { Input<char> a; Output<char> c; bool compute() { *c = a; return true; } };
    struct Halves : Vertex { Input<half> a, b; Output<half> c; bool compute() { *c = a * b; return true; } };
    struct Inverse : Vertex { Input<float> a; Output<float> c; bool compute() { *c = 1.0f / *a; return true; } };
    struct HalfRatio : Vertex { Input<half> a, b; Output<half> c; bool compute() { *c = a / b; return true; } };
    struct Quotient : Vertex { Input<float> a; Output<float> c; bool compute() { *c = 2.0f / *a; return true; } };
    struct WideLess : Vertex { Input<long long> a, b; Output<int> c;
      bool compute() { *c = *a < *b; return true; } };
    struct Wide : Vertex { Input<long long> a, b; Output<long long> c;
      bool compute() { *c = a + b; return true; } };)");
  const auto slotsOf = [&](const std::string &name) {
    alignas(8) char a[8] = {3}, b[8] = {2}, c[8];
    VertexRun vertex(*module, name);
    vertex.connect("a", a);
    if (name != "Exp" && name != "Narrow" && name != "Inverse" && name != "Quotient") vertex.connect("b", b);
    vertex.connect("c", c);
    return vertex.run().at(0);
  };
  CHECK(slotsOf("HalfRatio") == // to float and back
        3 + 2 + slots(Cost::FloatDivide) + 2 * slots(Cost::FloatConvert) + slots(Cost::StoreNarrow) + 1);
  CHECK(slotsOf("Inverse") == 2 + 1 + slots(Cost::FloatReciprocal) + 1 + 1);
  CHECK(slotsOf("Quotient") == 2 + 1 + slots(Cost::FloatDivide) + 1 + 1);
  CHECK(slotsOf("WideLess") == 3 + 2 * 2 + slots(Cost::Integer64Compare) + 1 + 1);
  CHECK(slotsOf("Add") == 3 + 2 + 1 + 1 + 1);  // three pointers, two loads, add, store, return
  CHECK(slotsOf("Divide") == 3 + 2 + slots(Cost::IntegerDivideS32) + 1 + 1);
  CHECK(slotsOf("Exp") == 2 + 1 + slots(Cost::FloatExp) + 1 + 1);
  CHECK(slotsOf("Narrow") == 2 + 1 + slots(Cost::StoreNarrow) + 1);
  CHECK(slotsOf("Halves") == 3 + 2 + 1 + slots(Cost::StoreNarrow) + 1);
  CHECK(slotsOf("Wide") == 3 + 2 * 2 + slots(Cost::Integer64) + 2 + 1); // two words to load and store
}

TEST_CASE("Slots of a data-dependent algorithm follow its data", "[codelets][costs]") {
  // The slots are linear in how often the two inner steps happen, which the test counts itself.
  const auto module = compileText(R"(
    struct Sort : Vertex {
      InOut<Vector<int, VectorLayout::ONE_PTR>> x;
      unsigned n;
      bool compute() {
        for (unsigned i = 1; i < n; ++i) {
          const int value = x[i];
          int j = static_cast<int>(i) - 1;
          while (j >= 0 && x[j] > value) { x[j + 1] = x[j]; --j; }
          x[j + 1] = value;
        }
        return true;
      }
    };)");
  std::mt19937 random(3);
  VertexRun vertex(*module, "Sort");
  const auto run = [&](std::vector<int> values, unsigned &moves, unsigned &toFront) {
    moves = toFront = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const auto greater = std::count_if(values.begin(), values.begin() + static_cast<long>(i),
                                         [&](int v) { return v > values[i]; });
      moves += static_cast<unsigned>(greater);
      toFront += greater == static_cast<long>(i);
    }
    std::vector<int> sorted = values;
    vertex.connect("x", sorted.data());
    vertex.state("n", static_cast<unsigned>(values.size()));
    const auto slots = vertex.run().at(0);
    CHECK(std::is_sorted(sorted.begin(), sorted.end()));
    return slots;
  };
  const auto values = [&](std::size_t n) {
    std::vector<int> result(n);
    for (int &v : result) v = static_cast<int>(random() % 1000);
    return result;
  };
  std::vector<int> up(40), down(40);
  for (int i = 0; i != 40; ++i) up[i] = i, down[i] = 40 - i;
  unsigned moves, fronts;
  const auto sortedSlots = run(up, moves, fronts);
  REQUIRE(moves == 0);
  // One move and no move to the front more: what a move costs.
  std::vector<int> swapped = up;
  std::swap(swapped[20], swapped[21]);
  const auto perMove = run(swapped, moves, fronts) - sortedSlots;
  REQUIRE(moves == 1);
  std::vector<int> front = up;
  std::swap(front[0], front[1]);
  const auto perFront = static_cast<int>(run(front, moves, fronts) - sortedSlots - perMove);
  REQUIRE(fronts == 1);
  // Test of the index, load, compare, branch, store: between four and ten instructions.
  CHECK(perMove >= 4);
  CHECK(perMove <= 10);
  for (int trial = 0; trial != 5; ++trial) {
    const auto slots = run(values(40), moves, fronts);
    const auto expected = static_cast<int>(sortedSlots + perMove * moves) + perFront * static_cast<int>(fronts);
    CHECK(static_cast<int>(slots) == expected);
  }
}

TEST_CASE("Slots do not depend on how the host vectorises", "[codelets][costs]") {
  // The same loop where the host can use wide vectors, and where pointers that may alias keep it from doing so for
  // short distances: data differ, counts must not.
  const auto module = compileText(R"(
    struct Axpy : Vertex {
      Input<Vector<float, VectorLayout::ONE_PTR>> x; InOut<Vector<float, VectorLayout::ONE_PTR>> y; unsigned n;
      bool compute() { for (unsigned i = 0; i < n; ++i) y[i] += 2 * x[i]; return true; }
    };)");
  VertexRun vertex(*module, "Axpy");
  std::vector<float> data(2000, 1.0f);
  for (unsigned n : {1u, 7u, 8u, 9u, 64u, 1000u}) {
    vertex.state("n", n);
    vertex.connect("x", data.data());
    vertex.connect("y", data.data() + 1000);
    const auto apart = vertex.run();
    vertex.connect("y", data.data() + 1);
    CHECK(vertex.run() == apart);
    // n, test; two pointers, rpt; two loads, the doubling, the sum, store; return.
    CHECK(apart.at(0) == 2 + 3 + 5 * n + 1);
  }
}

TEST_CASE("Code and stack are estimated from the canonical code", "[codelets][costs]") {
  const auto module = compileText(R"(
    __attribute__((noinline)) float big(const float *x, unsigned n) {
      volatile float buffer[64];
      for (unsigned i = 0; i < n; ++i) buffer[i] = x[i];
      return buffer[n / 2];
    }
    struct Small : Vertex { Output<float> out; bool compute() { *out = 1; return true; } };
    struct Deep : Vertex { Input<Vector<float>> in; Output<float> out;
      bool compute() { *out = big(&in[0], in.size()); return true; } };)");
  const Codelet &small = module->codelets.at(indexOf(*module, "Small"));
  const Codelet &deep = module->codelets.at(indexOf(*module, "Deep"));
  CHECK(small.codeBytes == 4 * 3); // pointer, store, return
  CHECK(small.stackBytes == 64);
  CHECK(deep.codeBytes > 4 * 10);
  CHECK(deep.stackBytes == 256 + 8);
}

TEST_CASE("Addresses that advance evenly cost nothing inside a hardware loop", "[codelets][costs]") {
  const auto module = compileText(R"(
    struct Dot : Vertex {
      Input<Vector<float>> a, b; Output<float> c; unsigned row, column, stride, n;
      bool compute() {
        float sum = 0;
        for (unsigned l = 0; l < n; ++l) sum += a[row * n + l] * b[l * stride + column];
        *c = sum;
        return true;
      }
    };
    struct Strided : MultiVertex {
      Output<Vector<unsigned>> out;
      bool compute(unsigned w) { for (unsigned i = w; i < out.size(); i += numWorkers()) out[i] = w; return true; }
    };
    struct Uses : Vertex {
      Output<Vector<unsigned>> out;
      bool compute() { for (unsigned i = 0; i < out.size(); ++i) out[i] = i * 3; return true; }
    };)");
  std::vector<float> a(1000), b(1000);
  float c = 0;
  VertexRun dot(*module, "Dot");
  dot.connect("a", a.data(), 1000);
  dot.connect("b", b.data(), 1000);
  dot.connect("c", &c);
  dot.state("stride", 3u);
  const auto dotSlots = [&](unsigned n) { dot.state("n", n); return dot.run().at(0); };
  CHECK(dotSlots(101) - dotSlots(1) == 100 * 4); // two loads, multiply, add
  std::vector<unsigned> out(1200);
  VertexRun strided(*module, "Strided");
  const auto stridedSlots = [&](unsigned n) { strided.connect("out", out.data(), n); return strided.run().at(0); };
  CHECK(stridedSlots(606) - stridedSlots(6) == 100); // a store
  VertexRun uses(*module, "Uses");
  const auto usesSlots = [&](unsigned n) { uses.connect("out", out.data(), n); return uses.run().at(0); };
  CHECK(usesSlots(101) - usesSlots(1) == 100 * 3); // the counter is a value here: it steps, is multiplied, and stored
}

TEST_CASE("Slots of conditional work count how often it happened", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <cmath>
    struct Some : Vertex {
      Input<Vector<float>> x; InOut<Vector<float>> y; InOut<Vector<int>> z;
      bool compute() {
        for (unsigned i = 0; i < x.size(); ++i) {
          if (x[i] > 0) y[i] = std::log(x[i]);
          if (z[i] < 0) { z[i] /= 7; y[i] *= 0.5f; }
        }
        return true;
      }
    };)");
  VertexRun vertex(*module, "Some");
  std::mt19937 random(6);
  const auto run = [&](const std::vector<float> &x, std::vector<int> z) {
    std::vector<float> y(x.size(), 1.0f);
    const auto n = static_cast<std::uint32_t>(x.size());
    vertex.connect("x", x.data(), n);
    vertex.connect("y", y.data(), n);
    vertex.connect("z", z.data(), n);
    return vertex.run().at(0);
  };
  const auto none = run({-1}, {1}), perElement = run({-1, -1}, {1, 1}) - none;
  const auto perLog = run({1}, {1}) - none, perDivision = run({-1}, {-1}) - none;
  // A pointer may be loaded in the branch or before the loop; logarithm and store are certain.
  CHECK(perLog >= slots(Cost::FloatLog) + 1);
  CHECK(perLog <= slots(Cost::FloatLog) + 3);
  CHECK(perDivision >= slots(Cost::IntegerDivideS32) + 4);
  for (std::size_t n : {3u, 8u, 64u, 777u}) {
    std::vector<float> x(n);
    std::vector<int> z(n);
    std::uint32_t logs = 0, divisions = 0;
    for (std::size_t i = 0; i != n; ++i) {
      x[i] = static_cast<float>(static_cast<int>(random() % 7) - 3);
      z[i] = static_cast<int>(random() % 5) - 2;
      logs += x[i] > 0;
      divisions += z[i] < 0;
    }
    CHECK(run(x, z) == none + perElement * (n - 1) + perLog * logs + perDivision * divisions);
  }
}

TEST_CASE("Results and slots are the same without the host's optimisation", "[codelets][costs]") {
  // Loops that data end, in the forms whose counters the optimiser moves out of the loop.
  const std::string text = R"(
    #include <cmath>
    #include <print.h>
    __attribute__((noinline)) static unsigned steps(unsigned x) {
      unsigned n = 0;
      while (x != 1) { x = x & 1 ? 3 * x + 1 : x / 2; ++n; if (n > 50) return 99; }
      return n;
    }
    struct V : Vertex {
      InOut<Vector<int>> x; Output<Vector<float>> y; unsigned seed;
      bool compute() {
        const int n = static_cast<int>(x.size());
        for (int i = 1; i < n; ++i) {
          const int value = x[i];
          int j = i - 1;
          while (j >= 0 && x[j] > value) { x[j + 1] = x[j]; --j; }
          x[j + 1] = value;
        }
        int first = 0;
        for (; first < n; ++first) if (x[first] > 0) break;
        unsigned down = x.size();
        do { --down; } while (down > 0 && x[down] > 100);
        float sum = 0;
        for (int i = first; i < n; i += 3) { if (x[i] % 5 == 0) continue; sum += std::sqrt(static_cast<float>(x[i])); }
        unsigned bits = seed, count = 0;
        for (unsigned i = 0; i < 200; ++i) {
          const unsigned low = bits & 1;
          bits >>= 1;
          if (low) { bits ^= 0xb400u; ++count; }
          if (bits == 77) break;
        }
        y[0] = sum;
        y[1] = static_cast<float>(first + static_cast<int>(down) * 1000);
        y[2] = static_cast<float>(count + steps(seed + 1));
        return true;
      }
    };)";
  const auto fast = compileText(text), slow = compileText(text, "ipu2", "-O0");
  REQUIRE(fast->object != slow->object);
  VertexRun one(*fast, "V"), other(*slow, "V");
  std::mt19937 random(8);
  for (int trial = 0; trial != 300; ++trial) {
    std::vector<int> x(1 + random() % 60);
    const int range = trial % 3 ? 300 : 5;
    for (int &v : x) v = static_cast<int>(random() % static_cast<unsigned>(range)) - range / 3;
    const unsigned seed = random() % 60000;
    std::vector<int> a = x, b = x;
    std::vector<float> ya(3), yb(3);
    const auto run = [&](VertexRun &vertex, std::vector<int> &data, std::vector<float> &y) {
      vertex.connect("x", data.data(), static_cast<std::uint32_t>(data.size()));
      vertex.connect("y", y.data(), 3);
      vertex.state("seed", seed);
      return vertex.run();
    };
    REQUIRE(run(one, a, ya) == run(other, b, yb));
    REQUIRE(a == b);
    REQUIRE(ya == yb);
  }
}

TEST_CASE("Comparisons of floats and selections cost the moves of their masks", "[codelets][costs]") {
  const auto module = compileText(R"(
    struct Select : Vertex { Input<float> a, b; Output<float> c; bool compute() { *c = *a > *b ? *a : *b; return true; } };
    struct Test : Vertex { Input<float> a, b; Output<int> c; bool compute() { *c = *a > *b; return true; } };
    struct Count : Vertex { Input<unsigned> a; Output<unsigned> c;
      bool compute() { *c = static_cast<unsigned>(__builtin_popcount(*a)); return true; } };)");
  const auto slotsOf = [&](const std::string &name, bool two) {
    alignas(8) char a[8] = {3}, b[8] = {2}, c[8];
    VertexRun vertex(*module, name);
    vertex.connect("a", a);
    if (two) vertex.connect("b", b);
    vertex.connect("c", c);
    return vertex.run().at(0);
  };
  CHECK(slotsOf("Select", true) == 3 + 2 + 1 + slots(Cost::FloatSelect) + 1 + 1);
  CHECK(slotsOf("Test", true) == 3 + 2 + 1 + slots(Cost::FloatTest) + 1 + 1 + 1); // one bit of the mask
  CHECK(slotsOf("Count", false) == 2 + 1 + slots(Cost::BitCount) + 1 + 1);
}

TEST_CASE("What is computed in 64 bits costs so, and what only addresses or counts does not", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <cstddef>
    #include <cstdint>
    #include <cstring>
    #include <poplar/HalfFloat.hpp>
    #define LOOP(name, In, Out, before, body, after)                                                      \
      struct name : Vertex {                                                                              \
        Input<Vector<In, VectorLayout::ONE_PTR, 8>> a, b; Output<Vector<Out, VectorLayout::ONE_PTR, 8>> c; \
        unsigned n;                                                                                       \
        bool compute() { before; for (unsigned i = 0; i < n; ++i) { body; } after; return true; }         \
      };
    #define WHOLE(name, In, Out, body) LOOP(name, In, Out, , body, )
    LOOP(Congruential, unsigned, unsigned, uint64_t s = 1, s = s * 6364136223846793005u + 1; c[i] = s >> 33, )
    LOOP(SumOfProducts, unsigned, unsigned, uint64_t s = 0, s += uint64_t(a[i]) * b[i], c[0] = s; c[1] = s >> 32)
    WHOLE(FixedPoint, int, int, c[i] = int64_t(a[i]) * b[i] >> 16)
    WHOLE(Triple, long long, long long, c[i] = a[i] * 3)
    WHOLE(Logic, long long, long long, c[i] = a[i] ^ b[i])
    WHOLE(Greater, long long, long long, c[i] = a[i] < b[i] ? b[i] : a[i])
    WHOLE(Rotate, unsigned, unsigned, c[i] = a[i] << 7 | a[i] >> 25)
    struct Sized : Vertex {
      Output<Vector<float, VectorLayout::ONE_PTR>> c; unsigned n;
      bool compute() { for (size_t i = 0; i < n; ++i) c[i] = (float)i; return true; }
    };
    WHOLE(Unsized, float, float, c[i] = (float)i)
    LOOP(Lanes, float, float, float s[4] = {}, for (unsigned k = 0; k < 4; ++k) s[k] += a[4 * i + k] * b[4 * i + k],
         for (unsigned k = 0; k < 4; ++k) c[k] = s[k])
    WHOLE(ToFloat, int, float, c[i] = (float)a[i])
    WHOLE(ToInteger, float, int, c[i] = (int)a[i])
    WHOLE(Bits, float, float, float x = a[i] * 2; unsigned u; std::memcpy(&u, &x, 4); u = 77 - (u >> 1);
          std::memcpy(&x, &u, 4); c[i] = x * x)
    LOOP(SumHalves, half, float, float s = 0, s += (float)a[i], c[0] = s)
    WHOLE(AddHalves, half, half, c[i] = a[i] + b[i])
    LOOP(Window, float, float, float l = 0; float m = 1, float r = a[i]; c[i] = l + m + r; l = m; m = r, )
  )");
  alignas(16) static std::uint64_t a[1100], b[1100], c[1100];
  const auto perElement = [&](const std::string &name) {
    VertexRun vertex(*module, name);
    if (name != "Sized") vertex.connect("a", a), vertex.connect("b", b);
    vertex.connect("c", c);
    const auto slotsOf = [&](unsigned n) { vertex.state("n", n); return static_cast<double>(vertex.run().at(0)); };
    return (slotsOf(250) - slotsOf(50)) / 200;
  };
  const unsigned word = 1, multiply = slots(Cost::Integer64Multiply), add = slots(Cost::Integer64);
  CHECK(perElement("Congruential") == multiply + add + word + 1);              // the high word moves; a store
  CHECK(perElement("SumOfProducts") == 2 + multiply + add);                    // high words are 0
  CHECK(perElement("FixedPoint") == 2 + 2 * word + multiply + add + 1);        // high words are signs
  CHECK(perElement("Triple") == 2 + 2 * add + 2);                              // a shift and an addition
  CHECK(perElement("Logic") == 2 * 2 + slots(Cost::Integer64Logic) + 2);
  CHECK(perElement("Greater") == 2 * 2 + slots(Cost::Integer64Compare) + 2 + 2);
  CHECK(perElement("Rotate") == 1 + 3 + 1);
  CHECK(perElement("Unsized") == 1 + slots(Cost::IntegerToFloat) + 1);         // the counter is a number here
  CHECK(perElement("Sized") == perElement("Unsized"));
  CHECK(perElement("Lanes") == 2 * 4 + 4 + 4);  // unrolled, with sums in registers; addresses advance evenly
  CHECK(perElement("ToFloat") == 1 + 1 + 1);    // loads and stores reach both register files
  CHECK(perElement("ToInteger") == 1 + 1 + 1);
  CHECK(perElement("Bits") == 2 + 1 + slots(Cost::MoveToInteger) + 2 + slots(Cost::MoveToFloat) + 1);
  CHECK(perElement("SumHalves") == 1 + 1 + 1);  // the conversion counts
  CHECK(perElement("AddHalves") == 2 + 1 + slots(Cost::StoreNarrow)); // halves are added as such
  CHECK(perElement("Window") == 1 + 2 + 1 + 1); // one variable moves on, the other is loaded into
}

TEST_CASE("A supervisor waits after loads, taken branches and calls, and repeats nothing", "[codelets][costs]") {
  const auto module = compileText(R"(
    __attribute__((noinline)) unsigned twice(unsigned x) { return x * 3 + 1; }
    #define BODY(Base, name, body)                                                 \
      struct name : Base {                                                         \
        Input<Vector<unsigned, VectorLayout::ONE_PTR>> a; Output<unsigned> c; unsigned n; \
        bool compute() { unsigned s = 0; for (unsigned i = 0; i < n; ++i) s += body; *c = s; return true; } \
      };
    BODY(Vertex, Sum, a[i]) BODY(SupervisorVertex, SupervisorSum, a[i])
    BODY(SupervisorVertex, SupervisorPairs, a[2 * i] + a[2 * i + 1])
    BODY(SupervisorVertex, SupervisorCalls, twice(i)))");
  std::vector<unsigned> a(600, 1), c(1);
  const auto perElement = [&](const std::string &name) {
    VertexRun vertex(*module, name);
    vertex.connect("a", a.data());
    vertex.connect("c", c.data());
    const auto slotsOf = [&](unsigned n) { vertex.state("n", n); return static_cast<double>(vertex.run().at(0)); };
    return (slotsOf(250) - slotsOf(50)) / 200;
  };
  const unsigned stall = slots(Cost::SupervisorStall);
  CHECK(perElement("Sum") == 2);
  CHECK(perElement("SupervisorSum") == 1 + stall + 1 + 1 + stall);      // load, add, branch
  CHECK(perElement("SupervisorPairs") >= 2 + stall + 2 + 1 + stall);    // the loads wait together
  CHECK(perElement("SupervisorPairs") <= 2 + stall + 5 + 1 + stall);    // addresses
  CHECK(perElement("SupervisorCalls") == 1 + 2 * stall + 3 + 1 + 1 + 1 + stall);
}

TEST_CASE("Hand-scheduled loops fill both pipes and go through memory by 64 bits", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <hand_scheduled.h>
    #include <poplar/HalfFloat.hpp>
    template <class T, bool marked> struct Axpy : Vertex {
      Input<Vector<T, VectorLayout::ONE_PTR>> x; InOut<Vector<T, VectorLayout::ONE_PTR>> y; unsigned n;
      bool compute() {
        if (marked) popgraph::handScheduled();
        for (unsigned i = 0; i < n; ++i) y[i] = y[i] + x[i] * 3.0f;
        return true;
      }
    };
    template struct Axpy<float, true>;
    template struct Axpy<float, false>;
    template struct Axpy<half, true>;
    template struct Axpy<half, false>;
    struct Gather : Vertex {
      Input<Vector<float>> x; Output<Vector<float>> y; unsigned n, stride;
      bool compute() {
        popgraph::handScheduled();
        for (unsigned i = 0; i < n; ++i) y[i] = x[i * stride];
        return true;
      }
    };)");
  std::vector<float> data(4000, 1.0f);
  const auto perElement = [&](const std::string &name) {
    VertexRun vertex(*module, name);
    vertex.connect("x", data.data(), 1000);
    vertex.connect("y", data.data() + 2000, 1000);
    if (name == "Gather") vertex.state("stride", 3u);
    const auto slotsOf = [&](unsigned n) { vertex.state("n", n); return static_cast<double>(vertex.run().at(0)); };
    return (slotsOf(320) - slotsOf(64)) / 256;
  };
  CHECK(perElement("Axpy<float,false>") == 5); // two loads, multiply, add, store
  CHECK(perElement("Axpy<float,true>") == 1.5); // three accesses of two elements; the arithmetic beside them
  // Halves and a float are added in float: two conversions to it, one back.
  CHECK(perElement("Axpy<half,false>") == 4 + 3 * slots(Cost::FloatConvert) + slots(Cost::StoreNarrow));
  CHECK(perElement("Axpy<half,true>") == 0.75);
  CHECK(perElement("Gather") == 1.5); // one by one in, two by two out
}

TEST_CASE("Hand-scheduled loops divide and take roots one by one, functions of halves in pairs", "[codelets][costs]") {
  const auto module = compileText(R"(
    #include <cmath>
    #include <hand_scheduled.h>
    #include <ipudef.h>
    #include <ipu_vector_math>
    #include <poplar/HalfFloat.hpp>
    #define LOOP(name, T, expression)                                          \
      struct name : Vertex {                                                   \
        Input<Vector<T>> x; InOut<Vector<T>> y; unsigned n;                    \
        bool compute() {                                                       \
          popgraph::handScheduled();                                           \
          for (unsigned i = 0; i < n; ++i) y[i] = T(expression);               \
          return true;                                                         \
        }                                                                      \
      };
    LOOP(Divide, float, x[i] / y[i])
    LOOP(Inverse, float, 1.0f / x[i])
    LOOP(Root, float, std::sqrt(x[i]))
    LOOP(Larger, float, x[i] < y[i] ? y[i] : x[i])
    LOOP(Tanh, half, std::tanh(float(x[i])))
    LOOP(HalfRoot, half, std::sqrt(float(x[i])))
    LOOP(HalfRsqrt, half, ipu::rsqrt(float(x[i])))
    LOOP(HalfInverse, half, 1.0f / float(x[i]))
    LOOP(HalfDivide, half, float(x[i]) / float(y[i]))
    LOOP(HalfSin, half, std::sin(float(x[i])))
    LOOP(HalfErf, half, std::erf(float(x[i])))
    LOOP(Erf, float, std::erf(x[i]))
    LOOP(Asin, float, std::asin(x[i]))
    LOOP(Atan2, float, std::atan2(x[i], y[i]))
    LOOP(Power, float, std::pow(x[i], y[i]))
    LOOP(Remainder, float, std::fmod(x[i], y[i]))
    LOOP(Cosh, float, std::cosh(x[i]))
    struct Wide : Vertex {
      Input<Vector<float, VectorLayout::SPAN, 16>> x; InOut<Vector<float, VectorLayout::SPAN, 16>> y; unsigned n;
      bool compute() {
        popgraph::handScheduled();
        const float4 *in = reinterpret_cast<const float4 *>(&x[0]);
        float4 *out = reinterpret_cast<float4 *>(&y[0]);
        for (unsigned i = 0; i < n / 4; ++i) out[i] = in[i];
        return true;
      }
    };
    template <class In> struct Narrow : Vertex {
      Input<Vector<float, VectorLayout::SPAN, 16>> x; InOut<Vector<float, VectorLayout::SPAN, 16>> y; unsigned n;
      bool compute() {
        popgraph::handScheduled();
        if constexpr (sizeof(In) == 1) popgraph::pacedStores();
        const float *in = &x[0];
        half *out = reinterpret_cast<half *>(&y[0]);
        for (unsigned i = 0; i < n; ++i) out[i] = half(in[i]);
        return true;
      }
    };
    template struct Narrow<char>;
    template struct Narrow<int>;
    typedef _Float16 Halves __attribute__((ext_vector_type(8)));
    typedef float Sums __attribute__((ext_vector_type(8)));
    struct HalfSum : Vertex {
      Input<Vector<float, VectorLayout::SPAN, 16>> x; InOut<Vector<float, VectorLayout::SPAN, 16>> y; unsigned n;
      bool compute() {
        popgraph::handScheduled();
        const Halves *in = reinterpret_cast<const Halves *>(&x[0]);
        Sums sums = 0;
        for (unsigned i = 0; i < n / 8; ++i) sums = sums + __builtin_convertvector(in[i], Sums);
        y[0] = sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
        return true;
      }
    };
    struct Nothing : Vertex { Input<Vector<float>> x; InOut<Vector<float>> y; unsigned n;
      bool compute() { popgraph::handScheduled(); return true; } };)");
  alignas(16) static float data[4000];
  const auto slotsOf = [&](const std::string &name, unsigned n) {
    VertexRun vertex(*module, name);
    vertex.connect("x", data, 1000);
    vertex.connect("y", data + 2000, 1000);
    vertex.state("n", n);
    return static_cast<double>(vertex.run().at(0));
  };
  const auto perElement = [&](const std::string &name) { return (slotsOf(name, 320) - slotsOf(name, 64)) / 256; };
  CHECK(perElement("Divide") == 5);
  CHECK(perElement("Inverse") == 3);
  CHECK(perElement("Root") == 5);
  CHECK(perElement("Larger") == 1.5); // three accesses; one instruction beside them
  CHECK(perElement("Tanh") == 0.5);
  CHECK(perElement("HalfRoot") == slots(Cost::HalfSqrt4) / 4.0);
  CHECK(perElement("HalfRsqrt") == slots(Cost::HalfRsqrt4) / 4.0);
  CHECK(perElement("HalfInverse") == slots(Cost::HalfReciprocal4) / 4.0);
  CHECK(perElement("HalfDivide") == slots(Cost::HalfDivide4) / 4.0);
  CHECK(perElement("HalfSin") == slots(Cost::HalfSin));
  CHECK(perElement("HalfErf") == slots(Cost::HalfErf));
  CHECK(perElement("Erf") == slots(Cost::FloatErf));
  CHECK(perElement("Asin") == slots(Cost::FloatAsin));
  CHECK(perElement("Atan2") == slots(Cost::FloatAtan2));
  CHECK(perElement("Power") == slots(Cost::FloatPower));
  CHECK(perElement("Remainder") == slots(Cost::FloatRemainder));
  CHECK(perElement("Cosh") == slots(Cost::FloatFunction));
  CHECK(perElement("Wide") == 0.75); // one load, two stores
  CHECK(perElement("Narrow<int>") == 0.75);  // half a load and a quarter of a store
  CHECK(perElement("Narrow<char>") == 0.5);  // a load that stores as well
  CHECK(perElement("HalfSum") == 1. / 8);    // 128 bits of halves are loaded while as many are added
  CHECK(slotsOf("Nothing", 0) == slots(Cost::HandPrologue) + 1);
}

TEST_CASE("A pairing credit hides part of the less busy pipe", "[codelets][costs]") {
  const std::string text = R"(
    struct Dot : Vertex {
      Input<Vector<float>> a, b; Output<float> c;
      bool compute() {
        float sum = 0;
        for (unsigned i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        *c = sum;
        return true;
      }
    };)";
  const auto perElement = [&](const std::string &flags) {
    const auto module = compileText(text, "ipu2", flags);
    std::vector<float> a(300), b(300);
    float c;
    VertexRun vertex(*module, "Dot");
    vertex.connect("b", b.data(), 300);
    vertex.connect("c", &c);
    const auto slotsOf = [&](unsigned n) { vertex.connect("a", a.data(), n); return vertex.run().at(0); };
    return (slotsOf(201) - slotsOf(1)) / 200;
  };
  CHECK(perElement("") == 4);
  CHECK(perElement("-mpairing-credit=0.5") == 3);
  CHECK(perElement("-mpairing-credit=1") == 2);
  CHECK_THROWS_AS(compileText(text, "ipu2", "-mpairing-credit=2"), CompileError);
}

TEST_CASE("A loop body of more than 256 bundles is no hardware loop", "[codelets][costs]") {
  const auto perTurn = [&](int sums) {
    std::string body;
    for (int i = 0; i != sums; ++i) body += "s = s * 1.5f + " + std::to_string(i) + ".25f;";
    const auto module = compileText("struct V : Vertex { InOut<Vector<float, VectorLayout::ONE_PTR>> x; unsigned n;"
                                    "bool compute() { float s = 0; for (unsigned i = 0; i < n; ++i) {" + body +
                                    "x[i] = s; } return true; } };");
    std::vector<float> x(100);
    VertexRun vertex(*module, "V");
    vertex.connect("x", x.data());
    const auto slotsOf = [&](unsigned n) { vertex.state("n", n); return vertex.run().at(0); };
    return slotsOf(60) - slotsOf(10);
  };
  CHECK(perTurn(100) == 50 * (200 + 1));
  CHECK(perTurn(200) == 50 * (400 + 1 + 1)); // and a branch
}

TEST_CASE("Floats side by side and aligned are one access", "[codelets][costs]") {
  const auto module = compileText(R"(
    struct Pair : Vertex {
      Input<Vector<float, VectorLayout::ONE_PTR>> x; Output<Vector<float, VectorLayout::ONE_PTR>> y;
      bool compute() {
        const float *in = static_cast<const float *>(__builtin_assume_aligned(&x[0], 8));
        y[0] = in[0] + in[1];
        return true;
      }
    };
    struct Single : Vertex {
      Input<Vector<float, VectorLayout::ONE_PTR>> x; Output<Vector<float, VectorLayout::ONE_PTR>> y;
      bool compute() { y[0] = x[0] + x[1]; return true; }
    };)");
  alignas(8) float x[2] = {1, 2}, y[1];
  const auto slotsOf = [&](const std::string &name) {
    VertexRun vertex(*module, name);
    vertex.connect("x", x);
    vertex.connect("y", y);
    return vertex.run().at(0);
  };
  CHECK(slotsOf("Single") == 2 + 2 + 1 + 1 + 1);
  CHECK(slotsOf("Pair") == slotsOf("Single") - 1);
}
