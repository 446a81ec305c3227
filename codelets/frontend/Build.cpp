#include "codelets/frontend/Build.hpp"
#include "codelets/frontend/Lower.hpp"
#include "popgraph/machine/Workers.hpp"
#include <algorithm>
#include <charconv>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IRReader/IRReader.h>
#include <llvm/Linker/Linker.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <set>

namespace popgraph::codelets {
namespace {

// Of ours, not clang's: how well the compiler of a hardware generation fills both pipes, 0 to 1.
constexpr std::string_view kPairingFlag = "-mpairing-credit=";

std::vector<std::string> clangFlags(const std::vector<std::string> &flags) {
  std::vector<std::string> kept;
  for (const std::string &flag : flags)
    if (!flag.starts_with(kPairingFlag)) kept.push_back(flag);
  return kept;
}

ParsedSource parseIr(const BuildSource &source, llvm::LLVMContext &context) {
  ParsedSource result;
  llvm::SMDiagnostic error;
  const auto buffer = llvm::MemoryBuffer::getMemBufferCopy(source.text, source.name);
  const bool discards = context.shouldDiscardValueNames(); // the text's reader needs its names
  context.setDiscardValueNames(false);
  result.module = llvm::parseIR(buffer->getMemBufferRef(), error, context);
  context.setDiscardValueNames(discards);
  if (!result.module) {
    llvm::raw_string_ostream stream(result.diagnostics);
    error.print("popc", stream, false);
  }
  return result;
}

// Assembly that is there for the IPU only leaves nothing: its codelets have C++ bodies, which run here.
ParsedSource parseAssembly(const BuildSource &source, const BuildRequest &request, llvm::LLVMContext &context) {
  std::string text;
  ParsedSource result = preprocessAssembly({source.name, source.text, false}, clangFlags(request.flags),
                                           workersOf(request.target), text);
  if (!result.diagnostics.empty()) return result;
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    result.module = std::make_unique<llvm::Module>(source.name, context);
  else
    result.diagnostics = source.name + ": error: assembly of the IPU cannot be run here; give the C++ codelet, or put "
                                       "the file under '#ifdef __IPU__'\n";
  return result;
}

ParsedSource parse(const BuildSource &source, const BuildRequest &request, llvm::LLVMContext &context) {
  switch (source.kind) {
  case BuildSource::Ir: return parseIr(source, context);
  case BuildSource::Assembly: return parseAssembly(source, request, context);
  default:
    return parseSource({source.name, source.text, source.kind == BuildSource::C}, clangFlags(request.flags),
                       workersOf(request.target), context);
  }
}

} // namespace

const std::vector<std::string> &knownTargets() {
  static const std::vector<std::string> targets = {"ipu1", "ipu2", "ipu21", "cpu"};
  return targets;
}

BuildResult build(const BuildRequest &request) {
  BuildResult result;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  std::vector<FoundVertex> vertices;
  std::set<std::string> names, files, absent;
  bool failed = false;
  for (const BuildSource &source : request.sources) {
    ParsedSource parsed = parse(source, request, context);
    result.text += parsed.diagnostics;
    files.insert(parsed.files.begin(), parsed.files.end());
    absent.insert(parsed.absent.begin(), parsed.absent.end());
    failed |= !parsed.module;
    if (failed) continue; // the other sources may have errors worth showing too
    if (source.kind == BuildSource::Assembly) continue; // nothing is left of it
    // Nothing calls a compute() that a class defines inside: linked in, it would be left out with what nobody uses.
    for (const FoundVertex &vertex : parsed.vertices)
      if (llvm::Function *compute = parsed.module->getFunction(vertex.computeSymbol);
          compute && compute->hasLinkOnceODRLinkage())
        compute->setLinkage(llvm::GlobalValue::WeakODRLinkage);
    // The same vertex in two sources, from a shared header: one definition.
    for (FoundVertex &vertex : parsed.vertices)
      if (names.insert(vertex.codelet.name).second) vertices.push_back(std::move(vertex));
    std::string text;
    if (!module) {
      module = std::move(parsed.module);
    } else if (llvm::Linker::linkModules(*module, std::move(parsed.module))) {
      result.text += "error: symbols of " + source.name + " are defined in another source of the same compile\n";
      result.status = BuildResult::LinkError;
      return result;
    }
  }
  result.files.assign(files.begin(), files.end());
  result.absent.assign(absent.begin(), absent.end());
  if (failed) {
    result.status = BuildResult::CompileError;
    return result;
  }
  if (!module) module = std::make_unique<llvm::Module>("empty", context);
  // Files are named by their content, not by the order of hash tables.
  std::sort(vertices.begin(), vertices.end(),
            [](const FoundVertex &a, const FoundVertex &b) { return a.codelet.name < b.codelet.name; });
  // -O0 leaves the host's optimisation out. What a codelet gives and costs is the same.
  bool optimise = true;
  CostOptions costs;
  for (const std::string &flag : request.flags) {
    if (flag.starts_with("-O")) optimise = flag != "-O0";
    if (!flag.starts_with(kPairingFlag)) continue;
    const char *begin = flag.data() + kPairingFlag.size(), *end = flag.data() + flag.size();
    const auto [rest, error] = std::from_chars(begin, end, costs.pairingCredit);
    if (error != std::errc() || rest != end || !(costs.pairingCredit >= 0 && costs.pairingCredit <= 1)) {
      result.text += "error: " + flag + ": the credit is a number from 0 to 1\n";
      result.status = BuildResult::CompileError;
      return result;
    }
  }
  try {
    if (request.printIr) result.ir = canonicalText(std::move(module), vertices);
    else result.module = lower(std::move(module), std::move(vertices), request.target, optimise, costs);
  } catch (const RefusedError &error) {
    result.text += std::string(error.what()) + "\n";
    result.status = BuildResult::CompileError;
  } catch (const LowerError &error) {
    result.text += std::string("error: ") + error.what() + "\n";
    result.status = BuildResult::LinkError;
  }
  return result;
}

std::string buildDeviceLibrary(const BuildSource &source) {
  llvm::LLVMContext context;
  ParsedSource parsed = parseSource({source.name, source.text, false}, {}, 1, context, true);
  if (!parsed.module) throw std::runtime_error(parsed.diagnostics);
  return lowerDeviceLibrary(*parsed.module);
}

} // namespace popgraph::codelets
