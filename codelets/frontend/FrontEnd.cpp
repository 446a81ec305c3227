#include "codelets/frontend/FrontEnd.hpp"
#include "codelets/frontend/Fields.hpp"
#include <algorithm>
#include <cctype>
#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/GlobalDecl.h>
#include <clang/Basic/SourceManager.h>
#include <clang/CodeGen/ModuleBuilder.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendAction.h>
#include <clang/Frontend/MultiplexConsumer.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <clang/Frontend/Utils.h>
#include <clang/Lex/PreprocessorOptions.h>
#include <clang/Sema/Sema.h>
#include <filesystem>
#include <functional>
#include <llvm/IR/Constants.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

namespace popgraph::codelets {
namespace {

constexpr char kAssemblyRefusal[] = "inline assembly of the IPU cannot be run here; give the codelet a C++ branch "
                                    "under '#ifndef __IPU__'";

bool isBlank(llvm::StringRef text) { return text.find_first_not_of(" \t\r\n") == llvm::StringRef::npos; }

// "file:line:column: error: what" and the line itself, as the compiler prints it.
// `original`: the main file before register names were taken out of it.
std::string errorAt(const clang::SourceManager &sources, clang::SourceLocation where, const std::string &what,
                    const std::string &original) {
  const clang::SourceLocation place = sources.getExpansionLoc(where);
  const clang::PresumedLoc shown = sources.getPresumedLoc(place);
  if (shown.isInvalid()) return "error: " + what;
  const clang::FileID file = sources.getFileID(place);
  const llvm::StringRef text = file == sources.getMainFileID() ? llvm::StringRef(original) : sources.getBufferData(file);
  const std::size_t at = std::min<std::size_t>(sources.getFileOffset(place), text.size());
  const std::size_t before = text.rfind('\n', at);
  const llvm::StringRef line = text.substr(before == llvm::StringRef::npos ? 0 : before + 1).split('\n').first;
  return std::string(shown.getFilename()) + ":" + std::to_string(shown.getLine()) + ":" +
         std::to_string(shown.getColumn()) + ": error: " + what + "\n" + line.str();
}

// Where each piece of inline assembly stands in the source, for the step that finds out which of them can run.
void locateAssembly(llvm::Module &module, const clang::SourceManager &sources, const std::string &original) {
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function)) {
      auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      if (!call || !call->isInlineAsm()) continue;
      std::string text = std::string("error: ") + kAssemblyRefusal;
      if (const llvm::MDNode *node = call->getMetadata("srcloc"))
        if (auto *raw = llvm::mdconst::dyn_extract<llvm::ConstantInt>(node->getOperand(0)))
          text = errorAt(sources,
                         clang::SourceLocation::getFromRawEncoding(static_cast<unsigned>(raw->getZExtValue())),
                         kAssemblyRefusal, original);
      llvm::LLVMContext &context = module.getContext();
      call->setMetadata(kAssemblyPlace, llvm::MDNode::get(context, llvm::MDString::get(context, text)));
    }
}

// Registers of the IPU that assembly clobbers have no names here. What takes their place is as long, so that lines
// and columns stay right.
std::string withoutRegisterNames(std::string text) {
  for (std::size_t at = text.find("\"$"); at != std::string::npos; at = text.find("\"$", at + 1)) {
    std::size_t end = at + 2;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == ':')) ++end;
    if (end - at < 4 || end == text.size() || text[end] != '"' || (text[at + 2] != 'm' && text[at + 2] != 'a')) continue;
    text.replace(at, end + 1 - at, "\"cc\"" + std::string(end - at - 3, ' '));
  }
  return text;
}

// A header of the user's, without register names.
class PlainFile : public llvm::vfs::File {
public:
  explicit PlainFile(std::unique_ptr<llvm::vfs::File> file) : file_(std::move(file)) {}
  llvm::ErrorOr<llvm::vfs::Status> status() override { return file_->status(); }
  llvm::ErrorOr<std::string> getName() override { return file_->getName(); }
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> getBuffer(const llvm::Twine &name, std::int64_t size,
                                                               bool terminated, bool isVolatile) override {
    auto buffer = file_->getBuffer(name, size, terminated, isVolatile);
    if (!buffer || !(*buffer)->getBuffer().contains("\"$")) return buffer;
    return llvm::MemoryBuffer::getMemBufferCopy(withoutRegisterNames((*buffer)->getBuffer().str()), name);
  }
  std::error_code close() override { return file_->close(); }

private:
  std::unique_ptr<llvm::vfs::File> file_;
};

// The file system, noting what is looked for and not there.
class NotingFileSystem : public llvm::vfs::ProxyFileSystem {
public:
  NotingFileSystem(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files, std::vector<std::string> &absent)
      : ProxyFileSystem(std::move(files)), absent_(absent) {}

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine &path) override {
    return note(ProxyFileSystem::status(path), path);
  }
  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> openFileForRead(const llvm::Twine &path) override {
    auto file = note(ProxyFileSystem::openFileForRead(path), path);
    if (!file || isFixed(std::filesystem::absolute(path.str()).string())) return file;
    return std::make_unique<PlainFile>(std::move(*file));
  }

private:
  // Neither the SDK's folders nor the system's change while a program is developed.
  static bool isFixed(const std::string &path) {
    for (const std::string &folder : {sdkPaths().include, sdkPaths().deviceInclude, std::string("/usr")})
      if (llvm::StringRef(path).starts_with(folder + "/")) return true;
    return false;
  }
  template <class Result> Result note(Result result, const llvm::Twine &path) {
    if (result || result.getError() != std::errc::no_such_file_or_directory) return result;
    std::string text = std::filesystem::absolute(path.str()).string();
    if (!isFixed(text)) absent_.push_back(std::move(text));
    return result;
  }
  std::vector<std::string> &absent_;
};

// Runs before code generation ends: finds the vertices and asks for code of their compute().
class VertexConsumer : public clang::ASTConsumer {
public:
  VertexConsumer(clang::CompilerInstance &compiler, clang::CodeGenerator &generator, std::vector<FoundVertex> &found)
      : compiler_(compiler), generator_(generator), found_(found) {}

  void HandleTranslationUnit(clang::ASTContext &context) override {
    refuseFileScopeAssembly(context);
    if (context.getDiagnostics().hasErrorOccurred()) return;
    std::vector<VertexClass> vertices = findVertices(context);
    if (context.getDiagnostics().hasErrorOccurred()) return;
    clang::Sema &sema = compiler_.getSema();
    for (VertexClass &vertex : vertices) {
      // compute() of a base class template is instantiated only when something refers to it.
      sema.MarkFunctionReferenced(vertex.compute->getLocation(), vertex.compute);
    }
    sema.PerformPendingInstantiations();
    if (context.getDiagnostics().hasErrorOccurred()) return;
    for (VertexClass &vertex : vertices) {
      const clang::GlobalDecl decl(vertex.compute);
      generator_.GetAddrOfGlobal(decl, /*isForDefinition=*/false);
      vertex.found.computeSymbol = generator_.GetMangledName(decl).str();
      vertex.found.codelet.returnsBool = vertex.compute->getReturnType()->isBooleanType();
      found_.push_back(std::move(vertex.found));
    }
  }

private:
  static void refuseFileScopeAssembly(clang::ASTContext &context) {
    for (const clang::Decl *decl : context.getTranslationUnitDecl()->decls()) {
      const auto *assembly = llvm::dyn_cast<clang::FileScopeAsmDecl>(decl);
      if (!assembly || isBlank(assembly->getAsmString()->getString())) continue;
      clang::DiagnosticsEngine &diagnostics = context.getDiagnostics();
      diagnostics.Report(decl->getLocation(),
                         diagnostics.getCustomDiagID(clang::DiagnosticsEngine::Error, "%0"))
          << kAssemblyRefusal;
    }
  }

  clang::CompilerInstance &compiler_;
  clang::CodeGenerator &generator_;
  std::vector<FoundVertex> &found_;
};

class CodeletAction : public clang::ASTFrontendAction {
public:
  CodeletAction(const std::string &text, llvm::LLVMContext &context, ParsedSource &result)
      : text_(text), context_(context), result_(result) {}

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &compiler,
                                                        llvm::StringRef file) override {
    auto *generator = clang::CreateLLVMCodeGen(compiler.getDiagnostics(), file, &compiler.getVirtualFileSystem(),
                                               compiler.getHeaderSearchOpts(), compiler.getPreprocessorOpts(),
                                               compiler.getCodeGenOpts(), context_);
    generator_ = generator;
    std::vector<std::unique_ptr<clang::ASTConsumer>> consumers;
    consumers.push_back(std::make_unique<VertexConsumer>(compiler, *generator, result_.vertices));
    consumers.push_back(std::unique_ptr<clang::ASTConsumer>(generator));
    return std::make_unique<clang::MultiplexConsumer>(std::move(consumers));
  }

  void EndSourceFileAction() override {
    clang::CompilerInstance &compiler = getCompilerInstance();
    clang::SourceManager &sources = compiler.getSourceManager();
    for (auto it = sources.fileinfo_begin(); it != sources.fileinfo_end(); ++it) {
      const clang::FileEntryRef file = it->first;
      if (file == sources.getFileEntryRefForID(sources.getMainFileID())) continue;
      // Symbolic links are followed: "/lib/x/../y" must not become "/y" by text alone.
      std::error_code error;
      const auto path = std::filesystem::canonical(file.getName().str(), error);
      result_.files.push_back(error ? std::filesystem::absolute(file.getName().str()).string() : path.string());
    }
    if (!compiler.getDiagnostics().hasErrorOccurred()) result_.module.reset(generator_->ReleaseModule());
    if (result_.module) locateAssembly(*result_.module, sources, text_);
  }

private:
  const std::string &text_;
  llvm::LLVMContext &context_;
  ParsedSource &result_;
  clang::CodeGenerator *generator_ = nullptr;
};

class PreprocessAction : public clang::PreprocessorFrontendAction {
public:
  explicit PreprocessAction(std::string &text) : text_(text) {}
  void ExecuteAction() override {
    llvm::raw_string_ostream stream(text_);
    clang::CompilerInstance &compiler = getCompilerInstance();
    clang::DoPrintPreprocessedInput(compiler.getPreprocessor(), &stream, compiler.getPreprocessorOutputOpts());
  }

private:
  std::string &text_;
};

} // namespace

const SdkPaths &sdkPaths() {
  static const SdkPaths paths = [] {
    const std::filesystem::path sdk = std::filesystem::canonical("/proc/self/exe").parent_path().parent_path();
    return SdkPaths{sdk / "include", sdk / "lib/popgraph/device/include", sdk / "lib/popgraph/device/math.bc"};
  }();
  return paths;
}

namespace {

// Everything but the input: what the driver would be called with.
std::vector<std::string> compilerArguments(const char *language, const std::vector<std::string> &flags,
                                           unsigned numWorkers, bool deviceLibrary) {
  // Where the driver thinks it is decides where it looks for the standard library.
  std::vector<std::string> args = {POPGRAPH_CLANG_DRIVER, std::string("-x") + language};
  if (std::string(language) == "c++") args.push_back("-std=c++17");
  args.insert(args.end(), flags.begin(), flags.end());
  // Ours come last: they decide. Results must not depend on the host's libm, so nothing is folded with it; codelets
  // cast pointers freely; the same optimisation is used whatever -O says, so that costs do not depend on it. Host code
  // in the same file may throw and ask for types: what of it a codelet uses is found later.
  for (const char *flag :
       {"-O2", "-g0", "-target", "x86_64-linux-gnu", "-march=x86-64-v3", "-ffp-contract=off",
        "-fcomplex-arithmetic=basic", "-fexceptions", "-frtti", "-Xclang", "-ffloat16-excess-precision=none",
        "-fno-math-errno", "-fno-strict-aliasing", "-fno-builtin", "-fno-threadsafe-statics",
        "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-stack-protector", "-fcf-protection=none",
        "-fno-fast-math", "-Wno-unknown-attributes", "-Wno-ignored-attributes", "-Wno-unused-command-line-argument",
        "-fno-color-diagnostics", "-D__POPC__=1", "-DPOPLIBS_DISABLE_ASM_CODELETS=1", "-c", "-o", "/dev/null"})
    args.push_back(flag);
  args.push_back("-D__POPGRAPH_NUM_WORKERS__=" + std::to_string(numWorkers));
  args.push_back("-resource-dir=" POPGRAPH_CLANG_RESOURCE_DIR);
  if (!deviceLibrary) args.insert(args.end(), {"-isystem", sdkPaths().include});
  args.insert(args.end(), {"-isystem", sdkPaths().deviceInclude});
  return args;
}

ParsedSource run(const SourceText &source, std::vector<std::string> args,
                 const std::function<bool(clang::CompilerInstance &, ParsedSource &)> &action) {
  ParsedSource result;
  args.push_back(source.name);
  std::vector<const char *> argv;
  for (const std::string &arg : args) argv.push_back(arg.c_str());

  llvm::raw_string_ostream text(result.diagnostics);
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> options = new clang::DiagnosticOptions();
  auto *printer = new clang::TextDiagnosticPrinter(text, options.get());
  llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine> driverDiagnostics =
      clang::CompilerInstance::createDiagnostics(options.get(), printer);

  // The driver looks whether its input exists; the text is given, so that what was hashed is what is compiled.
  llvm::IntrusiveRefCntPtr<llvm::vfs::OverlayFileSystem> files =
      new llvm::vfs::OverlayFileSystem(llvm::vfs::getRealFileSystem());
  llvm::IntrusiveRefCntPtr<llvm::vfs::InMemoryFileSystem> memory = new llvm::vfs::InMemoryFileSystem();
  memory->setCurrentWorkingDirectory(std::filesystem::current_path().string());
  memory->addFile(source.name, 0, llvm::MemoryBuffer::getMemBufferCopy(withoutRegisterNames(source.text), source.name));
  files->pushOverlay(memory);

  clang::CreateInvocationOptions create;
  create.Diags = driverDiagnostics;
  create.VFS = files;
  std::shared_ptr<clang::CompilerInvocation> invocation = clang::createInvocation(argv, create);
  if (!invocation || driverDiagnostics->hasErrorOccurred()) {
    if (result.diagnostics.empty()) result.diagnostics = "error: cannot interpret the compiler flags\n";
    return result;
  }
  clang::CompilerInstance compiler;
  compiler.setInvocation(invocation);
  compiler.getFrontendOpts().DisableFree = false;
  compiler.createDiagnostics(new clang::TextDiagnosticPrinter(text, &invocation->getDiagnosticOpts()));
  compiler.setVerboseOutputStream(text);
  compiler.createFileManager(new NotingFileSystem(files, result.absent));
  if (!action(compiler, result)) result.module.reset();
  text.flush();
  return result;
}

// The first `__builtin_ipu_...` that the diagnostics quote, or nothing.
std::string quotedBuiltin(const std::string &diagnostics) {
  const std::size_t at = diagnostics.find("'__builtin_ipu_");
  if (at == std::string::npos) return "";
  const std::size_t end = diagnostics.find('\'', at + 1);
  return diagnostics.substr(at + 1, std::min(end, diagnostics.size()) - at - 1);
}

} // namespace

ParsedSource parseSource(const SourceText &source, const std::vector<std::string> &flags, unsigned numWorkers,
                         llvm::LLVMContext &context, bool deviceLibrary) {
  std::vector<std::string> args = compilerArguments(source.isC ? "c" : "c++", flags, numWorkers, deviceLibrary);
  const auto parse = [&] {
    return run(source, args, [&](clang::CompilerInstance &compiler, ParsedSource &result) {
      CodeletAction action(source.text, context, result);
      return compiler.ExecuteAction(action);
    });
  };
  ParsedSource result = parse();
  // The processor's own functions need no header. Their models are included only where they are missed: most codelets
  // do not need them, and some bring their own.
  if (!result.module && !source.isC && !quotedBuiltin(result.diagnostics).empty()) {
    args.insert(args.end(), {"-include", sdkPaths().deviceInclude + "/popgraph/Builtins.h"});
    result = parse();
    if (const std::string name = quotedBuiltin(result.diagnostics); !result.module && !name.empty())
      result.diagnostics += "error: " + name + " has no model that runs here, or not with these arguments; put it under "
                            "'#ifdef __IPU__' and give the codelet a branch in plain C++\n";
  }
  if (!result.module && result.diagnostics.find(" in asm") != std::string::npos)
    result.diagnostics += std::string("error: ") + kAssemblyRefusal + "\n";
  return result;
}

ParsedSource preprocessAssembly(const SourceText &source, const std::vector<std::string> &flags, unsigned numWorkers,
                                std::string &text) {
  std::vector<std::string> args = compilerArguments("c", flags, numWorkers, false);
  args.push_back("-D__ASSEMBLER__=1");
  return run(source, args, [&](clang::CompilerInstance &compiler, ParsedSource &) {
    compiler.getLangOpts().AsmPreprocessor = true; // '#' begins comments too
    compiler.getPreprocessorOutputOpts().ShowCPP = true;
    compiler.getPreprocessorOutputOpts().ShowLineMarkers = false;
    PreprocessAction action(text);
    return compiler.ExecuteAction(action);
  });
}

} // namespace popgraph::codelets
