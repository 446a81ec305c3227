#pragma once
// Every number of the machine, by generation, once. The table below drives the struct, machine files (JSON), printing
// and the constants in profiles. Sources: HW measured on silicon and published, SPEC vendor statement, SW constant in
// the vendor's open libraries or compiler, RE reverse engineering by others, DER derived (how is said), SET our choice
// (why is said). PLAN: only planners and queries read it; no simulated cycle or byte follows from it. C1 … C8 are the
// calibration experiments that machine/README.md lists.
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "popgraph/machine/Workers.hpp"

namespace popgraph {

// X(type, field, gc2, gc200, bow, c600, cpu, unit, source). The CPU answers planners' questions with an IPU's numbers.
#define POPGRAPH_MACHINE_FIELDS(X)                                                                                     \
  X(std::string, name, "gc2", "gc200", "bow", "c600", "cpu", "", "SET")                                                \
  X(std::string, architecture, "ipu1", "ipu2", "ipu2", "ipu21", "cpu", "", "SPEC: name of the instruction set")        \
  /* Tiles and where they are. */                                                                                      \
  X(std::uint32_t, tilesPerIPU, 1216, 1472, 1472, 1472, 1, "tiles", "SPEC")                                            \
  X(std::uint32_t, rows, 19, 23, 23, 23, 1, "", "RE: rows of tiles in use")                                            \
  X(std::uint32_t, columns, 16, 16, 16, 16, 1, "", "RE")                                                               \
  X(std::uint32_t, lanes, 4, 4, 4, 4, 1, "", "RE: tiles at one row and column")                                        \
  X(double, clockHz, 1.6e9, 1.33e9, 1.85e9, 1.33e9, 1.33e9, "Hz", "SPEC, HW for bow; c600 SET as gc200, unpublished")  \
  /* Workers. */                                                                                                       \
  X(std::uint32_t, workers, 6, 6, 6, 6, 1, "",                                                                         \
    "SPEC: contexts per tile beside the supervisor; others than six run the six shares of compiled code in turns")     \
  X(std::uint32_t, slotCycles, 6, 6, 6, 6, 6, "cycles", "SW: from one instruction of a worker to its next")            \
  X(std::uint32_t, supervisorStall, 6, 6, 6, 6, 6, "cycles", "SW: after runall, sync, taken branch, call, load-use")   \
  X(std::uint32_t, instructionBytes, 4, 4, 4, 4, 4, "bytes", "SW; a bundle is two")                                    \
  X(std::uint32_t, rptCountMax, 4095, 65535, 65535, 65535, 65535, "", "PLAN; SW: count of the hardware loop")          \
  X(std::uint32_t, rptBodyBundlesMax, 256, 256, 256, 256, 256, "bundles", "PLAN; SW")                                  \
  X(double, pairingCredit, 0, 0, 0, 0, 0, "",                                                                          \
    "SET: share of instructions that the compiler issues in pairs; HW: code of 2020 shows none, of 2023 some")         \
  X(std::uint32_t, strideBits, 10, 10, 10, 10, 10, "bits", "PLAN; SET: three strides share a 32-bit word")             \
  X(std::uint32_t, dataPathBits, 64, 64, 64, 64, 64, "bits", "PLAN; SW: one load or store")                            \
  X(std::uint32_t, atomicStoreBytes, 4, 4, 4, 4, 4, "bytes", "PLAN; SW: smaller stores read, modify and write")        \
  X(std::uint32_t, memcpyBytesPerCycle, 8, 8, 8, 8, 8, "bytes/cycle",                                                  \
    "PLAN; HW C4, SW: copy within a tile at its best")                                                                 \
  X(std::uint32_t, localCopyCycles, 288, 288, 288, 288, 0, "cycles", "HW C4: complete six-worker copy call on a tile") \
  X(std::uint32_t, rearrangePieceSlots, 8, 8, 8, 8, 0, "slots",                                                        \
    "SET: load of a packed entry, two to unpack it, two addresses, rpt, next entry, branch")                           \
  X(std::uint32_t, controlCodeBytesPerStep, 24, 24, 24, 24, 0, "bytes", "SET: six instructions start the vertices")    \
  X(std::uint32_t, controlCodeBytesPerExchange, 8, 8, 8, 8, 0, "bytes", "SET: sync, and call of the exchange's code")  \
  X(std::uint32_t, controlCodeBytesPerTurn, 12, 12, 12, 12, 0, "bytes", "SET: test and branch; begin, middle and end") \
  X(std::uint32_t, runtimeCodeBytes, 228, 228, 228, 228, 0, "bytes",                                                   \
    "SW: start, seeds, exits and traps of each tile in the vendor's profiles: 128 + 32 + 68")                          \
  X(std::uint32_t, controlBranchCycles, 12, 12, 12, 12, 0, "cycles", "SET: two stalls, at branch and loop")            \
  X(std::uint32_t, randomBitsPerCycle, 128, 128, 128, 128, 128, "bits/cycle", "PLAN; SPEC")                            \
  /* Matrix units: multiply-adds per cycle are units x weights per unit. */                                            \
  X(std::uint32_t, convUnitsF8F16, 0, 0, 0, 16, 0, "units", "PLAN; DER: 8 weights x 16 = twice f16 x f16")             \
  X(std::uint32_t, convUnitsF16F16, 8, 16, 16, 16, 16, "units", "SPEC, HW C3: 32 and 64 multiply-adds")                \
  X(std::uint32_t, convUnitsF16F32, 8, 8, 8, 8, 8, "units", "SPEC: 32 multiply-adds")                                  \
  X(std::uint32_t, convUnitsF32F32, 4, 8, 8, 8, 8, "units", "SPEC: 8 and 16 multiply-adds")                            \
  X(std::uint32_t, convPipelineDepth, 4, 4, 4, 4, 4, "cycles", "PLAN; RE")                                             \
  X(std::uint32_t, convCoeffBytesPerCycle, 8, 16, 16, 16, 16, "bytes/cycle", "SW: weight loads of the supervisor")     \
  X(std::uint32_t, convInputBytesPerCycle, 8, 8, 8, 8, 8, "bytes/cycle", "PLAN; SW: one 64-bit load of inputs")        \
  /* Memory of a tile. */                                                                                              \
  X(std::uint32_t, bytesPerTile, 262144, 638976, 638976, 638976, 1073741824, "bytes", "SPEC; cpu SET: 1 GiB")          \
  X(std::uint32_t, memoryBase, 0x40000, 0x4c000, 0x4c000, 0x4c000, 0, "address", "PLAN; RE")                           \
  X(std::uint32_t, interleavedOffset, 131072, 212992, 212992, 212992, 536870912, "bytes",                              \
    "RE: code runs below, 128-bit loads need addresses above")                                                         \
  X(std::uint32_t, memoryElementBytes, 16384, 16384, 16384, 16384, 536870912, "bytes", "RE: one 64-bit access each")   \
  X(std::uint32_t, unloadableTailBytes, 0, 1104, 1104, 1104, 0, "bytes", "RE: end of memory that no program can use")  \
  X(std::uint32_t, workerStackBytes, 512, 512, 512, 512, 512, "bytes", "SW: where a codelet's need is unknown")        \
  X(std::uint32_t, supervisorStackBytes, 128, 128, 128, 128, 128, "bytes", "SW")                                       \
  X(std::uint32_t, overReadBytes, 16, 16, 16, 16, 0, "bytes",                                                          \
    "SET: behind data that codelets read by 128 bits: one access ahead of an unrolled loop")                           \
  X(std::uint32_t, hostPacketHeaderBytes, 8, 8, 8, 8, 0, "bytes", "SET: address and length")                           \
  /* A compute set. */                                                                                                 \
  X(std::uint32_t, computeSetOverheadCycles, 66, 66, 66, 66, 0, "cycles",                                              \
    "DER from C1 and C2: 375 - 45 - 6*(26 + 18) = 66 at n = 64, 1043 - 45 - 6*(26 + 129) = 68 at n = 512")             \
  X(std::uint32_t, supervisorOnlyOverheadCycles, 45, 45, 45, 45, 0, "cycles", "HW C1: with supervisor vertices only")  \
  X(std::uint32_t, vectorLaunchOverhead, 11, 11, 11, 11, 0, "cycles", "SW: start of each MultiVertex after the first") \
  /* Synchronisation. */                                                                                               \
  X(std::uint32_t, globalSyncCycles, 500, 600, 600, 600, 0, "cycles", "SW")                                            \
  X(std::uint32_t, minSyncDelay, 10, 10, 10, 10, 0, "cycles", "SW: a sync that only the nearest tile awaits")          \
  X(std::uint32_t, maxSyncDelay, 118, 126, 126, 126, 0, "cycles",                                                      \
    "SW, HW C7: 10 + 2 x 58, follows from minSyncDelay and the delay table; gc2 DER, C6 has up to 117")                \
  X(std::uint32_t, syncRowCycles, 1, 1, 1, 1, 0, "cycles", "SW: delay table, one way: of each row")                    \
  X(std::uint32_t, syncColumnCycles, 4, 4, 4, 4, 0, "cycles", "SW: the same, of each column up to the middle")         \
  X(std::uint32_t, syncFarHalfCycles, 8, 8, 8, 8, 0, "cycles", "SW: the same, of the columns beyond the middle")       \
  X(double, syncHopNanoseconds, 15, 15, 15, 15, 0, "ns", "SW: of a sync over several IPUs, per hop and way")           \
  /* Exchange within an IPU. */                                                                                        \
  X(std::uint32_t, exchangeBytesPerCycle, 4, 4, 4, 4, 4, "bytes/cycle", "SPEC: of one tile, out and in at once")       \
  X(std::uint32_t, tilesPerSharedExchangeBus, 2, 2, 2, 2, 1, "tiles", "SW: pairs that can receive at double width")    \
  X(std::uint32_t, exchangeLandingCycles, 58, 58, 58, 58, 0, "cycles",                                                 \
    "RE: 52 from a mux selection to the write, and HW C8: a stall of 6 until the code returns")                        \
  X(std::uint32_t, exchangeLandingRowCycles, 2, 2, 2, 2, 0, "cycles", "RE, HW C8: and these for each row")             \
  X(std::uint32_t, exchangeReceiveBytes, 8, 8, 8, 8, 0, "bytes", "RE: two words of code per merged cut-over")          \
  X(std::uint32_t, exchangeSendBytes, 4, 4, 4, 4, 0, "bytes", "RE: of code, one instruction for up to 64 words")       \
  X(std::uint32_t, exchangeDelayBytes, 4, 4, 4, 4, 0, "bytes", "RE: of code, one instruction to wait, one to return")  \
  X(std::uint32_t, exchangeHostBytesPerPacket, 36, 36, 36, 36, 0, "bytes", "RE: of code, upper bound, per packet")     \
  X(std::uint32_t, hostRuntimeBytes, 240, 240, 240, 240, 0, "bytes",                                                   \
    "SW: on every tile of the vendor's profiles: code to enter, leave and obey the host 144, headers 32, a command 64") \
  X(std::uint32_t, exchangeWordsPerSend, 64, 64, 64, 64, 64, "words", "RE: of one instruction")                        \
  X(std::uint32_t, exchangeWordsPerTransfer, 4148, 4148, 4148, 4148, 4148, "words",                                    \
    "PLAN; RE: then a new transfer starts")                                                                            \
  /* Links between IPUs. */                                                                                            \
  X(std::string, linkTopology, "mesh", "mesh", "mesh", "mesh", "mesh", "",                                             \
    "SW: pairs of IPUs form a ladder; torus: its ends are joined")                                                     \
  X(std::uint32_t, linksPerIPU, 10, 10, 10, 10, 0, "links", "PLAN; SPEC")                                              \
  X(std::uint32_t, linksInPair, 6, 4, 4, 4, 0, "links",                                                                \
    "SW: between the two IPUs of a pair, in a ladder; gc2 SPEC: three double links join the pair of a C2 card")        \
  X(std::uint32_t, linksToNeighbourPair, 2, 2, 2, 2, 0, "links", "SW: up, and down, the ladder")                       \
  X(double, linkBitsPerSecond, 137438953472., 137438953472., 137438953472., 137438953472., 0, "bit/s",                 \
    "SW: 128 Gib/s, each direction")                                                                                   \
  X(double, linkEfficiency, .85, .85, .85, .85, 1, "", "SW")                                                           \
  X(std::uint32_t, linkLatencyCycles, 600, 600, 600, 600, 0, "cycles", "SET: as globalSyncCycles; none is published")  \
  /* Host. */                                                                                                          \
  X(double, hostBytesPerCycle, 9.84, 4.7, 3.38, 23.7, 8, "bytes/cycle",                                                \
    "DER, per IPU and direction: PCIe 4 x16 of two chips; 2 x 100 Gb/s of four; c600 PCIe 4 x16 alone")                \
  X(std::uint32_t, hostExchangeLatency, 1600, 1330, 1850, 1330, 0, "cycles", "SET: 1 us, a PCIe round trip")           \
  X(std::uint32_t, hostPayloadBytes, 1024, 1024, 1024, 1024, 1024, "bytes", "RE: of a long packet")                    \
  X(std::uint32_t, hostWriteBytes, 256, 256, 256, 256, 256, "bytes", "RE: of a packet from a tile to the host")        \
  X(std::uint32_t, hostPacketCycles, 18, 18, 18, 18, 0, "cycles", "RE: exchange events around each payload, at least") \
  X(std::uint32_t, hostShortPayloadBytes, 60, 60, 60, 60, 60, "bytes", "PLAN; RE: of a short packet")                  \
  X(std::uint32_t, remoteBufferMegabytes, 0, 131072, 65536, 0, 65536, "MiB",                                           \
    "PLAN; SPEC: 512 and 256 GB of streaming memory for four IPUs; cpu SET")

/// The constants of one kind of machine.
struct Machine {
#define X(type, field, gc2, gc200, bow, c600, cpu, unit, source) type field{};
  POPGRAPH_MACHINE_FIELDS(X)
#undef X
  bool operator==(const Machine &) const = default;
};

/// A machine's name or file is wrong; what() says where and what would be right.
struct MachineError : std::runtime_error { using runtime_error::runtime_error; };

/// The built-in machines: gc2, gc200, bow, c600, cpu.
std::span<const Machine> builtInMachines();
/// A built-in machine; "ipu1", "ipu2" and "ipu21" mean gc2, gc200 and c600. Throws MachineError for other names.
const Machine &machineByName(std::string_view name);
/// A machine from JSON text `{"base": "gc200", "tilesPerIPU": 32, ...}`: the fields of `base` (default gc200), with
/// those given replaced. Throws MachineError, naming `source`, for unknown fields and impossible values.
Machine machineFromJson(std::string_view text, const std::string &source);
/// A built-in machine's name, or the path of a JSON file when it contains '/' or ends in ".json"; then, after commas,
/// constants that differ: "bow,workers=8,clockHz=2e9". With constants alone the machine is gc200. The layout grows
/// by rows when it is too small for "tilesPerIPU". Throws MachineError for unknown names, fields and impossible values.
Machine loadMachine(const std::string &text);
/// The machine that POPGRAPH_MACHINE asks for, as loadMachine() reads it, or gc200.
Machine machineFromEnvironment();
/// The machine with the constants that follow the name in POPGRAPH_MACHINE: for models, which have a name of their own.
/// Throws MachineError where machineFromEnvironment() does.
Machine withEnvironmentConstants(Machine machine);

/// The same machine with another number of tiles; the layout grows by rows when it is too small for them, and the
/// longest sync with it.
Machine withTiles(Machine machine, std::uint32_t tilesPerIPU);
/// Throws MachineError, naming `source`, when numbers contradict one another.
void checkMachine(const Machine &machine, const std::string &source);

/// All fields and their values as text, in the table's order; doubles so that they read back exactly.
std::vector<std::pair<std::string, std::string>> machineConstants(const Machine &machine);
/// Name of the machine and, of a built-in one, the constants that differ, as loadMachine() reads them: "bow,workers=8".
/// The number of tiles, and of the rows that they need, is left out: it is a matter of the device.
std::string machineText(const Machine &machine);
/// All fields as JSON that machineFromJson() reads back to an equal machine.
std::string machineToJson(const Machine &machine);

/// Unit and source of a field, for `popgraph info` and documentation.
struct MachineFieldInfo {
  std::string_view field, unit, source;
  /// Only planners and queries read it.
  bool plansOnly() const { return source.starts_with("PLAN"); }
};
std::span<const MachineFieldInfo> machineFields();
/// Fields that only planners and queries read and that are not those of the built-in machine of this name, or else of
/// any of this architecture: changes that no simulated cycle or byte shows.
std::vector<std::string> unsimulatedChanges(const Machine &machine);

} // namespace popgraph
