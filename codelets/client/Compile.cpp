#include "codelets/client/Archive.hpp"
#include "codelets/client/Compiler.hpp"
#include "codelets/client/DiskCache.hpp"
#include "codelets/client/Helper.hpp"
#include "codelets/client/Memory.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace popgraph::codelets {
namespace {

using Json = nlohmann::json;

struct Counters { std::atomic<std::uint64_t> memoryHits{0}, diskHits{0}, compiled{0}, rejectedEntries{0}; };
Counters counters;

struct MemoryEntry {
  std::shared_ptr<const CodeletModule> module;
  CacheEntry read; ///< without the module: what it was made from
};

std::mutex memoryMutex;
std::map<std::string, MemoryEntry> memory;
FileHashes fileHashes;

Json::binary_t binary(const std::string &bytes) {
  return Json::binary_t(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

std::string textOf(const Json &value) {
  const auto &bytes = value.get_binary();
  return std::string(bytes.begin(), bytes.end());
}

SourceKind kindOf(const Source &source) {
  if (source.kind != SourceKind::Auto) return source.kind;
  const std::string suffix = std::filesystem::path(source.path).extension().string();
  if (suffix == ".c") return SourceKind::C;
  if (suffix == ".ll" || suffix == ".bc") return SourceKind::Ir;
  if (suffix == ".S" || suffix == ".s") return SourceKind::Assembly;
  if (suffix == ".gp" || suffix == ".o") return SourceKind::Object;
  return SourceKind::Cpp;
}

const char *kindName(SourceKind kind) {
  switch (kind) {
  case SourceKind::C: return "c";
  case SourceKind::Ir: return "ir";
  case SourceKind::Assembly: return "asm";
  default: return "cpp";
  }
}

Source readSource(const Source &source) {
  Source read = source;
  read.kind = kindOf(source);
  if (read.kind == SourceKind::Object)
    throw FileError((source.path.empty() ? "codelet source" : source.path) +
                        ": objects for the IPU cannot run here; give the C++ source of the codelets, or a .gp file of popc",
                    source.path);
  if (!source.fromText) {
    try {
      read.text = readFile(source.path);
    } catch (const std::runtime_error &error) {
      throw FileError(std::string("codelets: ") + error.what(), source.path);
    }
  } else if (read.path.empty()) {
    // A name made of the content: the same text has the same key and the same mangled file-local names.
    read.path = "codelet.cpp";
  }
  return read;
}

// Everything that decides the result, besides the headers that are read.
std::string keyOf(const std::vector<Source> &sources, const std::vector<std::string> &flags, const std::string &target,
                  const std::string &cwd) {
  const std::string popc = Helper::executable();
  const auto math = std::filesystem::path(popc).parent_path().parent_path() / "lib/popgraph/device/math.bc";
  Json key = Json::array();
  key.push_back(2);
  key.push_back(target);
  key.push_back(flags);
  key.push_back(binary(fileHashes.of(popc).value_or("")));
  key.push_back(binary(fileHashes.of(math).value_or("")));
  bool placed = false;
  for (const std::string &flag : flags) placed |= flag.starts_with("-I") || flag.starts_with("-i");
  for (const Source &source : sources) {
    key.push_back(binary(source.path));
    key.push_back(binary(source.text));
    key.push_back(kindName(source.kind));
    placed |= !source.fromText || source.text.find("include \"") != std::string::npos;
  }
  // Where relative names are looked up.
  if (placed) key.push_back(binary(cwd));
  const std::vector<std::uint8_t> bytes = Json::to_cbor(key);
  return contentHash({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

CacheEntry compileNow(const std::vector<Source> &sources, const std::vector<std::string> &flags,
                      const std::string &target, const std::string &cwd) {
  Json request{{"cwd", binary(cwd)}, {"target", target}, {"flags", flags}, {"sources", Json::array()}};
  for (const Source &source : sources)
    request["sources"].push_back(
        {{"name", binary(source.path)}, {"text", binary(source.text)}, {"kind", kindName(source.kind)}});
  const std::vector<std::uint8_t> message = Json::to_cbor(request);
  const std::string bytes = helper().ask(std::string(message.begin(), message.end()));
  CacheEntry entry;
  std::string status, text;
  try {
    const Json reply = Json::from_cbor(bytes);
    status = reply.at("status").get<std::string>();
    text = textOf(reply.at("text"));
    if (status == "ok") {
      entry.module = readModule(textOf(reply.at("module")), "answer of the codelet compiler");
      for (const Json &file : reply.at("files")) {
        const std::string path = textOf(file);
        // A file that is gone by now never matches again.
        entry.files.emplace_back(path, fileHashes.of(path).value_or(""));
      }
      for (const Json &file : reply.at("absent")) entry.absent.push_back(textOf(file));
    }
  } catch (const Json::exception &error) {
    throw HelperError(std::string("the codelet compiler gave an unreadable answer: ") + error.what());
  }
  if (status == "compile") throw CompileError(text);
  if (status == "link") throw LinkError(text, text);
  if (status != "ok") throw HelperError("the codelet compiler failed: " + text);
  entry.messages = std::move(text);
  return entry;
}

std::shared_ptr<const CodeletModule> remember(const std::string &key, CacheEntry entry) {
  auto module = std::make_shared<const CodeletModule>(std::move(entry.module));
  const std::lock_guard lock(memoryMutex);
  entry.module = {};
  memory[key] = {module, std::move(entry)};
  return module;
}

std::shared_ptr<const CodeletModule> fromMemory(const std::string &key, std::string *messages) {
  MemoryEntry found;
  {
    const std::lock_guard lock(memoryMutex);
    const auto it = memory.find(key);
    if (it == memory.end()) return nullptr;
    found = it->second;
  }
  if (!isCurrent(found.read, fileHashes)) return nullptr;
  if (messages) *messages += found.read.messages;
  return found.module;
}

} // namespace

std::shared_ptr<const CodeletModule> compile(const CompileRequest &request, std::string *messages) {
  if (request.sources.empty()) throw FileError("codelets: no sources given", "");
  std::vector<Source> sources;
  for (const Source &source : request.sources) sources.push_back(readSource(source));
  const std::vector<std::string> flags = splitFlags(request.flags);
  const std::string cwd = std::filesystem::current_path().string();
  const std::string key = keyOf(sources, flags, request.target, cwd);
  if (auto module = fromMemory(key, messages)) {
    ++counters.memoryHits;
    return module;
  }
  const auto tell = [&](const CacheEntry &entry) {
    if (messages)
      *messages += entry.messages;
    else if (!entry.messages.empty())
      log().warn("{}", entry.messages);
  };
  const DiskCache disk;
  bool rejected = false;
  if (auto entry = disk.load(key, fileHashes, rejected)) {
    ++counters.diskHits;
    tell(*entry);
    return remember(key, std::move(*entry));
  }
  counters.rejectedEntries += rejected;
  CacheEntry entry = compileNow(sources, flags, request.target, cwd);
  ++counters.compiled;
  tell(entry);
  disk.store(key, entry);
  return remember(key, std::move(entry));
}

std::vector<std::shared_ptr<const CodeletModule>> load(const CompileRequest &request, std::string *messages) {
  std::vector<std::shared_ptr<const CodeletModule>> modules;
  CompileRequest rest = request;
  rest.sources.clear();
  for (const Source &source : request.sources) {
    if (kindOf(source) != SourceKind::Object || std::filesystem::path(source.path).extension() == ".o") {
      rest.sources.push_back(source);
      continue;
    }
    for (CodeletModule &module : source.fromText ? readArchive(source.text, source.path, request.target)
                                                 : readArchive(source.path, request.target))
      modules.push_back(std::make_shared<const CodeletModule>(std::move(module)));
  }
  if (!rest.sources.empty() || modules.empty()) modules.push_back(compile(rest, messages));
  return modules;
}

void forgetCompiledModules() {
  const std::lock_guard lock(memoryMutex);
  memory.clear();
}

CompileCounters compileCounters() {
  return {counters.memoryHits, counters.diskHits, counters.compiled, counters.rejectedEntries};
}

} // namespace popgraph::codelets
