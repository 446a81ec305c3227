#include "popgraph/ir/Serialize.hpp"

#include <poplar/Version.hpp>
#include <poplar/exceptions.hpp>
#include <sstream>

#include "codelets/client/Compiler.hpp"
#include "popgraph/base/SealedFile.hpp"
#include "popgraph/ir/Archive.hpp"
#include "popgraph/ir/Walk.hpp"

namespace popgraph {

using poplar::program::PrintTensorFmt;
using profile::LivenessRecord;
using profile::ProgramRecord;

template <> struct LastEnumerator<Stage> {
  static constexpr Stage value = Stage::Routed;
};
template <> struct LastEnumerator<Step::Kind> {
  static constexpr Step::Kind value = Step::Kind::End;
};
template <> struct LastEnumerator<profile::MemoryCategory> {
  static constexpr auto value = static_cast<profile::MemoryCategory>(static_cast<int>(profile::MemoryCategory::Count) - 1);
};
template <> struct LastEnumerator<PrintTensorFmt::FloatFormat> {
  static constexpr PrintTensorFmt::FloatFormat value = PrintTensorFmt::FloatFormat::None;
};
template <> struct LastEnumerator<poplar::ReplicatedStreamMode> {
  static constexpr poplar::ReplicatedStreamMode value = poplar::ReplicatedStreamMode::BROADCAST;
};

template <> struct LastEnumerator<TransferPlan::Peer> {
  static constexpr TransferPlan::Peer value = TransferPlan::Peer::HostFunction;
};
template <> struct LastEnumerator<RegisterAccess::Kind> {
  static constexpr RegisterAccess::Kind value = RegisterAccess::Kind::WriteSeeds;
};

// The archive finds these by its own namespace, so they are members of it.

POPGRAPH_FIELDS(VariableRow, elements, name, type, isConstant)
POPGRAPH_FIELDS(VertexRow, codelet, computeSet, tile, firstEdge, firstState)
POPGRAPH_FIELDS(EdgeRow, reference, a, b)
POPGRAPH_FIELDS(ViewRun, variable, offset, count, stride)
POPGRAPH_FIELDS(MappedRange, begin, end, tile)
POPGRAPH_FIELDS(Run, variable, offset, count)

POPGRAPH_FIELDS(Step, kind, program, a, b)
POPGRAPH_FIELDS(ScalarPlace, variable, element, type)
POPGRAPH_FIELDS(SwitchTable, control, cases, defaultTarget)
POPGRAPH_FIELDS(PrintTensorFmt, summariseThreshold, edgeItems, maxLineWidth, digits, floatFormat, separator,
                openBracket, closeBracket)
POPGRAPH_FIELDS(PrintPlan, title, shape, runs, type, format, hasTensor)
POPGRAPH_FIELDS(StampPlan, tile, result, minus)
POPGRAPH_FIELDS(CopyBlock, sourceVariable, destinationVariable, source, destination, length, count, sourceStride,
                destinationStride)
POPGRAPH_FIELDS(CopyPlan, firstBlock, blocks, type, overlaps, elements)
POPGRAPH_FIELDS(TransferPlan, peer, toDevice, id, argument, runs, type, elements, hasOffset, offset, offsetIsSigned)
POPGRAPH_FIELDS(CrossReplicaPlan, source, destination, type, elements, replicas)
POPGRAPH_FIELDS(RegisterAccess, kind, clear, set, tiles)
POPGRAPH_FIELDS(RegisterPlan, access, runs)
POPGRAPH_FIELDS(HandlePlan, name, isRead, runs, type, elements)

POPGRAPH_FIELDS(RowGroup, codelet, firstRow, rows)
POPGRAPH_FIELDS(TileTask, tile, firstGroup, groups)
POPGRAPH_FIELDS(ComputeSetPlan, firstTask, tasks, firstRow, rows)

POPGRAPH_FIELDS(ExchangeTile, tile, cycles, bytesIn, bytesOut)
POPGRAPH_FIELDS(ExchangeSend, tile, cycle, cycles, words, variable, element, firstReceiver, receivers, wide)
POPGRAPH_FIELDS(ExchangeReceive, tile, cycle, cycles, words, from)
POPGRAPH_FIELDS(ExchangePlan, firstTile, tiles, firstSend, sends, firstReceive, receives, cycles, bytesIn, bytesOut,
                scheduled, crossesIPUs)
POPGRAPH_FIELDS(RearrangeTile, tile, cycles, pieces, bytes)
POPGRAPH_FIELDS(RearrangePlan, first, count)
POPGRAPH_FIELDS(StepBuffer, tile, message, rearrangement)
POPGRAPH_FIELDS(BufferPlan, first, count)
POPGRAPH_FIELDS(StepPlacement, before, after, pack, gather, scatter, unpack, buffers)
POPGRAPH_FIELDS(StepRange, begin, end)
POPGRAPH_FIELDS(LiveSet, first, count)
POPGRAPH_FIELDS(Liveness, ranges, sets, variables, computeSets, copies, transfers)
POPGRAPH_FIELDS(MemoryBlock, address, bytes, category, owner, liveSet)
POPGRAPH_FIELDS(TileLayout, first, blocks)
POPGRAPH_FIELDS(ApartVariables, tile, a, b, region)
POPGRAPH_FIELDS(LivenessRecord, program, bytes, maxTileBytes, maxTile)
POPGRAPH_FIELDS(Placement, computeSets, copies, transfers, crossCopies, switches, exchangeTiles, sends, receives,
                exchangeReceivers, rearranges, buffers, liveness, blocks, layouts, layoutOfTile, apart, together, stalls,
                memory, peakBytes, livenessBySteps)

POPGRAPH_FIELDS(ProgramRecord, kind, name, children, computeSet, count)
POPGRAPH_FIELDS(ExecutableOrigin, version, packageHash)

static void fields(ArchiveWriter &archive, const std::shared_ptr<const std::vector<char>> &bytes) { archive(*bytes); }
static void fields(ArchiveReader &archive, std::shared_ptr<const std::vector<char>> &bytes) {
  std::vector<char> own;
  archive(own);
  bytes = std::make_shared<const std::vector<char>>(std::move(own));
}
POPGRAPH_FIELDS(InitialValue, variable, offset, count, bytes, replica)

static void fields(ArchiveWriter &archive, const poplar::DataStream &stream) {
  archive(stream.getId(), stream.handle(), elementTypeOf(stream.elementType()), std::uint64_t(stream.numElements()),
          stream.replicationFactor(), stream.replicatedMode(), stream.isHostToDevice());
}
static void fields(ArchiveReader &archive, poplar::DataStream &stream) {
  unsigned id, replication;
  std::string handle;
  ElementType type;
  std::uint64_t elements;
  poplar::ReplicatedStreamMode mode;
  bool toDevice;
  archive(id, handle, type, elements, replication, mode, toDevice);
  stream = poplar::DataStream(id, handle, typeOf(type), elements, replication, mode, toDevice);
}

static void fields(ArchiveWriter &archive, const poplar::RemoteBuffer &buffer) {
  archive(buffer.getId(), buffer.handle(), elementTypeOf(buffer.elementType()), std::uint64_t(buffer.numElements()),
          std::uint64_t(buffer.getRepeats()), buffer.isRearrangeOnHost(), buffer.isOptimisedForMemory());
}
static void fields(ArchiveReader &archive, poplar::RemoteBuffer &buffer) {
  unsigned id;
  std::string handle;
  ElementType type;
  std::uint64_t elements, repeats;
  bool rearrange, optimise;
  archive(id, handle, type, elements, repeats, rearrange, optimise);
  buffer = poplar::RemoteBuffer(id, handle, typeOf(type), elements, repeats, rearrange, optimise);
}

POPGRAPH_FIELDS(HostFunctionRow::Argument, type, elements)
POPGRAPH_FIELDS(HostFunctionRow, name, inputs, outputs)

/// A codelet is its place in a module that has been read before.
static void fields(ArchiveWriter &archive, const CodeletInfo &info) { archive(info.moduleIndex, info.indexInModule); }

static void codeletPlaces(ArchiveReader &archive, GraphTables &tables) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  archive(places);
  for (const auto &[module, index] : places) {
    if (module >= tables.modules.size() || index >= tables.modules[module]->codelets.size())
      ArchiveReader::fail("names a codelet that does not exist");
    tables.codelets.push_back(CodeletInfo::of(tables.modules[module], module, index));
  }
}
static void codeletPlaces(ArchiveWriter &archive, const GraphTables &tables) { archive(tables.codelets); }

/// Mappings of the variables that a profile names: (variable, ranges).
using Mappings = std::vector<std::pair<std::uint32_t, std::vector<MappedRange>>>;

static void mappings(ArchiveWriter &archive, const GraphTables &tables) {
  Mappings named;
  for (std::uint32_t v = 0; v < tables.variables.size(); ++v)
    if (tables.variables[v].isReported() && !tables.mappingOf(v).empty()) named.emplace_back(v, tables.mappingOf(v));
  archive(named);
}
static void mappings(ArchiveReader &archive, GraphTables &tables) {
  Mappings named;
  archive(named);
  tables.mappings.resize(tables.variables.size());
  for (const auto &[variable, ranges] : named) {
    if (variable >= tables.mappings.size()) ArchiveReader::fail("maps a variable that does not exist");
    auto mapping = std::make_shared<Mapping>();
    for (const MappedRange &range : ranges) mapping->set(range.begin, range.end, range.tile);
    tables.mappings[variable] = std::move(mapping);
  }
}

/// What running and profiling read of the graph. Programs, host handles' tensors and estimates are in the Module's plans.
template <typename Archive> void fields(Archive &archive, typename Archive::template Of<GraphTables> &tables) {
  [[maybe_unused]] auto &[variables, mappingTable, vertices, edges, subEdges, viewRuns, state, stateArrays, names,
                          computeSets, codelets, modules, initialValues, replicationIndices, streams,
                          bufferingDepths, remoteBuffers, hostFunctions, functionBuffers, hostHandles, functions,
                          perfEstimates] = tables;
  archive(variables, vertices, edges, subEdges, viewRuns, state, stateArrays, names, computeSets, initialValues,
          replicationIndices, streams, bufferingDepths, remoteBuffers, hostFunctions);
  codeletPlaces(archive, tables);
  mappings(archive, tables);
}

static void fields(ArchiveWriter &archive, const poplar::Target &target) {
  std::ostringstream text;
  target.serialize(text);
  archive(text.str());
}
static void fields(ArchiveReader &archive, poplar::Target &target) {
  std::string text;
  archive(text);
  std::istringstream in(text);
  try {
    target = poplar::Target(in);
  } catch (const poplar::poplar_error &error) {
    ArchiveReader::fail(error.what());
  }
}

namespace {

/// Archives by section of the file.
class SectionWriter {
public:
  template <typename T> using Of = const T;
  explicit SectionWriter(SealedWriter &file) : file_(file) {}
  template <typename... T> void operator()(const char *name, const T &...values) {
    ArchiveWriter archive;
    archive(values...);
    file_.section(name, archive.bytes());
  }

private:
  SealedWriter &file_;
};

class SectionReader {
public:
  template <typename T> using Of = T;
  explicit SectionReader(const SealedReader &file) : file_(file) {}
  template <typename... T> void operator()(const char *name, T &...values) {
    try {
      ArchiveReader archive(file_.section(name));
      archive(values...);
      archive.end();
    } catch (const ArchiveError &error) {
      throw ArchiveError("section '" + std::string(name) + "' " + error.what());
    }
  }

private:
  const SealedReader &file_;
};

/// The sections of a file. The codelets come first: what follows refers to them.
template <typename Archive> void sections(Archive &archive, typename Archive::template Of<Module> &module) {
  auto &[stage, target, replication, tables, steps, entries, scalars, switches, prints, stamps, copies, copyBlocks,
         transfers, crossCopies, registers, handles, computeSets, tasks, groups, rows, rowEstimates, placement, programs, controlPrograms, phases] =
      module;
  archive("target", stage, target, replication);
  archive("graph", tables);
  archive("steps", steps, entries, scalars, switches, prints, stamps, copies, copyBlocks, transfers, crossCopies,
          registers, handles);
  archive("compute", computeSets, tasks, groups, rows, rowEstimates);
  archive("placement", placement);
  archive("profile", programs, controlPrograms, phases);
}

constexpr const char *kCodelets = "codelets ";

} // namespace

std::string writeExecutable(const Module &module) {
  SealedWriter file(kExecutableKind, kExecutableVersion);
  SectionWriter archive(file);
  archive("origin", ExecutableOrigin{poplar::versionString(), poplar::packageHash()});
  const std::vector<bool> used = executedModules(module);
  for (std::size_t i = 0; i < module.tables.modules.size(); ++i) {
    codelets::CodeletModule part = *module.tables.modules[i];
    if (!used[i]) part.object.clear(); // a library's object holds far more than one program uses
    file.section(kCodelets + std::to_string(i), codelets::writeModule(part));
  }
  sections(archive, module);
  return file.finish();
}

std::shared_ptr<Module> readExecutable(std::string_view bytes, const std::string &name) {
  const SealedReader file(bytes, kExecutableKind, kExecutableVersion, name);
  auto module = std::make_shared<Module>();
  for (std::size_t i = 0;; ++i) {
    const std::string section = kCodelets + std::to_string(i);
    if (!file.has(section)) break;
    try {
      module->tables.modules.push_back(
          std::make_shared<const codelets::CodeletModule>(codelets::readModule(file.section(section), name)));
    } catch (const codelets::FileError &error) {
      throw ArchiveError("section '" + section + "': " + error.what());
    }
  }
  SectionReader archive(file);
  sections(archive, *module);
  return module;
}

ExecutableOrigin originOfExecutable(std::string_view bytes, const std::string &name) {
  const SealedReader file(bytes, kExecutableKind, kExecutableVersion, name);
  ExecutableOrigin origin;
  SectionReader archive(file);
  archive("origin", origin);
  return origin;
}

} // namespace popgraph
