#pragma once
// Slot counters of loops that data end.
#include <llvm/IR/PassManager.h>

namespace popgraph::codelets {

/// A counter that grows by a constant per iteration is, where the loop is left, a function of another counter of the
/// same loop: `slots` needs no register and no addition inside. Wants loops in simplified and loop-closed form.
struct CounterExitsPass : llvm::PassInfoMixin<CounterExitsPass> {
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace popgraph::codelets
