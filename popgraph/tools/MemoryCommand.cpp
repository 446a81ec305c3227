#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"
#include "profiler/views/MemoryView.hpp"
#include <algorithm>
#include <numeric>

namespace popgraph::tools {
namespace {

using profiler::MemoryView;

struct MemoryOptions {
  std::string file;
  bool json = false;
  std::size_t top = 20;
  std::vector<std::uint32_t> tiles;
};

std::vector<std::uint32_t> chosenTiles(const MemoryView &view, const MemoryOptions &options) {
  if (!options.tiles.empty()) {
    for (const std::uint32_t tile : options.tiles)
      if (tile >= view.usedByTile.size())
        throw std::invalid_argument("--tile " + std::to_string(tile) + ": the profile has tiles 0 to " +
                                    std::to_string(view.usedByTile.size() - 1));
    return options.tiles;
  }
  std::vector<std::uint32_t> order(view.usedByTile.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return view.usedByTile[a] > view.usedByTile[b]; });
  order.resize(std::min(order.size(), options.top));
  return order;
}

void writeText(std::ostream &out, const MemoryView &view, const std::vector<std::uint32_t> &tiles) {
  using profiler::grouped, profiler::right;
  std::vector<const MemoryView::Category *> shown;
  for (const MemoryView::Category &category : view.categories)
    if (category.totalBytes > 0)
      shown.push_back(&category);
  out << right("tile", 6) << right("used B", 12) << right("of tile", 9);
  for (const MemoryView::Category *category : shown)
    out << right(category->name, std::max<std::size_t>(category->name.size() + 2, 11));
  out << "\n";
  for (const std::uint32_t tile : tiles) {
    const double percent = view.bytesPerTile ? 100.0 * view.usedByTile[tile] / double(view.bytesPerTile) : 0;
    out << right(std::to_string(tile), 6) << right(grouped(view.usedByTile[tile]), 12)
        << right(profiler::fixed(percent, 1) + "%", 9);
    for (const MemoryView::Category *category : shown)
      out << right(grouped(category->bytesByTile[tile]), std::max<std::size_t>(category->name.size() + 2, 11));
    out << "\n";
  }
}

void writeJson(std::ostream &out, const MemoryView &view, const std::vector<std::uint32_t> &tiles) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::uint32_t tile : tiles) {
    nlohmann::ordered_json row = {{"tile", tile}, {"used_bytes", view.usedByTile[tile]}};
    for (const MemoryView::Category &category : view.categories)
      row[category.name + "_bytes"] = category.bytesByTile[tile];
    rows.push_back(std::move(row));
  }
  out << profiler::dumpJson({{"schema", "popgraph.memory/1"},
                             {"tool_version", POPGRAPH_VERSION},
                             {"tile_memory_bytes", view.bytesPerTile},
                             {"tiles", std::move(rows)}}, 2)
      << "\n";
}

} // namespace

void addMemory(CLI::App &app, Action &action) {
  const auto options = std::make_shared<MemoryOptions>();
  CLI::App *command = app.add_subcommand("memory", "Print memory of the fullest or of chosen tiles by category");
  command->add_option("file", options->file, "profile.pgprof")->required();
  command->add_option("--top", options->top, "How many tiles")->capture_default_str();
  command->add_option("--tile", options->tiles, "These tiles instead (comma separated)")->delimiter(',');
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      const MemoryView view = makeMemoryView(profiler::readProfile(options->file));
      const std::vector<std::uint32_t> tiles = chosenTiles(view, *options);
      Output().with([&](std::ostream &out) {
        options->json ? writeJson(out, view, tiles) : writeText(out, view, tiles);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
