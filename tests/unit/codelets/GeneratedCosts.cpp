// The slots of random codelets, whose stores steer their control flow, in the two ways of counting: promoted out of
// loops and folded into closed forms by the optimiser, and added one block at a time as the costed code runs (-O0).
#include <cstring>
#include <random>

#include "tests/support/Catch.hpp"
#include "tests/unit/codelets/Support.hpp"

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

constexpr unsigned kElements = 24;

/// Writes statements over an array x of kElements ints, an array f of floats, and the unsigned numbers a and b. Every
/// loop ends: by its counter, or because it takes from `fuel`. With `steady`, control flow mostly follows the state: the
/// fields a and rows, the size of x, and p, which steps from a.
class Generator {
public:
  explicit Generator(unsigned seed, bool steady = false) : random_(seed), steady_(steady) {}

  std::string vertex(const std::string &name) {
    names_ = 0;
    return "struct " + name + " : Vertex { InOut<Vector<int>> x; InOut<Vector<float>> f; unsigned a, b;\n" +
           (steady_ ? "Vector<unsigned> rows;\n" : "") +
           "bool compute() { int fuel = 300; unsigned p = a, q = b; int t = 0; float g = 1;\n" + block(3) +
           "x[0] += t + static_cast<int>(p + q); f[0] += g; return true; } };\n";
  }

private:
  unsigned pick(unsigned n) { return random_() % n; }
  std::string number(unsigned n) { return std::to_string(pick(n)); }
  std::string index() {
    switch (pick(4)) {
    case 0: return number(kElements);
    case 1: return "p % " + std::to_string(kElements) + "u";
    case 2: return "q % " + std::to_string(kElements) + "u";
    default: return "static_cast<unsigned>(x[" + number(kElements) + "]) % " + std::to_string(kElements) + "u";
    }
  }
  std::string integer() {
    switch (pick(6)) {
    case 0: return number(9);
    case 1: return "t";
    case 2: return "static_cast<int>(p)";
    case 3: return "static_cast<int>(q)";
    default: return "x[" + index() + "]";
    }
  }
  /// What control flow turns by.
  std::string decider() {
    if (!steady_ || pick(8) == 0) return integer();
    switch (pick(5)) {
    case 0: return number(9);
    case 1: return "static_cast<int>(a % 11u)";
    case 2: return "static_cast<int>(rows[p % 4u])";
    case 3: return "static_cast<int>(x.size())";
    default: return "static_cast<int>(p % 17u)";
    }
  }
  std::string condition() {
    static const char *const kCompare[] = {" < ", " > ", " == ", " != ", " <= "};
    if (!steady_ && pick(5) == 0) return "f[" + index() + "] < g";
    const std::string left = decider();
    return left + kCompare[pick(5)] + decider();
  }
  std::string statement(unsigned depth) {
    static const char *const kOperators[] = {" + ", " - ", " ^ ", " & ", " * "};
    const unsigned kind = pick(depth == 0 ? 6 : 12);
    switch (kind) {
    case 0: return "x[" + index() + "] = " + integer() + kOperators[pick(5)] + integer() + ";\n";
    case 1: return "t = " + integer() + kOperators[pick(5)] + integer() + ";\n";
    case 2: return "p = p * 5u + " + number(7) + "u;\n";
    case 3: return "q ^= static_cast<unsigned>(" + integer() + ");\n";
    case 4: return "f[" + index() + "] = g * 0.5f + f[" + index() + "];\n";
    case 5:
      if (steady_) return "g = f[" + index() + "] > g ? 1.0f : g + 0.25f;\n";
      return "g = f[" + index() + "] > 1e3f ? 1.0f : f[" + index() + "] + 0.25f;\n";
    case 6:
    case 7: return "if (" + condition() + ") {\n" + block(depth - 1) + "} else {\n" + block(depth - 1) + "}\n";
    case 8: {
      const std::string i = "i" + std::to_string(names_++);
      return "for (unsigned " + i + " = 0; " + i + " < " + (pick(2) ? number(12) : "p % 13u") + "; " + i + " += " +
             std::to_string(1 + pick(3)) + ") {\n" + block(depth - 1) + "}\n";
    }
    case 9: {
      const std::string i = "i" + std::to_string(names_++);
      return "for (unsigned " + i + " = 0; " + i + " < " + std::to_string(kElements) + "; ++" + i + ") { x[" + i +
             "] += t; t ^= x[" + i + "]; if (" + condition() + ") break; }\n";
    }
    case 10: return "while (" + condition() + " && --fuel > 0) {\n" + block(depth - 1) + "}\n";
    default:
      return "switch (static_cast<unsigned>(" + decider() + ") % 4u) { case 0: " + statement(0) + "break; case 1: " +
             statement(0) + "[[fallthrough]]; case 2: " + statement(0) + "break; default: " + statement(0) + "}\n";
    }
  }
  std::string block(unsigned depth) {
    std::string text;
    for (unsigned i = 0, n = 1 + pick(4); i != n; ++i) text += statement(depth);
    return text;
  }

  std::mt19937 random_;
  bool steady_;
  unsigned names_ = 0;
};

} // namespace

TEST_CASE("The slots of 500 generated codelets are counted equally in both ways", "[codelets][costs]") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u);
  CAPTURE(seed);
  std::string text;
  for (unsigned i = 0; i != 50; ++i) text += Generator(seed * 1000 + i).vertex("V" + std::to_string(i));
  const auto fast = compileText(text, "ipu2", "-w"), slow = compileText(text, "ipu2", "-w -O0");
  std::mt19937 random(seed);
  std::uint64_t total = 0;
  for (unsigned i = 0; i != 50; ++i) {
    CAPTURE(i);
    VertexRun one(*fast, "V" + std::to_string(i)), other(*slow, "V" + std::to_string(i));
    for (int trial = 0; trial != 6; ++trial) {
      std::vector<int> x(kElements);
      std::vector<float> f(kElements);
      for (int &v : x) v = static_cast<int>(random() % 40) - 20;
      for (float &v : f) v = static_cast<float>(random() % 64) * 0.25f;
      const unsigned a = random() % 1000, b = random() % 1000;
      const auto run = [&](VertexRun &vertex, std::vector<int> &ints, std::vector<float> &floats) {
        vertex.connect("x", ints.data(), kElements);
        vertex.connect("f", floats.data(), kElements);
        vertex.state("a", a);
        vertex.state("b", b);
        return vertex.run().at(0);
      };
      std::vector<int> x1 = x, x2 = x;
      std::vector<float> f1 = f, f2 = f;
      const auto slots = run(one, x1, f1);
      REQUIRE(slots == run(other, x2, f2));
      REQUIRE(x1 == x2);
      REQUIRE(std::memcmp(f1.data(), f2.data(), sizeof(float) * kElements) == 0);
      total += slots;
    }
  }
  CHECK(total > 50 * 6 * 20); // the codelets do something
}

TEST_CASE("Of generated codelets, those whose slots are said to follow from the state take the same for all data",
          "[codelets][costs]") {
  std::string text;
  for (unsigned i = 0; i != 200; ++i) text += Generator(77000 + i, true).vertex("V" + std::to_string(i));
  const auto module = compileText(text, "ipu2", "-w");
  std::mt19937 random(5);
  unsigned fixed = 0, others = 0, steered = 0;
  for (unsigned i = 0; i != 200; ++i) {
    CAPTURE(i);
    const std::string name = "V" + std::to_string(i);
    const bool fromState = module->codelets.at(indexOf(*module, name)).cyclesFromState;
    ++(fromState ? fixed : others);
    VertexRun vertex(*module, name);
    bool dataSteer = false;
    for (int state = 0; state != 4; ++state) {
      std::vector<unsigned> rows(4);
      for (unsigned &row : rows) row = random() % 9;
      vertex.connect("rows", rows.data(), 4);
      vertex.state("a", static_cast<unsigned>(random() % 1000));
      vertex.state("b", static_cast<unsigned>(random() % 1000));
      std::uint32_t first = 0;
      for (int data = 0; data != 6; ++data) {
        std::vector<int> x(kElements);
        std::vector<float> f(kElements);
        for (int &v : x) v = static_cast<int>(random() % 40) - 20;
        for (float &v : f) v = static_cast<float>(random() % 64) * 0.25f;
        vertex.connect("x", x.data(), kElements);
        vertex.connect("f", f.data(), kElements);
        const auto slots = vertex.run().at(0);
        if (data == 0) first = slots;
        if (fromState) REQUIRE(slots == first);
        dataSteer |= slots != first;
      }
    }
    steered += dataSteer;
  }
  CHECK(fixed >= 100);
  CHECK(others >= 20);
  // Most of the others are seen to be steered by data.
  CHECK(steered * 2 > others);
}
