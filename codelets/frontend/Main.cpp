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
#include <unistd.h>

namespace popgraph::codelets {
namespace {

constexpr char kUsage[] =
    "usage: popc [options] inputs...\n"
    "Compiles codelets (.cpp, .c, .ll, .bc) into a .gp file with one part per target.\n"
    "  -o FILE             output (default a.gp; with -S, standard output)\n"
    "  --target T[,T...]   targets to build: ipu1, ipu2, ipu21, cpu; default ipu2,cpu. Also a JSON list of objects\n"
    "                      with name and optionally compile-flags. ipu1 and ipu21 are answered from ipu2 when a .gp\n"
    "                      has no part of their own.\n"
    "  -S, --emit-llvm     print the canonical LLVM IR that costs are taken from instead\n"
    "  -I -D -U -std= -W -include ...   as clang; -O0 turns off the host's optimisation, not the costs;\n"
    "                      other -O and -g change nothing\n"
    "  -mpairing-credit=X  share of instructions, 0 to 1, that the hardware's compiler is taken to issue in pairs\n"
    "  --depfile FILE      write the files that were read, as a make rule\n"
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
  std::string output, depfile;
  bool printIr = false, deviceLibrary = false;
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
       {"-I", "-D", "-U", "-x", "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-Xclang"})
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
    else if (arg == "-S" || arg == "--emit-llvm" || arg == "-emit-llvm") options.printIr = true;
    else if (arg == "--device-library") options.deviceLibrary = true;
    else if (arg == "--depfile") options.depfile = value(i, arg);
    else if (takesValue(arg)) {
      options.flags.push_back(arg);
      options.flags.push_back(value(i, arg));
    } else if (arg.size() > 1 && arg[0] == '-') options.flags.push_back(arg);
    else options.inputs.push_back(arg);
  }
  if (options.targets.empty()) options.targets = {{"ipu2", {}}, {"cpu", {}}};
  if (options.inputs.empty()) usageError("no input files");
  return options;
}

BuildSource readSource(const std::string &path) {
  const std::string suffix = std::filesystem::path(path).extension().string();
  if (suffix == ".gp")
    usageError(path + ": .gp files are complete and cannot be linked again; compile the sources together");
  if (suffix == ".S" || suffix == ".s")
    usageError(path + ": assembly for the IPU cannot be run here; give the C++ codelet");
  const bool isIr = suffix == ".ll" || suffix == ".bc";
  return {path, readFile(path), suffix == ".c" ? BuildSource::C : isIr ? BuildSource::Ir : BuildSource::Cpp};
}

void writeDepfile(const Options &options, std::vector<std::string> files) {
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  std::string text = options.output + ":";
  for (const std::string &file : files) {
    text += " \\\n  ";
    for (const char c : file) text += c == ' ' ? std::string("\\ ") : c == '$' ? std::string("$$") : std::string(1, c);
  }
  writeFileAtomically(options.depfile, text + "\n");
}

int compileAll(Options options) {
  std::vector<BuildSource> sources;
  for (const std::string &input : options.inputs) sources.push_back(readSource(input));
  if (options.deviceLibrary) {
    writeFileAtomically(options.output.empty() ? "math.bc" : options.output, buildDeviceLibrary(sources.at(0)));
    return 0;
  }
  std::vector<CodeletModule> modules;
  std::vector<std::string> files;
  std::string shown;
  for (const TargetFlags &target : options.targets) {
    BuildRequest request{sources, options.flags, target.name, options.printIr};
    request.flags.insert(request.flags.end(), target.flags.begin(), target.flags.end());
    BuildResult result = build(request);
    // The same warning of every target is shown once.
    if (result.text != shown) std::fputs(result.text.c_str(), stderr);
    shown = result.text;
    if (result.status != BuildResult::Ok) return 1;
    files.insert(files.end(), result.files.begin(), result.files.end());
    if (options.printIr) {
      if (options.output.empty()) std::fputs(result.ir.c_str(), stdout);
      else writeFileAtomically(options.output, result.ir);
      return 0;
    }
    modules.push_back(std::move(result.module));
  }
  if (options.output.empty()) options.output = "a.gp";
  writeFileAtomically(options.output, writeArchive(modules));
  if (!options.depfile.empty()) writeDepfile(options, std::move(files));
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
