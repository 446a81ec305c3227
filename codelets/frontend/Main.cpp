// popc: compiles codelets ahead of time into .gp files, or serves compile requests of a running program.
#include "codelets/frontend/Build.hpp"
#include "codelets/frontend/Serve.hpp"
#include "codelets/client/Archive.hpp"
#include "codelets/client/FileHashes.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <unistd.h>

namespace popgraph::codelets {
namespace {

constexpr char kUsage[] =
    "usage: popc [options] inputs...\n"
    "Compiles codelets (.cpp, .c, .ll, .bc) into a .gp file with one part per target. Inputs that are .gp files are\n"
    "linked: their codelets are put into the output too. Assembly (.S) is accepted where all of it is under __IPU__.\n"
    "  -o FILE             output (default a.gp; with -S, standard output)\n"
    "  --target T[,T...]   targets to build: ipu1, ipu2, ipu21, cpu; default ipu2,cpu. Also a JSON list of objects\n"
    "                      with name and optionally compile-flags. ipu1 and ipu21 are answered from ipu2 when a .gp\n"
    "                      has no part of their own.\n"
    "  -S, --emit-llvm     print the canonical LLVM IR that costs are taken from instead\n"
    "  -I -D -U -std= -W -include ...   as clang; -O0 turns off the host's optimisation, not the costs;\n"
    "                      other -O and -g change nothing\n"
    "  -mpairing-credit=X  share of instructions, 0 to 1, that the hardware's compiler is taken to issue in pairs\n"
    "  -c                  accepted: there is always one step\n"
    "  -MD, -MMD           write the files that were read as a make rule, to -MF FILE or beside the output;\n"
    "  --depfile FILE      the same, to FILE; -MT NAME, -MQ NAME say what the rule makes\n"
    "  -M, -MM             print the rule and compile nothing\n"
    "  --list-targets      print the targets\n"
    "  --version           print versions\n"
    "  --serve             answer compile requests on standard input (used by the library)\n";

struct TargetFlags {
  std::string name;
  std::vector<std::string> flags;
};

struct Options {
  std::vector<std::string> inputs, flags;
  std::vector<TargetFlags> targets;
  std::string output, depfile, depTarget;
  bool printIr = false, deviceLibrary = false, depend = false, printDepend = false;
};

[[noreturn]] void usageError(const std::string &what) { throw std::invalid_argument(what); }

std::vector<TargetFlags> parseTargets(const std::string &text) {
  std::vector<TargetFlags> targets;
  if (!text.empty() && text[0] == '[') {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (!list.is_array()) usageError("--target: not a JSON list: " + text);
    for (const auto &item : list) {
      if (!item.is_object() || !item.contains("name")) usageError("--target: each object needs a \"name\"");
      TargetFlags target{item.at("name").get<std::string>(), {}};
      if (const auto flags = item.find("compile-flags"); flags != item.end()) {
        if (flags->is_array()) target.flags = flags->get<std::vector<std::string>>();
        else target.flags = splitFlags(flags->get<std::string>());
      }
      targets.push_back(std::move(target));
    }
  } else {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      targets.push_back({text.substr(at, comma - at), {}});
      at = comma + 1;
    }
  }
  for (const TargetFlags &target : targets) {
    const std::string base = target.name.substr(0, target.name.find(':'));
    if (std::find(knownTargets().begin(), knownTargets().end(), base) == knownTargets().end())
      usageError("unknown target '" + target.name + "'; known are ipu1, ipu2, ipu21, cpu");
  }
  return targets;
}

// Flags of clang whose value is the next argument.
bool takesValue(const std::string &flag) {
  for (const char *known :
       {"-I", "-D", "-U", "-L", "-x", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-Xclang"})
    if (flag == known) return true;
  return false;
}

Options parse(int argc, char **argv) {
  Options options;
  const auto value = [&](int &i, const std::string &flag) -> std::string {
    if (++i >= argc) usageError(flag + " needs a value");
    return argv[i];
  };
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "-o") options.output = value(i, arg);
    else if (arg == "--target" || arg == "-target") options.targets = parseTargets(value(i, arg));
    else if (arg.starts_with("--target=")) options.targets = parseTargets(arg.substr(9));
    else if (arg.starts_with("-target=")) options.targets = parseTargets(arg.substr(8));
    else if (arg == "-E") usageError("-E: popc preprocesses nothing by itself; it writes .gp files, or IR with -S");
    else if (arg == "-S" || arg == "--emit-llvm" || arg == "-emit-llvm") options.printIr = true;
    else if (arg == "--device-library") options.deviceLibrary = true;
    else if (arg == "-c") continue;
    else if (arg == "--depfile" || arg == "-MF") options.depfile = value(i, arg), options.depend = true;
    else if (arg == "-MD" || arg == "-MMD") options.depend = true;
    else if (arg == "-M" || arg == "-MM") options.printDepend = true;
    else if (arg == "-MT" || arg == "-MQ") options.depTarget = value(i, arg);
    else if (arg == "-MP" || arg == "-MG") continue;
    else if (arg.size() > 2 && arg.starts_with("-o")) options.output = arg.substr(2);
    else if (takesValue(arg)) {
      options.flags.push_back(arg);
      options.flags.push_back(value(i, arg));
    } else if (arg.size() > 1 && arg[0] == '-') options.flags.push_back(arg);
    else options.inputs.push_back(arg);
  }
  if (options.inputs.empty()) usageError("no input files");
  return options;
}

BuildSource readSource(const std::string &path) {
  const std::string suffix = std::filesystem::path(path).extension().string();
  BuildSource source{path, readFile(path), BuildSource::Cpp};
  if (suffix == ".S" || suffix == ".s") source.kind = BuildSource::Assembly;
  else if (suffix == ".c") source.kind = BuildSource::C;
  else if (suffix == ".ll" || suffix == ".bc") source.kind = BuildSource::Ir;
  return source;
}

std::string makeRule(const Options &options, std::vector<std::string> files) {
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  files.insert(files.begin(), options.inputs.begin(), options.inputs.end());
  std::string text = (options.depTarget.empty() ? options.output : options.depTarget) + ":";
  for (const std::string &file : files) {
    text += " \\\n  ";
    for (const char c : file) text += c == ' ' ? std::string("\\ ") : c == '$' ? std::string("$$") : std::string(1, c);
  }
  return text + "\n";
}

// The modules of an input that is a .gp file. It needs a part for every target, or the output would lack codelets.
void link(const std::string &input, const TargetFlags &target, std::vector<CodeletModule> &modules) {
  std::set<std::string> names;
  for (const CodeletModule &module : modules)
    if (module.target == target.name)
      for (const Codelet &codelet : module.codelets) names.insert(codelet.name);
  for (CodeletModule &module : readArchive(input, target.name)) {
    for (const Codelet &codelet : module.codelets)
      if (!names.insert(codelet.name).second)
        std::fprintf(stderr, "popc: warning: %s: '%s' is defined by an input before; that one is taken\n", input.c_str(),
                     codelet.name.c_str());
    modules.push_back(std::move(module));
  }
}

// What can be built without being told: the targets that every .gp among the inputs has.
std::vector<TargetFlags> defaultTargets(const std::vector<std::string> &archives) {
  if (archives.empty()) return {{"ipu2", {}}, {"cpu", {}}};
  std::vector<TargetFlags> targets;
  for (const std::string &name : archiveTargets(archives[0])) {
    bool everywhere = true;
    for (const std::string &archive : archives) {
      const std::vector<std::string> has = archiveTargets(archive);
      everywhere &= std::find(has.begin(), has.end(), name) != has.end();
    }
    if (everywhere) targets.push_back({name, {}});
  }
  if (targets.empty()) usageError("the .gp files have no target in common; name one with --target");
  return targets;
}

int compileAll(Options options) {
  std::vector<BuildSource> sources;
  std::vector<std::string> archives;
  for (const std::string &input : options.inputs)
    if (input.ends_with(".gp")) archives.push_back(input);
    else sources.push_back(readSource(input));
  if (options.deviceLibrary) {
    writeFileAtomically(options.output.empty() ? "math.bc" : options.output, buildDeviceLibrary(sources.at(0)));
    return 0;
  }
  if (options.targets.empty()) options.targets = defaultTargets(archives);
  std::vector<CodeletModule> modules;
  std::vector<std::string> files;
  std::string shown;
  for (const TargetFlags &target : options.targets) {
    if (sources.empty()) break;
    BuildRequest request{sources, options.flags, target.name, options.printIr};
    request.flags.insert(request.flags.end(), target.flags.begin(), target.flags.end());
    BuildResult result = build(request);
    // The same warning of every target is shown once.
    if (result.text != shown) std::fputs(result.text.c_str(), stderr);
    shown = result.text;
    if (result.status != BuildResult::Ok) return 1;
    files.insert(files.end(), result.files.begin(), result.files.end());
    if (options.printDepend) continue;
    if (options.printIr) {
      if (options.output.empty()) std::fputs(result.ir.c_str(), stdout);
      else writeFileAtomically(options.output, result.ir);
      return 0;
    }
    modules.push_back(std::move(result.module));
  }
  if (options.output.empty()) options.output = "a.gp";
  const std::string rule = makeRule(options, std::move(files));
  if (options.printDepend) {
    std::fputs(rule.c_str(), stdout);
    return 0;
  }
  for (const std::string &archive : archives)
    for (const TargetFlags &target : options.targets) link(archive, target, modules);
  writeFileAtomically(options.output, writeArchive(modules));
  if (options.depend && options.depfile.empty())
    options.depfile = std::filesystem::path(options.output).replace_extension(".d").string();
  if (options.depend) writeFileAtomically(options.depfile, rule);
  return 0;
}

// Tells builds of popc apart.
std::string buildId() {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : contentHash(readFile("/proc/self/exe"))) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

int run(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--serve") return serve();
    if (arg == "--list-targets") return std::puts("ipu1,ipu2,ipu21,cpu"), 0;
    if (arg == "--help" || arg == "-h") return std::fputs(kUsage, stdout), 0;
    if (arg == "--version") {
      // Users' build files take the third word of line one, and look for a hash and for clang's version.
      std::printf("popgraph popc %s\n%s\nclang version %s\n", POPGRAPH_VERSION, buildId().c_str(),
                  POPGRAPH_LLVM_VERSION);
      return 0;
    }
  }
  return compileAll(parse(argc, argv));
}

} // namespace
} // namespace popgraph::codelets

int main(int argc, char **argv) {
  try {
    return popgraph::codelets::run(argc, argv);
  } catch (const std::invalid_argument &error) {
    std::fprintf(stderr, "popc: error: %s\n", error.what());
    return 2;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "popc: error: %s\n", error.what());
    return 1;
  }
}
