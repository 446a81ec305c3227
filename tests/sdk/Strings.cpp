// A user's program that hands texts to the library, and takes them from it, in every way there is. It is built with each
// of the two layouts of std::string; both must print the same.
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/Version.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ExprOpUtils.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/DebugInfo.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>

using namespace poplar;
using namespace poplar::program;
namespace pe = popops::expr;

namespace {

// Longer than what a std::string keeps inside itself.
const std::string kLong = "a name that is long enough to live in memory of its own";

std::string codelet(const std::string &name, const std::string &expression) {
  return "#include <poplar/Vertex.hpp>\nstruct " + name +
         " : public poplar::Vertex { poplar::Input<float> in; poplar::Output<float> out; bool compute() { *out = " +
         expression + "; return true; } };\n";
}

template <typename Error, typename Function> void refused(Function function) {
  try {
    function();
    std::cout << "nothing was thrown\n";
  } catch (const Error &error) {
    const std::string type = error.type;
    std::cout << type << ": " << std::string(error.what()).substr(0, 60) << '\n';
  }
}

void options(Graph &graph) {
  OptionFlags flags{{"debug.instrument", "true"}, {kLong, kLong}};
  flags.set(std::string("autoReport.all"), std::string("false"));
  readJSON(std::string("{\"target.hostSyncTimeout\": 30}"), flags);
  for (const auto &option : flags)
    std::cout << option.first << '=' << option.second << '\n';
  const std::string timeout = flags.at("target.hostSyncTimeout");
  std::cout << flags << ' ' << timeout << ' ' << flags.find(kLong)->second << '\n';
  refused<invalid_option>([&] { Engine engine(graph, Sequence(), flags); });
  refused<parse_error>([&] { readJSON(kLong, flags); });
  refused<invalid_option>([&] { flags.at(kLong + "!"); });
}

void values() {
  ProfileValue::Map map;
  map[kLong] = kLong;
  map.insert({"list", ProfileValue::Vector{1, std::string("two"), "three"}});
  const ProfileValue value(map);
  const std::map<std::string, ProfileValue> standard{{"key", kLong}};
  std::cout << value << ProfileValue(standard) << value[kLong].asString() << value["list"][1].asString() << '\n';
  for (const auto &entry : value.asMap())
    std::cout << std::string(entry.first) << ' ';
  std::cout << poputil::toProfileValue(kLong) << poputil::toProfileValue(std::vector<std::string>{"a", kLong}) << '\n';
}

void errors(Graph &graph) {
  refused<unknown_vertex_type>([&] { graph.addVertex(graph.addComputeSet(kLong), kLong); });
  refused<file_load_error>([&] { graph.addCodelets(kLong + ".cpp"); });
  refused<graph_program_compilation_error>([&] {
    std::stringstream wrong("struct ;");
    graph.addCodelets(wrong);
  });
  refused<application_runtime_error>([] { throw application_runtime_error(kLong); });
  refused<poputil::poplibs_error>([] { throw poputil::poplibs_error("refused: " + kLong); });
  refused<poputil::poplibs_error>([] { pe::PlaceHolder place(0); });
  refused<invalid_machine_model>([] { IPUModel model(kLong.c_str()); });
  poplar_error located(kLong);
  located.attachSourceLocation(SourceLocation("function", "file.cpp", 7));
  std::cout << located.what() << ' ' << located.type << '\n';
  std::cout << toString(RecoveryAction::IPU_RESET) << ' ' << errorCodeToString(ErrorCode::TRAP) << '\n';
}

} // namespace

int main() {
  IPUModel model("ipu2");
  model.tilesPerIPU = 2;
  const std::string version = model.IPUVersion;
  Device device = model.createDevice({{"syncConfiguration", kLong}});
  const std::map<std::string, std::string> attributes = device.getAttributes();
  std::cout << version << ' ' << attributes.at("type") << ' ' << device.getTarget().getTargetSystemString() << ' '
            << (versionString() == attributes.at("software version")) << ' ' << packageHash().empty() << ' '
            << FLOAT.toString() << ' ' << poputil::templateVertex("ns::V", FLOAT, std::string("x"), 3) << ' '
            << pe::toString(pe::BinaryOpType::ADD) << '\n';

  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  options(graph);
  values();
  errors(graph);

  // Codelets from a text, a file and a list of files.
  std::stringstream source(codelet("Twice", "2 * *in"));
  graph.addCodelets(source);
  const std::string path = "Codelet.cpp";
  graph.addCodelets(path);
  const std::vector<std::string> paths{path};
  graph.addCodelets(paths, "-O2");

  const DebugNameAndId dnai(kLong);
  Tensor x = graph.addVariable(FLOAT, {4}, {dnai, "x" + std::string("/inner")});
  poputil::mapTensorLinearly(graph, x);
  std::cout << x.getDebugStr() << ' ' << x.shapeToString() << ' ' << x.getVarStr() << ' '
            << DebugContext{dnai, std::string("y")}.getPathName() << '\n';
  graph.setInitialValue(x, ArrayRef<float>({1, 2, 3, 4}));
  ComputeSet doubling = graph.addComputeSet("doubling " + kLong);
  Tensor doubled = graph.addVariable(FLOAT, {4}, "doubled");
  poputil::mapTensorLinearly(graph, doubled);
  for (unsigned i = 0; i != 4; ++i) {
    VertexRef vertex = graph.addVertex(doubling, std::string("Twice"));
    graph.connect(vertex[std::string("in")], x[i]);
    graph.connect(vertex["out"], doubled[i]);
    graph.setTileMapping(vertex, i / 2);
  }
  Sequence program({Execute(doubling, {dnai, "execute"})}, kLong);
  const auto expression = pe::Add(pe::_1, pe::Mul(pe::_2, pe::Const(10.0f)));
  Tensor mapped = popops::map(graph, expression, {x, doubled}, program, {dnai, "map"});
  std::vector<Tensor> sums;
  popops::reduceMany(graph, {popops::SingleReduceOp(mapped, {0}, popops::Operation::ADD, kLong)}, sums, program,
                     std::string("sum"));
  std::cout << expression.name({x, doubled}) << '\n';
  program.add(PrintTensor(std::string("mapped"), mapped));
  graph.createHostRead(kLong, sums.at(0));
  DataStream stream = graph.addDeviceToHostFIFO("stream " + kLong, FLOAT, 4);
  program.add(Copy(mapped, stream));
  std::cout << stream.handle() << '\n';

  Engine engine(graph, {program, Abort("stopped: " + kLong)}, {{"debug.instrument", std::string("true")}});
  std::ostringstream printed, summary;
  engine.setPrintTensorStream(printed);
  engine.load(device);
  std::vector<float> streamed(4), sum(1);
  engine.connectStream("stream " + kLong, streamed.data());
  engine.run(0, kLong);
  engine.readTensor(kLong, sum.data(), sum.data() + 1);
  engine.printProfileSummary(summary, {{"showExecutionSteps", std::string("true")}});
  std::cout << printed.str() << streamed[3] << ' ' << sum[0] << ' '
            << (summary.str().find("Memory Usage:") != std::string::npos) << '\n';
  refused<application_runtime_error>([&] { engine.run(1); });
  refused<poplar_error>([&] { engine.readTensor("no " + kLong, sum.data(), sum.data() + 1); });
}
