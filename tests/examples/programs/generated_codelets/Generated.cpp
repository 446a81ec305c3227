// Codelets written by the program: one comes as text in a stringstream and depends on what the user asked for, others
// are templates over types and enumerations that macros instantiate.
//
// Build: g++ -std=c++11 Generated.cpp -lpoplar -lpoputil -o generated
// Run: ./generated 3 -1 0 2
// Run: ./generated --cpu 0.5 0.25
#include "Operation.hpp"
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poputil/VertexTemplates.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// How the enumerators are spelled in names of vertices.
namespace poputil {
template <> struct VertexTemplateToString<Operation> {
  static std::string to_string(const Operation &operation) {
    switch (operation) {
    case Operation::SQUARE: return "Operation::SQUARE";
    case Operation::NEGATE: return "Operation::NEGATE";
    case Operation::HALVE: return "Operation::HALVE";
    }
    return "";
  }
};
} // namespace poputil

// A vertex that evaluates a polynomial with Horner's rule, its coefficients written into the code.
static std::string polynomial(const std::vector<double> &coefficients) {
  std::ostringstream body;
  body.precision(9);
  for (std::size_t i = coefficients.size(); i-- > 0;)
    body << "      y = y * in[i] + float(" << coefficients[i] << ");\n";
  std::ostringstream code;
  code << "#include <poplar/Vertex.hpp>\n"
          "class Polynomial : public poplar::Vertex {\n"
          "public:\n"
          "  poplar::Input<poplar::Vector<float>> in;\n"
          "  poplar::Output<poplar::Vector<float>> out;\n"
          "  bool compute() {\n"
          "    for (unsigned i = 0; i < in.size(); ++i) {\n"
          "      float y = 0;\n"
       << body.str()
       << "      out[i] = y;\n"
          "    }\n"
          "    return true;\n"
          "  }\n"
          "};\n";
  return code.str();
}

int main(int argc, char **argv) {
  bool cpu = false;
  std::vector<double> coefficients;
  for (int i = 1; i < argc; ++i)
    if (!std::strcmp(argv[i], "--cpu"))
      cpu = true;
    else
      coefficients.push_back(std::atof(argv[i]));
  IPUModel model;
  model.tilesPerIPU = 3;
  Device device = cpu ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("OperationCodelets.cpp", CodeletFileType::Auto, "-I. -DLIMIT=100");
  if (!graph.hasCodelet("Polynomial")) {
    std::stringstream source(polynomial(coefficients));
    graph.addCodelets(source, "-O3", CodeletFileType::CppSource);
  }
  if (!graph.hasCodelet("Polynomial") || graph.hasCodelet("Rational")) return EXIT_FAILURE;

  const std::size_t n = 10;
  Tensor x = graph.addVariable(FLOAT, {n}, "x"), y = graph.addVariable(FLOAT, {n}, "y");
  Tensor k = graph.addVariable(INT, {n}, "k");
  graph.setTileMapping(x, 0);
  graph.setTileMapping(y, 0);
  graph.setTileMapping(k, graph.getTarget().getNumTiles() - 1);

  Sequence prog;
  ComputeSet first = graph.addComputeSet("polynomial");
  VertexRef v = graph.addVertex(first, "Polynomial", {{"in", x}, {"out", y}});
  graph.setTileMapping(v, 0);
  prog.add(Execute(first));
  for (Operation operation : {Operation::SQUARE, Operation::NEGATE, Operation::HALVE}) {
    ComputeSet cs = graph.addComputeSet("operation");
    for (const Tensor &t : {y, k}) {
      VertexRef u =
          graph.addVertex(cs, poputil::templateVertex("ApplyOperation", t.elementType(), operation), {{"data", t}});
      graph.setTileMapping(u, 0);
    }
    prog.add(Execute(cs));
  }
  graph.createHostWrite("x", x);
  graph.createHostWrite("k-in", k);
  graph.createHostRead("y", y);
  graph.createHostRead("k", k);
  Engine engine(graph, prog);
  engine.load(device);

  std::vector<float> hx(n), hy(n);
  std::vector<int> hk(n);
  for (std::size_t i = 0; i < n; ++i) {
    hx[i] = 0.3f * i - 1.0f;
    hk[i] = int(i) * 3 - 10;
  }
  const std::vector<int> before = hk;
  engine.writeTensor("x", hx.data(), hx.data() + n);
  engine.writeTensor("k-in", hk.data(), hk.data() + n);
  engine.run();
  engine.readTensor("y", hy.data(), hy.data() + n);
  engine.readTensor("k", hk.data(), hk.data() + n);
  for (std::size_t i = 0; i < n; ++i) {
    double value = 0;
    for (std::size_t c = coefficients.size(); c-- > 0;) value = value * hx[i] + coefficients[c];
    const double expected = -std::fmin(value * value, 100) / 2;
    if (std::fabs(expected - hy[i]) > 1e-4 || hk[i] != -std::min(before[i] * before[i], 100) / 2) {
      std::cerr << "element " << i << ": " << hy[i] << ", " << hk[i] << '\n';
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
