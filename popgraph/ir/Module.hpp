#pragma once
// The compiled program. Passes fill a Module stage by stage; made const, it is the Executable.
//
//   steps      what happens: a linear list with jumps          placement   where and when: memory, exchange
//
// A compute set is data: rows (vertices) sorted by (tile, codelet), in groups that one compiled function runs.
//
//   compute set ── tasks ──┬── tile 0 ── groups ──┬── codelet A: rows 0..11
//                          │                      └── codelet B: row 12
//                          └── tile 1 ── …
#include <cstdint>
#include <memory>
#include <poplar/Executable.hpp>
#include <poplar/Program.hpp>
#include <string>
#include <utility>
#include <vector>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/ProgramNode.hpp"
#include "popgraph/profile/Records.hpp"

namespace popgraph {

enum class Stage : std::uint8_t { Captured, Mapped, Scheduled, Coded, Placed, Routed };

struct Step {
  enum class Kind : std::uint8_t {
    Execute,       ///< a: compute set, b: 0 or 1 + scalars, set to whether all compute() returned true
    Copy,          ///< a: copies
    Transfer,      ///< a: transfers
    HostCall,      ///< a: host function; transfers before and after it move its arguments
    CrossReplica,  ///< a: crossCopies; all replicas come to it together
    LoopBegin,     ///< a: count, b: step after the matching LoopEnd
    LoopEnd,       ///< b: step after the matching LoopBegin
    Jump,          ///< b: target
    JumpIfZero,    ///< a: scalars, b: target
    JumpIfNonZero, ///< a: scalars, b: target
    Switch,        ///< a: switches
    Call,          ///< b: target
    Return,
    Sync,          ///< a: sync type
    Print,         ///< a: prints
    Abort,         ///< a: prints (title is the message)
    CycleStamp,    ///< a: stamps
    Registers,     ///< a: registers
    End
  };
  Kind kind;
  std::uint32_t program; ///< node of the program tree, for the profile
  std::uint32_t a = 0, b = 0;
};

/// One element that control flow reads.
struct ScalarPlace {
  std::uint32_t variable, element;
  ElementType type;
};

struct SwitchTable {
  ScalarPlace control;
  std::vector<std::pair<std::int32_t, std::uint32_t>> cases; ///< value, target
  std::uint32_t defaultTarget;
};

struct PrintPlan {
  std::string title;
  std::vector<std::size_t> shape;
  std::vector<Run> runs;
  ElementType type = ElementType::Float;
  poplar::program::PrintTensorFmt format;
  bool hasTensor = true;
};

struct StampPlan {
  std::uint32_t tile;
  Run result;   ///< two words
  Run minus;    ///< subtracted when its count is 2
};

/// `count` blocks of `length` elements, `sourceStride` and `destinationStride` elements apart.
struct CopyBlock {
  std::uint32_t sourceVariable, destinationVariable;
  std::uint64_t source, destination, length, count;
  std::int64_t sourceStride, destinationStride;
};

struct CopyPlan {
  std::uint32_t firstBlock, blocks;
  ElementType type;
  bool overlaps;          ///< source and destination share a variable: go through a buffer
  std::uint64_t elements;
};

/// A tensor on its way to or from a place outside the device.
struct TransferPlan {
  enum class Peer : std::uint8_t { Stream, RemoteBuffer, HostFunction };
  Peer peer;
  bool toDevice;
  std::uint32_t id;           ///< of the peer
  std::uint32_t argument;     ///< of a host function: which of its inputs or outputs
  std::vector<Run> runs;
  ElementType type;
  std::uint64_t elements;
  bool hasOffset;             ///< of a remote buffer; without one, row 0
  std::vector<Run> offset;    ///< elements that hold the numbers of the rows
  bool offsetIsSigned;
};

/// Source and destination in all replicas, and which replica sends to which.
struct CrossReplicaPlan {
  std::vector<Run> source, destination;
  ElementType type;
  std::uint64_t elements;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> replicas;
};

struct RegisterPlan {
  RegisterAccess access;
  std::vector<Run> runs; ///< of the tensor that is read or written, if any
};

/// A tensor that the host reads or writes by name.
struct HandlePlan {
  std::string name;
  bool isRead;
  std::vector<Run> runs;
  ElementType type;
  std::uint64_t elements;
};

/// Rows [firstRow, firstRow + rows) of one codelet on one tile.
struct RowGroup {
  std::uint32_t codelet, firstRow, rows;
};

/// What one tile does in a compute set; a part of that where a tile is a whole processor.
struct TileTask {
  std::uint32_t tile, firstGroup, groups;
};

struct ComputeSetPlan {
  std::uint32_t firstTask = 0, tasks = 0;
  std::uint32_t firstRow = 0, rows = 0;
};

/// A send of one tile. Every tile counts cycles from its own release of the last synchronisation.
struct ExchangeSend {
  std::uint32_t tile;
  std::uint32_t cycle, cycles;           ///< first cycle, and how many; a wide send moves two words a cycle
  std::uint32_t words;
  std::uint32_t variable, element;       ///< where the data begins; ~0: the words of packed messages
  std::uint32_t firstReceiver, receivers; ///< into Placement::exchangeReceivers; all hear the same words
  bool wide;                             ///< takes the buses of both tiles of the pair
};

/// What a tile's mux selects from `cycle` on.
struct ExchangeReceive {
  std::uint32_t tile, cycle, cycles, words, from;
};

/// One exchange phase as each taking-part tile sees it.
struct ExchangeTile {
  std::uint32_t tile;
  std::uint32_t cycles;                  ///< from the end of the sync until this tile is done
  std::uint32_t bytesIn, bytesOut;
};

/// A phase's sends and receives are kept, by (tile, cycle), where `scheduled`; phases of a module that has too many
/// fragments are verified and then summed up by tile.
struct ExchangePlan {
  std::uint32_t firstTile = 0, tiles = 0;
  std::uint32_t firstSend = 0, sends = 0, firstReceive = 0, receives = 0;
  std::uint32_t cycles = 0;              ///< until the last tile is done; 0: nothing to exchange
  std::uint64_t bytesIn = 0, bytesOut = 0;
  bool scheduled = false;
  bool crossesIPUs = false;              ///< needs a sync of all IPUs
};

/// Copies within a tile, shared out over its workers.
struct RearrangeTile {
  std::uint32_t tile, cycles, pieces, bytes;
};
struct RearrangePlan {
  std::uint32_t first = 0, count = 0;
};

/// What a tile holds only while a step runs: data that came or goes by exchange, and copies that vertices see in place
/// of scattered pieces.
struct StepBuffer {
  std::uint32_t tile, message, rearrangement;
};
struct BufferPlan {
  std::uint32_t first = 0, count = 0;
};

/// Exchange before (inputs) and after (outputs) a compute set or of a copy, and the copies on the tiles: pack, exchange,
/// gather; run; scatter, exchange, unpack.
struct StepPlacement {
  ExchangePlan before, after;
  RearrangePlan pack, gather, scatter, unpack;
  BufferPlan buffers;
};

/// Steps [begin, end).
struct StepRange {
  std::uint32_t begin, end;
  friend auto operator<=>(const StepRange &, const StepRange &) = default;
};

/// When something has to be in memory: steps, as Liveness::ranges [first, first + count) in order.
struct LiveSet {
  std::uint32_t first, count;
};
inline constexpr std::uint32_t kAlwaysLive = 0; ///< the live set of all steps

struct Liveness {
  std::vector<StepRange> ranges;
  std::vector<LiveSet> sets;
  /// Live set of each variable, and of what exists only while a step runs.
  std::vector<std::uint32_t> variables, computeSets, copies, transfers;
};

/// Bytes of one tile that belong together. Owners by category: a variable of data, a codelet of vertex code; of messages
/// and rearrangement a compute set, a copy (plus kCopyOwner); a transfer of host messages; 0 of the rest.
struct MemoryBlock {
  std::uint64_t address; ///< from the beginning of the tile's memory; from Machine::bytesPerTile on: does not fit
  std::uint64_t bytes;
  profile::MemoryCategory category;
  std::uint32_t owner, liveSet;
};
inline constexpr std::uint32_t kCopyOwner = 0x80000000u;

/// What the memory of some tiles looks like: blocks in order of address. Tiles that hold the same share a layout.
struct TileLayout {
  std::uint32_t first = 0, blocks = 0;
};

/// Data of two variables on a tile that a codelet wants in different memory elements, or regions.
struct ApartVariables {
  std::uint32_t tile, a, b; ///< a < b, unless a variable is wanted apart from itself
  bool region;
  friend auto operator<=>(const ApartVariables &, const ApartVariables &) = default;
};

struct Placement {
  std::vector<StepPlacement> computeSets, copies, transfers, crossCopies;
  std::vector<ExchangePlan> switches; ///< all tiles learn the number
  std::vector<ExchangeTile> exchangeTiles;
  std::vector<ExchangeSend> sends;
  std::vector<ExchangeReceive> receives;
  std::vector<std::uint32_t> exchangeReceivers;
  std::vector<RearrangeTile> rearranges;
  std::vector<StepBuffer> buffers;
  Liveness liveness;
  std::vector<MemoryBlock> blocks;
  std::vector<TileLayout> layouts;
  std::vector<std::uint32_t> layoutOfTile;
  /// What constraints of codelets ask for and what of it is not so, both in order; by task, the cycles that this costs
  /// (empty where everything is).
  std::vector<ApartVariables> apart, together;
  std::vector<std::uint32_t> stalls;
  /// Bytes by category and tile, 2^32 - 1 where they are more; what is not always live counts where the tile holds most.
  std::vector<std::vector<std::uint32_t>> memory;
  std::vector<std::uint32_t> peakBytes;  ///< by tile: the sums of these
  std::vector<profile::LivenessRecord> livenessBySteps; ///< of steps that hold more than what is always live
};

struct Module {
  Stage stage = Stage::Captured;
  poplar::Target target = poplar::Target::createCPUTarget(); ///< of one replica
  std::uint32_t replication = 1;
  GraphTables tables;

  std::vector<Step> steps;
  std::vector<std::uint32_t> entries;       ///< first step of each program of the engine
  std::vector<ScalarPlace> scalars;
  std::vector<SwitchTable> switches;
  std::vector<PrintPlan> prints;
  std::vector<StampPlan> stamps;
  std::vector<CopyPlan> copies;
  std::vector<CopyBlock> copyBlocks;
  std::vector<TransferPlan> transfers;
  std::vector<CrossReplicaPlan> crossCopies;
  std::vector<RegisterPlan> registers;
  std::vector<HandlePlan> handles;

  std::vector<ComputeSetPlan> computeSets;
  std::vector<TileTask> tasks;
  std::vector<RowGroup> groups;
  std::vector<std::uint32_t> rows;          ///< vertex of each row
  /// By row: cycles set by the user, or kNoEstimate; empty when there are none.
  std::vector<std::uint64_t> rowEstimates;
  static constexpr std::uint64_t kNoEstimate = ~0ull;

  Placement placement;

  std::vector<profile::ProgramRecord> programs;  ///< the program tree
  std::vector<std::uint32_t> controlPrograms;
  std::vector<std::pair<std::string, double>> phases; ///< of compiling: name, seconds
};

/// Opens poplar::Executable to the core.
struct ExecutableAccess {
  static const std::shared_ptr<const Module> &module(const poplar::Executable &executable) {
    return executable.module_;
  }
  static poplar::Executable make(std::shared_ptr<const Module> module) {
    poplar::Executable executable;
    executable.module_ = std::move(module);
    return executable;
  }
};

} // namespace popgraph
