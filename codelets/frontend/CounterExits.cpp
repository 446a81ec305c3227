#include "codelets/frontend/CounterExits.hpp"
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/ScalarEvolutionExpander.h>

namespace popgraph::codelets {
namespace {

using namespace llvm;

class Rewriter {
public:
  Rewriter(Function &function, LoopInfo &loops, ScalarEvolution &evolution)
      : loops_(loops), evolution_(evolution),
        expander_(evolution, function.getParent()->getDataLayout(), "slots") {}

  bool run() {
    bool changed = false;
    for (Loop *loop : loops_.getLoopsInPreorder())
      if (loop->isInnermost()) changed |= visit(*loop);
    return changed;
  }

private:
  struct Counter {
    PHINode *phi = nullptr;
    const SCEVAddRecExpr *recurrence = nullptr;
    bool down = false;
  };

  const SCEVAddRecExpr *recurrenceOf(Value *value, const Loop &loop) {
    if (!evolution_.isSCEVable(value->getType())) return nullptr;
    const auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution_.getSCEV(value));
    return recurrence && recurrence->getLoop() == &loop && recurrence->isAffine() ? recurrence : nullptr;
  }

  // Whether the value is there only to be summed up: all it feeds in the loop is its own next value.
  bool onlyCounts(PHINode &phi, const Loop &loop) {
    SmallPtrSet<Instruction *, 8> seen;
    SmallVector<Instruction *, 8> work{&phi};
    while (!work.empty()) {
      Instruction *one = work.pop_back_val();
      if (!seen.insert(one).second) continue;
      for (User *user : one->users()) {
        auto *next = cast<Instruction>(user);
        if (!loop.contains(next)) continue;
        if (next->getOpcode() != Instruction::Add && next != &phi) return false;
        work.push_back(next);
      }
    }
    return true;
  }

  // A counter in steps of one that the loop needs anyway.
  Counter stepping(const Loop &loop) {
    for (PHINode &phi : loop.getHeader()->phis()) {
      if (!phi.getType()->isIntegerTy() || phi.getType()->getIntegerBitWidth() < 32 || onlyCounts(phi, loop)) continue;
      const SCEVAddRecExpr *recurrence = recurrenceOf(&phi, loop);
      if (!recurrence) continue;
      const auto *step = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution_));
      if (!step) continue;
      if (step->getAPInt().isOne()) return {&phi, recurrence, false};
      if (step->getAPInt().isAllOnes()) return {&phi, recurrence, true};
    }
    return {};
  }

  bool visit(Loop &loop) {
    if (!loop.isLoopSimplifyForm() || !isa<SCEVCouldNotCompute>(evolution_.getBackedgeTakenCount(&loop))) return false;
    const Counter counter = stepping(loop);
    if (!counter.phi) return false;
    bool changed = false;
    SmallVector<BasicBlock *, 4> exits;
    loop.getUniqueExitBlocks(exits);
    for (BasicBlock *exit : exits) {
      SmallVector<PHINode *, 8> phis;
      for (PHINode &phi : exit->phis()) phis.push_back(&phi);
      for (PHINode *phi : phis)
        if (phi->getType()->isIntegerTy(32)) changed |= rewrite(*phi, loop, counter);
    }
    return changed;
  }

  bool rewrite(PHINode &phi, const Loop &loop, const Counter &counter) {
    // All ways out: the same step, and starts that differ by constants.
    const SCEV *start = nullptr, *step = nullptr;
    SmallVector<ConstantInt *, 4> extra;
    for (Value *incoming : phi.incoming_values()) {
      const SCEVAddRecExpr *recurrence = recurrenceOf(incoming, loop);
      if (!recurrence) return false;
      const SCEV *thisStep = recurrence->getStepRecurrence(evolution_);
      if (!start) start = recurrence->getStart(), step = thisStep;
      const auto *difference = dyn_cast<SCEVConstant>(evolution_.getMinusSCEV(recurrence->getStart(), start));
      if (!difference || step != thisStep || !isa<SCEVConstant>(step)) return false;
      auto *from = dyn_cast<Instruction>(incoming);
      if (!from || !feedsOnlyCounter(*from, loop)) return false;
      extra.push_back(cast<ConstantInt>(difference->getValue()));
    }
    BasicBlock *exit = phi.getParent();
    PHINode *position = PHINode::Create(counter.phi->getType(), phi.getNumIncomingValues(), "", exit->begin());
    PHINode *offset = PHINode::Create(phi.getType(), phi.getNumIncomingValues(), "", exit->begin());
    for (unsigned i = 0; i != phi.getNumIncomingValues(); ++i) {
      position->addIncoming(counter.phi, phi.getIncomingBlock(i));
      offset->addIncoming(extra[i], phi.getIncomingBlock(i));
    }
    // iterations done = (position - its start) / (1 or -1), modulo 2^32
    Type *word = phi.getType();
    const SCEV *here = evolution_.getTruncateOrNoop(evolution_.getUnknown(position), word);
    const SCEV *begin = evolution_.getTruncateOrNoop(counter.recurrence->getStart(), word);
    const SCEV *iterations = counter.down ? evolution_.getMinusSCEV(begin, here) : evolution_.getMinusSCEV(here, begin);
    const SCEV *sum = evolution_.getAddExpr(start, evolution_.getMulExpr(step, iterations));
    Value *value = expander_.expandCodeFor(sum, word, exit->getFirstInsertionPt());
    IRBuilder<> builder(exit, isa<Instruction>(value) && cast<Instruction>(value)->getParent() == exit &&
                                      !isa<PHINode>(value)
                                  ? std::next(cast<Instruction>(value)->getIterator())
                                  : exit->getFirstInsertionPt());
    Value *total = builder.CreateAdd(value, offset);
    phi.replaceAllUsesWith(total);
    evolution_.forgetValue(&phi);
    phi.eraseFromParent();
    return true;
  }

  // Through additions back to a phi that only counts: other values may well be needed in the loop.
  bool feedsOnlyCounter(Instruction &value, const Loop &loop) {
    Instruction *one = &value;
    while (one->getOpcode() == Instruction::Add) {
      auto *next = dyn_cast<Instruction>(one->getOperand(0));
      if (!next || !isa<ConstantInt>(one->getOperand(1))) return false;
      one = next;
    }
    auto *phi = dyn_cast<PHINode>(one);
    return phi && phi->getParent() == loop.getHeader() && onlyCounts(*phi, loop);
  }

  LoopInfo &loops_;
  ScalarEvolution &evolution_;
  SCEVExpander expander_;
};

} // namespace

llvm::PreservedAnalyses CounterExitsPass::run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses) {
  Rewriter rewriter(function, analyses.getResult<LoopAnalysis>(function),
                    analyses.getResult<ScalarEvolutionAnalysis>(function));
  return rewriter.run() ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace popgraph::codelets
