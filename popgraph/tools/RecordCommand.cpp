// Runs a program with a profile, once or once for each combination of machine constants, and puts the results side by
// side.
#include "popgraph/machine/Machine.hpp"
#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include "profiler/render/Format.hpp"
#include "profiler/views/ExecutionView.hpp"
#include "profiler/views/MemoryView.hpp"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace popgraph::tools {
namespace {

using Words = std::vector<std::string>;

/// One constant and the values that it takes in turn; "machine" is the machine itself.
struct Sweep {
  std::string name;
  Words values;
};

Sweep parseSweep(const std::string &text) {
  const std::size_t equals = text.find('=');
  Sweep sweep{text.substr(0, equals), {}};
  std::size_t begin = equals + 1;
  while (equals != std::string::npos && begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    sweep.values.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto empty = [](const std::string &value) { return value.empty(); };
  if (sweep.name.empty() || sweep.values.empty() || std::any_of(sweep.values.begin(), sweep.values.end(), empty))
    throw std::invalid_argument("--sweep takes NAME=VALUE,VALUE…, not '" + text + "'");
  return sweep;
}

/// The combination's machine as POPGRAPH_MACHINE takes it.
std::string machineText(const std::vector<Sweep> &sweeps, const Words &values) {
  std::string base, constants;
  for (std::size_t i = 0; i < sweeps.size(); ++i)
    if (sweeps[i].name == "machine")
      base = values[i];
    else
      constants += "," + sweeps[i].name + "=" + values[i];
  if (base.empty()) {
    const char *given = std::getenv("POPGRAPH_MACHINE");
    base = given && *given ? given : "gc200";
  }
  const std::string text = base + constants;
  try {
    loadMachine(text); // before anything runs
  } catch (const MachineError &error) {
    throw std::invalid_argument(error.what());
  }
  return text;
}

/// The options of engines that the environment has, with the profile's added.
std::string engineOptions(const std::string &folder) {
  const char *given = std::getenv("POPLAR_ENGINE_OPTIONS");
  nlohmann::json options = nlohmann::json::parse(given && *given ? given : "{}", nullptr, false);
  if (!options.is_object()) throw std::invalid_argument("POPLAR_ENGINE_OPTIONS is no JSON object");
  options["autoReport.outputExecutionProfile"] = "true";
  options["autoReport.directory"] = folder;
  return options.dump();
}

/// Runs the program; what it prints goes to standard error, so that standard output has the table only.
void run(const Words &program, const std::string &machine, const std::string &folder) {
  const std::string options = engineOptions(folder);
  Words copy = program;
  std::vector<char *> arguments;
  for (std::string &word : copy) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::cout.flush();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
  if (child == 0) {
    setenv("POPGRAPH_MACHINE", machine.c_str(), 1);
    setenv("POPLAR_ENGINE_OPTIONS", options.c_str(), 1);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw std::runtime_error(std::string("cannot wait for the program: ") + std::strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) throw std::runtime_error("cannot start " + program[0]);
  if (WIFSIGNALED(status))
    throw std::runtime_error(program[0] + " was ended by signal " + std::to_string(WTERMSIG(status)) + " on " +
                             machine);
  if (WEXITSTATUS(status) != 0)
    throw std::runtime_error(program[0] + " exited with " + std::to_string(WEXITSTATUS(status)) + " on " + machine);
}

struct Measured {
  std::string name;
  std::string value;
};

std::vector<Measured> measured(const profiler::Model &model) {
  const profiler::ExecutionView execution = profiler::makeExecutionView(model);
  const profiler::MemoryView memory = profiler::makeMemoryView(model);
  const auto text = [](std::uint64_t n) { return std::to_string(n); };
  return {{"cycles", text(execution.totalCycles)},
          {"microseconds", profiler::fixed(execution.totalMicroseconds, 3)},
          {"compute_cycles", text(execution.cyclesByKind[0])},
          {"exchange_cycles", text(execution.cyclesByKind[1])},
          {"sync_cycles", text(execution.cyclesByKind[2])},
          {"host_exchange_cycles", text(execution.cyclesByKind[3])},
          {"control_cycles", text(execution.cyclesByKind[4])},
          {"max_tile_bytes", text(memory.maxTileBytes)}};
}

/// What a profile's machine has in place of each swept value: a program can choose its machine itself.
Words recorded(const profiler::Model &model, const std::vector<Sweep> &sweeps) {
  const std::map<std::string, std::string> constants(model.compile.target.constants.begin(),
                                                     model.compile.target.constants.end());
  Words values;
  for (const Sweep &sweep : sweeps) {
    const auto found = constants.find(sweep.name == "machine" ? "name" : sweep.name);
    values.push_back(found == constants.end() ? "" : found->second);
  }
  return values;
}

/// The same of a machine.
Words expected(const Machine &machine, const std::vector<Sweep> &sweeps) {
  profiler::Model model;
  model.compile.target.constants = machineConstants(machine);
  return recorded(model, sweeps);
}

void writeTable(std::ostream &out, const std::vector<Words> &lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const Words &line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  for (const Words &line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) text += (i ? "  " : "") + profiler::right(line[i], widths[i]);
    out << text << "\n";
  }
}

void writeCsv(std::ostream &out, const std::vector<Words> &lines) {
  for (const Words &line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool quote = line[i].find_first_of(",\"\n") != std::string::npos;
      std::string cell = line[i];
      for (std::size_t at = 0; quote && (at = cell.find('"', at)) != std::string::npos; at += 2) cell.insert(at, "\"");
      out << (quote ? "\"" + cell + "\"" : cell) << (i + 1 < line.size() ? "," : "\n");
    }
}

struct Options {
  Words sweeps, program;
  Output csv;
};

int record(const Options &options) {
  std::vector<Sweep> sweeps;
  std::size_t combinations = 1;
  for (const std::string &text : options.sweeps) {
    sweeps.push_back(parseSweep(text));
    combinations *= sweeps.back().values.size();
  }
  constexpr std::size_t kMost = 10000;
  if (combinations > kMost)
    throw std::invalid_argument("the sweeps have " + std::to_string(combinations) +
                                " combinations; 10000 are the limit");
  // The last sweep turns fastest.
  std::vector<Words> all;
  Words machines;
  for (std::size_t n = 0; n < combinations; ++n) {
    Words values(sweeps.size());
    std::size_t rest = n;
    for (std::size_t i = sweeps.size(); i-- > 0; rest /= sweeps[i].values.size())
      values[i] = sweeps[i].values[rest % sweeps[i].values.size()];
    machines.push_back(machineText(sweeps, values));
    all.push_back(std::move(values));
  }
  std::vector<Words> lines(1);
  std::set<std::string> ownChoices; // constants that the program did not take
  for (const Sweep &sweep : sweeps) lines[0].push_back(sweep.name);
  for (std::size_t n = 0; n < combinations; ++n) {
    std::string folder = (std::filesystem::temp_directory_path() / "popgraph.record.XXXXXX").string();
    if (!mkdtemp(folder.data())) throw std::runtime_error("cannot make a folder like " + folder);
    struct Remove {
      const std::string &folder;
      ~Remove() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
      }
    } remove{folder};
    run(options.program, machines[n], folder);
    if (!std::filesystem::exists(folder + "/profile.pgprof"))
      throw std::runtime_error(options.program[0] + " ran no engine, or switched its profile off");
    Words line = all[n];
    const profiler::Model model = profiler::readProfile(folder + "/profile.pgprof");
    const Words wanted = expected(loadMachine(machines[n]), sweeps), used = recorded(model, sweeps);
    for (std::size_t i = 0; i < sweeps.size(); ++i) {
      if (used[i] == wanted[i]) continue;
      line[i] = used[i];
      ownChoices.insert(sweeps[i].name);
    }
    for (const Measured &column : measured(model)) {
      if (n == 0) lines[0].push_back(column.name);
      line.push_back(column.value);
    }
    lines.push_back(std::move(line));
  }
  for (const std::string &name : ownChoices)
    std::cerr << "popgraph: the program chose " << name << " itself; its column shows what it ran with\n";
  writeTable(std::cout, lines);
  if (!options.csv.path.empty()) options.csv.with([&](std::ostream &out) { writeCsv(out, lines); });
  return kFine;
}

} // namespace

void addRecord(CLI::App &app, Action &action) {
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("record",
      "Run a program on one machine or on each of a sweep, and print cycles and memory side by side");
  command->add_option("--sweep", options->sweeps,
                      "NAME=VALUE,VALUE…: a machine constant (popgraph info --machine gc200 lists them), or machine")
      ->allow_extra_args(false);
  options->csv.addOptions(*command, false);
  command->add_option("program", options->program, "After --: the program and its arguments. Its first engine counts")
      ->required();
  command->footer("Example: popgraph record --sweep workers=4,6 --sweep machine=gc200,bow -o sweep.csv -- ./app\n"
                  "An IPUModel takes constants, but not machine; what the program sets on it wins.");
  command->callback([options, &action] {
    action = [options] { return record(*options); };
  });
}

} // namespace popgraph::tools
