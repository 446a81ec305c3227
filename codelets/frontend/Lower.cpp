#include "codelets/frontend/Lower.hpp"
#include "codelets/client/Compiler.hpp"
#include "codelets/frontend/CounterExits.hpp"
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Demangle/Demangle.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Linker/Linker.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/IPO/Internalize.h>
#include <llvm/Transforms/Scalar/IndVarSimplify.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Utils/LCSSA.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>
#include <llvm/Transforms/Utils/Mem2Reg.h>
#include <set>

namespace popgraph::codelets {
namespace {

using namespace llvm;

constexpr unsigned kInlinedMathematics = 200; // instructions
constexpr unsigned kWorkersOfIpu = 6;         // a worker issues once in as many cycles

/// Analyses of one run of a pipeline. No library function is known by name: none may be folded or invented.
struct Pipeline {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PassBuilder builder;

  Pipeline(TargetMachine *machine, PipelineTuningOptions options, const Module &module) : builder(machine, options) {
    TargetLibraryInfoImpl library{Triple(module.getTargetTriple())};
    library.disableAllFunctions();
    functions.registerPass([&] { return TargetLibraryAnalysis(library); });
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(sccs);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, sccs, modules);
  }
  void run(ModulePassManager passes, Module &module) { passes.run(module, modules); }
};

TargetMachine &hostMachine() {
  static const std::unique_ptr<TargetMachine> machine = [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
    const std::string triple = "x86_64-unknown-linux-gnu";
    std::string error;
    const Target *target = TargetRegistry::lookupTarget(triple, error);
    if (!target) throw std::runtime_error("LLVM has no x86-64 code generator: " + error);
    TargetOptions options;
    options.AllowFPOpFusion = FPOpFusion::Strict;
    return std::unique_ptr<TargetMachine>(target->createTargetMachine(triple, "x86-64-v3", "", options, Reloc::PIC_,
                                                                      CodeModel::Small, CodeGenOptLevel::Default));
  }();
  return *machine;
}

void internalise(Module &module, const std::set<std::string> &keep) {
  internalizeModule(module, [&](const GlobalValue &value) { return keep.count(value.getName().str()) != 0; });
}

void verify(Module &module, const char *step) {
  std::string text;
  raw_string_ostream stream(text);
  if (verifyModule(module, &stream))
    throw std::logic_error(std::string("invalid IR after ") + step + ": " + stream.str());
}

// Operations on halves that the host has no instruction for are done in float, which changes no result: it would call
// functions of the C library.
void widenHalfIntrinsics(Module &module) {
  std::vector<IntrinsicInst *> calls;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<IntrinsicInst>(&instruction); call && call->getType()->getScalarType()->isHalfTy())
        calls.push_back(call);
  for (IntrinsicInst *call : calls) {
    SmallVector<Value *, 3> arguments;
    IRBuilder<> builder(call);
    for (Value *argument : call->args())
      if (argument->getType() == call->getType())
        arguments.push_back(builder.CreateFPExt(argument, call->getType()->getWithNewType(builder.getFloatTy())));
    if (arguments.size() != call->arg_size()) continue;
    Value *wide = builder.CreateIntrinsic(call->getIntrinsicID(), {arguments[0]->getType()}, arguments);
    call->replaceAllUsesWith(builder.CreateFPTrunc(wide, call->getType()));
    call->eraseFromParent();
  }
}

// The device mathematics functions that are used, with their bodies. After costing: their bodies cost nothing, the
// calls have cost their table rows.
void linkMathematics(Module &module) {
  bool used = false;
  for (const Function &function : module)
    used |= function.isDeclaration() && function.getName().starts_with(kMathPrefix) && !function.use_empty();
  if (!used) return;
  auto buffer = MemoryBuffer::getFile(sdkPaths().math);
  if (!buffer) throw std::runtime_error("cannot read " + sdkPaths().math + ": " + buffer.getError().message());
  auto library = parseBitcodeFile((*buffer)->getMemBufferRef(), module.getContext());
  if (!library) throw std::runtime_error(sdkPaths().math + ": " + toString(library.takeError()));
  std::set<std::string> names;
  for (const Function &function : **library)
    if (!function.isDeclaration()) names.insert(function.getName().str());
  (*library)->setTargetTriple(module.getTargetTriple());
  if (Linker::linkModules(module, std::move(*library), Linker::LinkOnlyNeeded))
    throw std::logic_error("cannot link the device mathematics library");
  for (const std::string &name : names)
    if (Function *function = module.getFunction(name); function && !function->isDeclaration()) {
      function->setLinkage(GlobalValue::InternalLinkage);
      function->removeFnAttr("no-builtins");
      // Loops over a function vectorise when its body is in them.
      if (function->getInstructionCount() < kInlinedMathematics) function->addFnAttr(Attribute::AlwaysInline);
    }
}

// The code that is costed. Returns the symbols of the compute() functions.
std::vector<std::string> canonicalise(Module &module, const std::vector<FoundVertex> &vertices) {
  std::vector<std::string> computes;
  for (const FoundVertex &vertex : vertices) computes.push_back(vertex.computeSymbol);
  removeHostedParts(module);
  mapAssembly(module, vertices);
  // Before anything is folded: the host's mathematics must not get into results.
  mapLibraryCalls(module);
  optimiseCanonically(module, computes);
  return computes;
}

} // namespace

void optimiseCanonically(llvm::Module &module, const std::vector<std::string> &keep, bool deviceLibrary) {
  // compute() is inline in its class: without a caller it would be dropped.
  for (const std::string &name : keep)
    if (Function *function = module.getFunction(name); function && !function->isDeclaration()) {
      function->setLinkage(GlobalValue::ExternalLinkage);
      function->setComdat(nullptr);
      // No edge points into a vertex image, so what is written through edges does not change fields.
      if (!deviceLibrary) function->addParamAttr(0, Attribute::NoAlias);
    }
  internalise(module, {keep.begin(), keep.end()});
  PipelineTuningOptions options;
  options.LoopInterleaving = options.LoopVectorization = options.SLPVectorization = false;
  // Without a target machine: the result does not depend on the host, and only loops of few turns whose number is known
  // are unrolled.
  Pipeline pipeline(nullptr, options, module);
  pipeline.run(pipeline.builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2), module);
}

std::vector<std::string> undefinedSymbols(const llvm::Module &module) {
  std::vector<std::string> names;
  for (const GlobalValue &value : module.global_values()) {
    if (!value.isDeclaration() || value.use_empty()) continue;
    const StringRef name = value.getName();
    if (auto *function = dyn_cast<Function>(&value); function && function->isIntrinsic()) continue;
    if (name == kContextFunction || name == kHandScheduledMark || name == kPrintFunction ||
        name.starts_with(kMathPrefix))
      continue;
    names.push_back(demangle(name.str()));
  }
  return names;
}

std::string emitObject(llvm::Module &module, bool optimise) {
  TargetMachine &machine = hostMachine();
  module.setTargetTriple(machine.getTargetTriple().str());
  {
    PipelineTuningOptions options;
    options.LoopVectorization = options.SLPVectorization = options.LoopInterleaving = options.LoopUnrolling = true;
    Pipeline pipeline(&machine, options, module);
    ModulePassManager passes;
    passes.addPass(GlobalDCEPass()); // of functions and their copies that do not count, some are not used
    if (optimise) {
      // Counters become registers and then closed forms before the vectoriser looks at the loops.
      FunctionPassManager first;
      first.addPass(PromotePass());
      first.addPass(LoopSimplifyPass());
      first.addPass(LCSSAPass());
      first.addPass(CounterExitsPass());
      LoopPassManager loopPasses;
      loopPasses.addPass(IndVarSimplifyPass());
      first.addPass(createFunctionToLoopPassAdaptor(std::move(loopPasses)));
      passes.addPass(createModuleToFunctionPassAdaptor(std::move(first)));
      passes.addPass(pipeline.builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3));
    } else {
      passes.addPass(pipeline.builder.buildO0DefaultPipeline(OptimizationLevel::O0));
    }
    pipeline.run(std::move(passes), module);
  }
  // The optimiser may have narrowed them again, and x86-64 has no instructions for halves.
  widenHalfIntrinsics(module);
  verify(module, "host optimisation");
  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  legacy::PassManager emit;
  if (machine.addPassesToEmitFile(emit, stream, nullptr, CodeGenFileType::ObjectFile))
    throw std::logic_error("LLVM cannot write x86-64 objects");
  emit.run(module);
  return std::string(object.begin(), object.end());
}

CodeletModule lower(std::unique_ptr<llvm::Module> module, std::vector<FoundVertex> vertices,
                    const std::string &target, bool optimise, const CostOptions &costs) {
  CodeletModule result;
  result.target = target;
  const std::vector<std::string> computes = canonicalise(*module, vertices);
  dropInitialisers(*module, computes);
  refuseAssembly(*module);
  const std::vector<std::string> missing = undefinedSymbols(*module);
  if (!missing.empty()) {
    std::string text;
    for (const std::string &name : missing)
      text += (text.empty() ? "undefined symbol: " : "\nundefined symbol: ") + name;
    throw LowerError(text);
  }
  const Function *context = module->getFunction(kContextFunction);
  result.readsContext = context && !context->use_empty();
  // Costs are those of the canonical code; what follows changes how fast the host runs it and not what it counts.
  addContextAndCosts(*module, vertices, costs);
  moveGlobals(*module, result);
  const unsigned slotCycles = target.starts_with("cpu") ? 1 : kWorkersOfIpu;
  addLaunchers(*module, vertices, slotCycles);
  if (slotCycles == 1) // nobody asks a CPU target for cycles
    for (FoundVertex &vertex : vertices) vertex.computeSymbol = vertex.plainSymbol;
  widenHalfIntrinsics(*module);
  addStochasticVariants(*module);
  addRunFunctions(*module, vertices, slotCycles);
  verify(*module, "adding the context");
  linkMathematics(*module);
  result.object = emitObject(*module, optimise);
  for (FoundVertex &vertex : vertices) result.codelets.push_back(std::move(vertex.codelet));
  try {
    // Code generation may add calls of its own (128-bit division): find out here and not when a program loads it.
    const LoadedModule trial(result);
  } catch (const LinkError &error) {
    throw LowerError(error.output);
  }
  return result;
}

std::string canonicalText(std::unique_ptr<llvm::Module> module, const std::vector<FoundVertex> &vertices) {
  canonicalise(*module, vertices);
  std::string text;
  raw_string_ostream stream(text);
  module->print(stream, nullptr);
  return stream.str();
}

std::string lowerDeviceLibrary(llvm::Module &module) {
  std::vector<std::string> keep;
  for (const Function &function : module)
    if (!function.isDeclaration() && function.getName().starts_with(kMathPrefix))
      keep.push_back(function.getName().str());
  mapLibraryCalls(module);
  optimiseCanonically(module, keep, true);
  std::string bytes;
  raw_string_ostream stream(bytes);
  WriteBitcodeToFile(module, stream);
  return stream.str();
}

} // namespace popgraph::codelets
