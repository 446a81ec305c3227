#include "profiler/pvti/Recorder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/syscall.h>
#include <unistd.h>

#include "popgraph/base/Log.hpp"
#include "profiler/TraceFile.hpp"

namespace pvti {

namespace {

constexpr std::size_t kRowsInBatch = 4096;

long threadId() {
  thread_local const long id = syscall(SYS_gettid);
  return id;
}

std::string programName() {
  std::ifstream in("/proc/self/comm");
  std::string name;
  std::getline(in, name);
  return name.empty() ? "program" : name;
}

/// Where PVTI_OPTIONS wants the trace; empty: nowhere.
std::string tracePath() {
  const char *text = std::getenv("PVTI_OPTIONS");
  if (!text || !*text) return "";
  const auto options = nlohmann::json::parse(text, nullptr, false);
  if (!options.is_object()) {
    popgraph::log().warn("PVTI_OPTIONS is not a JSON object, so nothing is traced: {}", text);
    return "";
  }
  bool enabled = false;
  std::filesystem::path directory = ".";
  for (const auto &[name, value] : options.items()) {
    const std::string asText = value.is_string() ? value.get<std::string>() : value.dump();
    if (name == "enable")
      enabled = asText == "true" || asText == "1";
    else if (name == "directory")
      directory = asText;
    else
      popgraph::log().warn("PVTI_OPTIONS: '{}' is none of its options, which are enable and directory", name);
  }
  if (!enabled) return "";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  return directory / (programName() + "-" + std::to_string(getpid()) + ".pvti");
}

std::string joinObjects(const std::string &a, const std::string &b) {
  if (a.empty() || b.empty()) return a + b;
  auto joined = nlohmann::ordered_json::parse(a);
  joined.update(nlohmann::ordered_json::parse(b));
  return joined.dump();
}

} // namespace

Recorder *Recorder::get() {
  // Never destroyed: threads and static objects may still trace while the process ends.
  static Recorder *const recorder = []() -> Recorder * {
    const std::string path = tracePath();
    if (path.empty()) return nullptr;
    try {
      auto made = std::unique_ptr<Recorder>(new Recorder(path));
      std::atexit([] { get()->close(); });
      return made.release();
    } catch (const std::exception &error) {
      popgraph::log().warn("nothing is traced: {}", error.what());
      return nullptr;
    }
  }();
  return recorder;
}

Recorder::Recorder(const std::string &path) : process_(getpid()) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  database_.emplace(path, popgraph::profile::Database::Mode::Create);
  database_->execute("PRAGMA synchronous=OFF");
  database_->execute(profiler::traceSchemaSql());
  auto meta = database_->prepare("INSERT INTO meta VALUES(?, ?)");
  meta.run("program", programName());
  meta.run("process", std::to_string(process_));
  const auto sinceEpoch = std::chrono::system_clock::now().time_since_epoch();
  meta.run("began_unix_us", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(sinceEpoch).count()));
  insertSpan_ = database_->prepare("INSERT INTO span VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insertSeries_ = database_->prepare("INSERT INTO series VALUES(?, ?, ?, ?)");
  insertValue_ = database_->prepare("INSERT INTO value VALUES(?, ?, ?)");
}

double Recorder::now() const {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began_).count();
}

/// False after the end, and in a process that was forked from the one that traces.
bool Recorder::isOurs() const { return database_ && getpid() == process_; }

std::uint64_t Recorder::begin(const std::string &channel, const std::string &label, std::string metadata) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return 0;
  std::vector<Span> &open = open_[threadId()];
  const std::uint64_t parent = open.empty() ? 0 : open.back().id;
  open.push_back({++lastSpan_, parent, threadId(), channel, label, std::move(metadata), now(), -1, false});
  return lastSpan_;
}

void Recorder::finish(std::vector<Span> &open, std::size_t index) {
  open[index].end = now();
  spans_.push_back(std::move(open[index]));
  open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
  flushIfDue();
}

void Recorder::end(std::uint64_t span) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return;
  // An object may end on another thread than it began on.
  for (auto &[thread, open] : open_)
    for (std::size_t i = open.size(); i-- > 0;)
      if (open[i].id == span) return finish(open, i);
}

void Recorder::end(const std::string &channel, const std::string &label, const std::string &metadata) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return;
  std::vector<Span> &open = open_[threadId()];
  for (std::size_t i = open.size(); i-- > 0;) {
    if (open[i].channel != channel || open[i].label != label) continue;
    open[i].metadata = joinObjects(open[i].metadata, metadata);
    return finish(open, i);
  }
}

void Recorder::event(const std::string &channel, const std::string &label, std::string metadata) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return;
  const std::vector<Span> &open = open_[threadId()];
  const double time = now();
  spans_.push_back({++lastSpan_, open.empty() ? 0 : open.back().id, threadId(), channel, label, std::move(metadata),
                    time, time, true});
  flushIfDue();
}

std::uint64_t Recorder::addSeries(const std::string &graph, const std::string &unit, const std::string &name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return 0;
  try {
    insertSeries_.run(++lastSeries_, graph, unit, name);
  } catch (const std::exception &error) {
    giveUp(error.what());
  }
  return lastSeries_;
}

void Recorder::value(std::uint64_t series, double value) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return;
  values_.push_back({series, now(), value});
  flushIfDue();
}

void Recorder::flushIfDue() {
  if (spans_.size() + values_.size() >= kRowsInBatch ||
      std::chrono::steady_clock::now() - flushed_ >= std::chrono::seconds(1))
    flush();
}

void Recorder::flush() {
  try {
    database_->execute("BEGIN");
    for (const Span &span : spans_) {
      insertSpan_.bind(7, span.start);
      if (span.end < 0)
        insertSpan_.bind(8, nullptr);
      else
        insertSpan_.bind(8, span.end);
      insertSpan_.bind(9, span.isMoment);
      insertSpan_.run(span.id, span.parent, span.thread, span.channel, span.label, span.metadata);
    }
    for (const Value &value : values_) insertValue_.run(value.series, value.time, value.value);
    database_->execute("COMMIT");
  } catch (const std::exception &error) {
    giveUp(error.what());
  }
  spans_.clear();
  values_.clear();
  flushed_ = std::chrono::steady_clock::now();
}

void Recorder::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!isOurs()) return;
  for (auto &[thread, open] : open_)
    for (Span &span : open) spans_.push_back(std::move(span));
  open_.clear();
  flush();
  closeFile();
}

void Recorder::giveUp(const char *fault) {
  popgraph::log().warn("the trace ends here: {}", fault);
  closeFile();
}

void Recorder::closeFile() {
  insertSpan_ = {}, insertSeries_ = {}, insertValue_ = {};
  database_.reset();
}

} // namespace pvti
