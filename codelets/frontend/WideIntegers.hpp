#pragma once
// 64-bit integers on the host are 32-bit on the device where they only exist because size_t and pointers are wide. What
// is computed together has one width: 64 bits where a value is 64 bits wide in memory or does not fit into 32 bits; 32
// bits where one addresses memory or counts the turns of a loop; else 64 bits, as the optimiser has narrowed the rest.
#include <llvm/ADT/EquivalenceClasses.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/IR/Instructions.h>

namespace popgraph::codelets {

class WideIntegers {
public:
  WideIntegers(llvm::Function &function, llvm::LoopInfo &loops, llvm::ScalarEvolution &evolution);
  /// Whether the device computes it in 64 bits or more.
  bool wide(llvm::Value *value) const;

private:
  void mark(llvm::SmallPtrSet<llvm::Value *, 16> &leaders, llvm::Value *value);

  llvm::EquivalenceClasses<llvm::Value *> classes_;
  llvm::SmallPtrSet<llvm::Value *, 16> wideLeaders_, narrowLeaders_;
};

} // namespace popgraph::codelets
