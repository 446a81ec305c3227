#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "popgraph/profile/Database.hpp"

namespace pvti {

/// Writes the trace of this process. Rows are kept and written in batches: when there are many, when the last batch is
/// a second old, and when the process ends.
class Recorder {
public:
  /// The recorder, or null when PVTI_OPTIONS does not enable tracing or its file cannot be written.
  static Recorder *get();

  std::uint64_t begin(const std::string &channel, const std::string &label, std::string metadata);
  void end(std::uint64_t span);
  void end(const std::string &channel, const std::string &label, const std::string &metadata);
  void event(const std::string &channel, const std::string &label, std::string metadata);
  std::uint64_t addSeries(const std::string &graph, const std::string &unit, const std::string &name);
  void value(std::uint64_t series, double value);

private:
  struct Span {
    std::uint64_t id, parent;
    long thread;
    std::string channel, label, metadata;
    double start, end; ///< microseconds since the trace began; end < 0: not ended
    bool isMoment;
  };
  struct Value {
    std::uint64_t series;
    double time, value;
  };

  explicit Recorder(const std::string &path);
  double now() const;
  bool isOurs() const;
  void finish(std::vector<Span> &open, std::size_t index);
  void flushIfDue();
  void flush();
  void close();
  void giveUp(const char *fault);
  void closeFile();

  std::mutex mutex_;
  std::optional<popgraph::profile::Database> database_; ///< none: closed
  popgraph::profile::Statement insertSpan_, insertValue_, insertSeries_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now(), flushed_ = began_;
  long process_;
  std::uint64_t lastSpan_ = 0, lastSeries_ = 0;
  std::unordered_map<long, std::vector<Span>> open_; ///< by thread, outermost first
  std::vector<Span> spans_;
  std::vector<Value> values_;
};

} // namespace pvti
