#include <cstdio>
#include <cstdlib>
#include <map>
#include <pva/pva.hpp>

#include "popgraph/profile/Database.hpp"
#include "profiler/TraceFile.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Throws.hpp"
#include "tests/unit/profiler/Files.hpp"

namespace {

std::string outputOf(const std::string &command) {
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  CHECK(pclose(pipe) == 0);
  return text;
}

std::string run(const TemporaryFolder &folder, const std::string &options) {
  return outputOf("cd '" + folder.path.string() + "' && PVTI_OPTIONS='" + options + "' " TRACED_PROGRAM);
}

/// The program said this, did not trace, and ended well.
void checkSays(const std::string &output, const std::string &words) {
  INFO(output);
  CHECK(output.find(words) != std::string::npos);
  CHECK(output.find("not tracing\n") != std::string::npos);
}

std::vector<std::string> filesIn(const std::filesystem::path &folder) {
  std::vector<std::string> files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  return files;
}

/// One run of the traced program, for all tests.
struct Traced {
  TemporaryFolder folder;
  std::string path;
  Traced() {
    REQUIRE(run(folder, R"({"enable":"true","directory":"some/traces"})") == "tracing\n");
    const auto files = filesIn(folder.path);
    REQUIRE(files.size() == 1);
    path = files.front();
  }
};

const Traced &traced() {
  static const Traced once;
  return once;
}

const pva::Event &named(const std::vector<pva::Event> &events, const std::string &label) {
  for (const pva::Event &event : events)
    if (event.label() == label) return event;
  FAIL("no event " + label);
  return events.front();
}

} // namespace

TEST_CASE("without PVTI_OPTIONS nothing is traced and no file is written") {
  for (const char *options : {"", R"({"enable":"false"})", R"({"directory":"x"})"}) {
    TemporaryFolder folder;
    CHECK(run(folder, options) == "not tracing\n");
    CHECK(filesIn(folder.path).empty());
  }
}

TEST_CASE("options that make no sense are said to, and the program runs") {
  TemporaryFolder folder;
  checkSays(run(folder, "enable"), "not a JSON object");
  checkSays(run(folder, R"({"enabel":"true"})"), "'enabel'");
  writeBytes(folder.file("blocked"), "a file");
  checkSays(run(folder, R"({"enable":"true","directory":"blocked"})"), "nothing is traced");
}

TEST_CASE("spans nest and carry their facts") {
  const pva::Trace trace = pva::openTrace(traced().path);
  REQUIRE(trace.processes().size() == 1);
  const pva::Process process = trace.processes()[0];
  CHECK(process.name() == "traced_program");
  CHECK(trace.process(process.id()).name() == "traced_program");
  CHECK(traced().path.find("traced_program-" + std::to_string(process.id()) + ".pvti") != std::string::npos);
  const pva::Thread thread = process.thread(process.id()); // the main thread has the number of its process
  CHECK(thread.id() == process.id());
  const pva::Event outer = named(thread.events(), "outer");
  CHECK(outer.channel() == "work");
  CHECK(outer.metadata() == R"({"batch": 4, "rate": 0.5, "name": "a \"b\"", "last": true})");
  REQUIRE(outer.children().size() == 1);
  const pva::Event inner = outer.children()[0];
  CHECK(inner.label() == "inner");
  CHECK(inner.metadata().empty());
  CHECK(inner.timestamp() >= outer.timestamp());
  CHECK(inner.timestamp() + inner.duration() <= outer.timestamp() + outer.duration());
  CHECK(outer.duration() > 0);
  REQUIRE(inner.children().size() == 2);
  CHECK(inner.children()[0].label() == "moment");
  CHECK(inner.children()[0].channel() == "input");
  CHECK(inner.children()[0].duration() == 0);
  CHECK(inner.children()[1].metadata() == R"({"size": 7})");
}

TEST_CASE("spans may end in another order than they began, or never") {
  const pva::Trace trace = pva::openTrace(traced().path);
  const pva::Process process = trace.processes()[0];
  const auto events = process.thread(process.id()).events();
  const pva::Event first = named(events, "first");
  CHECK(first.metadata() == R"({"from":1,"to":2})");
  REQUIRE(first.children().size() == 1);
  CHECK(first.children()[0].label() == "second");
  CHECK(first.duration() > 0);
  CHECK(named(events, "never ended").duration() == 0);
  for (const pva::Event &event : events) CHECK(event.label() != "never begun");
}

TEST_CASE("every span of every thread is there") {
  const pva::Process process = pva::openTrace(traced().path).processes()[0];
  REQUIRE(process.threads().size() == 5);
  for (const pva::Thread &thread : process.threads()) {
    if (thread.id() == process.id()) continue;
    const auto events = thread.events();
    CHECK(events.size() == 2000);
    for (const pva::Event &event : events) {
      REQUIRE(event.label() == "turn");
      REQUIRE(event.children().size() == 1);
      REQUIRE(event.children()[0].label() == "read");
    }
  }
}

TEST_CASE("series hold their values in order") {
  const profiler::Trace trace = profiler::readTrace(traced().path);
  REQUIRE(trace.series.size() == 2);
  CHECK(trace.series[0].graph == "load");
  CHECK(trace.series[0].unit == "%");
  CHECK(trace.series[0].name == "cpu");
  REQUIRE(trace.series[0].values.size() == 3);
  for (int i = 0; i < 3; ++i) CHECK(trace.series[0].values[static_cast<std::size_t>(i)].value == 10.0 * i);
  CHECK(trace.series[1].values.size() == 3);
}

TEST_CASE("a trace becomes one that Chrome reads") {
  const std::string text = outputOf(POPGRAPH_COMMAND " export '" + traced().path + "' --to chrome");
  CHECK(text.find("\"name\":\"outer\"") != std::string::npos);
  CHECK(text.find("\"batch\":4") != std::string::npos);
  CHECK(text.find("\"load (%)\"") != std::string::npos);
  CHECK(text.find("\"ph\":\"i\"") != std::string::npos);
}

TEST_CASE("what is no trace is refused with pva::Error, which names the file") {
  TemporaryFolder folder;
  const std::string bad = folder.file("bad.pvti");
  support::throwsNaming<pva::Error>({bad, "no such file"}, [&] { pva::openTrace(bad); });
  const std::string good = bytesOf(traced().path);
  for (const std::size_t length : {std::size_t(0), std::size_t(10), std::size_t(700), good.size() / 2}) {
    writeBytes(bad, good.substr(0, length));
    support::throwsNaming<pva::Error>({bad}, [&] { pva::openTrace(bad); });
  }
  const auto changed = [&](const char *sql) {
    writeBytes(bad, good);
    popgraph::profile::Database(bad, popgraph::profile::Database::Mode::ReadWrite).execute(sql);
  };
  changed("PRAGMA user_version=2");
  support::throwsNaming<pva::Error>({bad, "version 2"}, [&] { pva::openTrace(bad); });
  changed("UPDATE span SET parent = id WHERE label = 'outer'");
  support::throwsNaming<pva::Error>({bad, "cannot be inside"}, [&] { pva::openTrace(bad); });
  changed("DELETE FROM series");
  support::throwsNaming<pva::Error>({bad, "no series"}, [&] { pva::openTrace(bad); });
  const pva::Trace trace = pva::openTrace(traced().path);
  support::throwsNaming<pva::Error>({"no process 1"}, [&] { trace.process(1); });
  support::throwsNaming<pva::Error>({"no thread 1"}, [&] { trace.processes()[0].thread(1); });
}
