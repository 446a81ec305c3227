// What C++ on a host has and a tile has not: exceptions, type information, initialisers that run before everything.
// Host code in the same file may use all of them; a codelet that does is refused where it is found to.
#include "codelets/frontend/Lower.hpp"
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/Utils/Local.h>

namespace popgraph::codelets {
namespace {

using namespace llvm;

void removeExceptionHandling(Function &function) {
  std::vector<InvokeInst *> invokes;
  for (BasicBlock &block : function)
    if (auto *invoke = dyn_cast<InvokeInst>(block.getTerminator())) invokes.push_back(invoke);
  for (InvokeInst *invoke : invokes) changeToCall(invoke);
  // Landing pads have lost their way in.
  if (!invokes.empty()) removeUnreachableBlocks(function);
  if (function.hasPersonalityFn()) function.setPersonalityFn(nullptr);
  function.setDoesNotThrow();
}

using Reached = SmallPtrSet<const Constant *, 32>;

void reach(const Constant *value, Reached &reached) {
  SmallVector<const Constant *, 32> work{value};
  while (!work.empty()) {
    const Constant *one = work.pop_back_val();
    if (!reached.insert(one).second) continue;
    const auto add = [&](const User &user) {
      for (const Use &operand : user.operands())
        if (auto *constant = dyn_cast<Constant>(operand)) work.push_back(constant);
    };
    add(*one);
    if (auto *function = dyn_cast<Function>(one))
      for (const BasicBlock &block : *function)
        for (const Instruction &instruction : block) add(instruction);
  }
}

} // namespace

void removeHostedParts(llvm::Module &module) {
  for (Function &function : module) removeExceptionHandling(function);
  for (GlobalVariable &global : make_early_inc_range(module.globals()))
    if (global.getName().starts_with("_ZTI") || global.getName().starts_with("_ZTS")) {
      global.replaceAllUsesWith(ConstantPointerNull::get(global.getType()));
      global.eraseFromParent();
    }
}

void dropInitialisers(llvm::Module &module, const std::vector<std::string> &roots) {
  GlobalVariable *list = module.getNamedGlobal("llvm.global_ctors");
  if (!list) return;
  Reached used, initialised;
  for (const std::string &root : roots) reach(module.getFunction(root), used);
  reach(list, initialised);
  std::string names;
  for (const GlobalVariable &global : module.globals())
    if (!global.isConstant() && !global.isDeclaration() && used.contains(&global) && initialised.contains(&global))
      names += (names.empty() ? "'" : ", '") + global.getName().str() + "'";
  if (!names.empty())
    throw LowerError("global variable " + names + " needs code to initialise it: nothing runs before a codelet");
  list->eraseFromParent();
  // What only the initialisers referred to goes too.
  PassBuilder builder;
  ModuleAnalysisManager analyses;
  builder.registerModuleAnalyses(analyses);
  GlobalDCEPass().run(module, analyses);
}

} // namespace popgraph::codelets
