#include "popgraph/machine/Machine.hpp"
#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/render/SummaryJson.hpp"

namespace popgraph::tools {
namespace {

using Json = nlohmann::ordered_json;
using profiler::grouped, profiler::left, profiler::right;

Json fileJson(const std::string &path) {
  const profiler::Model model = profiler::readProfile(path);
  Json sections = Json::array();
  for (const profiler::Section &section : model.sections)
    sections.push_back({{"name", section.name},
                        {"version", section.version},
                        {"complete", section.complete},
                        {"payload_bytes", section.bytes}});
  return {{"path", model.path},
          {"format_version", std::to_string(model.formatVersion >> 16) + "." +
                                 std::to_string(model.formatVersion & 0xFFFF)},
          {"program", model.compile.programName},
          {"engine", model.compile.engineName},
          {"popgraph_version", model.compile.popgraphVersion},
          {"machine", model.compile.target.machine},
          {"runs", model.runs.size()},
          {"sections", std::move(sections)}};
}

void writeFileText(std::ostream &out, const Json &file) {
  out << file["path"].get<std::string>() << ": profile, format " << file["format_version"].get<std::string>() << "\n";
  for (const char *key : {"program", "engine", "popgraph_version", "machine"})
    if (!file[key].get<std::string>().empty())
      out << "  " << left(key, 18) << profiler::printable(file[key].get<std::string>()) << "\n";
  out << "  " << left("runs", 18) << file["runs"] << "\n  sections:\n";
  for (const Json &section : file["sections"])
    out << "    " << left(profiler::printable(section["name"].get<std::string>()), 16)
        << right(grouped(section["payload_bytes"].get<std::uint64_t>()), 14) << " B"
        << (section["complete"].get<bool>() ? "" : "  incomplete") << "\n";
}

Json machinesJson() {
  Json machines = Json::array();
  for (const Machine &machine : builtInMachines())
    machines.push_back(Json::parse(machineToJson(machine)));
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

} // namespace

void addInfo(CLI::App &app, Action &action) {
  struct Options {
    std::string file, machine;
    bool json = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("info", "Print version and machines; with a file, what is in it");
  command->add_option("file", options->file, "profile.pgprof");
  command->add_option("--machine", options->machine, "Print every constant of this machine, with unit and source");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->callback([options, &action] {
    action = [options] {
      Json json = {{"schema", "popgraph.info/1"}, {"tool_version", POPGRAPH_VERSION}};
      if (!options->file.empty())
        json["file"] = fileJson(options->file);
      Machine machine;
      try {
        if (!options->machine.empty())
          machine = loadMachine(options->machine);
      } catch (const MachineError &error) {
        throw std::invalid_argument(error.what());
      }
      Output().with([&](std::ostream &out) {
        if (options->json) {
          if (!options->machine.empty())
            json["machine"] = Json::parse(machineToJson(machine));
          else if (options->file.empty())
            json["machines"] = machinesJson();
          out << profiler::dumpJson(json, 2) << "\n";
          return;
        }
        out << "popgraph " << POPGRAPH_VERSION << "\n";
        if (!options->file.empty())
          writeFileText(out, json["file"]);
        if (!options->machine.empty())
          writeMachineText(out, machine);
        else if (options->file.empty())
          writeMachinesText(out);
      });
      return kFine;
    };
  });
}

} // namespace popgraph::tools
