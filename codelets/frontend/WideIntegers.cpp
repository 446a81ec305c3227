#include "codelets/frontend/WideIntegers.hpp"
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>

namespace popgraph::codelets {

using namespace llvm;

namespace {

bool is64(Value *value) { return value->getType()->isIntegerTy(64); }

/// By a constant beyond 32 bits, or by shifting down what lies above them. A shift up and down again is the sign
/// extension of an index.
bool needsHigh(const BinaryOperator &operation) {
  const unsigned opcode = operation.getOpcode();
  auto *constant = dyn_cast<ConstantInt>(operation.getOperand(1));
  if (!constant) return false;
  if (opcode == Instruction::LShr) return constant->uge(32);
  if (opcode == Instruction::AShr) {
    auto *up = dyn_cast<BinaryOperator>(operation.getOperand(0));
    return constant->uge(32) && !(up && up->getOpcode() == Instruction::Shl);
  }
  return opcode != Instruction::Shl && !constant->getValue().isIntN(32) && !constant->getValue().isSignedIntN(32);
}

/// A counter of a loop that the loop's end is compared with.
bool countsTurns(PHINode &phi, LoopInfo &loops, ScalarEvolution &evolution) {
  const Loop *loop = loops.getLoopFor(phi.getParent());
  if (!loop || loop->getHeader() != phi.getParent() || !loop->getLoopLatch()) return false;
  const auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(&phi));
  if (!recurrence || !recurrence->isAffine()) return false;
  auto *branch = dyn_cast<BranchInst>(loop->getLoopLatch()->getTerminator());
  auto *compare = branch && branch->isConditional() ? dyn_cast<ICmpInst>(branch->getCondition()) : nullptr;
  if (!compare) return false;
  const Value *next = phi.getIncomingValueForBlock(loop->getLoopLatch());
  return is_contained(compare->operands(), &phi) || is_contained(compare->operands(), next);
}

} // namespace

WideIntegers::WideIntegers(Function &function, LoopInfo &loops, ScalarEvolution &evolution) {
  for (Instruction &instruction : instructions(function)) {
    if (is64(&instruction)) classes_.insert(&instruction);
    if (!isa<BinaryOperator, PHINode, SelectInst, ICmpInst, MinMaxIntrinsic, FreezeInst>(instruction)) continue;
    Value *first = is64(&instruction) ? static_cast<Value *>(&instruction) : nullptr;
    for (Value *operand : instruction.operands()) {
      if (!is64(operand) || isa<Constant>(operand)) continue;
      if (first)
        classes_.unionSets(first, operand);
      else
        classes_.insert(first = operand);
    }
  }
  for (Instruction &instruction : instructions(function)) {
    if (isa<LoadInst>(instruction)) mark(wideLeaders_, &instruction);
    if (auto *store = dyn_cast<StoreInst>(&instruction)) mark(wideLeaders_, store->getValueOperand());
    if (auto *operation = dyn_cast<BinaryOperator>(&instruction); operation && is64(operation) && needsHigh(*operation))
      mark(wideLeaders_, operation);
    if (isa<GetElementPtrInst, IntToPtrInst, MemIntrinsic>(instruction))
      for (Value *operand : instruction.operands()) mark(narrowLeaders_, operand);
    if (isa<PtrToIntInst>(instruction)) mark(narrowLeaders_, &instruction);
    if (auto *phi = dyn_cast<PHINode>(&instruction); phi && is64(phi) && countsTurns(*phi, loops, evolution))
      mark(narrowLeaders_, phi);
  }
}

bool WideIntegers::wide(Value *value) const {
  if (!is64(value)) return value->getType()->isIntegerTy() && value->getType()->getIntegerBitWidth() > 64;
  const auto it = classes_.findLeader(value);
  return it != classes_.member_end() && (wideLeaders_.contains(*it) || !narrowLeaders_.contains(*it));
}

void WideIntegers::mark(SmallPtrSet<Value *, 16> &leaders, Value *value) {
  if (!is64(value) || isa<Constant>(value)) return;
  classes_.insert(value);
  leaders.insert(*classes_.findLeader(value));
}

} // namespace popgraph::codelets
