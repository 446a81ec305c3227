// fuzz_misuse --seeds A..B: calls of the API with arguments that are mostly wrong, in any order. Each must do its work or
// throw a poplar_error; what is left must compile and run, or be refused. Anything else ends the program or is printed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <poplar/CycleCount.hpp>
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/exceptions.hpp>
#include <sstream>
#include <stdexcept>

#include "tests/fuzz/Codelets.hpp"
#include "tests/fuzz/Script.hpp"

namespace {

using namespace poplar;
using namespace poplar::program;
using fuzz::Random;

class Misuser {
public:
  explicit Misuser(std::uint64_t seed)
      : r_(seed), device_(makeDevice(r_)), graph_(device_.getTarget()), other_(device_.getTarget()) {}

  /// What went wrong; "" for nothing.
  std::string run() {
    try {
      runAll();
      return "";
    } catch (const Fault &fault) {
      return fault.text;
    }
  }

private:
  void runAll() {
    std::stringstream source(fuzz::kCodelets), again(fuzz::kCodelets);
    graph_.addCodelets(source);
    other_.addCodelets(again);
    tensors_ = {Tensor(), other_.addVariable(FLOAT, {3, 4}, "stranger")};
    vertices_ = {VertexRef(), other_.addVertex(other_.addComputeSet(), "Less")};
    sets_ = {ComputeSet(), ComputeSet(77)};
    streams_ = {DataStream(), other_.addHostToDeviceFIFO("strange", FLOAT, 3)};
    functions_ = {Function(), Function(99)};
    programs_ = {{Program(), 1}, {Sequence(), 1}};
    for (int i = 0; i < 3; ++i) attempt(0);
    sets_.push_back(graph_.addComputeSet("set"));
    for (std::size_t i = r_.between(5, 60); i > 0; --i) attempt(r_.below(26));
    finish();
  }

  /// A program and about how many steps it takes.
  struct Sized {
    Program program;
    double steps;
  };
  struct Fault {
    std::string text;
  };
  static Device makeDevice(Random &r) {
    if (r.chance(30)) return Device::createCPUDevice();
    IPUModel model;
    model.tilesPerIPU = static_cast<unsigned>(r.between(1, 6));
    return model.createDevice();
  }

  // Arguments: right, nearly right, wild.
  std::size_t number() {
    static constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t wild[] = {
        kMost,       kMost - 1,    kMost / 2,   kMost / 2 + 1, 0xffffffffu, 0xfffffffeu, 0x80000000u,
        0x7fffffffu, 0x100000000u, 0x3fffffffu, 65536,         4096,        1000,        64};
    const std::size_t choice = r_.below(20);
    return choice < 14 ? r_.below(5) : choice < 16 ? r_.below(14) : wild[r_.below(std::size(wild))];
  }
  unsigned u() { return static_cast<unsigned>(number()); }
  template <typename T> std::vector<T> numbers() {
    std::vector<T> result(r_.below(5));
    for (T &n : result) n = static_cast<T>(number());
    return result;
  }
  template <typename T> T &any(std::vector<T> &pool) {
    return pool[r_.chance(80) ? pool.size() - 1 - r_.below(std::min<std::size_t>(pool.size(), 6))
                              : r_.below(pool.size())];
  }
  Tensor tensor() { return any(tensors_); }
  std::vector<Tensor> tensors() {
    std::vector<Tensor> result;
    for (std::size_t i = r_.below(4); i > 0; --i) result.push_back(tensor());
    return result;
  }
  Type type() {
    static const Type types[] = {FLOAT, INT,          UNSIGNED_SHORT, SIGNED_CHAR, BOOL,   LONGLONG, FLOAT, INT,
                                 HALF,  UNSIGNED_INT, CHAR,           QUARTER,     DOUBLE, LONG,     Type()};
    return types[r_.below(std::size(types))];
  }
  std::string text() {
    static const char *const texts[] = {"",
                                        "a",
                                        "b",
                                        "in",
                                        "out",
                                        "x",
                                        "rows",
                                        "sums",
                                        "n",
                                        "factor",
                                        "table",
                                        "Add<float>",
                                        "Scale<int>",
                                        "RowSums<float>",
                                        "ListSums<int>",
                                        "RowAdd<bool>",
                                        "Workers<float>",
                                        "Larger<int>",
                                        "Less",
                                        "CountDown",
                                        "Add",
                                        "add<float>",
                                        "Add<double>",
                                        "handle",
                                        "stream",
                                        "\xff\x01",
                                        "a name with {} in it %s"};
    return texts[r_.below(std::size(texts))];
  }
  std::vector<Interval> intervals() {
    std::vector<Interval> result;
    for (std::size_t i = r_.below(4); i > 0; --i) result.emplace_back(number(), number());
    return result;
  }

  template <typename F> void guard(F &&f) {
    try {
      f();
    } catch (const poplar_error &) {
    } catch (const std::exception &error) {
      throw Fault{"call " + std::to_string(call_) + ": not a poplar_error: " + typeid(error).name() + ": " +
                  error.what()};
    }
  }
  template <typename F> void view(F &&f) {
    guard([&] {
      const Tensor result = f();
      // Views of more elements than this are right, and take for ever where each element counts.
      const std::size_t count = result.numElements();
      if (count > 20000) return;
      tensors_.push_back(result);
      std::size_t sum = 0;
      for (const VariableInterval &region : result.getVarRegions()) {
        sum += region.interval.size();
        if (region.interval.end() > owner(result).getVariable(region.var).numElements())
          throw std::logic_error("a view is outside its variable: " + result.getDebugStr());
      }
      if (sum != count) throw std::logic_error("a view has regions of another size: " + result.getDebugStr());
    });
  }

  /// All views but those of the first stranger are of our own graph.
  const Graph &owner(const Tensor &view) { return view.getVarStr() == "stranger" ? other_ : graph_; }

  void attempt(std::size_t what) {
    call_ = what;
    switch (what) {
    case 0:
      return guard([&] {
        const auto shape = numbers<std::size_t>();
        double elements = 1;
        for (const std::size_t d : shape) elements *= static_cast<double>(d);
        // A constant of gigabytes is right, and takes as many.
        const bool constant = r_.chance(30) && (elements <= 20000 || elements >= 4294967295.0);
        const Tensor t = constant ? graph_.addConstant(type(), shape, static_cast<double>(r_.below(300)))
                                  : graph_.addVariable(type(), shape, "v" + std::to_string(tensors_.size()));
        if (t.numElements() <= 20000) tensors_.push_back(t);
        if (r_.chance(80)) graph_.setTileMapping(t, static_cast<unsigned>(r_.below(2)));
      });
    case 1: return view([&] { return tensor().slice(number(), number(), u()); });
    case 2: return view([&] { return tensor()[number()]; });
    case 3:
      return view([&] {
        return tensor().slice(ArrayRef<std::size_t>(numbers<std::size_t>()),
                              ArrayRef<std::size_t>(numbers<std::size_t>()));
      });
    case 4: return view([&] { return r_.chance(50) ? tensor().flatten() : tensor().flatten(u(), u()); });
    case 5:
      return view([&] {
        return r_.chance(50) ? tensor().reshape(numbers<std::size_t>())
                             : tensor().reshapePartial(u(), u(), numbers<std::size_t>());
      });
    case 6:
      return view([&] {
        return r_.chance(50) ? tensor().dimShuffle(numbers<unsigned>())
                             : tensor().dimShufflePartial(numbers<unsigned>(), numbers<unsigned>());
      });
    case 7: return view([&] { return r_.chance(50) ? tensor().dimRoll(u(), u()) : tensor().transpose(); });
    case 8:
      return view([&] {
        return r_.chance(50) ? tensor().expand(numbers<std::size_t>()) : tensor().squeeze(numbers<std::size_t>());
      });
    case 9:
      return view([&] {
        return r_.chance(50) ? tensor().broadcast(u(), u()) : tensor().upsample(u(), u(), UpsampleMethod::REPEAT);
      });
    case 10: return view([&] { return r_.chance(50) ? tensor().subSample(u(), u()) : tensor().reverse(u()); });
    case 11:
      return view(
          [&] { return r_.chance(50) ? tensor().reinterpret(type()) : tensor().index(numbers<std::size_t>()); });
    case 12: return view([&] { return r_.chance(50) ? concat(tensors(), u()) : append(tensor(), tensor(), u()); });
    case 13:
      return guard([&] {
        for (const Tensor &t : r_.chance(50) ? tensor().slices(intervals(), u())
                                             : tensor().slices(ArrayRef<unsigned>(numbers<unsigned>()), u()))
          tensors_.push_back(t);
      });
    case 14:
      return guard([&] {
        const Tensor t = tensor();
        t.containsAliases(), t.containsConstant(), t.isParallelWriteable(), t.isContiguous(),
            t.intersectsWith(tensor());
        t.getContiguousRegions(), t.getVarRegions(), t.shapeToString(), t.getDebugStr(), t.getVarStr(), t.dim(u());
        double value;
        t.getConstantValue(&value);
      });
    case 15: return guard([&] { graph_.setTileMapping(tensor(), u()); });
    case 16:
      return guard([&] {
        Graph::TileToTensorMapping mapping(r_.below(5));
        for (auto &list : mapping) list = intervals();
        if (r_.chance(50))
          graph_.setTileMapping(tensor(), mapping);
        else
          graph_.getTileMapping(tensor(), r_.chance(50));
      });
    case 17:
      return guard([&] {
        sets_.push_back(graph_.addComputeSet(text()));
        vertices_.push_back(graph_.addVertex(any(sets_), text()));
        graph_.setTileMapping(vertices_.back(), r_.chance(80) ? 0 : u());
      });
    case 18:
    case 19:
      return guard([&] {
        FieldRef field = r_.chance(5) ? FieldRef() : any(vertices_)[text()];
        if (r_.chance(20)) field = field[number()];
        switch (r_.below(6)) {
        case 0: graph_.connect(field, tensors()); break;
        case 1: graph_.connect(field, static_cast<double>(number())); break;
        case 2: graph_.setFieldSize(field, r_.chance(50) ? r_.below(4) : number() % 100000); break;
        case 3: graph_.setInitialValue(field, static_cast<int>(number())); break;
        case 4: graph_.setInitialValue(field, ArrayRef<float>(std::vector<float>(r_.below(4), 2))); break;
        default: graph_.connect(field, tensor());
        }
      });
    case 20:
      return guard([&] {
        if (r_.chance(50))
          graph_.setInitialValue(tensor(), ArrayRef<int>(numbers<int>()));
        else
          graph_.setInitialValue(tensor(), static_cast<double>(number()));
      });
    case 21:
      return guard([&] {
        if (r_.chance(30)) return graph_.setPerfEstimate(any(vertices_), number());
        const Tensor t = graph_.clone(type(), tensor());
        tensors_.push_back(t);
      });
    case 22:
      return guard([&] {
        switch (r_.below(4)) {
        case 0: graph_.createHostWrite(text(), tensor()); break;
        case 1: graph_.createHostRead(text(), tensor()); break;
        case 2: streams_.push_back(graph_.addHostToDeviceFIFO(text(), type(), number())); break;
        default: streams_.push_back(graph_.addDeviceToHostFIFO(text(), type(), number()));
        }
      });
    case 23:
      return guard([&] {
        steps_ = 1;
        functions_.push_back(graph_.addFunction(program()));
        functionSteps_ = std::max(functionSteps_, steps_);
        if (r_.chance(30)) {
          Sequence sequence{program()};
          tensors_.push_back(cycleCount(graph_, sequence, u(), SyncType::INTERNAL));
          programs_.push_back({sequence, steps_ * 2});
        }
      });
    case 24:
      return guard([&] {
        const Graph part = r_.chance(50)   ? graph_.createVirtualGraph(u())
                           : r_.chance(50) ? graph_.createVirtualGraph(u(), u())
                                           : graph_.createVirtualGraph(numbers<unsigned>());
        part.getTileMapping(tensor());
      });
    default:
      return guard([&] {
        steps_ = 1;
        const Program made = randomProgram();
        programs_.push_back({made, steps_});
      });
    }
  }

  /// A program to make another of; none when that would take too long.
  Program program() {
    const Sized &chosen = any(programs_);
    if (steps_ + chosen.steps > 1000) return Program();
    steps_ += chosen.steps;
    return chosen.program;
  }
  /// Printing the rows of a tensor of shape [2^32, 0] is right, and takes for ever.
  Tensor printed() {
    const Tensor t = tensor();
    return t.valid() && t.numElements() == 0 ? Tensor() : t;
  }

  Program randomProgram() {
    switch (r_.below(15)) {
    case 0: return Sequence{program(), program()};
    case 1: return Execute(any(sets_));
    case 2:
    case 3: return Copy(tensor(), tensor());
    case 4: return Copy(any(streams_), tensor());
    case 5: return Copy(tensor(), any(streams_));
    case 6: {
      const Program body = program();
      steps_ *= 3;
      return Repeat(static_cast<unsigned>(r_.below(4)), body);
    }
    case 7: return If(tensor(), program(), program());
    case 8: {
      std::vector<std::pair<std::int32_t, Program>> cases;
      for (std::size_t i = r_.below(4); i > 0; --i)
        cases.emplace_back(static_cast<std::int32_t>(r_.below(3)), program());
      return r_.chance(50) ? Program(Switch(tensor(), cases)) : Program(Switch(tensor(), cases, program()));
    }
    case 9: steps_ += functionSteps_; return Call(any(functions_));
    case 10: return PrintTensor(text(), printed());
    case 11: return AbortOnCondition(tensor(), text());
    case 12: return ErrorProgram(text(), printed());
    case 13: return WriteUndef(tensor());
    default: return Sync(static_cast<SyncType>(r_.below(3)));
    }
  }

  void finish() {
    call_ = kRunning;
    for (int i = 0; i < 4; ++i)
      guard([&] {
        std::vector<Program> programs;
        steps_ = 1;
        for (std::size_t k = r_.below(4); k > 0; --k) programs.push_back(program());
        Engine engine(graph_, programs);
        std::ostringstream ignored;
        engine.setPrintStream(ignored);
        engine.setPrintTensorStream(ignored);
        if (r_.chance(10)) engine.run(0);
        engine.load(device_);
        char data[64] = {};
        for (int k = 0; k < 6; ++k)
          guard([&] {
            switch (r_.below(4)) {
            case 0: engine.writeTensor(text(), data, data + r_.below(65)); break;
            case 1: engine.readTensor(text(), data, data + r_.below(65)); break;
            case 2: engine.connectStream(text(), data, data + r_.below(65)); break;
            default: engine.run(u());
            }
          });
        std::stringstream file;
        Executable executable = compileGraph(graph_, programs);
        executable.serialize(file);
        Engine(Executable::deserialize(file)).load(device_);
      });
  }

  Random r_;
  Device device_;
  Graph graph_, other_;
  std::vector<Tensor> tensors_;
  std::vector<VertexRef> vertices_;
  std::vector<ComputeSet> sets_;
  std::vector<DataStream> streams_;
  std::vector<Function> functions_;
  std::vector<Sized> programs_;
  double steps_ = 1, functionSteps_ = 1;
  static constexpr std::size_t kRunning = 99;
  std::size_t call_ = 0; ///< which of attempt()
};

} // namespace

int main(int argc, char **argv) {
  unsigned long long first = 0, last = 0;
  if (argc < 3 || std::strcmp(argv[1], "--seeds") != 0 || std::sscanf(argv[2], "%llu..%llu", &first, &last) != 2) {
    std::fprintf(stderr, "usage: fuzz_misuse --seeds A..B [--trace]\n");
    return 2;
  }
  setenv("POPLAR_LOG_LEVEL", "OFF", 1);
  unsigned bad = 0;
  for (unsigned long long seed = first; seed <= last && bad < 20; ++seed) {
    if (argc > 3) std::printf("seed %llu\n", seed), std::fflush(stdout);
    const std::string text = Misuser(seed).run();
    if (text.empty()) continue;
    ++bad;
    std::printf("seed %llu: %s\n", seed, text.c_str());
    std::fflush(stdout);
  }
  std::printf("seeds %llu..%llu: %u faults\n", first, last, bad);
  return bad == 0 ? 0 : 1;
}
