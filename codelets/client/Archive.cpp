#include "codelets/client/Archive.hpp"
#include "codelets/client/Compiler.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <cctype>
#include <map>

namespace popgraph::codelets {
namespace {
constexpr std::uint32_t kArchiveVersion = 1;

// The first module for a target has the target's name, the next ones "ipu2+1", "ipu2+2", ...
std::string partName(const std::string &target, unsigned index) {
  return index ? target + "+" + std::to_string(index) : target;
}

std::vector<std::string> targetsOf(const SealedReader &reader) {
  std::vector<std::string> targets;
  for (const auto &[name, part] : reader.sections())
    if (name.find('+') == std::string::npos) targets.push_back(name);
  return targets;
}
} // namespace

std::string writeArchive(const std::vector<CodeletModule> &modules) {
  SealedWriter writer("gp", kArchiveVersion);
  std::map<std::string, unsigned> parts;
  for (const CodeletModule &module : modules)
    writer.section(partName(module.target, parts[module.target]++), writeModule(module));
  return writer.finish();
}

std::vector<CodeletModule> readArchive(const std::string &path, const std::string &target) {
  std::string bytes;
  try {
    bytes = readFile(path);
  } catch (const std::runtime_error &error) {
    throw FileError(error.what(), path);
  }
  return readArchive(bytes, path, target);
}

std::vector<CodeletModule> readArchive(std::string_view bytes, const std::string &path, const std::string &target) {
  try {
    const SealedReader reader(bytes, "gp", kArchiveVersion, path);
    std::vector<std::string> choices = {target, target.substr(0, target.find(':'))};
    if (target.starts_with("ipu")) choices.push_back("ipu2");
    for (const std::string &choice : choices)
      if (reader.has(choice)) {
        std::vector<CodeletModule> modules;
        for (unsigned i = 0; reader.has(partName(choice, i)); ++i) {
          modules.push_back(readModule(reader.section(partName(choice, i)), path));
          modules.back().target = target;
        }
        return modules;
      }
    std::string known;
    for (const std::string &name : targetsOf(reader)) known += (known.empty() ? "" : ", ") + name;
    throw FileError(path + ": has no codelets for target '" + target + "'; it has " + known, path);
  } catch (const FileError &) {
    throw;
  } catch (const std::runtime_error &error) {
    throw FileError(error.what(), path);
  }
}

std::vector<std::string> archiveTargets(const std::string &path) {
  try {
    const std::string bytes = readFile(path);
    return targetsOf(SealedReader(bytes, "gp", kArchiveVersion, path));
  } catch (const std::runtime_error &error) {
    throw FileError(error.what(), path);
  }
}

std::vector<std::string> splitFlags(const std::string &flags) {
  std::vector<std::string> words;
  std::string word;
  bool inWord = false;
  char quote = 0;
  for (std::size_t i = 0; i != flags.size(); ++i) {
    const char c = flags[i];
    if (quote) {
      if (c == quote) quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < flags.size()) word += flags[++i];
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      inWord = true;
    } else if (c == '\\' && i + 1 < flags.size()) {
      word += flags[++i];
      inWord = true;
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      if (inWord) words.push_back(std::move(word));
      word.clear();
      inWord = false;
    } else {
      word += c;
      inWord = true;
    }
  }
  if (inWord) words.push_back(std::move(word));
  return words;
}

} // namespace popgraph::codelets
