// Never run: that it compiles, without a warning, is the test. The overloads of programs, engines, streams and their callbacks as user programs call them.
#include <poplar/CSRFunctions.hpp>
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/HostFunctionCallback.hpp>
#include <poplar/RandomSeed.hpp>

#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace poplar;
using namespace poplar::program;

namespace overloads {

struct OldCallback : StreamCallback {
  StreamCallback::Result prefetch(void *) { return StreamCallback::Result::NotAvailable; }
  void fetch(void *) {}
  void complete() {}
};
struct NewCallback final : public StreamCallback {
  Result prefetch(void *) noexcept override { return Result::Success; }
  void fetch(void *) noexcept override {}
  void complete() noexcept override {}
  void invalidatePrefetched() noexcept override {}
};
struct Simple : LegacyStreamCallback {
  void fetch(void *) override {}
};
struct OnHost : HostCallback {
  void operator()(ArrayRef<const void *>, ArrayRef<void *>) override {}
};

void programs(Graph &graph, Tensor a, Tensor b, ComputeSet cs, DataStream in, DataStream out, RemoteBuffer rows,
              Function function, HostFunction host) {
  DebugNameAndId dnai("model");
  std::vector<Program> list(3);
  list[0] = Sequence{Copy(a, b), Repeat{4, Sequence{Execute(cs)}}, Execute{cs}};
  list[1] = Repeat(4, Execute(cs), {dnai, "repeat"});
  list[2] = Sequence({list[0], Sync(SyncType::EXTERNAL)}, {dnai, "pair"});
  std::map<std::string, Program> named;
  named["x"] = Copy(in, a);
  named["y"] = Copy(a, out, false, "to host");
  Sequence three(Execute(cs), Copy(a, b), named["x"]), one{Execute(cs)}, empty{}, withName("name"), ofVector(list);
  three.add(one);
  three.add(Execute(cs, {dnai, "execute"}));
  three.add(Execute(cs, a));
  three.add(Execute(cs, a[0], {dnai, "collect"}));
  three.add(Copy(a, b, "named"));
  three.add(Copy(a, b, true, {dnai, "not outlined"}));
  three.add(Copy(a, b, {dnai}));
  three.add(Copy(in, a, {dnai, "in"}));
  three.add(Copy(in, a, true, {dnai, "in"}));
  three.add(Copy(a, out, {dnai, "out"}));
  three.add(Copy(rows, a));
  three.add(Copy(rows, a, b));
  three.add(Copy(rows, a, b, {dnai, "row"}));
  three.add(Copy(a, rows, "row 0"));
  three.add(Copy(a, rows, b, "rows"));
  three.add(CrossReplicaCopy(a, b, {{0, 1}, {1, 0}}, {dnai, "exchange"}));
  three.add(If(a, three, Sequence(), {dnai, "if"}));
  three.add(If(a[0], Execute(cs), Copy(a, b)));
  three.add(RepeatWhileTrue(Execute(cs), a[0].reshape({}), three));
  three.add(RepeatWhileFalse(Sequence(), a, three, "while"));
  three.add(Loop(three, "forever"));
  Switch choose(a, {{0, three}, {1, one}}, Execute(cs)), open(a), noDefault(a, {{-1, three}}, "switch");
  open.add(1, three);
  three.add(choose);
  three.add(Switch::switchWithBoundsChecking(a, {{0, three}}, {dnai, "checked"}));
  three.add(Switch::switchWithUnreachableDefault(a, "unreachable"));
  three.add(Call(function, {dnai}));
  three.add(Call(host, {a, b}, {b}, "host"));
  three.add(Call(host, std::vector<Tensor>{a}, {}));
  three.add(PrintTensor(a));
  three.add(PrintTensor("title", a));
  three.add(PrintTensor(std::string("title"), a, {dnai, "print"}));
  three.add(PrintTensor("title", a, PrintTensorFmt(10, 2), "print"));
  three.add(PrintTensor(a, PrintTensorFmt(100, 3, 75, 8, PrintTensorFmt::FloatFormat::Scientific, ',', '(', ')')));
  three.add(Abort());
  three.add(Abort("text"));
  three.add(Abort(std::string("text"), {dnai}));
  three.add(AbortOnCondition(a));
  three.add(AbortOnCondition(a, "text"));
  three.add(AbortOnCondition(a, std::string("text"), {dnai, "abort"}));
  three.add(ErrorProgram("text", a, {dnai}));
  three.add(AssumeEqualAcrossReplicas(a, "same"));
  three.add(WriteUndef(a, {dnai}));
  three.add(Block(three, {dnai, "block"}));
  dumpProgram(graph, three, std::cout);
}

void device(Graph &graph, Sequence &sequence, Tensor seeds) {
  DebugNameAndId dnai("model");
  cycleCount(graph, sequence, 0, SyncType::INTERNAL, {dnai, "cycles"});
  cycleCount(graph, sequence, 0, "cycles");
  cycleCount(graph, sequence, 0);
  Tensor single = cycleStamp(graph, sequence, 0, SyncType::EXTERNAL);
  std::vector<Tensor> several = cycleStamp(graph, sequence, {0, 1}, SyncType::EXTERNAL, {dnai});
  std::vector<unsigned> tiles(2);
  several = cycleStamp(graph, sequence, tiles);
  setFloatingPointBehaviour(graph, sequence, FloatingPointBehaviour{true, true, true, false, true}, {dnai, "fp"});
  setFloatingPointBehaviour(graph, sequence, {true, true, true, false, true}, "fp");
  setFloatingPointBehaviour(graph, sequence, getAndModifyFloatingPointBehaviour(graph, sequence, {}, {}, {dnai}));
  setStochasticRounding(graph, sequence, true, "rounding");
  seeds = getHwSeeds(graph, sequence, {dnai, "seeds"});
  setHwSeeds(graph, seeds, sequence, "seeds");
}

void engines(Graph &graph, const Device &device, const std::vector<Program> &list, const Program &program) {
  const ProgressFunc progress = [](int, int) {};
  Engine a(graph, program), b(graph, {program, Sequence()}, {{"debug.instrument", "true"}}), c(graph, list),
      d(std::move(graph), program, OptionFlags{{"debug.instrument", "true"}}, progress, "engine");
  auto e = Engine{graph, program, {{"debug.instrument", "true"}}};
  Executable executable = compileGraph(graph, {Sequence()}), other = compileGraph(graph, list, {}, progress, "dbg"),
             unchecked = compileGraph(graph, list, {{"some.option", "1"}}, false),
             watched = compileGraph(graph, list, {}, [](int, int) {}),
             both = compileGraph(graph, {program, Sequence()}, {}, [](int, int) {}, "dbg"),
             all = compileGraph(graph, list, {}, true, [](int, int) {}, "dbg");
  Engine f(executable), g(std::move(executable), {{"debug.instrument", "true"}}), h = std::move(g);
  h.load(device);
  h.prepare(device);
  h.deploy();
  h.run();
  h.run(1);
  h.run(1, "name");
  h.run(1, std::string("name"));
  h.run(1, RuntimeOptions(), "name");
  h.loadAndRun(device, 2);
  h.stop();
  float raw[4] = {};
  std::vector<float> values(4);
  h.writeTensor("w", raw, raw + 4);
  h.writeTensor("w", values.data(), values.data() + values.size());
  h.writeTensor(std::string("w"), ArrayRef<float>(values));
  h.writeTensor("w", values);
  h.writeTensor("w", raw);
  h.readTensor("r", raw, raw + 4);
  h.readTensor("r", &values[0], &values[4]);
  h.readTensor("r", ArrayRef<float>(values));
  h.readTensor("r", values);
  h.readTensor("r", raw);
  h.connectStream("s", raw, raw + 4);
  h.connectStream("s", values.data());
  h.connectStream(std::string("s"), raw);
  h.connectStream("s", ArrayRef<float>(values));
  h.connectStreamToCallback("s", [](void *) {});
  h.connectStreamToCallback("s", 1, [&](void *p) { static_cast<float *>(p)[0] = values[0]; });
  h.connectStreamToCallback("s", std::unique_ptr<OldCallback>(new OldCallback));
  h.connectStreamToCallback("s", std::unique_ptr<NewCallback>(new NewCallback));
  h.connectStreamToCallback("s", std::unique_ptr<StreamCallback>(new Simple));
  h.connectHostFunction("f", 0, [](ArrayRef<const void *>, ArrayRef<void *>) {});
  h.connectHostFunction("f", 0, [](const void *const *, std::size_t, void *const *, std::size_t) {});
  h.connectHostFunction("f", 0, std::unique_ptr<OnHost>(new OnHost));
  h.copyToRemoteBuffer(raw, "b", 0);
  h.copyToRemoteBuffer(values.data(), std::string("b"), 3, 1);
  h.copyToRemoteBuffer(ArrayRef<float>(values), "b", 0);
  h.copyToRemoteBuffer(values, "b", 0, 1);
  h.copyFromRemoteBuffer("b", raw, 0);
  h.copyFromRemoteBuffer(std::string("b"), values.data(), 3, 1);
  h.copyFromRemoteBuffer("b", ArrayRef<float>(values), 0);
  h.copyFromRemoteBuffer("b", values, 0, 1);
  h.setPrintStream(std::cout);
  h.setPrintTensorStream(std::cerr);
  h.printProfileSummary(std::cout);
  h.printProfileSummary(std::cout, {{"showExecutionSteps", "true"}, {"showVarStorage", "true"}});
  h.printProfileSummary(std::cout, OptionFlags{{"showExecutionSteps", "true"}});
  serializeToJSON(std::cout, h.getGraphProfile(), false);
  serializeToJSON(std::cout, h.getExecutionProfile());
  const ProfileValue profile = h.getProfile();
  auto start = h.getTimeStamp(), end = h.getTimeStamp();
  std::cout << h.reportTiming(start, end) << h.listStreams().size() << h.getEngineOptions() << h.getTargetOptions();
  h.reportIntervals(std::cout);
  h.resetExecutionProfile();
  h.enableExecutionProfiling();
  h.disableExecutionProfiling();
}

void graphs(Graph &graph) {
  graph.addHostToDeviceFIFO("in", FLOAT, 4);
  graph.addHostToDeviceFIFO(std::string("in"), FLOAT, 4, ReplicatedStreamMode::BROADCAST, {{"bufferingDepth", "2"}});
  graph.addDeviceToHostFIFO("out", FLOAT, 4, {{"splitLimit", "0"}});
  RemoteBuffer rows = graph.addRemoteBuffer("rows", FLOAT, 4, 3, true, true), none;
  DataStream invalid;
  none = rows;
  std::vector<std::tuple<Type, std::size_t>> inputs;
  graph.addHostFunction("f", {std::make_tuple(FLOAT, 4)}, {std::make_tuple(Type(INT), std::size_t(1))});
  graph.addHostFunction("g", inputs, {});
  FunctionBuffer buffer = graph.addFunctionBuffer(graph.addFunction(Sequence()), FunctionBufferMappingType::REMOTE);
  Copy toBuffer(Function(), buffer), fromBuffer(buffer, Function());
}

} // namespace overloads

int main() { return 0; }
