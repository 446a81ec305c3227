#include "popgraph/profile/ProfileWriter.hpp"
#include "popgraph/profile/Database.hpp"
#include "popgraph/profile/Schema.hpp"
#include "popgraph/profile/TileArray.hpp"
#include <algorithm>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <xxhash.h>

namespace popgraph::profile {
namespace {

namespace fs = std::filesystem;

struct Hash128 {
  std::uint64_t low, high;
  bool operator==(const Hash128 &) const = default;
};
struct TakeLow {
  std::size_t operator()(const Hash128 &hash) const { return hash.low; }
};

// A transaction costs a fraction of a millisecond: one per run while runs are few, then one per this many rows.
constexpr std::uint64_t kRowsPerTransaction = 4096;
constexpr std::uint64_t kRunsWithOwnTransaction = 64;

class Writer final : public Sink {
public:
  Writer(const std::string &path, const WriterOptions &options);
  ~Writer() override;
  void compiled(const CompileRecord &record) override;
  void beginRun(std::uint32_t programIndex, const std::string &name) override;
  bool wantsSteps() const override { return keeping_; }
  void step(const StepRecord &record) override;
  void endRun(const RunRecord &run, const TotalsRecord &totalsSoFar) override;
  void flush() override;

private:
  void writeCompile(Database &database, const CompileRecord &record) const;
  void openExecution();
  std::int64_t arrayId(const std::uint32_t *values);
  void writeTotals();
  void commit();
  /// False once another program has put its own profile at the path: ours has no name any more, and a journal by that
  /// name would be taken for the other's.
  bool isStillOurs() const;
  void countRow() {
    if (++rowsSinceCommit_ >= kRowsPerTransaction)
      commit();
  }

  std::string path_, temporary_;
  WriterOptions options_;
  std::uint32_t numTiles_ = 0;
  struct stat identity_ = {}; // of the file at path_, once it is ours
  std::optional<Database> database_; // the execution part; empty before compiled() and when it is not wanted
  Statement insertRun_, finishRun_, insertTime_, insertStep_, insertArray_, insertComputeSet_, insertVertexType_,
      updateSection_;
  TileArrayPacker packer_;
  std::unordered_map<Hash128, std::int64_t, TakeLow> arrays_;
  std::unordered_map<std::uint32_t, std::uint32_t> runsOfProgram_;
  std::uint64_t runs_ = 0, rowsSinceCommit_ = 0;
  std::int64_t lastArray_ = 0;
  bool running_ = false, keeping_ = false, totalsPending_ = false;
  TotalsRecord totals_;
};

Writer::Writer(const std::string &path, const WriterOptions &options)
    : path_(path), temporary_(path + ".tmp" + std::to_string(::getpid())), options_(options) {
  std::error_code error;
  const fs::path folder = fs::path(path_).parent_path();
  if (!folder.empty())
    fs::create_directories(folder, error);
  if (error)
    throw std::runtime_error(path_ + ": cannot create its folder: " + error.message());
  if (fs::is_directory(path_, error))
    throw std::runtime_error(path_ + ": is a directory, not a profile");
  // Made now so that a path that cannot be written is reported before anything is compiled.
  fs::remove(temporary_, error);
  Database database(temporary_, Database::Mode::Create);
  database.execute("PRAGMA page_size=16384; PRAGMA application_id=" + std::to_string(kApplicationId) +
                   "; PRAGMA user_version=" + std::to_string(kFormatVersion));
}

Writer::~Writer() {
  try {
    if (database_ && rowsSinceCommit_ + totalsPending_ > 0 && isStillOurs()) {
      if (totalsPending_)
        writeTotals();
      commit();
      database_->execute("COMMIT");
    }
  } catch (const std::exception &) {
    // Nobody is left to tell; what was committed before stays readable.
  }
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void Writer::compiled(const CompileRecord &record) {
  numTiles_ = record.target.numIPUs * record.target.tilesPerIPU;
  {
    Database database(temporary_, Database::Mode::ReadWrite);
    database.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    database.execute("BEGIN");
    database.execute(schemaSql());
    writeCompile(database, record);
    database.execute("COMMIT");
  }
  database_.reset();
  std::error_code error;
  // A journal left by a run that died would be rolled into the new file.
  fs::remove(path_ + "-journal", error);
  fs::rename(temporary_, path_, error);
  if (error)
    throw std::runtime_error(path_ + ": cannot be replaced: " + error.message());
  if (options_.execution)
    openExecution();
}

void Writer::writeCompile(Database &database, const CompileRecord &record) const {
  Statement section = database.prepare("INSERT INTO section VALUES(?, 1, ?, ?)");
  std::uint64_t before = database.boundBytes();
  auto finishSection = [&](const char *name) {
    const std::uint64_t bytes = database.boundBytes() - before;
    section.run(std::string_view(name), 1, bytes);
    before = database.boundBytes();
  };

  Statement meta = database.prepare("INSERT INTO meta VALUES(?, ?)");
  meta.run(std::string_view("program_name"), record.programName);
  meta.run(std::string_view("engine_name"), record.engineName);
  meta.run(std::string_view("popgraph_version"), record.popgraphVersion);
  const TargetRecord &t = record.target;
  database.prepare("INSERT INTO target VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(t.type, t.machine, t.architecture, t.numIPUs, t.tilesPerIPU, t.workersPerTile, t.numReplicas, t.bytesPerTile,
           t.clockHz, t.exchangeBytesPerCycle);
  Statement constant = database.prepare("INSERT INTO target_constant(name, value) VALUES(?, ?)");
  for (const auto &[name, value] : t.constants)
    constant.run(name, value);
  finishSection("target");

  Statement option = database.prepare("INSERT INTO option(name, value, is_default) VALUES(?, ?, ?)");
  for (const OptionRecord &o : record.options)
    option.run(o.name, o.value, o.isDefault);
  finishSection("options");

  const GraphRecord &g = record.graph;
  database.prepare("INSERT INTO graph VALUES(?, ?, ?, ?, ?, ?)")
      .run(g.vertices, g.edges, g.variables, g.computeSets, g.exchanges, g.programs);
  finishSection("graph");

  Statement type = database.prepare("INSERT INTO vertex_type VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < record.vertexTypes.size(); ++i) {
    const VertexTypeRecord &v = record.vertexTypes[i];
    type.run(i, v.name, v.kind, v.instances, v.stateBytes, v.codeBytes, v.tilesWithCode);
  }
  finishSection("vertex_types");

  Statement set = database.prepare("INSERT INTO compute_set VALUES(?, ?)");
  Statement setVertex = database.prepare("INSERT INTO compute_set_vertex VALUES(?, ?, ?)");
  for (std::size_t i = 0; i < record.computeSets.size(); ++i) {
    set.run(i, record.computeSets[i].name);
    for (const auto &[vertexType, instances] : record.computeSets[i].verticesByType)
      setVertex.run(i, vertexType, instances);
  }
  finishSection("compute_sets");

  Statement program = database.prepare("INSERT INTO program VALUES(?, ?, ?, ?, ?)");
  Statement child = database.prepare("INSERT INTO program_child VALUES(?, ?)");
  for (std::size_t i = 0; i < record.programs.size(); ++i) {
    const ProgramRecord &p = record.programs[i];
    program.run(i, p.kind, p.name, p.computeSet, p.count);
    for (const std::uint32_t id : p.children)
      child.run(i, id);
  }
  Statement control = database.prepare("INSERT INTO control_program(program) VALUES(?)");
  for (const std::uint32_t id : record.controlPrograms)
    control.run(id);
  finishSection("programs");

  Statement variable = database.prepare("INSERT INTO variable VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < record.variables.size(); ++i) {
    const VariableRecord &v = record.variables[i];
    variable.run(i, v.name, v.type, v.elements, v.bytes, v.tiles, v.maxTileBytes, v.isConstant);
  }
  finishSection("variables");

  std::string marks = "?, ?";
  for (std::size_t category = 0; category < kNumMemoryCategories; ++category)
    marks += ", ?";
  Statement tile = database.prepare("INSERT INTO tile_memory VALUES(" + marks + ")");
  for (std::uint32_t i = 0; i < numTiles_; ++i) {
    std::uint64_t sum = 0;
    for (std::size_t category = 0; category < kNumMemoryCategories; ++category) {
      std::uint32_t bytes = 0;
      if (category < record.memoryByCategory.size() && i < record.memoryByCategory[category].size())
        bytes = record.memoryByCategory[category][i];
      sum += bytes;
      tile.bind(static_cast<int>(category) + 3, bytes);
    }
    tile.run(i, i < record.peakBytesByTile.size() ? record.peakBytesByTile[i] : sum);
  }
  Statement live = database.prepare("INSERT INTO liveness VALUES(?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < record.liveness.size(); ++i) {
    const LivenessRecord &l = record.liveness[i];
    live.run(i, l.program, l.bytes, l.maxTileBytes, l.maxTile);
  }
  finishSection("memory");

  Statement phase = database.prepare("INSERT INTO compile_phase(name, seconds) VALUES(?, ?)");
  for (const auto &[name, seconds] : record.compilePhases)
    phase.run(name, seconds);
  finishSection("host_time");
  section.run(std::string_view("execution"), 0, 0);
}

bool Writer::isStillOurs() const {
  struct stat now;
  return ::stat(path_.c_str(), &now) == 0 && now.st_dev == identity_.st_dev && now.st_ino == identity_.st_ino;
}

void Writer::openExecution() {
  if (::stat(path_.c_str(), &identity_) != 0)
    throw std::runtime_error(path_ + ": vanished while it was written");
  arrays_.clear();
  runsOfProgram_.clear();
  runs_ = rowsSinceCommit_ = 0;
  lastArray_ = 0;
  running_ = keeping_ = totalsPending_ = false;
  database_.emplace(path_, Database::Mode::ReadWrite);
  // A crash of this process must not harm the file, hence a rollback journal; a crash of the host may.
  database_->execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF");
  insertRun_ = database_->prepare("INSERT INTO run VALUES(?, ?, ?, 0, 0, 0, 0, 0, 0, ?, 0)");
  finishRun_ = database_->prepare("UPDATE run SET cycles=?2, compute_cycles=?3, exchange_cycles=?4, sync_cycles=?5, "
                                  "host_exchange_cycles=?6, control_cycles=?7, complete=1 WHERE id=?1");
  insertTime_ = database_->prepare("INSERT INTO host_time VALUES(?, ?, ?)");
  insertStep_ = database_->prepare("INSERT INTO step VALUES(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insertArray_ = database_->prepare("INSERT INTO tile_array VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insertComputeSet_ = database_->prepare("INSERT OR REPLACE INTO total_compute_set VALUES(?, ?, ?, ?, ?, ?)");
  insertVertexType_ = database_->prepare("INSERT OR REPLACE INTO total_vertex_type VALUES(?, ?, ?, ?, ?)");
  updateSection_ = database_->prepare("UPDATE section SET complete=?, bytes=? WHERE name='execution'");
  database_->execute("BEGIN");
}

void Writer::beginRun(std::uint32_t programIndex, const std::string &name) {
  if (!database_)
    return;
  if (!isStillOurs()) {
    running_ = keeping_ = false;
    return;
  }
  if (running_)
    ++runs_; // the last run never ended: it threw, and stays in the file as incomplete
  keeping_ = runsOfProgram_[programIndex]++ < options_.keepRunsPerProgram;
  running_ = true;
  insertRun_.run(runs_, programIndex, name, keeping_);
  ++rowsSinceCommit_;
}

std::int64_t Writer::arrayId(const std::uint32_t *values) {
  const XXH128_hash_t hash = XXH3_128bits(values, numTiles_ * sizeof(std::uint32_t));
  const auto [place, isNew] = arrays_.try_emplace(Hash128{hash.low64, hash.high64}, lastArray_);
  if (!isNew)
    return place->second;
  const std::int64_t id = lastArray_++;
  const PackedTileArray &packed = packer_.pack(values, numTiles_);
  std::uint64_t sum = 0;
  std::uint32_t active = 0;
  for (std::uint32_t i = 0; i < numTiles_; ++i) {
    sum += values[i];
    active += values[i] != 0;
  }
  const std::uint32_t *slowest = std::max_element(values, values + numTiles_);
  insertArray_.bindBlob(9, packed.data);
  insertArray_.run(id, numTiles_, packed.base, packed.width, sum, *slowest, slowest - values, active);
  return id;
}

void Writer::step(const StepRecord &record) {
  if (!keeping_)
    return;
  if (record.cyclesByTile && numTiles_ > 0)
    insertStep_.bind(7, arrayId(record.cyclesByTile));
  else
    insertStep_.bindNull(7);
  insertStep_.bind(8, record.bytesSent);
  insertStep_.bind(9, record.bytesReceived);
  insertStep_.run(runs_, record.program, static_cast<int>(record.kind), record.computeSet, record.start,
                  record.duration);
  countRow();
}

void Writer::endRun(const RunRecord &run, const TotalsRecord &totalsSoFar) {
  if (!running_)
    return;
  const std::uint64_t(&kinds)[5] = run.cyclesByKind;
  finishRun_.run(runs_, run.cycles, kinds[0], kinds[1], kinds[2], kinds[3], kinds[4]);
  insertTime_.run(runs_, run.startMicroseconds, run.endMicroseconds);
  running_ = keeping_ = false;
  ++runs_;
  totals_ = totalsSoFar;
  totalsPending_ = true;
  if (runs_ <= kRunsWithOwnTransaction || runs_ % kRowsPerTransaction == 0) {
    writeTotals();
    commit();
  } else {
    countRow();
  }
}

void Writer::flush() {
  if (!database_ || !isStillOurs())
    return;
  if (totalsPending_)
    writeTotals();
  commit();
}

void Writer::writeTotals() {
  for (std::size_t i = 0; i < totals_.computeSets.size(); ++i) {
    const TotalsRecord::ComputeSetTotal &t = totals_.computeSets[i];
    if (t.executions > 0)
      insertComputeSet_.run(i, t.executions, t.cycles, t.tileCycles, t.maxTileCycles, t.slowestTile);
  }
  for (std::size_t i = 0; i < totals_.vertexTypes.size(); ++i) {
    const TotalsRecord::VertexTypeTotal &t = totals_.vertexTypes[i];
    if (t.executions > 0)
      insertVertexType_.run(i, t.executions, t.slots, t.estimatedCycles, t.derivedCycles);
  }
  totalsPending_ = false;
}

void Writer::commit() {
  updateSection_.run(!running_, database_->boundBytes());
  database_->execute("COMMIT; BEGIN");
  rowsSinceCommit_ = 0;
  if (!isStillOurs())
    running_ = keeping_ = false;
}

} // namespace

std::unique_ptr<Sink> writeProfile(const std::string &path, const WriterOptions &options) {
  return std::make_unique<Writer>(path, options);
}

} // namespace popgraph::profile
