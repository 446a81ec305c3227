#pragma once
// What a run tells the profiler: plain records, handed to a Sink in the order compile -> runs -> steps.
// The producer owns this schema; the profiler knows records (and the file made of them) and nothing else.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace popgraph::profile {

/// Memory categories of a tile, with the names users of the original profiler know.
//      enumerator            name in files and reports      always live
#define POPGRAPH_MEMORY_CATEGORIES(X)                             \
  X(Variable,             "variable",             true)           \
  X(Constant,             "constant",             true)           \
  X(VertexState,          "vertexInstanceState",  true)           \
  X(VertexFieldData,      "vertexFieldData",      true)           \
  X(VectorListDescriptor, "vectorListDescriptor", true)           \
  X(VertexCode,           "vertexCode",           true)           \
  X(ControlCode,          "controlCode",          true)           \
  X(InternalExchangeCode, "internalExchangeCode", true)           \
  X(HostExchangeCode,     "hostExchangeCode",     true)           \
  X(Stack,                "stack",                true)           \
  X(Message,              "message",              false)          \
  X(HostMessage,          "hostMessage",          false)          \
  X(Rearrangement,        "rearrangement",        false)          \
  X(Temporary,            "temporaryVariable",    false)

enum class MemoryCategory : std::uint8_t {
#define X(name, text, always) name,
  POPGRAPH_MEMORY_CATEGORIES(X)
#undef X
  Count
};

struct TargetRecord {
  std::string type;            ///< "IPU", "IPU_MODEL", "CPU"
  std::string machine;         ///< "gc200", "bow" …; "cpu"
  std::string architecture;    ///< "ipu2" …
  std::uint32_t numIPUs = 0, tilesPerIPU = 0, workersPerTile = 0, numReplicas = 1;
  std::uint64_t bytesPerTile = 0;
  double clockHz = 0;
  std::uint32_t exchangeBytesPerCycle = 0;
  std::vector<std::pair<std::string, std::string>> constants; ///< every machine constant used, as text
};

struct OptionRecord { std::string name, value; bool isDefault = true; };

struct GraphRecord {
  std::uint64_t vertices = 0, edges = 0, variables = 0, computeSets = 0, exchanges = 0, programs = 0;
};

struct VertexTypeRecord {
  std::string name;
  std::string kind;            ///< "Vertex", "MultiVertex", "SupervisorVertex"
  std::uint64_t instances = 0;
  std::uint32_t stateBytes = 0; ///< of one instance, nominal layout
  std::uint32_t codeBytes = 0;  ///< of one copy
  std::uint32_t tilesWithCode = 0;
};

struct ComputeSetRecord {
  std::string name;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> verticesByType; ///< vertex type index -> instances
};

/// One node of the program tree; ids are indices into ProfileHeader::programs.
struct ProgramRecord {
  /// Sequence, OnTileExecute, DoExchange, StreamCopy, Repeat, RepeatWhile, If, Switch, Call, Sync …
  std::string kind;
  std::string name;
  std::vector<std::uint32_t> children;
  std::int64_t computeSet = -1;
  std::uint64_t count = 0;     ///< of Repeat
};

struct VariableRecord {
  std::string name, type;
  std::uint64_t elements = 0, bytes = 0;
  std::uint32_t tiles = 0;     ///< how many tiles hold a part
  std::uint64_t maxTileBytes = 0;
  bool isConstant = false;
};

/// What is in memory beside what is always live while one step of the compiled program runs.
struct LivenessRecord {
  std::uint32_t program = 0;                        ///< node of the program tree that the step belongs to
  std::uint64_t bytes = 0;                          ///< not always live, on all tiles
  std::uint32_t maxTileBytes = 0, maxTile = 0;      ///< the tile that holds most of it, the lowest among equals
  bool operator==(const LivenessRecord &) const = default;
};

/// Everything known when compilation ends; written before the first run, so a crash leaves a readable file.
struct CompileRecord {
  std::string programName;     ///< host program, as argv[0]
  std::string engineName;
  std::string popgraphVersion;
  TargetRecord target;
  std::vector<OptionRecord> options;
  GraphRecord graph;
  std::vector<VertexTypeRecord> vertexTypes;
  std::vector<ComputeSetRecord> computeSets;
  std::vector<ProgramRecord> programs;
  std::vector<std::uint32_t> controlPrograms;       ///< roots: the engine's programs, in order
  std::vector<VariableRecord> variables;
  /// bytesByTile[category][tile]; a category without bytes may be empty.
  std::vector<std::vector<std::uint32_t>> memoryByCategory{static_cast<std::size_t>(MemoryCategory::Count)};
  std::vector<std::uint32_t> peakBytesByTile;       ///< always-live + the largest step's not-always-live
  std::vector<LivenessRecord> liveness;             ///< of each step that holds something, in the steps' order
  std::vector<std::pair<std::string, double>> compilePhases; ///< name, seconds
};

enum class StepKind : std::uint8_t { Compute, Exchange, Sync, HostExchange, Control };

/// One executed phase. All tiles start it at `start`; it lasts until the slowest is done.
struct StepRecord {
  std::uint32_t program = 0;          ///< ProgramRecord that caused it
  StepKind kind = StepKind::Compute;
  std::int64_t computeSet = -1;
  std::uint64_t start = 0;            ///< cycles since the run began
  std::uint64_t duration = 0;         ///< cycles
  /// Active cycles of each tile in this phase; numTiles long; null: duration on all.
  const std::uint32_t *cyclesByTile = nullptr;
  std::uint64_t bytesSent = 0, bytesReceived = 0;  ///< by all tiles
};

struct RunRecord {
  std::uint32_t programIndex = 0;     ///< argument of Engine::run
  std::string name;
  double startMicroseconds = 0, endMicroseconds = 0; ///< host wall time since the engine was made
  std::uint64_t cycles = 0;
  /// totals of the run by kind (indices: StepKind), critical-path cycles
  std::uint64_t cyclesByKind[5] = {0, 0, 0, 0, 0};
};

/// Per (compute set) and per (vertex type) totals over all runs, exact even where single steps were not kept.
struct TotalsRecord {
  struct ComputeSetTotal {
    std::uint64_t executions = 0, cycles = 0, tileCycles = 0, maxTileCycles = 0;
    std::uint32_t slowestTile = 0;
  };
  struct VertexTypeTotal {
    std::uint64_t executions = 0, slots = 0;
    /// Of the executions for which the program gave an estimate: those cycles, and the ones derived from the code.
    std::uint64_t estimatedCycles = 0, derivedCycles = 0;
  };
  std::vector<ComputeSetTotal> computeSets;
  std::vector<VertexTypeTotal> vertexTypes;
};

/// Receives the records. Calls come from one thread at a time.
class Sink {
public:
  virtual ~Sink() = default;
  virtual void compiled(const CompileRecord &record) = 0;
  virtual void beginRun(std::uint32_t programIndex, const std::string &name) = 0;
  /// False when the sink keeps no more single steps of this run (totals still come with endRun).
  virtual bool wantsSteps() const = 0;
  virtual void step(const StepRecord &record) = 0;
  virtual void endRun(const RunRecord &run, const TotalsRecord &totalsSoFar) = 0;
  /// From now on others can read what was told so far.
  virtual void flush() {}
};

} // namespace popgraph::profile
