#include "popgraph/api/OptionTable.hpp"
#include "popgraph/base/SealedFile.hpp"
#include "popgraph/ir/Serialize.hpp"
#include "popgraph/machine/Machine.hpp"
#include "popgraph/passes/Pipeline.hpp"
#include "popgraph/runtime/EngineOptions.hpp"
#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"

namespace popgraph::tools {
namespace {

using Json = nlohmann::ordered_json;
using profiler::grouped, profiler::left, profiler::right;

Json executableJson(const std::string &path) {
  const std::string bytes = readFile(path);
  const std::shared_ptr<const Module> module = loadExecutable(bytes, path, false);
  const SealedReader file(bytes, kExecutableKind, kExecutableVersion, path);
  const ExecutableOrigin origin = originOfExecutable(bytes, path);
  Json sections = Json::array(), streams = Json::array(), handles = Json::array();
  for (const auto &[name, part] : file.sections())
    sections.push_back({{"name", name}, {"payload_bytes", part.size()}});
  for (const poplar::DataStream &stream : module->tables.streams)
    streams.push_back({{"name", stream.handle()},
                       {"direction", stream.isHostToDevice() ? "to device" : "to host"},
                       {"type", elementName(elementTypeOf(stream.elementType()))},
                       {"elements", stream.numElements()}});
  for (const HandlePlan &handle : module->handles)
    handles.push_back({{"name", handle.name},
                       {"direction", handle.isRead ? "to host" : "to device"},
                       {"type", elementName(handle.type)},
                       {"elements", handle.elements}});
  return {{"path", path},
          {"kind", "executable"},
          {"format_version", std::to_string(file.version())},
          {"popgraph_version", origin.version},
          {"package_hash", origin.packageHash},
          {"target", poplar::toString(module->target.getTargetType())},
          {"machine", module->target.getTargetSystemString()},
          {"ipus", module->target.getNumIPUs()},
          {"tiles_per_ipu", module->target.getTilesPerIPU()},
          {"programs", module->entries.size()},
          {"steps", module->steps.size()},
          {"compute_sets", module->computeSets.size()},
          {"vertices", module->rows.size()},
          {"variables", module->tables.variables.size()},
          {"streams", std::move(streams)},
          {"host_handles", std::move(handles)},
          {"sections", std::move(sections)}};
}

Json profileJson(const std::string &path) {
  const profiler::Model model = profiler::readProfile(path);
  Json sections = Json::array();
  for (const profiler::Section &section : model.sections)
    sections.push_back({{"name", section.name},
                        {"version", section.version},
                        {"complete", section.complete},
                        {"payload_bytes", section.bytes}});
  return {{"path", model.path},
          {"kind", "profile"},
          {"format_version", std::to_string(model.formatVersion >> 16) + "." +
                                 std::to_string(model.formatVersion & 0xFFFF)},
          {"program", model.compile.programName},
          {"engine", model.compile.engineName},
          {"popgraph_version", model.compile.popgraphVersion},
          {"machine", model.compile.target.machine},
          {"runs", model.runs.size()},
          {"sections", std::move(sections)}};
}

Json fileJson(const std::string &path) { return isSealed(path) ? executableJson(path) : profileJson(path); }

void writeFileText(std::ostream &out, const Json &file) {
  const auto text = [](const Json &value) {
    return value.is_string() ? profiler::printable(value.get<std::string>()) : value.dump();
  };
  out << file["path"].get<std::string>() << ": " << text(file["kind"]) << ", format " << text(file["format_version"])
      << "\n";
  for (const auto &[key, value] : file.items())
    if (key != "path" && key != "kind" && key != "format_version" && !value.is_array() && value != "")
      out << "  " << left(key, 18) << text(value) << "\n";
  for (const char *list : {"streams", "host_handles"}) {
    if (!file.contains(list) || file[list].empty()) continue;
    out << "  " << list << ":\n";
    for (const Json &item : file[list])
      out << "    " << left(text(item["name"]), 24) << left(text(item["direction"]), 11)
          << right(grouped(item["elements"].get<std::uint64_t>()), 14) << " " << text(item["type"]) << "\n";
  }
  out << "  sections:\n";
  for (const Json &section : file["sections"])
    out << "    " << left(text(section["name"]), 16) << right(grouped(section["payload_bytes"].get<std::uint64_t>()), 14)
        << " B" << (section.value("complete", true) ? "" : "  incomplete") << "\n";
}

Json machinesJson() {
  Json machines = Json::array();
  for (const Machine &machine : builtInMachines()) machines.push_back(Json::parse(machineToJson(machine)));
  return machines;
}

void writeMachinesText(std::ostream &out) {
  const std::string chosen = machineFromEnvironment().name;
  out << "machines (POPGRAPH_MACHINE chooses; * is chosen now):\n"
      << "  " << left("name", 8) << left("arch", 6) << right("tiles", 6) << right("tile memory", 14) << right("MHz", 7)
      << right("workers", 9) << right("B/cycle", 9) << "\n";
  for (const Machine &machine : builtInMachines())
    out << (machine.name == chosen ? "* " : "  ") << left(machine.name, 8) << left(machine.architecture, 6)
        << right(grouped(machine.tilesPerIPU), 6) << right(grouped(machine.bytesPerTile), 14)
        << right(profiler::fixed(machine.clockHz / 1e6, 0), 7) << right(grouped(machine.workers), 9)
        << right(grouped(machine.exchangeBytesPerCycle), 9) << "\n";
}

void writeMachineText(std::ostream &out, const Machine &machine) {
  const auto constants = machineConstants(machine);
  const auto fields = machineFields();
  for (std::size_t i = 0; i < constants.size() && i < fields.size(); ++i)
    out << "  " << left(constants[i].first, 30) << right(constants[i].second, 14) << " "
        << left(std::string(fields[i].unit), 12) << fields[i].source << "\n";
}

struct NamedTable {
  const char *name, *given; ///< what the options are for, and where they come from
  OptionTable rows;
};
constexpr NamedTable kTables[] = {
    {"engine", "Engine, compileGraph; POPLAR_ENGINE_OPTIONS and POPLAR_RUNTIME_OPTIONS win", kEngineOptions},
    {"target", "DeviceManager, Target, IPUModel; POPLAR_TARGET_OPTIONS wins, but in models", kTargetOptions},
    {"stream", "Graph::addHostToDeviceFIFO, Graph::addDeviceToHostFIFO", kStreamOptions},
    {"summary", "Engine::printProfileSummary", kSummaryOptions}};

Json optionsJson() {
  Json tables = Json::object();
  for (const NamedTable &table : kTables)
    for (const OptionRow &row : table.rows)
      tables[table.name].push_back(
          {{"name", row.name}, {"default", row.fallback}, {"values", row.values}, {"effect", row.effect}});
  return tables;
}

void writeOptionsText(std::ostream &out) {
  for (const NamedTable &table : kTables) {
    out << table.name << " options (" << table.given << "):\n";
    for (const OptionRow &row : table.rows)
      out << "  " << left(row.name, 43) << left(row.fallback, 14) << left(row.values, 40) << row.effect << "\n";
  }
}

} // namespace

void addInfo(CLI::App &app, Action &action) {
  struct Options {
    std::string file, machine;
    bool json = false, options = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("info", "Print version and machines; with a file, what is in it");
  command->add_option("file", options->file, "profile.pgprof, or an executable (.pgx)");
  command->add_option("--machine", options->machine, "Print every constant of this machine, with unit and source");
  command->add_flag("--options", options->options, "Print every option: name, default, allowed values, effect");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      Json json = {{"schema", "popgraph.info/1"}, {"tool_version", POPGRAPH_VERSION}};
      if (!options->file.empty()) json["file"] = fileJson(options->file);
      Machine machine;
      try {
        if (!options->machine.empty()) machine = loadMachine(options->machine);
      } catch (const MachineError &error) {
        throw std::invalid_argument(error.what());
      }
      Output().with([&](std::ostream &out) {
        if (options->json) {
          if (options->options) json["options"] = optionsJson();
          if (!options->machine.empty())
            json["machine"] = Json::parse(machineToJson(machine));
          else if (options->file.empty() && !options->options)
            json["machines"] = machinesJson();
          out << profiler::dumpJson(json, 2) << "\n";
          return;
        }
        out << "popgraph " << POPGRAPH_VERSION << "\n";
        if (!options->file.empty()) writeFileText(out, json["file"]);
        if (options->options) writeOptionsText(out);
        if (!options->machine.empty())
          writeMachineText(out, machine);
        else if (options->file.empty() && !options->options)
          writeMachinesText(out);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
