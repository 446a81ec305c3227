#pragma once
// What a `.pvti` is on disk: one SQLite file with the trace of one process. Written by libpvti, read here.
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace profiler {

inline constexpr std::int32_t kTraceApplicationId = 0x50475654; ///< "PGVT", PRAGMA application_id
inline constexpr std::int32_t kTraceVersion = 1;                ///< PRAGMA user_version; newer ones are refused

/// Tables of an empty trace.
std::string traceSchemaSql();

/// A trace in memory. Times are microseconds since it began.
struct Trace {
  struct Span {
    std::int64_t id = 0, parent = 0; ///< parent 0: none
    std::int64_t thread = 0;
    std::string channel, label;
    std::string metadata; ///< a JSON object, or empty
    double start = 0, duration = 0;
    bool ended = true, isMoment = false;
  };
  struct Value {
    double time = 0, value = 0;
  };
  struct Series {
    std::string graph, unit, name;
    std::vector<Value> values;
  };
  std::string path, program;
  std::int64_t process = 0;
  std::vector<Span> spans; ///< by id; what contains comes before what is contained
  std::vector<Series> series;
};

/// Reads a trace. Throws ReadError (profiler/Reader.hpp) for what is none, damaged or newer.
Trace readTrace(const std::string &path);

/// The trace in Chrome's trace format.
void writeChromeTrace(std::ostream &out, const Trace &trace);

} // namespace profiler
