#include "profiler/TraceFile.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "popgraph/profile/Database.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/SummaryJson.hpp"

namespace profiler {

using popgraph::profile::Database;
using popgraph::profile::DatabaseError;
using popgraph::profile::Statement;

std::string traceSchemaSql() {
  return "PRAGMA application_id=" + std::to_string(kTraceApplicationId) +
         "; PRAGMA user_version=" + std::to_string(kTraceVersion) + R"sql(;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE span(id INTEGER PRIMARY KEY, parent INTEGER, thread INTEGER, channel TEXT, label TEXT, metadata TEXT,
  start_us REAL, end_us REAL, is_moment INTEGER);
CREATE TABLE series(id INTEGER PRIMARY KEY, graph TEXT, unit TEXT, name TEXT);
CREATE TABLE value(series INTEGER, time_us REAL, value REAL);
)sql";
}

Trace readTrace(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) throw ReadError(path + ": no such file");
  Trace trace;
  trace.path = path;
  const auto text = [](const Statement &row, int column) { return std::string(row.bytes(column)); };
  try {
    Database database(path, Database::Mode::ReadOnly);
    if (database.integer("PRAGMA application_id") != kTraceApplicationId)
      throw ReadError(path + ": is a database, but not a trace of libpvti");
    if (const std::int64_t version = database.integer("PRAGMA user_version"); version != kTraceVersion)
      throw ReadError(path + ": has format version " + std::to_string(version) + "; this popgraph reads version " +
                      std::to_string(kTraceVersion));
    database.restrictToReading();
    if (database.integer("SELECT count(*) FROM sqlite_master WHERE type='view'") > 0)
      throw ReadError(path + ": holds views, which no trace has");
    for (Statement row = database.prepare("SELECT key, value FROM meta"); row.step();) {
      if (row.bytes(0) == "program") trace.program = text(row, 1);
      if (row.bytes(0) == "process") trace.process = row.integer(1);
    }
    for (Statement row = database.prepare("SELECT * FROM span ORDER BY id"); row.step();) {
      Trace::Span span;
      span.id = row.integer(0), span.parent = row.integer(1), span.thread = row.integer(2);
      span.channel = text(row, 3), span.label = text(row, 4), span.metadata = text(row, 5);
      span.start = row.real(6);
      span.ended = !row.isNull(7);
      span.duration = span.ended ? row.real(7) - span.start : 0;
      span.isMoment = row.integer(8) != 0;
      if (span.parent < 0 || span.parent >= span.id)
        throw ReadError(path + ": span " + std::to_string(span.id) + " cannot be inside " +
                        std::to_string(span.parent));
      trace.spans.push_back(std::move(span));
    }
    std::map<std::int64_t, std::size_t> index;
    for (Statement row = database.prepare("SELECT * FROM series ORDER BY id"); row.step();) {
      index[row.integer(0)] = trace.series.size();
      trace.series.push_back({text(row, 1), text(row, 2), text(row, 3), {}});
    }
    for (Statement row = database.prepare("SELECT * FROM value ORDER BY rowid"); row.step();) {
      const auto series = index.find(row.integer(0));
      if (series == index.end()) throw ReadError(path + ": holds values of no series");
      trace.series[series->second].values.push_back({row.real(1), row.real(2)});
    }
  } catch (const DatabaseError &error) {
    throw ReadError(error.what());
  }
  return trace;
}

void writeChromeTrace(std::ostream &out, const Trace &trace) {
  using Json = nlohmann::ordered_json;
  const char *separator = "\n";
  const auto write = [&](const Json &event) {
    out << separator << dumpJson(event);
    separator = ",\n";
  };
  out << "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
  write({{"ph", "M"}, {"pid", trace.process}, {"name", "process_name"}, {"args", {{"name", trace.program}}}});
  for (const Trace::Span &span : trace.spans) {
    Json event{{"ph", span.isMoment ? "i"
                      : span.ended  ? "X"
                                    : "B"},
               {"pid", trace.process},
               {"tid", span.thread},
               {"name", span.label},
               {"cat", span.channel},
               {"ts", span.start}};
    if (span.ended && !span.isMoment) event["dur"] = span.duration;
    if (span.isMoment) event["s"] = "t";
    if (Json facts = Json::parse(span.metadata, nullptr, false); facts.is_object()) event["args"] = std::move(facts);
    write(event);
  }
  for (const Trace::Series &series : trace.series)
    for (const Trace::Value &value : series.values)
      write({{"ph", "C"},
             {"pid", trace.process},
             {"name", series.unit.empty() ? series.graph : series.graph + " (" + series.unit + ")"},
             {"ts", value.time},
             {"args", {{series.name, value.value}}}});
  out << "\n]}\n";
}

} // namespace profiler
