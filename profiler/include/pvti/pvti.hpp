#ifndef pvti_pvti_hpp
#define pvti_pvti_hpp
/// \file
/// Marks what a program does on the host: spans of time, moments, and values over time. Nothing is recorded unless the
/// environment variable PVTI_OPTIONS says so: `{"enable":"true", "directory":"traces"}` makes each process write
/// `traces/PROGRAM-PID.pvti`, which `popgraph export FILE --to chrome` and pva::openTrace read. All functions may be
/// called from any thread, and none throws because of the file: a trace never changes whether a program runs.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Marks what libpvti exports: everything else in it has hidden visibility.
#define PVTI_API __attribute__((visibility("default")))

namespace pvti {

/// Whether this process records. Decided once, from PVTI_OPTIONS.
PVTI_API bool checkTracingEnabled();

/// Facts that go with a span or a moment.
class PVTI_API Metadata {
public:
  Metadata() = default;
  /// Adds a text, a number or a truth; returns this. A name that is there already gets the new value.
  Metadata &add(const std::string &name, const std::string &value);
  Metadata &add(const std::string &name, const char *value) { return add(name, std::string(value)); }
  Metadata &add(const std::string &name, double value);
  Metadata &add(const std::string &name, std::int64_t value);
  Metadata &add(const std::string &name, int value) { return add(name, static_cast<std::int64_t>(value)); }
  Metadata &add(const std::string &name, bool value);
  /// Whether there are none.
  bool empty() const { return json_.empty(); }
  /// All as one JSON object; empty if there are none.
  std::string toJson() const;

private:
  Metadata &set(const std::string &name, std::string json);
  std::vector<std::pair<std::string, std::string>> json_; ///< name, value as JSON
};

/// What spans and moments belong to: a part of the program. May be a global variable.
class PVTI_API TraceChannel {
public:
  TraceChannel(const std::string &name) : name_(name) {}
  TraceChannel(const char *name) : name_(name) {}
  /// Its name; channels of one name are one.
  const std::string &name() const { return name_; }

private:
  std::string name_;
};

/// A span as long as the object lives, or, by the functions, as long as is said. Spans of one thread nest.
class PVTI_API Tracepoint {
public:
  Tracepoint(const TraceChannel *channel, const std::string &label, const Metadata &metadata = Metadata());
  Tracepoint(const TraceChannel &channel, const std::string &label, const Metadata &metadata = Metadata())
      : Tracepoint(&channel, label, metadata) {}
  ~Tracepoint();
  Tracepoint(const Tracepoint &) = delete;
  Tracepoint &operator=(const Tracepoint &) = delete;

  /// Starts a span of the calling thread.
  static void begin(const TraceChannel *channel, const std::string &label, const Metadata &metadata = Metadata());
  static void begin(const TraceChannel &channel, const std::string &label, const Metadata &metadata = Metadata()) {
    begin(&channel, label, metadata);
  }
  /// Ends the last span of this channel and label that the calling thread began; the facts are added to those of its
  /// beginning. Without such a span nothing happens.
  static void end(const TraceChannel *channel, const std::string &label, const Metadata &metadata = Metadata());
  static void end(const TraceChannel &channel, const std::string &label, const Metadata &metadata = Metadata()) {
    end(&channel, label, metadata);
  }
  /// A moment.
  static void event(const TraceChannel *channel, const std::string &label, const Metadata &metadata = Metadata());
  static void event(const TraceChannel &channel, const std::string &label, const Metadata &metadata = Metadata()) {
    event(&channel, label, metadata);
  }

private:
  std::uint64_t span_ = 0;
};

/// Values over time; made by Graph::addSeries.
class PVTI_API Series {
public:
  /// Adds a value, now.
  void add(double value);

private:
  friend class Graph;
  explicit Series(std::uint64_t id) : id_(id) {}
  std::uint64_t id_;
};

/// Series that are drawn together.
class PVTI_API Graph {
public:
  /// `unit` is that of its values, for the axis.
  explicit Graph(const std::string &name, const std::string &unit = std::string()) : name_(name), unit_(unit) {}
  /// A new series.
  Series addSeries(const std::string &name);

private:
  std::string name_, unit_;
};

} // namespace pvti

#endif
