#include "codelets/frontend/FrontEnd.hpp"
#include "codelets/frontend/Fields.hpp"
#include <clang/AST/ASTContext.h>
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
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

namespace popgraph::codelets {
namespace {

// Runs before code generation ends: finds the vertices and asks for code of their compute().
class VertexConsumer : public clang::ASTConsumer {
public:
  VertexConsumer(clang::CompilerInstance &compiler, clang::CodeGenerator &generator, std::vector<FoundVertex> &found)
      : compiler_(compiler), generator_(generator), found_(found) {}

  void HandleTranslationUnit(clang::ASTContext &context) override {
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
  clang::CompilerInstance &compiler_;
  clang::CodeGenerator &generator_;
  std::vector<FoundVertex> &found_;
};

class CodeletAction : public clang::ASTFrontendAction {
public:
  CodeletAction(llvm::LLVMContext &context, ParsedSource &result) : context_(context), result_(result) {}

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
  }

private:
  llvm::LLVMContext &context_;
  ParsedSource &result_;
  clang::CodeGenerator *generator_ = nullptr;
};

} // namespace

const SdkPaths &sdkPaths() {
  static const SdkPaths paths = [] {
    const std::filesystem::path sdk = std::filesystem::canonical("/proc/self/exe").parent_path().parent_path();
    return SdkPaths{sdk / "include", sdk / "lib/popgraph/device/include", sdk / "lib/popgraph/device/math.bc"};
  }();
  return paths;
}

ParsedSource parseSource(const SourceText &source, const std::vector<std::string> &flags, unsigned numWorkers,
                         llvm::LLVMContext &context, bool deviceLibrary) {
  ParsedSource result;
  // Where the driver thinks it is decides where it looks for the standard library.
  std::vector<std::string> args = {POPGRAPH_CLANG_DRIVER, source.isC ? "-xc" : "-xc++"};
  if (!source.isC) args.push_back("-std=c++17");
  args.insert(args.end(), flags.begin(), flags.end());
  // Ours come last: they decide. Results must not depend on the host's libm, so nothing is folded with it; codelets
  // cast pointers freely; the same optimisation is used whatever -O says, so that costs do not depend on it.
  for (const char *flag :
       {"-O2", "-g0", "-target", "x86_64-linux-gnu", "-march=x86-64-v3", "-ffp-contract=off", "-fno-exceptions",
        "-fno-rtti", "-fno-math-errno", "-fno-strict-aliasing", "-fno-builtin", "-fno-threadsafe-statics",
        "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-stack-protector", "-fcf-protection=none",
        "-fno-fast-math", "-Wno-unknown-attributes", "-Wno-ignored-attributes", "-Wno-unused-command-line-argument",
        "-fno-color-diagnostics", "-D__POPC__=1", "-DPOPLIBS_DISABLE_ASM_CODELETS=1", "-c", "-o", "/dev/null"})
    args.push_back(flag);
  args.push_back("-D__POPGRAPH_NUM_WORKERS__=" + std::to_string(numWorkers));
  args.push_back("-resource-dir=" POPGRAPH_CLANG_RESOURCE_DIR);
  if (!deviceLibrary) args.insert(args.end(), {"-isystem", sdkPaths().include});
  args.insert(args.end(), {"-isystem", sdkPaths().deviceInclude});
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
  memory->addFile(source.name, 0, llvm::MemoryBuffer::getMemBufferCopy(source.text, source.name));
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
  compiler.createFileManager(files);
  CodeletAction action(context, result);
  if (!compiler.ExecuteAction(action)) result.module.reset();
  text.flush();
  return result;
}

} // namespace popgraph::codelets
