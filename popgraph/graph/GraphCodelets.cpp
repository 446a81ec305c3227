// The part of poplar::Graph that compiles and loads codelets.
#include <poplar/Graph.hpp>

#include <ostream>
#include <spdlog/fmt/fmt.h>

#include "codelets/client/Compiler.hpp"
#include "popgraph/api/TargetAccess.hpp"
#include "popgraph/graph/GraphState.hpp"

namespace poplar {

using popgraph::GraphState;

namespace {

popgraph::codelets::SourceKind sourceKind(CodeletFileType type) {
  using popgraph::codelets::SourceKind;
  switch (type) {
  case CodeletFileType::Auto: return SourceKind::Auto;
  case CodeletFileType::CppSource: return SourceKind::Cpp;
  case CodeletFileType::CSource: return SourceKind::C;
  case CodeletFileType::IrSource: return SourceKind::Ir;
  case CodeletFileType::Object: return SourceKind::Object;
  case CodeletFileType::PreprocessedAsmSource:
  case CodeletFileType::AsmSource: return SourceKind::Assembly;
  }
  throw graph_program_compilation_error("Graph::addCodelets: no such type of codelet file");
}

void load(GraphState &state, popgraph::codelets::CompileRequest request, StringRef flags, StringRef target,
          std::string *messages = nullptr) {
  // What the machine's compiler pairs; flags that the program gives come later and win.
  if (const double credit = popgraph::machineOf(state.target).pairingCredit; credit > 0)
    request.flags = fmt::format("-mpairing-credit={} ", credit);
  request.flags += flags.cloneAsString();
  request.target = target.empty() ? state.target.getTargetArchString().cloneAsString() : target.cloneAsString();
  try {
    for (auto &module : popgraph::codelets::load(request, messages)) state.addModule(std::move(module));
  } catch (const popgraph::codelets::CompileError &error) {
    throw graph_program_compilation_error(error.what());
  } catch (const popgraph::codelets::LinkError &error) {
    throw link_error(error.what(), error.output);
  } catch (const popgraph::codelets::FileError &error) {
    throw file_load_error(error.path, error.what());
  } catch (const popgraph::codelets::HelperError &error) {
    throw no_environment(error.what());
  }
}

} // namespace

bool Graph::addCodelets(StringRef path, CodeletFileType type, StringRef flags, StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  request.sources.push_back({path.cloneAsString(), "", false, sourceKind(type)});
  load(*state_, std::move(request), flags, targetName);
  return true;
}

bool Graph::addCodeletFiles(ArrayRef<StringRef> paths, StringRef flags, StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  for (const StringRef &path : paths)
    request.sources.push_back({path.cloneAsString(), "", false, popgraph::codelets::SourceKind::Auto});
  load(*state_, std::move(request), flags, targetName);
  return true;
}

bool Graph::addCodeletText(StringRef source, std::ostream *messages, StringRef flags, CodeletFileType type,
                           StringRef targetName) {
  popgraph::codelets::CompileRequest request;
  request.sources.push_back({"codelet.cpp", source.cloneAsString(), true, sourceKind(type)});
  try {
    std::string warnings;
    load(*state_, std::move(request), flags, targetName, messages ? &warnings : nullptr);
    if (messages) *messages << warnings;
  } catch (const graph_program_compilation_error &error) {
    if (messages) *messages << error.what();
    throw;
  } catch (const link_error &error) {
    if (messages) *messages << error.what();
    throw;
  }
  return true;
}

bool Graph::hasCodelet(StringRef vertexName) const { return state_->findCodelet(popgraph::textOf(vertexName)) >= 0; }

} // namespace poplar
