#include "codelets/client/Archive.hpp"
#include "codelets/client/Compiler.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <cctype>

namespace popgraph::codelets {
namespace {
constexpr std::uint32_t kArchiveVersion = 1;
}

std::string writeArchive(const std::vector<CodeletModule> &modules) {
  SealedWriter writer("gp", kArchiveVersion);
  for (const CodeletModule &module : modules) writer.section(module.target, writeModule(module));
  return writer.finish();
}

CodeletModule readArchive(const std::string &path, const std::string &target) {
  std::string bytes;
  try {
    bytes = readFile(path);
    const SealedReader reader(bytes, "gp", kArchiveVersion, path);
    std::vector<std::string> choices = {target, target.substr(0, target.find(':'))};
    if (target.starts_with("ipu")) choices.push_back("ipu2");
    for (const std::string &choice : choices)
      if (reader.has(choice)) {
        CodeletModule module = readModule(reader.section(choice), path);
        module.target = target;
        return module;
      }
    std::string known;
    for (const auto &[name, part] : reader.sections()) known += (known.empty() ? "" : ", ") + name;
    throw FileError(path + ": has no codelets for target '" + target + "'; it has " + known, path);
  } catch (const FileError &) {
    throw;
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
