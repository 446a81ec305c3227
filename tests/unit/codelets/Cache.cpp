// How compile() answers: memory, disk, helper; and what it does with bad entries and dead helpers.
#include "tests/support/Catch.hpp"
#include "codelets/client/DiskCache.hpp"
#include "codelets/client/Helper.hpp"
#include "codelets/client/Memory.hpp"
#include "popgraph/base/SealedFile.hpp"
#include "tests/unit/codelets/Support.hpp"
#include "tests/unit/codelets/TemporaryFolder.hpp"
#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <thread>

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

std::string vertexText(int n) {
  return "struct V : Vertex { Output<int> out; bool compute() { *out = " + std::to_string(n) + "; return true; } };";
}

int resultOf(const CodeletModule &module) {
  VertexRun vertex(module, "V");
  int out = 0;
  vertex.connect("out", &out);
  vertex.run();
  return out;
}

std::string onlyEntry(const TemporaryFolder &folder) {
  std::string path;
  for (const auto &entry : std::filesystem::directory_iterator(folder.path())) {
    REQUIRE(path.empty());
    path = entry.path().string();
  }
  return path;
}

} // namespace

TEST_CASE("Repeated compiles come from memory, then from disk", "[codelets][cache]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  const auto before = compileCounters();
  CHECK(resultOf(*compileText(vertexText(1))) == 1);
  CHECK(compileCounters().compiled == before.compiled + 1);
  CHECK(resultOf(*compileText(vertexText(1))) == 1);
  CHECK(compileCounters().memoryHits == before.memoryHits + 1);
  forgetCompiledModules();
  CHECK(resultOf(*compileText(vertexText(1))) == 1);
  CHECK(compileCounters().diskHits == before.diskHits + 1);
  // Another text, target or flag is another compile.
  CHECK(resultOf(*compileText(vertexText(2))) == 2);
  compileText(vertexText(1), "cpu");
  compileText(vertexText(1), "ipu2", "-DX");
  CHECK(compileCounters().compiled == before.compiled + 4);
  CHECK(compileCounters().rejectedEntries == before.rejectedEntries);
}

TEST_CASE("A changed header makes entries stale", "[codelets][cache]") {
  const TemporaryFolder folder, sources;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  writeFileAtomically(sources / "Value.h", "#define VALUE 10\n");
  writeFileAtomically(sources / "V.cpp", "#include <poplar/Vertex.hpp>\n#include \"Value.h\"\nusing namespace poplar;\n"
                                         "struct V : Vertex { Output<int> out; "
                                         "bool compute() { *out = VALUE; return true; } };");
  CompileRequest request;
  request.sources.emplace_back();
  request.sources[0].path = sources / "V.cpp";
  CHECK(resultOf(*compile(request)) == 10);
  writeFileAtomically(sources / "Value.h", "#define VALUE 20\n");
  const auto before = compileCounters();
  CHECK(resultOf(*compile(request)) == 20);
  CHECK(compileCounters().rejectedEntries == before.rejectedEntries + 1);
  forgetCompiledModules();
  CHECK(resultOf(*compile(request)) == 20);
  CHECK(compileCounters().diskHits == before.diskHits + 1);
  // A header that is gone is an error, not an old result.
  std::filesystem::remove(sources / "Value.h");
  CHECK_THROWS_AS(compile(request), CompileError);
}

TEST_CASE("Relative names are those of the current folder", "[codelets][cache]") {
  const TemporaryFolder folder, here, there;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  const auto old = std::filesystem::current_path();
  CompileRequest request;
  request.sources.emplace_back();
  request.sources[0].path = "V.cpp";
  request.flags = "-I include";
  int results[2] = {};
  for (const TemporaryFolder *place : {&here, &there}) {
    writeFileAtomically(*place / "include/Value.h", place == &here ? "#define VALUE 1\n" : "#define VALUE 2\n");
    writeFileAtomically(*place / "V.cpp", "#include <poplar/Vertex.hpp>\n#include <Value.h>\n"
                                          "struct V : poplar::Vertex {"
                                          " poplar::Output<int> out; bool compute() { *out = VALUE; return true; } };");
    std::filesystem::current_path(place->path());
    try {
      results[place == &there] = resultOf(*compile(request));
    } catch (...) {
      std::filesystem::current_path(old);
      throw;
    }
    std::filesystem::current_path(old);
  }
  CHECK(results[0] == 1);
  CHECK(results[1] == 2);
}

TEST_CASE("A damaged cache entry is never used", "[codelets][cache]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  FileHashes hashes;
  const DiskCache disk;
  CacheEntry entry;
  entry.module.target = "cpu";
  entry.module.object = "object";
  entry.module.codelets.resize(1);
  entry.module.codelets[0].name = "V";
  disk.store("key", entry);
  const std::string path = onlyEntry(folder), good = readFile(path);
  bool rejected = false;
  REQUIRE(disk.load("key", hashes, rejected));
  REQUIRE_FALSE(rejected);
  std::size_t accepted = 0;
  const auto tryBytes = [&](const std::string &bytes) {
    writeFileAtomically(path, bytes);
    rejected = false;
    accepted += disk.load("key", hashes, rejected).has_value() || !rejected;
  };
  for (std::size_t length = 0; length != good.size(); ++length) tryBytes(good.substr(0, length));
  for (std::size_t at = 0; at != good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    tryBytes(bad);
  }
  tryBytes(good + "x");
  CHECK(accepted == 0);
}

TEST_CASE("A half-written entry is compiled again and replaced", "[codelets][cache]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  compileText(vertexText(30));
  const std::string path = onlyEntry(folder), good = readFile(path);
  writeFileAtomically(path, good.substr(0, good.size() / 2));
  forgetCompiledModules();
  const auto before = compileCounters();
  CHECK(resultOf(*compileText(vertexText(30))) == 30);
  CHECK(compileCounters().rejectedEntries == before.rejectedEntries + 1);
  CHECK(compileCounters().compiled == before.compiled + 1);
  CHECK(readFile(path) == good);
}

TEST_CASE("An unusable cache folder does not stop a compile", "[codelets][cache]") {
  const Environment cache("POPGRAPH_CACHE", "/dev/null/cache");
  CHECK(resultOf(*compileText(vertexText(40))) == 40);
}

TEST_CASE("A helper that is killed is replaced", "[codelets][helper]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  CHECK(resultOf(*compileText(vertexText(50))) == 50);
  const pid_t first = helper().process();
  REQUIRE(first > 0);
  REQUIRE(::kill(first, SIGKILL) == 0);
  CHECK(resultOf(*compileText(vertexText(51))) == 51);
  const pid_t second = helper().process();
  CHECK(second != first);
  // In the middle of a compile that takes a while.
  std::string large = vertexText(52) + "\n#include <algorithm>\n#include <tuple>\n#include <functional>\n";
  for (int i = 0; i != 300; ++i)
    large += "struct W" + std::to_string(i) + " : Vertex { Input<Vector<float>> x; Output<float> y; bool compute() {"
             " float s = 0; for (float v : x) s += v * " + std::to_string(i) + "; *y = s; return true; } };\n";
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    ::kill(second, SIGKILL);
  });
  CHECK(resultOf(*compileText(large)) == 52);
  killer.join();
  // None of the dead is left over.
  CHECK(::waitpid(first, nullptr, WNOHANG) == -1);
  CHECK(::waitpid(second, nullptr, WNOHANG) == -1);
}

TEST_CASE("The helper survives requests that make no sense", "[codelets][helper]") {
  compileText(vertexText(60));
  const pid_t process = helper().process();
  for (const std::string &request : {std::string("garbage"), std::string(), std::string(1000, '\xff'),
                                     std::string("\xa0")})
    CHECK(helper().ask(request).find("error") != std::string::npos);
  CHECK(helper().process() == process);
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  CHECK(resultOf(*compileText(vertexText(61))) == 61);
}

TEST_CASE("A compiler that cannot be started is an error that says where it was looked for", "[codelets][helper]") {
  const Environment popc("POPGRAPH_POPC", "/nonexistent/popc");
  try {
    compileText(vertexText(70));
    FAIL("compiled");
  } catch (const HelperError &error) {
    CHECK(std::string(error.what()).find("/nonexistent/popc") != std::string::npos);
  }
}

TEST_CASE("Compiles from many threads give the right modules", "[codelets][cache]") {
  std::vector<int> results(12);
  std::vector<std::thread> threads;
  for (int i = 0; i != 12; ++i)
    threads.emplace_back([&, i] { results[i] = resultOf(*compileText(vertexText(80 + i % 4))); });
  for (std::thread &thread : threads) thread.join();
  for (int i = 0; i != 12; ++i) CHECK(results[i] == 80 + i % 4);
}

TEST_CASE("A new header that would be found first makes entries stale", "[codelets][cache]") {
  const TemporaryFolder folder, sources;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  writeFileAtomically(sources / "second/Value.h", "#define VALUE 1\n");
  writeFileAtomically(sources / "first/Other.h", "");
  writeFileAtomically(sources / "V.cpp", "#include <poplar/Vertex.hpp>\n#include <Value.h>\n#if __has_include(\"Extra.h\")\n"
                                         "#include \"Extra.h\"\n#endif\nstruct V : poplar::Vertex { poplar::Output<int> out; "
                                         "bool compute() { *out = VALUE; return true; } };");
  CompileRequest request;
  request.sources.emplace_back();
  request.sources[0].path = sources / "V.cpp";
  request.flags = "-I" + (sources / "first") + " -I" + (sources / "second");
  CHECK(resultOf(*compile(request)) == 1);
  CHECK(resultOf(*compile(request)) == 1);
  writeFileAtomically(sources / "first/Value.h", "#define VALUE 2\n");
  CHECK(resultOf(*compile(request)) == 2);
  writeFileAtomically(sources / "Extra.h", "#undef VALUE\n#define VALUE 3\n");
  forgetCompiledModules();
  const auto before = compileCounters();
  CHECK(resultOf(*compile(request)) == 3);
  CHECK(compileCounters().rejectedEntries == before.rejectedEntries + 1);
}

TEST_CASE("The cache drops what was not used for longest when it is full", "[codelets][cache]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path());
  const auto files = [&] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator(folder.path())) ++count;
    return count;
  };
  const DiskCache disk;
  FileHashes hashes;
  bool rejected = false;
  CacheEntry entry;
  entry.module.target = "cpu";
  entry.module.object.assign(10000, 'x');
  const auto age = [&](const std::string &key, int hours) {
    // The newest file is the one just stored.
    std::filesystem::path newest;
    for (const auto &file : std::filesystem::directory_iterator(folder.path()))
      if (newest.empty() || file.last_write_time() > std::filesystem::last_write_time(newest)) newest = file.path();
    std::filesystem::last_write_time(newest, std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
    REQUIRE(disk.load(key, hashes, rejected).has_value() == true);
    std::filesystem::last_write_time(newest, std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  {
    const Environment size("POPGRAPH_CACHE_SIZE", "1M");
    CHECK(DiskCache::sizeLimit() == 1u << 20);
    for (int i = 0; i != 10; ++i) {
      disk.store("key" + std::to_string(i), entry);
      age("key" + std::to_string(i), 100 - i);
    }
    CHECK(files() == 10);
    CHECK(disk.load("key0", hashes, rejected)); // used now
  }
  const Environment size("POPGRAPH_CACHE_SIZE", "60000");
  disk.store("last", entry);
  CHECK(files() == 5);
  for (const char *kept : {"key0", "key7", "key8", "key9", "last"}) CHECK(disk.load(kept, hashes, rejected));
  for (const char *gone : {"key1", "key2", "key6"}) CHECK_FALSE(disk.load(gone, hashes, rejected));
  // One that is too large by itself is kept for its own program, and what a process left half-written goes in time.
  writeFileAtomically(folder / "abc.codelets.QWERTY", "half");
  std::filesystem::last_write_time(folder / "abc.codelets.QWERTY",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  entry.module.object.assign(100000, 'x');
  disk.store("large", entry);
  CHECK(disk.load("large", hashes, rejected));
  CHECK(files() == 1);
  const Environment wrong("POPGRAPH_CACHE_SIZE", "many");
  CHECK(DiskCache::sizeLimit() == std::uint64_t(1) << 30);
}

TEST_CASE("Processes that share a small cache all get right results", "[codelets][cache]") {
  const TemporaryFolder folder;
  const Environment cache("POPGRAPH_CACHE", folder.path()), size("POPGRAPH_CACHE_SIZE", "20K");
  std::vector<pid_t> children;
  for (int child = 0; child != 4; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      // Entries appear and vanish under each other's hands.
      const DiskCache disk;
      FileHashes hashes;
      CacheEntry entry;
      entry.module.target = "cpu";
      int wrong = 0;
      for (int i = 0; i != 150; ++i) {
        const std::string key = "key" + std::to_string((i * 7 + child) % 10);
        bool rejected = false;
        if (const auto found = disk.load(key, hashes, rejected)) wrong += found->module.object != key + std::string(4000, 'x');
        entry.module.object = key + std::string(4000, 'x');
        disk.store(key, entry);
      }
      ::_exit(wrong);
    }
    REQUIRE(pid > 0);
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
  }
}
