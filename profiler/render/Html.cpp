#include "profiler/Html.hpp"
#include "popgraph/profile/Schema.hpp"
#include "profiler/render/SummaryJson.hpp"
#include "profiler/render/WebAssets.hpp"
#include "profiler/views/ExecutionView.hpp"
#include "profiler/views/MemoryView.hpp"
#include <algorithm>
#include <map>
#include <numeric>
#include <ostream>

namespace profiler {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(const std::string &bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t rest = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t block = 0;
    for (std::size_t k = 0; k < 3; ++k)
      block = block << 8 | (k < rest ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= rest ? kDigits[block >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

/// {base, width, data}: what a browser can widen by itself (it has no zstd).
Json packedJson(const std::vector<std::uint32_t> &values, std::size_t &bytes) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::uint32_t range = *high - *low;
  const std::uint32_t width = range == 0 ? 0 : range <= 0xFF ? 1 : range <= 0xFFFF ? 2 : 4;
  std::string raw;
  raw.reserve(values.size() * width);
  for (const std::uint32_t value : values)
    for (std::uint32_t byte = 0; byte < width; ++byte)
      raw += static_cast<char>((value - *low) >> (8 * byte));
  bytes += raw.size() + 16;
  return {{"base", *low}, {"width", width}, {"data", base64(raw)}};
}

/// Columns on the floor plan: the machine's 1,472 tiles lie in 32 columns of 46, numbered up and down in turn.
std::uint32_t floorColumns(std::uint32_t tilesPerIpu) {
  if (tilesPerIpu >= 256 && tilesPerIpu % 32 == 0)
    return 32;
  std::uint32_t columns = 1;
  while (columns * columns < tilesPerIpu)
    ++columns;
  // Full columns look better than a nearer square.
  for (std::uint32_t wider = columns; wider <= 2 * columns; ++wider)
    if (tilesPerIpu % wider == 0)
      return wider;
  return columns;
}

Json memoryJson(const Model &model) {
  const MemoryView view = makeMemoryView(model);
  Json categories = Json::array();
  for (const MemoryView::Category &row : view.categories)
    if (row.totalBytes > 0)
      categories.push_back({{"name", row.name}, {"always_live", row.alwaysLive}, {"bytes", row.bytesByTile}});
  return {{"limit_bytes", view.bytesPerTile}, {"used_bytes", view.usedByTile}, {"categories", std::move(categories)}};
}

/// The largest variables.
Json variablesJson(const Model &model, std::size_t maxRows) {
  const std::vector<popgraph::profile::VariableRecord> &variables = model.compile.variables;
  std::vector<std::size_t> order(variables.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return variables[a].bytes > variables[b].bytes; });
  order.resize(std::min(order.size(), maxRows));
  Json rows = Json::array();
  for (const std::size_t index : order) {
    const popgraph::profile::VariableRecord &row = variables[index];
    rows.push_back({{"name", row.name},
                    {"type", row.type},
                    {"elements", row.elements},
                    {"bytes", row.bytes},
                    {"tiles", row.tiles},
                    {"max_tile_bytes", row.maxTileBytes},
                    {"constant", row.isConstant}});
  }
  return {{"total", variables.size()}, {"rows", std::move(rows)}};
}

class TraceBuilder {
public:
  TraceBuilder(const Model &model, const HtmlOptions &options) : model_(model), options_(options) {}
  Json make() {
    Json runs = Json::array();
    std::uint64_t dropped = 0;
    for (std::size_t i = 0; i < model_.runs.size(); ++i) {
      const Run &run = model_.runs[i];
      if (run.steps.empty())
        continue;
      const std::size_t count = std::min(run.steps.size(), options_.maxSteps - used_);
      dropped += run.steps.size() - count;
      if (count > 0)
        runs.push_back(runJson(i, count));
      used_ += count;
    }
    return {{"runs", std::move(runs)},
            {"labels", labels_},
            {"arrays", arraysJson()},
            {"dropped_steps", dropped},
            {"arrays_left_out", left_}};
  }

private:
  std::size_t label(const Step &step) {
    const auto [place, isNew] = labelIds_.try_emplace({step.program, step.computeSet}, labels_.size());
    if (isNew) {
      const auto &programs = model_.compile.programs;
      std::string kind, name;
      if (step.program < programs.size()) {
        kind = programs[step.program].kind;
        name = programs[step.program].name;
      }
      if (name.empty() && step.computeSet >= 0)
        name = model_.compile.computeSets[static_cast<std::size_t>(step.computeSet)].name;
      labels_.push_back(name.empty() ? kind : kind + ": " + name);
    }
    return place->second;
  }
  Json runJson(std::size_t index, std::size_t count) {
    const Run &run = model_.runs[index];
    std::vector<std::uint64_t> start, duration, sent;
    std::vector<std::size_t> labels;
    std::vector<std::int64_t> arrays;
    std::vector<int> kinds;
    for (std::size_t i = 0; i < count; ++i) {
      const Step &step = run.steps[i];
      start.push_back(step.start);
      duration.push_back(step.duration);
      sent.push_back(step.bytesSent);
      kinds.push_back(static_cast<int>(step.kind));
      labels.push_back(label(step));
      arrays.push_back(step.array);
      if (step.array >= 0) {
        const auto array = static_cast<std::size_t>(step.array);
        weight_.resize(model_.arrays.size());
        weight_[array] = std::max(weight_[array], step.duration + 1);
      }
    }
    return {{"index", index},    {"name", run.record.name}, {"cycles", run.record.cycles}, {"start", start},
            {"duration", duration}, {"kind", kinds},        {"label", labels},             {"array", arrays},
            {"sent", sent}};
  }
  /// Index -> packed values, for as many as the budget allows.
  Json arraysJson() {
    Json arrays = Json::object();
    if (!model_.tileCycles)
      return arrays;
    std::vector<std::size_t> order(weight_.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight_[a] > weight_[b]; });
    std::size_t bytes = 0;
    for (const std::size_t index : order) {
      if (weight_[index] == 0)
        break;
      if (bytes >= options_.maxArrayBytes)
        ++left_;
      else
        arrays[std::to_string(index)] = packedJson(model_.tileCycles(index), bytes);
    }
    return arrays;
  }

  const Model &model_;
  const HtmlOptions &options_;
  std::size_t used_ = 0;
  std::uint64_t left_ = 0;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::size_t> labelIds_;
  std::vector<std::string> labels_;
  std::vector<std::uint64_t> weight_;
};

/// Inside <script> only "</script" and "<!--" could end the block; without '<' neither can be written.
std::string forScriptBlock(const Json &json) {
  std::string text = dumpJson(json);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text)
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  return safe;
}

void replaceMark(std::string &text, std::string_view mark, const std::string &with) {
  const std::size_t at = text.find(mark);
  if (at != std::string::npos)
    text.replace(at, mark.size(), with);
}

} // namespace

void writeHtml(std::ostream &out, const Model &model, const HtmlOptions &options) {
  Json steps = Json::array();
  for (const ProgramLine &row : makeProgramTree(model, options.maxRows))
    steps.push_back({row.depth, row.kind, row.name, row.executions, row.cycles});
  Json compileOptions = Json::array();
  for (const popgraph::profile::OptionRecord &option : model.compile.options)
    compileOptions.push_back({{"name", option.name}, {"value", option.value}, {"is_default", option.isDefault}});
  Json cycles = Json::object();
  for (std::size_t kind = 0; kind < model.keptCyclesByTile.size(); ++kind)
    cycles[std::string(popgraph::profile::stepKindName(kind))] = model.keptCyclesByTile[kind];
  const std::uint32_t tilesPerIpu = model.compile.target.tilesPerIPU;
  const Json data = {{"summary", summaryJson(model, options.maxRows)},
                     {"floor", {{"columns", floorColumns(tilesPerIpu)}, {"tiles_per_ipu", tilesPerIpu}}},
                     {"memory", memoryJson(model)},
                     {"variables", variablesJson(model, options.maxRows)},
                     {"cycles_by_tile", std::move(cycles)},
                     {"program_tree", std::move(steps)},
                     {"options", std::move(compileOptions)},
                     {"trace", TraceBuilder(model, options).make()}};
  std::string page(webAsset("report.html"));
  replaceMark(page, "/*STYLE*/", std::string(webAsset("report.css")));
  std::string script;
  for (const char *name : {"core.js", "tiles.js", "trace.js", "report.js"})
    script += webAsset(name);
  replaceMark(page, "/*SCRIPT*/", script);
  replaceMark(page, "{\"DATA\":0}", forScriptBlock(data));
  out << page;
}

} // namespace profiler
