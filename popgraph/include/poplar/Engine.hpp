#ifndef poplar_Engine_hpp
#define poplar_Engine_hpp
/// \file
/// Compiles graphs and runs them.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/Device.hpp>
#include <poplar/Executable.hpp>
#include <poplar/Graph.hpp>
#include <poplar/HostFunctionCallback.hpp>
#include <poplar/OptionFlags.hpp>
#include <poplar/ProfileValue.hpp>
#include <poplar/Program.hpp>
#include <poplar/RuntimeOptions.hpp>
#include <poplar/StreamCallback.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/detail/Api.hpp>
#include <poplar/detail/OwnedText.hpp>

namespace popgraph {
class EngineState;
}

namespace pva {
class Report;
}

namespace poplar {

/// Called with (steps done, steps in all) while a graph is compiled; the first number grows.
using ProgressFunc = std::function<void(int, int)>;

namespace detail {
/// A bool made of nothing but a bool: a function, which converts to bool too, is still taken for a ProgressFunc.
struct CheckFlag {
  template <typename Value, typename = typename std::enable_if<std::is_same<Value, bool>::value>::type>
  CheckFlag(Value check) : value(check) {}
  bool value;
};
} // namespace detail

/// Compiles a graph and programs for the graph's target. The graph stays usable. Throws a poplar_error subclass that
/// says what is wrong with the graph, invalid_option, or graph_memory_allocation_error when a tile is too small.
/// Without `checkOptionFlags`, options that do not exist are left aside.
POPLAR_API Executable compileGraph(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &options,
                                   detail::CheckFlag checkOptionFlags, ProgressFunc progress = ProgressFunc(),
                                   const DebugContext &debugContext = {});
inline Executable compileGraph(const Graph &graph, ArrayRef<program::Program> programs,
                               const OptionFlags &options = {}, ProgressFunc progress = ProgressFunc(),
                               const DebugContext &debugContext = {}) {
  return compileGraph(graph, programs, options, true, std::move(progress), debugContext);
}
inline Executable compileGraph(const Graph &graph, std::initializer_list<program::Program> programs,
                               const OptionFlags &options = {}, ProgressFunc progress = ProgressFunc(),
                               const DebugContext &debugContext = {}) {
  return compileGraph(graph, ArrayRef<program::Program>(programs.begin(), programs.size()), options, true,
                      std::move(progress), debugContext);
}

/// Runs the programs of an executable on a device. Not thread-safe, except for stop(). Movable.
class POPLAR_API Engine {
public:
  /// A moment: on the host's clock and in cycles of the device since it was loaded.
  struct TimerTimePoint {
    double hostMicroseconds = 0;    ///< on a clock that only goes forward
    std::uint64_t deviceCycles = 0; ///< of the slowest tile
  };

  /// Compiles; see compileGraph. The graph may be destroyed or changed afterwards.
  Engine(const Graph &graph, ArrayRef<program::Program> programs, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {});
  Engine(const Graph &graph, std::initializer_list<program::Program> programs, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {})
      : Engine(graph, ArrayRef<program::Program>(programs.begin(), programs.size()), options, progress,
               debugContext) {}
  Engine(const Graph &graph, const program::Program &program, const OptionFlags &options = {},
         ProgressFunc progress = ProgressFunc(), const DebugContext &debugContext = {})
      : Engine(graph, ArrayRef<program::Program>(&program, 1), options, progress, debugContext) {}
  /// Runs what was compiled before. Several engines may share an executable.
  explicit Engine(Executable executable, const OptionFlags &options = {});
  Engine(Engine &&) noexcept;
  Engine &operator=(Engine &&) noexcept;
  ~Engine();

  /// \name Running
  /// @{
  /// Puts the program on a device of the target it was compiled for, sets initial values and starts buffers anew. May be
  /// called again, also after a run that threw. Several engines may be loaded on one device; each has memory of its own
  /// and all may run. Throws poplar_error for a device of another target.
  void load(const Device &device);
  /// The two halves of load().
  void prepare(const Device &device, const RuntimeOptions &options = RuntimeOptions());
  void deploy();
  /// Runs program number `program` to its end. Throws application_runtime_error for errors the program raises, and what
  /// a callback throws.
  void run(unsigned program = 0, StringRef debugName = StringRef());
  void run(unsigned program, const RuntimeOptions &options, StringRef debugName = StringRef());
  /// load() and run().
  void loadAndRun(const Device &device, unsigned program = 0) {
    load(device);
    run(program);
  }
  /// Ends a run in progress at its next step: run() throws application_runtime_error. Of use to callbacks and other
  /// threads; otherwise it does nothing.
  void stop();
  /// @}

  /// \name Tensors of the host
  /// @{
  /// Copies host memory to a tensor named by createHostWrite; the byte count must be exact. Of a replicated graph the
  /// memory holds the tensors of all replicas, one after the other. Throws tensor_io_state_error before load, for an
  /// unknown handle and for a wrong size.
  void writeTensor(StringRef handle, const void *begin, const void *end);
  template <typename Value> void writeTensor(StringRef handle, ArrayRef<Value> values) {
    writeTensor(handle, values.data(), values.data() + values.size());
  }
  template <typename Value> void writeTensor(StringRef handle, const std::vector<Value> &values) {
    writeTensor(handle, ArrayRef<Value>(values));
  }
  /// Older form: the size is taken to be right.
  void writeTensor(StringRef handle, const void *begin);
  /// Copies a tensor named by createHostRead to host memory; see writeTensor.
  void readTensor(StringRef handle, void *begin, void *end);
  template <typename Value> void readTensor(StringRef handle, ArrayRef<Value> values) {
    readTensor(handle, const_cast<Value *>(values.data()), const_cast<Value *>(values.data() + values.size()));
  }
  template <typename Value> void readTensor(StringRef handle, std::vector<Value> &values) {
    readTensor(handle, values.data(), values.data() + values.size());
  }
  void readTensor(StringRef handle, void *begin);
  /// @}

  /// \name Streams
  /// @{
  /// Connects a stream with host memory, used as a circular buffer whose position survives runs and starts anew at load.
  /// Its size must be a multiple of the bytes of one copy. Replica r of n uses pieces r, n + r, 2n + r …; a stream of
  /// mode BROADCAST gives every piece to all replicas. May be called before and after load and between runs.
  void connectStream(StringRef handle, void *begin, void *end);
  template <typename Value> void connectStream(StringRef handle, ArrayRef<Value> data) {
    connectStream(handle, const_cast<Value *>(data.data()), const_cast<Value *>(data.data() + data.size()));
  }
  template <typename Value> void connectStream(StringRef handle, std::vector<Value> &data) {
    connectStream(handle, data.data(), data.data() + data.size());
  }
  /// Connects a stream with one place that every copy uses; of a replicated graph, with a piece for each replica.
  void connectStream(StringRef handle, void *data);
  /// Connects a stream of replica 0, or of `replica`, with a callback.
  void connectStreamToCallback(StringRef handle, StreamCallbackHandle callback);
  void connectStreamToCallback(StringRef handle, unsigned replica, StreamCallbackHandle callback);
  /// Names of all streams.
  std::vector<std::string> listStreams() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < numStreams(); ++i) names.push_back(streamName(i).ref().cloneAsString());
    return names;
  }
  /// Connects a host function with what it does. Throws stream_connection_error for an unknown name.
  void connectHostFunction(StringRef handle, unsigned replica, HostCallbackHandle callback);
  void connectHostFunction(StringRef handle, HostCallbackHandle callback) {
    connectHostFunction(handle, 0, std::move(callback));
  }
  /// @}

  /// \name Remote buffers
  /// @{
  /// Copies one row between host memory and a remote buffer. The pointer forms take the size to be right; the others
  /// throw tensor_io_state_error for another size. Throws stream_connection_error for an unknown name, index_error for
  /// a row and graph_replication_error for a replica that does not exist. Contents survive load.
  void copyToRemoteBuffer(const void *row, StringRef handle, std::uint64_t repeat, unsigned replica = 0);
  void copyFromRemoteBuffer(StringRef handle, void *row, std::uint64_t repeat, unsigned replica = 0);
  template <typename Value>
  void copyToRemoteBuffer(ArrayRef<Value> row, StringRef handle, std::uint64_t repeat, unsigned replica = 0) {
    copyToRemoteBuffer(row.data(), row.data() + row.size(), handle, repeat, replica);
  }
  template <typename Value>
  void copyToRemoteBuffer(const std::vector<Value> &row, StringRef handle, std::uint64_t repeat, unsigned replica = 0) {
    copyToRemoteBuffer(ArrayRef<Value>(row), handle, repeat, replica);
  }
  template <typename Value>
  void copyFromRemoteBuffer(StringRef handle, ArrayRef<Value> row, std::uint64_t repeat, unsigned replica = 0) {
    copyFromRemoteBuffer(handle, const_cast<Value *>(row.data()), const_cast<Value *>(row.data() + row.size()), repeat,
                         replica);
  }
  template <typename Value>
  void copyFromRemoteBuffer(StringRef handle, std::vector<Value> &row, std::uint64_t repeat, unsigned replica = 0) {
    copyFromRemoteBuffer(handle, ArrayRef<Value>(row), repeat, replica);
  }
  /// @}

  /// Where codelet printf text goes (default: stdout).
  void setPrintStream(std::ostream &stream);
  /// Where PrintTensor goes (default: stderr).
  void setPrintTensorStream(std::ostream &stream);

  /// \name Profile
  /// @{
  /// Writes the profile as text. Options: showExecutionSteps, showVarStorage, showOptimizations,
  /// showPerIpuMemoryUsage, colours.
  void printProfileSummary(std::ostream &stream, const OptionFlags &options = {});
  /// The profile so far, to be read with libpva (`#include <pva/pva.hpp>`). Without `reportExecution` only what
  /// compilation knew. Steps are those of the last run or, where a profile is written, those in the file.
  pva::Report getReport(bool reportExecution = true);
  /// Forgets all runs.
  void resetExecutionProfile();
  void enableExecutionProfiling();
  void disableExecutionProfiling();
  /// The profile as SDK 1 had it, a tree for serializeToJSON(): what was compiled, what ran, and both under the keys
  /// `graphProfile` and `executionProfile`.
  ProfileValue getGraphProfile() const;
  ProfileValue getExecutionProfile() const;
  ProfileValue getProfile() const;
  /// Now.
  TimerTimePoint getTimeStamp() const;
  /// How much time is between two moments, as text: cycles and seconds of the device, seconds of the host.
  std::string reportTiming(const TimerTimePoint &start, const TimerTimePoint &end) const {
    return timingText(start, end).ref().cloneAsString();
  }
  /// Writes a CSV table of the last run's phases: begin and end in cycles, and how many tiles compute, synchronise or
  /// exchange in between.
  void reportIntervals(std::ostream &stream) const;
  /// @}

  /// The options in effect, by name.
  OptionFlags getEngineOptions() const;
  /// The constants of the target that the program was compiled for, by name.
  OptionFlags getTargetOptions() const;

private:
  void copyToRemoteBuffer(const void *begin, const void *end, StringRef handle, std::uint64_t repeat,
                          unsigned replica);
  void copyFromRemoteBuffer(StringRef handle, void *begin, void *end, std::uint64_t repeat, unsigned replica);
  std::size_t numStreams() const;
  detail::OwnedText streamName(std::size_t index) const;
  detail::OwnedText timingText(const TimerTimePoint &start, const TimerTimePoint &end) const;

  std::unique_ptr<popgraph::EngineState> state_;
};

/// Writes the profile in a file as text, such as that of graph_memory_allocation_error::profilePath. Options are those of
/// Engine::printProfileSummary. Throws file_load_error when the file is not a profile.
POPLAR_API void printGraphSummary(std::ostream &stream, StringRef profilePath, const OptionFlags &options = {});

} // namespace poplar

#endif
