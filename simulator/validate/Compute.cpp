// Experiments within one tile: instructions, loops, and what stands around them.
#include <poplar/Program.hpp>
#include <poplar/Target.hpp>
#include <popops/Cast.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Fill.hpp>
#include <popops/Reduce.hpp>
#include <popops/ScaledAdd.hpp>
#include <poprand/RandomGen.hpp>
#include <stdexcept>

#include "simulator/validate/Bench.hpp"
#include "simulator/validate/Experiments.hpp"

namespace popgraph::validate {

using namespace poplar;

namespace {

constexpr unsigned kCycles = 6; // of a worker's slot

/// Cycles of a compute set of one vertex `Work`, whose vector fields `x`, `y` and `z` have `n` elements.
double loopCycles(const char *machine, const std::string &codelet, const Type &in, const Type &out, unsigned n) {
  Bench bench(machine);
  bench.codelets(codelet);
  ComputeSet set = bench.graph().addComputeSet("work");
  VertexRef vertex = bench.vertex(set, "Work");
  for (const char *field : {"x", "y"}) bench.graph().connect(vertex[field], bench.data(in, n));
  bench.graph().connect(vertex["z"], bench.data(out, n));
  return bench.cycles(program::Execute(set));
}

/// Worker slots that an element of the loop takes: what twice the elements take more.
double slotsOfElement(const char *machine, const std::string &codelet, const Type &in, const Type &out) {
  constexpr unsigned n = 960;
  return (loopCycles(machine, codelet, in, out, 2 * n) - loopCycles(machine, codelet, in, out, n)) / n / kCycles;
}

std::string loop(const std::string &in, const std::string &out, const std::string &body) {
  return "struct Work : public Vertex {\n"
         "  Input<Vector<" +
         in + ">> x, y;\n  Output<Vector<" + out +
         ">> z;\n"
         "  bool compute() {\n"
         "    for (unsigned i = 0; i < z.size(); ++i) " +
         body +
         "\n"
         "    return true;\n  }\n};\n";
}

} // namespace

double counterPair(const char *machine) { return Bench(machine).cycles(program::Sequence()); }

double scaledAdd(const char *machine, unsigned elements) {
  Bench bench(machine);
  program::Sequence sequence;
  popops::scaledAddTo(bench.graph(), bench.data(FLOAT, elements), bench.data(FLOAT, elements), 0.5f, sequence);
  return bench.cycles(sequence);
}

double loadLatency(const char *machine) {
  return kCycles * slotsOfElement(machine, R"(
struct Work : public Vertex {
  Input<Vector<unsigned>> x, y;
  Output<Vector<unsigned>> z;
  bool compute() {
    unsigned i = 0;
    for (unsigned n = 0; n < x.size(); ++n) i = x[i];
    z[0] = i;
    return true;
  }
};
)",
                                  UNSIGNED_INT, UNSIGNED_INT);
}

double emptyVertex(const char *machine) {
  Bench bench(machine);
  bench.codelets("struct Nothing : public Vertex { bool compute() { return true; } };");
  ComputeSet set = bench.graph().addComputeSet("nothing");
  bench.vertex(set, "Nothing");
  return bench.cycles(program::Execute(set)) - kReading;
}

double elementSlots(const char *machine, const char *op) {
  const std::string name = op;
  if (name == "add32") return slotsOfElement(machine, loop("int", "int", "z[i] = x[i] + y[i];"), INT, INT);
  if (name == "add64")
    return slotsOfElement(machine, loop("long long", "long long", "z[i] = x[i] + y[i];"), LONGLONG, LONGLONG);
  if (name == "multiply64")
    return slotsOfElement(machine, loop("long long", "long long", "z[i] = x[i] * y[i];"), LONGLONG, LONGLONG);
  if (name == "compare64")
    return slotsOfElement(machine, loop("long long", "int", "z[i] = x[i] < y[i];"), LONGLONG, INT);
  if (name == "popcount")
    return slotsOfElement(machine, loop("unsigned", "unsigned", "z[i] = __builtin_popcount(x[i]);"), UNSIGNED_INT,
                          UNSIGNED_INT);
  if (name == "signed")
    return slotsOfElement(machine,
                          "static int extended(int x) { return -(x & 0x400) | x; }\n" +
                              loop("int", "int", "z[i] = extended(x[i]) < extended(y[i]);"),
                          INT, INT);
  if (name == "if") return slotsOfElement(machine, loop("int", "int", "if (x[i] >= y[i]) z[i] = 7;"), INT, INT);
  if (name == "select") return slotsOfElement(machine, loop("int", "int", "z[i] = x[i] ? y[i] : 7;"), INT, INT);
  throw std::invalid_argument(name);
}

namespace {

/// Cycles of a vertex of all six workers that puts rows through the matrix unit.
double matrixCycles(Bench &bench, const std::string &in, const std::string &partial, unsigned units, unsigned rows) {
  bench.codelets(R"(
#include <hand_scheduled.h>
#include <popgraph/MatrixUnit.h>
struct Multiply : public MultiVertex {
  typedef popgraph::MatrixUnit<)" +
                 in + ", " + partial + ", " + std::to_string(units) + R"(> Unit;
  Input<Vector<)" +
                 in + R"(, VectorLayout::ONE_PTR, 8>> in, weights;
  InOut<Vector<)" +
                 partial + R"(, VectorLayout::ONE_PTR, 8>> sums;
  unsigned rows;
  bool compute(unsigned worker) {
    popgraph::handScheduled();
    const Unit unit(&weights[0]);
    constexpr unsigned width = )" +
                 std::to_string(units) + R"(;
    const )" + in +
                 R"( *from = &in[0] + worker * Unit::inputs;
    )" + partial +
                 R"( *to = &sums[0] + worker * width;
    for (unsigned r = worker, n = rows; r < n; r += 6, from += 6 * Unit::inputs, to += 6 * width)
      unit.step(from, to, to);
    return true;
  }
};
)");
  const Type inType = in == "half" ? HALF : FLOAT, partialType = partial == "half" ? HALF : FLOAT;
  const unsigned inputs = in == "half" ? 16 : 8;
  ComputeSet set = bench.graph().addComputeSet("multiply");
  VertexRef vertex = bench.vertex(set, "Multiply");
  bench.graph().connect(vertex["in"], bench.data(inType, rows * inputs));
  bench.graph().connect(vertex["weights"], bench.data(inType, inputs * units));
  bench.graph().connect(vertex["sums"], bench.data(partialType, rows * units));
  bench.graph().setInitialValue(vertex["rows"], rows);
  return bench.cycles(program::Execute(set)) - kReading;
}

} // namespace

double matrixRows(const char *machine, unsigned rows) {
  Bench bench(machine);
  return matrixCycles(bench, "half", "half", 16, rows);
}

double matrixFlops(const char *machine, const char *types) {
  const std::string in = types[1] == '1' ? "half" : "float", partial = types[5] == '1' ? "half" : "float";
  Bench few(machine), many(machine);
  const Target target = few.graph().getTarget();
  const unsigned units = target.getNumConvUnits(in != "half", partial != "half");
  constexpr unsigned n = 960;
  const double cycles = matrixCycles(many, in, partial, units, 2 * n) - matrixCycles(few, in, partial, units, n);
  return 2. * n * units * (in == "half" ? 16 : 8) / cycles * few.tiles() * few.clock();
}

double readRate(const char *machine) {
  Bench bench(machine);
  const double slots = slotsOfElement(machine, R"(
#include <hand_scheduled.h>
#include <ipudef.h>
struct Work : public Vertex {
  Input<Vector<float, VectorLayout::SPAN, 16>> x;
  Input<Vector<float>> y;
  Output<Vector<float, VectorLayout::SPAN, 16>> z;
  bool compute() {
    popgraph::handScheduled();
    const float4 *in = reinterpret_cast<const float4 *>(&x[0]);
    float4 total = {0, 0, 0, 0};
    for (unsigned i = 0; i < x.size() / 4; ++i) total += in[i];
    *reinterpret_cast<float4 *>(&z[0]) = total;
    return true;
  }
};
)",
                                      FLOAT, FLOAT);
  return 4 / slots * bench.tiles() * bench.clock();
}

double vectorFlops(const char *machine) {
  Bench bench(machine);
  const double slots = slotsOfElement(machine, R"(
#include <hand_scheduled.h>
#include <ipudef.h>
struct Work : public Vertex {
  Input<Vector<float, VectorLayout::SPAN, 8>> x, y;
  Output<Vector<float, VectorLayout::SPAN, 8>> z;
  bool compute() {
    popgraph::handScheduled();
    const float2 *in = reinterpret_cast<const float2 *>(&x[0]);
    float2 total = {0, 0}, factor = {y[0], y[1]};
    for (unsigned i = 0; i < x.size() / 2; ++i) total = __builtin_elementwise_fma(in[i], factor, total);
    *reinterpret_cast<float2 *>(&z[0]) = total;
    return true;
  }
};
)",
                                      FLOAT, FLOAT);
  // Two elements a turn, multiplied and added; six workers have a slot each in six cycles.
  return 2 / slots * bench.tiles() * bench.clock();
}

double elementWise(const char *machine, const char *op, bool half) {
  using popops::expr::BinaryOpType;
  using popops::expr::UnaryOpType;
  const std::string name = op;
  const auto cycles = [&](unsigned n) {
    Bench bench(machine);
    Graph &graph = bench.graph();
    const Type &type = half ? HALF : FLOAT;
    const Tensor a = bench.data(type, n), b = bench.data(type, n);
    program::Sequence sequence;
    const auto unary = [&](UnaryOpType kind) { popops::mapInPlace(graph, kind, a, sequence); };
    const auto binary = [&](BinaryOpType kind) { popops::mapInPlace(graph, kind, a, b, sequence); };
    if (name == "exp")
      unary(UnaryOpType::EXPONENT);
    else if (name == "ln")
      unary(UnaryOpType::LOGARITHM);
    else if (name == "tanh")
      unary(UnaryOpType::TANH);
    else if (name == "sigmoid")
      unary(UnaryOpType::SIGMOID);
    else if (name == "sqrt")
      unary(UnaryOpType::SQRT);
    else if (name == "rsqrt")
      unary(UnaryOpType::RSQRT);
    else if (name == "inverse")
      unary(UnaryOpType::INVERSE);
    else if (name == "erf")
      unary(UnaryOpType::ERF);
    else if (name == "sin")
      unary(UnaryOpType::SIN);
    else if (name == "asin")
      unary(UnaryOpType::ASIN);
    else if (name == "less")
      popops::map(graph, BinaryOpType::LESS_THAN, a, b, sequence);
    else if (name == "divide")
      binary(BinaryOpType::DIVIDE);
    else if (name == "add")
      binary(BinaryOpType::ADD);
    else if (name == "multiply")
      binary(BinaryOpType::MULTIPLY);
    else if (name == "maximum")
      binary(BinaryOpType::MAXIMUM);
    else if (name == "scaled add")
      popops::scaledAddTo(graph, a, b, 0.5f, sequence);
    else if (name == "uniform" || name == "normal") {
      const Tensor seed = bench.data(UNSIGNED_INT, 2);
      if (name == "uniform")
        poprand::uniform(graph, &seed, 1, a, type, -1, 2, sequence);
      else
        poprand::normal(graph, &seed, 1, a, type, 1, 2, sequence);
    } else if (name == "dropout") {
      const Tensor seed = bench.data(UNSIGNED_INT, 2);
      poprand::dropout(graph, &seed, 1, a, a, 0.5, 2, sequence);
    } else if (name == "cast")
      popops::cast(graph, a, half ? FLOAT : HALF, sequence);
    else if (name == "sum")
      popops::reduce(graph, a, {0}, popops::Operation::ADD, sequence);
    else if (name == "sum of columns")
      popops::reduce(graph, a.reshape({n / 48, 48}), {0}, popops::Operation::ADD, sequence);
    else if (name == "fill")
      popops::fill(graph, a, sequence, 1.0f);
    else
      throw std::invalid_argument(name);
    return bench.cycles(sequence);
  };
  constexpr unsigned n = 4800;
  // Six workers, of which each has a slot in six cycles: a slot of a worker is a cycle of the tile.
  return (cycles(2 * n) - cycles(n)) / (half ? n / 4 : n / 2);
}

} // namespace popgraph::validate
