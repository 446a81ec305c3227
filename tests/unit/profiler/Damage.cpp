#include "Files.hpp"
#include "popgraph/profile/Database.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"
#include "tests/support/Catch.hpp"
#include <random>
#include <sstream>

namespace {

/// Reads everything there is to read. True: it was readable; false: it was refused with a ReadError naming the file.
/// Anything else that is thrown fails the test.
bool readAll(const std::string &path) {
  try {
    const profiler::Model model = profiler::readProfile(path);
    std::ostringstream sink;
    profiler::SummaryOptions options;
    options.showExecutionSteps = options.showVarStorage = options.showPerIpuMemoryUsage = true;
    profiler::writeSummary(sink, model, options);
    profiler::writeSummaryJson(sink, model);
    for (std::size_t i = 0; i < model.arrays.size(); ++i)
      model.tileCycles(i);
    return true;
  } catch (const profiler::ReadError &error) {
    CHECK(std::string(error.what()).find(path + ": ") == 0);
    return false;
  }
}

std::string smallProfile(const TemporaryFolder &folder) {
  synthetic::Options options;
  options.tiles = 24;
  options.runs = 1;
  options.iterations = 4;
  writeSynthetic(folder.file("good.pgprof"), options);
  return folder.file("good.pgprof");
}

void change(const std::string &path, const std::string &sql) {
  popgraph::profile::Database(path, popgraph::profile::Database::Mode::ReadWrite).execute(sql);
}

} // namespace

TEST_CASE("a truncated profile is refused or readable, at any length") {
  TemporaryFolder folder;
  const std::string good = bytesOf(smallProfile(folder));
  const std::string path = folder.file("bad.pgprof");
  int refused = 0, tried = 0;
  for (std::size_t length = 0; length < good.size(); length += length < 200 ? 7 : 4099) {
    writeBytes(path, good.substr(0, length));
    ++tried;
    refused += !readAll(path);
  }
  CHECK(refused > tried * 9 / 10);
}

TEST_CASE("flipped bytes never do worse than a ReadError") {
  TemporaryFolder folder;
  const std::string good = bytesOf(smallProfile(folder));
  const std::string path = folder.file("bad.pgprof");
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bad = good;
    const int flips = 1 + static_cast<int>(random() % 8);
    for (int i = 0; i < flips; ++i) {
      // Half of them in the first bytes of pages, where SQLite's own structure is.
      std::size_t at = random() % bad.size();
      if (round % 2)
        at = at / 16384 * 16384 + random() % 64;
      bad[at] = static_cast<char>(random());
    }
    writeBytes(path, bad);
    refused += !readAll(path);
  }
  CHECK(refused > 50);
}

TEST_CASE("numbers that point outside the file's own lists are refused") {
  TemporaryFolder folder;
  const std::string good = smallProfile(folder);
  const std::string path = folder.file("bad.pgprof");
  for (const char *sql :
       {"UPDATE step SET program=7", "UPDATE step SET program=-5", "UPDATE step SET kind=5",
        "UPDATE step SET compute_set=2", "UPDATE step SET cycles=99", "UPDATE step SET run=1",
        "UPDATE program_child SET child=70", "UPDATE control_program SET program=7",
        "UPDATE compute_set_vertex SET vertex_type=2", "UPDATE target SET tiles_per_ipu=4000000000",
        "UPDATE target SET num_ipus=2", "UPDATE target SET clock_hz=-1", "DELETE FROM target",
        "DELETE FROM program WHERE id=3",
        "DELETE FROM tile_memory WHERE tile=9", "UPDATE tile_memory SET stack=4294967296",
        "UPDATE tile_array SET count=23", "UPDATE tile_array SET max_tile=24",
        "UPDATE tile_array SET width=3 WHERE width=2",
        "UPDATE tile_array SET data=zeroblob(40) WHERE width>0", "UPDATE tile_array SET data=NULL WHERE width>0",
        "UPDATE tile_array SET base=4294967295 WHERE width>0", "UPDATE tile_array SET base=-1",
        "UPDATE total_compute_set SET slowest_tile=24", "DROP TABLE step", "DROP TABLE section",
        "DROP TABLE meta; CREATE VIEW meta AS WITH RECURSIVE n(key, value) AS (SELECT 1, 1 UNION ALL "
        "SELECT 1, 1 FROM n) SELECT * FROM n"}) {
    INFO(sql);
    std::filesystem::copy_file(good, path, std::filesystem::copy_options::overwrite_existing);
    change(path, sql);
    CHECK_FALSE(readAll(path));
  }
}

TEST_CASE("a program graph with a cycle is printed once around") {
  TemporaryFolder folder;
  const std::string path = smallProfile(folder);
  change(path, "INSERT INTO program_child VALUES(3, 0)");
  CHECK(readAll(path));
}

TEST_CASE("foreign files and newer versions are refused by name") {
  TemporaryFolder folder;
  const std::string path = smallProfile(folder);
  auto fault = [](const std::string &file) {
    try {
      profiler::readProfile(file);
    } catch (const profiler::ReadError &error) {
      return std::string(error.what());
    }
    return std::string();
  };
  change(path, "PRAGMA user_version=65541");
  CHECK(fault(path).empty()); // a higher minor version only adds things
  change(path, "CREATE TABLE added_later(x); INSERT INTO section VALUES('added_later', 1, 1, 0)");
  CHECK(fault(path).empty());
  change(path, "PRAGMA user_version=131072");
  CHECK(fault(path).find("format version 2.0, newer than the 1.x") != std::string::npos);
  change(path, "PRAGMA user_version=65536; PRAGMA application_id=1");
  CHECK(fault(path).find("not a popgraph profile") != std::string::npos);
  writeBytes(folder.file("text"), "this is no database, just some text\n");
  CHECK(fault(folder.file("text")).find("is not a popgraph profile") != std::string::npos);
  CHECK(fault(folder.file("none")).find("no such file") != std::string::npos);
  CHECK(fault(folder.path.string()).find("is a directory") != std::string::npos);
}

TEST_CASE("opening a missing profile.pop opens the profile.pgprof beside it") {
  TemporaryFolder folder;
  writeSynthetic(folder.file("profile.pgprof"), {});
  CHECK(profiler::readProfile(folder.file("profile.pop")).numTiles() == 1472);
}
