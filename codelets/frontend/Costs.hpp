#pragma once
// What the blocks of one function of canonical IR cost on a worker.
#include "codelets/frontend/Lower.hpp"
#include "popgraph/machine/CostTable.hpp"
#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/InstrTypes.h>
#include <vector>

namespace popgraph::codelets {

/// Slots that depend on a value: slots += ((size + 7) >> 3) * perWord, counted where `at` runs.
struct DynamicCost {
  llvm::Instruction *at;
  llvm::Value *bytes;
  std::uint32_t perWord;
};

/// A call that asks for the cycles so far: slots of its block that were issued before it.
struct CycleReading {
  llvm::CallBase *at;
  std::uint32_t slotsOfBlock;
};

struct FunctionCost {
  std::uint32_t unit = 1;                                   ///< parts of a slot that the numbers below count
  llvm::DenseMap<llvm::BasicBlock *, std::uint32_t> blocks; ///< each time the block runs
  std::vector<DynamicCost> dynamic;
  std::vector<CycleReading> readings;
  std::uint32_t instructions = 0;                           ///< of code
};

/// Takes the mark of hand-scheduled code out of the function. `supervises`: it runs on the supervisor, a cycle for each
/// slot.
FunctionCost costOf(llvm::Function &function, llvm::LoopInfo &loops, llvm::ScalarEvolution &evolution,
                    const CostOptions &options, bool supervises);

} // namespace popgraph::codelets
