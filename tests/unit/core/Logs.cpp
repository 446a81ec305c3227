#include "popgraph/base/Log.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Environment.hpp"
#include "tests/support/TemporaryFile.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

/// What a process with this level writes to its log when it says one thing at each level.
std::string logged(const char *level) {
  const TemporaryFile file("log.txt");
  const Environment destination("POPLAR_LOG_DEST", file.path.c_str());
  const Environment chosen("POPLAR_LOG_LEVEL", level);
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  REQUIRE(std::system(("'" + program + "' '[speaks]' >/dev/null").c_str()) == 0);
  std::ifstream text(file.path);
  return {std::istreambuf_iterator<char>(text), {}};
}

bool has(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

} // namespace

// Hidden: run by the next test, in a process whose log is not open yet.
TEST_CASE("one line at each level of the log", "[.speaks]") {
  spdlog::logger &log = popgraph::log();
  log.trace("a trace");
  log.debug("a detail");
  log.info("a fact");
  log.warn("a doubt");
  log.error("a fault");
  CHECK(&log == &popgraph::log());
}

TEST_CASE("the environment says what is logged, and where to") {
  CHECK(has(logged("TRACE"), "a trace"));
  const std::string info = logged("info");
  CHECK(has(info, "a fact"));
  CHECK_FALSE(has(info, "a detail"));
  for (const char *byDefault : {static_cast<const char *>(nullptr), "WARN"}) {
    const std::string text = logged(byDefault);
    CHECK(has(text, "a doubt"));
    CHECK_FALSE(has(text, "a fact"));
  }
  const std::string errors = logged("ERR");
  CHECK(has(errors, "a fault"));
  CHECK_FALSE(has(errors, "a doubt"));
  CHECK(logged("OFF").empty());
  const std::string wrong = logged("LOUD");
  CHECK(has(wrong, "POPLAR_LOG_LEVEL is \"LOUD\"; it can be TRACE"));
  CHECK(has(wrong, "a doubt"));
}
