#ifndef poplar_Engine_hpp
#define poplar_Engine_hpp
/// \file
/// Compiles graphs and runs them.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Device.hpp>
#include <poplar/Executable.hpp>
#include <poplar/Graph.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/Program.hpp>
#include <poplar/StreamCallback.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/detail/Api.hpp>

namespace popgraph {
class EngineState;
}

namespace pva {
class Report;
}

namespace poplar {

/// Called with (steps done, steps in all) while a graph is compiled.
using ProgressFunc = std::function<void(int, int)>;

/// Compiles a graph and programs for the graph's target. The graph stays usable. Throws a poplar_error subclass that
/// says what is wrong with the graph, invalid_option, or graph_memory_allocation_error when a tile is too small.
POPLAR_API Executable compileGraph(const Graph &graph, ArrayRef<program::Program> programs,
                                   const OptionFlags &options = {}, ProgressFunc progress = ProgressFunc(),
                                   const DebugContext &debugContext = {});
inline Executable compileGraph(const Graph &graph, std::initializer_list<program::Program> programs,
                               const OptionFlags &options = {}, ProgressFunc progress = ProgressFunc(),
                               const DebugContext &debugContext = {}) {
  return compileGraph(graph, ArrayRef<program::Program>(programs.begin(), programs.size()), options, progress,
                      debugContext);
}

/// Runs the programs of an executable on a device. Not thread-safe. Movable.
class POPLAR_API Engine {
public:
  /// Compiles; see compileGraph.
  Engine(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {});
  Engine(const Graph &graph, std::initializer_list<program::Program> programs, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {})
      : Engine(graph, ArrayRef<program::Program>(programs.begin(), programs.size()), options, progress,
               debugContext) {}
  Engine(const Graph &graph, const program::Program &program, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {})
      : Engine(graph, ArrayRef<program::Program>(&program, 1), options, progress, debugContext) {}
  explicit Engine(Executable executable, const OptionFlags &options = {});
  Engine(Engine &&) noexcept;
  Engine &operator=(Engine &&) noexcept;
  ~Engine();

  /// Puts the program on a device of the target it was compiled for and sets initial values. May be called again.
  void load(const Device &device);
  /// Runs program number `program` to its end. Throws application_runtime_error for errors the program raises.
  void run(unsigned program = 0, const std::string &debugName = "");
  void loadAndRun(const Device &device, unsigned program = 0) {
    load(device);
    run(program);
  }

  /// Copies host memory to a tensor named by createHostWrite; the byte count must be exact. Throws
  /// tensor_io_state_error before load, for an unknown handle and for a wrong size.
  void writeTensor(StringRef handle, const void *begin, const void *end);
  template <typename T> void writeTensor(StringRef handle, ArrayRef<T> values) {
    writeTensor(handle, values.data(), values.data() + values.size());
  }
  /// Older form: the size is taken to be right.
  void writeTensor(StringRef handle, const void *begin);
  /// Copies a tensor named by createHostRead to host memory.
  void readTensor(StringRef handle, void *begin, void *end);
  void readTensor(StringRef handle, void *begin);

  /// Connects a stream with host memory, used as a circular buffer whose position survives runs. Its size must be a
  /// multiple of the bytes of one copy.
  void connectStream(StringRef handle, void *begin, void *end);
  template <typename T> void connectStream(StringRef handle, ArrayRef<T> data) {
    connectStream(handle, const_cast<T *>(data.data()), const_cast<T *>(data.data() + data.size()));
  }
  /// Connects a stream with one place that every copy uses.
  void connectStream(StringRef handle, void *data);
  void connectStreamToCallback(StringRef handle, StreamCallbackHandle callback);
  void connectStreamToCallback(StringRef handle, unsigned replica, StreamCallbackHandle callback);

  /// Where codelet printf text goes (default: stdout).
  void setPrintStream(std::ostream &stream);
  /// Where PrintTensor goes (default: stderr).
  void setPrintTensorStream(std::ostream &stream);

  /// Writes the profile as text. Options: showExecutionSteps, showVarStorage, showOptimizations,
  /// showPerIpuMemoryUsage, colours.
  void printProfileSummary(std::ostream &stream, const OptionFlags &options = {});
  /// The profile so far, to be read with libpva (`#include <pva/pva.hpp>`). Without `reportExecution` only what
  /// compilation knew. Steps are those of the last run or, where a profile is written, those in the file.
  pva::Report getReport(bool reportExecution = true);
  void resetExecutionProfile();
  void enableExecutionProfiling();
  void disableExecutionProfiling();

private:
  std::unique_ptr<popgraph::EngineState> state_;
};

} // namespace poplar

#endif
