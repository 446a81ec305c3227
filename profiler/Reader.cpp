#include "profiler/Reader.hpp"
#include "popgraph/profile/Database.hpp"
#include "popgraph/profile/Schema.hpp"
#include "popgraph/profile/TileArray.hpp"
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sqlite3.h>

namespace profiler {
namespace {

using namespace popgraph::profile;
namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTiles = 1u << 20; // 64 IPUs of 1,472 tiles are a tenth of this

std::string resolve(const std::string &path) {
  std::error_code ignored;
  if (fs::path(path).extension() == ".pop" && !fs::exists(path, ignored)) {
    const fs::path beside = fs::path(path).replace_extension(".pgprof");
    if (fs::exists(beside, ignored))
      return beside.string();
  }
  return path;
}

void checkIsDatabase(const std::string &path) {
  std::error_code error;
  if (!fs::exists(path, error))
    throw ReadError(path + ": no such file");
  if (fs::is_directory(path, error))
    throw ReadError(path + ": is a directory; name the profile.pgprof inside it");
  std::ifstream file(path, std::ios::binary);
  std::array<char, 16> magic{};
  if (!file.read(magic.data(), magic.size()) && file.gcount() < 16)
    throw ReadError(path + ": is too short to be a profile, or cannot be read");
  if (std::string_view(magic.data(), 15) != "SQLite format 3")
    throw ReadError(path + ": is not a popgraph profile");
}

std::shared_ptr<Database> open(const std::string &path) {
  checkIsDatabase(path);
  auto openChecked = [&] {
    auto database = std::make_shared<Database>(path, Database::Mode::ReadOnly);
    database->integer("SELECT count(*) FROM sqlite_master"); // first real read: locks, journal, header
    return database;
  };
  std::shared_ptr<Database> database;
  try {
    try {
      database = openChecked();
    } catch (const DatabaseError &error) {
      if (error.code != SQLITE_READONLY_ROLLBACK)
        throw;
      // The writing program died inside a transaction: the journal beside the file takes it back to the last whole one.
      Database(path, Database::Mode::ReadWrite).integer("SELECT count(*) FROM sqlite_master");
      database = openChecked();
    }
    if (database->integer("PRAGMA application_id") != kApplicationId)
      throw ReadError(path + ": is a database, but not a popgraph profile");
    const std::int64_t version = database->integer("PRAGMA user_version");
    if (version / 65536 > kFormatMajor)
      throw ReadError(path + ": has format version " + std::to_string(version / 65536) + "." +
                      std::to_string(version % 65536) + ", newer than the " + std::to_string(kFormatMajor) +
                      ".x this popgraph reads");
    if (version / 65536 < 1)
      throw ReadError(path + ": has no valid format version");
  } catch (const DatabaseError &error) {
    throw ReadError(error.what());
  }
  return database;
}

/// Reads one table, with checks: it is a table (a view could compute forever), its numbers are in range, and it has
/// no more rows than a file of this size can hold.
class Loader {
public:
  Loader(Database &database, Model &model) : database_(database), model_(model) {
    std::error_code ignored;
    maxRows_ = fs::file_size(database.path(), ignored);
  }
  void load();

private:
  [[noreturn]] void damaged(const std::string &fault) const { throw ReadError(database_.path() + ": " + fault); }

  template <class F> void each(const char *table, const char *columns, const char *order, F row) {
    table_ = table;
    const std::string type = "SELECT count(*) FROM sqlite_master WHERE type='table' AND name='" + table_ + "'";
    if (database_.integer(type) != 1)
      damaged("has no table '" + table_ + "'");
    row_ = database_.prepare("SELECT " + std::string(columns) + " FROM " + table_ + " " + order);
    for (std::uint64_t count = 0; row_.step(); ++count) {
      if (count > maxRows_)
        damaged("table '" + table_ + "' never ends");
      row();
    }
    row_ = {};
  }
  std::uint64_t number(int column, std::uint64_t max = INT64_MAX) const {
    const std::int64_t value = row_.integer(column);
    if (value < 0 || static_cast<std::uint64_t>(value) > max)
      damaged("table '" + table_ + "' holds " + std::to_string(value) + " where " +
              (max == INT64_MAX ? std::string("a number of at least 0") : "0 to " + std::to_string(max)) +
              " is expected");
    return static_cast<std::uint64_t>(value);
  }
  std::uint32_t number32(int column) const { return static_cast<std::uint32_t>(number(column, UINT32_MAX)); }
  /// Index into a list of `size`.
  std::uint32_t index(int column, std::size_t size) const {
    if (size == 0)
      damaged("table '" + table_ + "' refers to an empty list");
    return static_cast<std::uint32_t>(number(column, size - 1));
  }
  std::int64_t optionalIndex(int column, std::size_t size) const {
    return row_.isNull(column) || row_.integer(column) == -1 ? -1 : std::int64_t(index(column, size));
  }
  std::string text(int column) const { return std::string(row_.bytes(column)); }
  /// Ids of entities count from 0 without gaps.
  void expectId(std::size_t size) const {
    if (number(0) != size)
      damaged("table '" + table_ + "' misses row " + std::to_string(size));
  }

  void loadCompile();
  void loadMemory();
  void loadLiveness();
  void loadExecution();
  void loadArrays();

  Database &database_;
  Model &model_;
  Statement row_;
  std::string table_;
  std::uint64_t maxRows_ = 0;
};

void Loader::load() {
  model_.path = database_.path();
  model_.formatVersion = static_cast<std::uint32_t>(database_.integer("PRAGMA user_version"));
  each("section", "name, version, complete, bytes", "", [&] {
    model_.sections.push_back({text(0), row_.integer(1), row_.integer(2) != 0, number(3)});
  });
  loadCompile();
  loadMemory();
  if (model_.formatVersion % 65536 >= 1) // format 1.0 knew no lifetimes
    loadLiveness();
  loadArrays();
  loadExecution();
}

void Loader::loadCompile() {
  CompileRecord &c = model_.compile;
  each("meta", "key, value", "", [&] {
    const std::string key = text(0);
    if (key == "program_name")
      c.programName = text(1);
    else if (key == "engine_name")
      c.engineName = text(1);
    else if (key == "popgraph_version")
      c.popgraphVersion = text(1);
  });
  bool found = false;
  each("target", "*", "", [&] {
    TargetRecord &t = c.target;
    t.type = text(0), t.machine = text(1), t.architecture = text(2);
    t.numIPUs = number32(3), t.tilesPerIPU = number32(4), t.workersPerTile = number32(5), t.numReplicas = number32(6);
    t.bytesPerTile = number(7);
    t.clockHz = row_.real(8);
    t.exchangeBytesPerCycle = number32(9);
    if (std::uint64_t(t.numIPUs) * t.tilesPerIPU > kMaxTiles)
      damaged("claims more than " + std::to_string(kMaxTiles) + " tiles");
    if (!(t.clockHz >= 0 && t.clockHz < 1e15))
      damaged("has an impossible clock");
    found = true;
  });
  if (!found)
    damaged("has no target");
  each("target_constant", "name, value", "ORDER BY id", [&] { c.target.constants.emplace_back(text(0), text(1)); });
  each("option", "name, value, is_default", "ORDER BY id",
       [&] { c.options.push_back({text(0), text(1), row_.integer(2) != 0}); });
  each("graph", "*", "", [&] { c.graph = {number(0), number(1), number(2), number(3), number(4), number(5)}; });
  each("vertex_type", "*", "ORDER BY id", [&] {
    expectId(c.vertexTypes.size());
    c.vertexTypes.push_back({text(1), text(2), number(3), number32(4), number32(5), number32(6)});
  });
  each("compute_set", "*", "ORDER BY id", [&] {
    expectId(c.computeSets.size());
    c.computeSets.push_back({text(1), {}});
  });
  each("compute_set_vertex", "compute_set, vertex_type, instances", "", [&] {
    c.computeSets[index(0, c.computeSets.size())].verticesByType.emplace_back(index(1, c.vertexTypes.size()),
                                                                              number(2));
  });
  each("program", "id, kind, name, compute_set, count", "ORDER BY id", [&] {
    expectId(c.programs.size());
    c.programs.push_back({text(1), text(2), {}, optionalIndex(3, c.computeSets.size()), number(4)});
  });
  each("program_child", "program, child", "ORDER BY rowid", [&] {
    c.programs[index(0, c.programs.size())].children.push_back(index(1, c.programs.size()));
  });
  each("control_program", "program", "ORDER BY id",
       [&] { c.controlPrograms.push_back(index(0, c.programs.size())); });
  each("variable", "*", "ORDER BY id", [&] {
    expectId(c.variables.size());
    c.variables.push_back({text(1), text(2), number(3), number(4), number32(5), number(6), row_.integer(7) != 0});
  });
  each("compile_phase", "name, seconds", "ORDER BY id", [&] { c.compilePhases.emplace_back(text(0), row_.real(1)); });
}

void Loader::loadMemory() {
  CompileRecord &c = model_.compile;
  // Format 1.0 had all categories but the last.
  const std::size_t categories = kNumMemoryCategories - (model_.formatVersion % 65536 >= 1 ? 0 : 1);
  std::string columns = "tile, peak_bytes";
  for (std::size_t category = 0; category < kNumMemoryCategories; ++category)
    columns += ", " + (category < categories ? std::string(memoryCategoryName(category)) : std::string("0"));
  c.memoryByCategory.assign(kNumMemoryCategories, {});
  each("tile_memory", columns.c_str(), "ORDER BY tile", [&] {
    expectId(c.peakBytesByTile.size());
    c.peakBytesByTile.push_back(number32(1));
    for (std::size_t category = 0; category < kNumMemoryCategories; ++category)
      c.memoryByCategory[category].push_back(number32(static_cast<int>(category) + 2));
  });
  if (c.peakBytesByTile.size() != model_.numTiles())
    damaged("holds memory of " + std::to_string(c.peakBytesByTile.size()) + " tiles, the target has " +
            std::to_string(model_.numTiles()));
}

void Loader::loadLiveness() {
  CompileRecord &c = model_.compile;
  each("liveness", "id, program, bytes, max_tile_bytes, max_tile", "ORDER BY id", [&] {
    expectId(c.liveness.size());
    c.liveness.push_back({index(1, c.programs.size()), number(2), number32(3), index(4, model_.numTiles())});
  });
}

void Loader::loadArrays() {
  const std::uint32_t tiles = model_.numTiles();
  each("tile_array", "id, count, sum, max, max_tile, active_tiles", "ORDER BY id", [&] {
    expectId(model_.arrays.size());
    if (number(1) != tiles)
      damaged("tile array " + std::to_string(model_.arrays.size()) + " is not of " + std::to_string(tiles) + " tiles");
    model_.arrays.push_back({number(2, std::uint64_t(tiles) * UINT32_MAX), number32(3), index(4, tiles),
                             static_cast<std::uint32_t>(number(5, tiles))});
  });
}

void Loader::loadExecution() {
  each("run", "id, program_index, name, cycles, compute_cycles, exchange_cycles, sync_cycles, host_exchange_cycles, "
              "control_cycles, has_steps, complete", "ORDER BY id", [&] {
    expectId(model_.runs.size());
    Run &run = model_.runs.emplace_back();
    run.record.programIndex = number32(1);
    run.record.name = text(2);
    run.record.cycles = number(3);
    for (int kind = 0; kind < static_cast<int>(kNumStepKinds); ++kind)
      run.record.cyclesByKind[kind] = number(4 + kind);
    run.hasSteps = row_.integer(9) != 0;
    run.complete = row_.integer(10) != 0;
  });
  each("host_time", "run, start_us, end_us", "", [&] {
    RunRecord &record = model_.runs[index(0, model_.runs.size())].record;
    record.startMicroseconds = row_.real(1);
    record.endMicroseconds = row_.real(2);
  });
  each("step", "run, program, kind, compute_set, start, duration, cycles, bytes_sent, bytes_received", "ORDER BY id",
       [&] {
    Run &run = model_.runs[index(0, model_.runs.size())];
    Step &step = run.steps.emplace_back();
    step.program = index(1, model_.compile.programs.size());
    step.kind = static_cast<StepKind>(number(2, kNumStepKinds - 1));
    step.computeSet = optionalIndex(3, model_.compile.computeSets.size());
    step.start = number(4);
    step.duration = number(5);
    step.array = optionalIndex(6, model_.arrays.size());
    step.bytesSent = number(7);
    step.bytesReceived = number(8);
    if (!run.complete) {
      run.record.cycles += step.duration;
      run.record.cyclesByKind[static_cast<std::size_t>(step.kind)] += step.duration;
    }
  });
  TotalsRecord &totals = model_.totals;
  totals.computeSets.resize(model_.compile.computeSets.size());
  totals.vertexTypes.resize(model_.compile.vertexTypes.size());
  each("total_compute_set", "*", "", [&] {
    totals.computeSets[index(0, totals.computeSets.size())] = {number(1), number(2), number(3), number(4),
                                                               index(5, model_.numTiles())};
  });
  each("total_vertex_type", "*", "", [&] {
    totals.vertexTypes[index(0, totals.vertexTypes.size())] = {number(1), number(2), number(3), number(4)};
  });
}

} // namespace

Model readProfile(const std::string &path) {
  const std::string resolved = resolve(path);
  const std::shared_ptr<Database> database = open(resolved);
  Model model;
  try {
    Loader(*database, model).load();
  } catch (const DatabaseError &error) {
    throw ReadError(error.what());
  } catch (const std::bad_alloc &) {
    throw ReadError(resolved + ": does not fit in memory");
  }
  const std::size_t tiles = model.numTiles();
  const std::size_t arrays = model.arrays.size();
  model.tileCycles = [database, tiles, arrays](std::size_t index) {
    if (index >= arrays)
      throw std::out_of_range("profile has " + std::to_string(arrays) + " tile arrays, asked for " +
                              std::to_string(index));
    try {
      Statement row = database->prepare("SELECT base, width, data FROM tile_array WHERE id=?");
      row.bind(1, index);
      if (!row.step())
        throw std::runtime_error("tile array " + std::to_string(index) + " is missing");
      return unpackTileArray(row.integer(0), row.integer(1), tiles, row.bytes(2));
    } catch (const DatabaseError &error) {
      throw ReadError(error.what());
    } catch (const std::runtime_error &error) {
      throw ReadError(database->path() + ": " + error.what());
    }
  };
  // Each distinct array is unpacked once, however many steps share it.
  std::vector<std::array<std::uint64_t, kNumStepKinds>> uses(arrays);
  std::array<std::uint64_t, kNumStepKinds> onEveryTile{};
  for (const Run &run : model.runs)
    for (const Step &step : run.steps) {
      const auto kind = static_cast<std::size_t>(step.kind);
      if (step.array >= 0)
        ++uses[static_cast<std::size_t>(step.array)][kind];
      else
        onEveryTile[kind] += step.duration;
    }
  for (const std::uint64_t cycles : onEveryTile)
    model.keptCyclesByTile.emplace_back(tiles, cycles);
  for (std::size_t array = 0; array < arrays; ++array) {
    const std::vector<std::uint32_t> values = model.tileCycles(array);
    for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
      if (uses[array][kind] > 0)
        for (std::size_t tile = 0; tile < tiles; ++tile)
          model.keptCyclesByTile[kind][tile] += uses[array][kind] * values[tile];
  }
  return model;
}

void queryProfile(const std::string &path, const std::string &sql,
                  const std::function<void(const std::vector<std::string> &cells)> &row) {
  const std::shared_ptr<Database> database = open(resolve(path));
  database->restrictToReading();
  try {
    Statement statement = database->prepare(sql);
    std::vector<std::string> cells(static_cast<std::size_t>(statement.columns()));
    if (cells.empty())
      throw std::invalid_argument("the query returns nothing; give one SELECT");
    for (std::size_t i = 0; i < cells.size(); ++i)
      cells[i] = statement.columnName(static_cast<int>(i));
    row(cells);
    while (statement.step()) {
      for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i] = std::string(statement.bytes(static_cast<int>(i)));
      row(cells);
    }
  } catch (const DatabaseError &error) {
    if ((error.code & 0xFF) == SQLITE_AUTH)
      throw std::invalid_argument("only SELECT over this file is allowed in a query");
    if ((error.code & 0xFF) == SQLITE_ERROR)
      throw std::invalid_argument(std::string(error.what()).substr(database->path().size() + 2));
    throw ReadError(error.what());
  }
}

} // namespace profiler
