// The matrix unit: results bit by bit, rounding, costs.
#include "popgraph/machine/CostTable.hpp"
#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"
#include <cmath>
#include <cstring>
#include <random>

using namespace popgraph;
using namespace popgraph::codelets::testing;

namespace {

std::string matrixVertex(const std::string &in, const std::string &partial, unsigned units) {
  return "#include <popgraph/MatrixUnit.h>\n#include <hand_scheduled.h>\n"
         "struct Multiply : Vertex {\n"
         "  Input<Vector<" + in + ", VectorLayout::SPAN, 8>> in, weights;\n"
         "  InOut<Vector<" + partial + ", VectorLayout::SPAN, 8>> sums;\n  unsigned rows;\n"
         "  bool compute() {\n"
         "    popgraph::handScheduled();\n"
         "    typedef popgraph::MatrixUnit<" + in + ", " + partial + ", " + std::to_string(units) + "> Unit;\n"
         "    const Unit unit(&weights[0]);\n"
         "    const " + in + " *from = &in[0];\n    " + partial + " *to = &sums[0];\n"
         "    for (unsigned r = 0, n = rows; r < n; ++r, from += Unit::inputs, to += " + std::to_string(units) + ")\n"
         "      unit.step(from, to, to);\n"
         "    return true;\n  }\n};\n";
}

/// Rows of numbers that need rounding.
template <class T> std::vector<T> numbers(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-2, 2);
  std::vector<T> values(n);
  for (T &value : values) value = static_cast<T>(uniform(random));
  return values;
}

template <class In, class Partial, unsigned inputs, unsigned units>
void check(const std::string &in, const std::string &partial) {
  constexpr unsigned rows = 13;
  const auto data = numbers<In>(rows * inputs, 1), weights = numbers<In>(inputs * units, 2);
  const auto start = numbers<Partial>(rows * units, 3);
  for (const char *target : {"ipu2", "cpu"}) {
    const auto module = compileText(matrixVertex(in, partial, units), target);
    const auto slotsOf = [&](unsigned count, std::vector<Partial> &sums) {
      VertexRun vertex(*module, "Multiply");
      vertex.connect("in", data.data(), static_cast<std::uint32_t>(data.size()));
      vertex.connect("weights", weights.data(), static_cast<std::uint32_t>(weights.size()));
      vertex.connect("sums", sums.data(), static_cast<std::uint32_t>(sums.size()));
      vertex.state("rows", count);
      return vertex.run().at(0);
    };
    std::vector<Partial> sums = start;
    const auto many = slotsOf(rows, sums);
    for (unsigned r = 0; r != rows; ++r)
      for (unsigned j = 0; j != units; ++j) {
        // The documented order: products and sums rounded to float one after the other, the result once.
        float expected = static_cast<float>(start[r * units + j]);
        double exact = static_cast<double>(start[r * units + j]);
        for (unsigned i = 0; i != inputs; ++i) {
          const float product = static_cast<float>(data[r * inputs + i]) * static_cast<float>(weights[i * units + j]);
          expected = expected + product;
          exact += static_cast<double>(data[r * inputs + i]) * static_cast<double>(weights[i * units + j]);
        }
        REQUIRE(sums[r * units + j] == static_cast<Partial>(expected));
        REQUIRE(std::abs(static_cast<double>(sums[r * units + j]) - exact) < (sizeof(Partial) == 2 ? 2e-2 : 1e-4));
      }
    std::vector<Partial> again = start;
    const auto few = slotsOf(3, again);
    CHECK(std::memcmp(again.data(), sums.data(), 3 * units * sizeof(Partial)) == 0);
    CHECK(std::memcmp(again.data() + 3 * units, start.data() + 3 * units, 10 * units * sizeof(Partial)) == 0);
    if (module->target == "cpu") continue; // which has no cycles
    CHECK(many - few == 10 * 4); // all loads and stores are beside the matrix instructions
    // Two more for loop and weights' pointer at most; loading takes 16 bytes a cycle.
    const unsigned load = slots(Cost::MatrixStart) + (inputs * units * sizeof(In) + 95) / 96;
    CHECK(few > 3 * 4 + load + slots(Cost::HandPrologue));
    CHECK(few < 3 * 4 + load + slots(Cost::HandPrologue) + 16);
  }
}

} // namespace

TEST_CASE("The matrix unit adds products in the order of the inputs and rounds as documented", "[codelets][matrix]") {
  SECTION("halves to halves") {
    check<_Float16, _Float16, 16, 16>("half", "half");
    check<_Float16, _Float16, 16, 8>("half", "half");
    check<_Float16, _Float16, 16, 4>("half", "half");
    check<_Float16, _Float16, 16, 32>("half", "half");
  }
  SECTION("halves to floats") {
    check<_Float16, float, 16, 8>("half", "float");
    check<_Float16, float, 16, 4>("half", "float");
    check<_Float16, float, 16, 16>("half", "float");
    check<_Float16, float, 16, 32>("half", "float");
  }
  SECTION("floats to floats") {
    check<float, float, 8, 2>("float", "float");
    check<float, float, 8, 16>("float", "float");
    check<float, float, 8, 8>("float", "float");
    check<float, float, 8, 4>("float", "float");
  }
}

TEST_CASE("Edges of matrices leave inputs and units of the matrix unit unused", "[codelets][matrix]") {
  const auto module = compileText(R"(
    #include <popgraph/MatrixUnit.h>
    #include <hand_scheduled.h>
    template <unsigned loadBytes> struct Edge : Vertex {
      Input<Vector<float, VectorLayout::SPAN, 8>> in, weights;
      InOut<Vector<float, VectorLayout::SPAN, 8>> sums;
      unsigned rows, columns;
      bool compute() {
        popgraph::handScheduled();
        const popgraph::MatrixUnit<float, float, 8, loadBytes> unit(&weights[0], rows, columns);
        unit.step(&in[0], &sums[0], &sums[0]);
        return true;
      }
    };
    template struct Edge<8>;
    template struct Edge<16>;)");
  const auto data = numbers<float>(8, 1), weights = numbers<float>(5 * 3, 2), start = numbers<float>(8, 3);
  std::uint32_t slotsOf[2] = {};
  for (unsigned loadBytes : {8u, 16u}) {
    std::vector<float> sums = start;
    VertexRun vertex(*module, "Edge<" + std::to_string(loadBytes) + ">");
    vertex.connect("in", data.data(), 8);
    vertex.connect("weights", weights.data(), 15);
    vertex.connect("sums", sums.data(), 8);
    vertex.state("rows", 5u);
    vertex.state("columns", 3u);
    slotsOf[loadBytes == 16] = vertex.run().at(0);
    for (unsigned j = 0; j != 8; ++j) {
      float expected = start[j];
      if (j < 3)
        for (unsigned i = 0; i != 5; ++i) {
          const float product = data[i] * weights[i * 3 + j];
          expected = expected + product;
        }
      CHECK(sums[j] == expected);
    }
  }
  // 256 bytes of weights, by 8 or by 16 a cycle: 32 or 16 cycles, six in a slot.
  CHECK(slotsOf[0] - slotsOf[1] == 6 - 3);
}

TEST_CASE("Partial results that are halves round at random when the context says so", "[codelets][matrix]") {
  for (const unsigned units : {16u, 8u}) {
    const auto module = compileText(matrixVertex("half", "half", units));
    constexpr unsigned rows = 400;
    // 1 + a third of the distance of halves, from one product of two.
    std::vector<_Float16> data(rows * 16, static_cast<_Float16>(0)), weights(16 * units, static_cast<_Float16>(0));
    for (unsigned r = 0; r != rows; ++r) {
      data[r * 16] = static_cast<_Float16>(1);
      data[r * 16 + 1] = static_cast<_Float16>(0x1p-10f);
    }
    for (unsigned j = 0; j != units; ++j) {
      weights[j] = static_cast<_Float16>(1);
      weights[units + j] = static_cast<_Float16>(0.25f);
    }
    std::vector<_Float16> sums(rows * units, static_cast<_Float16>(0));
    std::uint64_t state[2] = {0x1234567890abcdefu, 0xfedcba9876543210u};
    VertexRun vertex(*module, "Multiply");
    vertex.context.stochastic = 1;
    vertex.context.rng = state;
    vertex.connect("in", data.data(), static_cast<std::uint32_t>(data.size()));
    vertex.connect("weights", weights.data(), static_cast<std::uint32_t>(weights.size()));
    vertex.connect("sums", sums.data(), static_cast<std::uint32_t>(sums.size()));
    vertex.state("rows", rows);
    const auto slots = vertex.run().at(0);
    double up = 0;
    for (const _Float16 sum : sums) {
      REQUIRE((sum == static_cast<_Float16>(1) || sum == static_cast<_Float16>(1 + 0x1p-10f)));
      up += sum != static_cast<_Float16>(1);
    }
    const double n = rows * units;
    CHECK(std::abs(up / n - 0.25) < 5 * std::sqrt(0.25 * 0.75 / n));
    vertex.context.stochastic = 0;
    CHECK(vertex.run().at(0) == slots); // the mode costs nothing
  }
}

TEST_CASE("A matrix unit that no machine has does not compile", "[codelets][matrix]") {
  CHECK_THROWS(compileText(matrixVertex("float", "half", 8)));
  CHECK_THROWS(compileText(matrixVertex("half", "float", 64)));
}

TEST_CASE("Accumulators take 128 bits at once in hand-scheduled loops", "[codelets][matrix]") {
  const auto module = compileText(R"(
    #include <hand_scheduled.h>
    #include <ipudef.h>
    struct Sum : Vertex {
      Input<Vector<float, VectorLayout::SPAN, 16>> x; Output<Vector<float, VectorLayout::SPAN, 16>> y; unsigned n;
      bool compute() {
        popgraph::handScheduled();
        float4 total = {0, 0, 0, 0};
        const float4 *in = reinterpret_cast<const float4 *>(&x[0]);
        for (unsigned i = 0; i < n; ++i) total += in[i];
        *reinterpret_cast<float4 *>(&y[0]) = total;
        return true;
      }
    };)");
  alignas(16) static float data[400], sums[4];
  for (unsigned i = 0; i < 400; ++i) data[i] = static_cast<float>(i);
  const auto slotsOf = [&](unsigned n) {
    VertexRun vertex(*module, "Sum");
    vertex.connect("x", data, 400);
    vertex.connect("y", sums, 4);
    vertex.state("n", n);
    return vertex.run().at(0);
  };
  CHECK(slotsOf(90) - slotsOf(10) == 80);
  CHECK(sums[3] == 3.0f * 10 + 4 * 45);
}
