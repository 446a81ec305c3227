#include "codelets/frontend/Costs.hpp"
#include "codelets/frontend/Lower.hpp"
#include "codelets/frontend/Operations.hpp"
#include "codelets/frontend/WideIntegers.hpp"
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>
#include <optional>

namespace popgraph::codelets {
namespace {

using namespace llvm;

// Hand-scheduled code counts in fractions of a slot: eight 8-bit elements are one 64-bit access.
constexpr std::uint32_t kHandScheduledUnit = 8;
// The supervisor loads weights while workers wait; machine/Machine.hpp, slotCycles: the same on all machines.
constexpr std::uint32_t kSlotCycles = 6;
constexpr std::uint32_t kRepeatBundles = 256; // machine/Machine.hpp, rptBodyBundlesMax: the same on all machines

struct Price {
  std::uint32_t main = 0, aux = 0, instructions = 0;
  Price &operator+=(const Price &other) {
    main += other.main;
    aux += other.aux;
    instructions += other.instructions;
    return *this;
  }
  friend Price operator+(Price a, const Price &b) { return a += b; }
};

Price price(Cost cost, std::uint32_t times = 1) {
  const CostRow &row = costRow(cost);
  return {row.main * times, row.aux * times, row.instructions * times};
}

class Coster {
public:
  Coster(Function &function, LoopInfo &loops, ScalarEvolution &evolution, const CostOptions &options, bool supervises)
      : function_(function), loops_(loops), evolution_(evolution), options_(options), supervises_(supervises),
        wide_(function, loops, evolution) {}

  FunctionCost run() {
    prologue_ = takeMark(kHandScheduledMark);
    handScheduled_ = prologue_;
    pacesStores_ = takeMark(kPacedStoresMark);
    result_.unit = handScheduled_ ? kHandScheduledUnit : 1;
    for (Loop *loop : loops_.getLoopsInPreorder()) inspect(*loop);
    for (BasicBlock &block : function_) {
      mergeAccesses(block);
      if (supervises_) stallOnLoads(block);
      for (Instruction &instruction : block) {
        if (isNamed(instruction, kCycleFunction))
          result_.readings.push_back({cast<CallBase>(&instruction), issued(units_[&block])});
        charge(block, instruction, of(instruction));
      }
    }
    for (BasicBlock *block : setUps_) add(*block, price(Cost::LoopSetup), result_.unit);
    if (prologue_) add(*prologue_, price(Cost::HandPrologue), result_.unit);
    for (const auto &[block, units] : units_) result_.blocks[block] = issued(units);
    return std::move(result_);
  }

private:
  /// What a block issues in the two pipes, in units.
  struct Pipes {
    std::uint64_t main = 0, aux = 0;
    std::uint64_t loads = 0, stores = 0; ///< of the main pipe too, where one instruction does both
  };

  /// Hand-scheduled code fills both pipes. Compilers issue one instruction at a time but for their pairing credit.
  std::uint32_t issued(Pipes pipes) const {
    pipes.main += std::max(pipes.loads, pipes.stores);
    const std::uint64_t fewer = std::min(pipes.main, pipes.aux);
    const std::uint64_t saved =
        handScheduled_ ? fewer : static_cast<std::uint64_t>(options_.pairingCredit * static_cast<double>(fewer));
    return static_cast<std::uint32_t>(pipes.main + pipes.aux - saved);
  }

  void add(BasicBlock &block, const Price &cost, std::uint32_t unit) {
    Pipes &pipes = units_[&block];
    pipes.main += std::uint64_t(cost.main) * unit;
    pipes.aux += std::uint64_t(cost.aux) * unit;
    result_.instructions += cost.instructions;
  }

  void charge(BasicBlock &block, Instruction &instruction, const Price &cost) {
    const auto lanes = lanes_.find(&block);
    if (lanes == lanes_.end() || free_.contains(&instruction)) return add(block, cost, result_.unit);
    // Hand-scheduled loops work on 64 bits at a time where memory is read and written in order.
    Type *type = nullptr;
    if (isa<LoadInst, StoreInst>(instruction))
      type = inOrder(instruction, getLoadStorePointerOperand(&instruction), getLoadStoreType(&instruction));
    if (type) {
      const bool stores = isa<StoreInst>(instruction);
      Price access = stores ? price(Cost::Store) : cost;
      const std::uint32_t unit = result_.unit / lanesOf(type);
      if (pacesStores_) {
        Pipes &pipes = units_[&block];
        (stores ? pipes.stores : pipes.loads) += std::uint64_t(access.main) * unit;
        access.main = 0;
      }
      return add(block, access, unit);
    }
    if (cost.main == 0) return add(block, cost, result_.unit / std::min(lanes->second, lanesAtOnce(instruction)));
    add(block, cost, result_.unit);
  }

  /// Elements that the arithmetic of hand-scheduled loops works on at once: 64 bits of them, but divisions, roots and
  /// functions of floats come one by one, functions that have an instruction for halves in pairs.
  std::uint32_t lanesAtOnce(const Instruction &instruction) const {
    if (fourHalves(instruction)) return 4;
    if (auto *call = dyn_cast<CallBase>(&instruction)) {
      if (auto *intrinsic = dyn_cast<IntrinsicInst>(call))
        return intrinsic->getIntrinsicID() == Intrinsic::sqrt ? 1 : kHandScheduledUnit;
      return isMathCall(*call) && isHalfOperation(*call) && comesInPairs(mathCost(*call)) ? 2 : 1;
    }
    return instruction.getOpcode() == Instruction::FDiv ? 1 : kHandScheduledUnit;
  }
  static bool comesInPairs(Cost cost) {
    return cost == Cost::HalfExp || cost == Cost::HalfLog || cost == Cost::HalfTanh || cost == Cost::HalfSigmoid;
  }

  /// The row of a division or root of halves where a hand-scheduled loop goes through memory by four of them.
  std::optional<Cost> fourHalves(const Instruction &instruction) const {
    const auto lanes = lanes_.find(instruction.getParent());
    if (lanes == lanes_.end() || lanes->second != 4 || !isHalfOperation(instruction)) return std::nullopt;
    if (instruction.getOpcode() == Instruction::FDiv)
      return isOne(instruction.getOperand(0)) ? Cost::HalfReciprocal4 : Cost::HalfDivide4;
    auto *call = dyn_cast<CallBase>(&instruction);
    if (!call) return std::nullopt;
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(call))
      return intrinsic->getIntrinsicID() == Intrinsic::sqrt ? std::optional(Cost::HalfSqrt4) : std::nullopt;
    if (isMathCall(*call) && mathCost(*call) == Cost::FloatRsqrt) return Cost::HalfRsqrt4;
    return std::nullopt;
  }
  /// Divisions and roots of single halves are done in float.
  Price converted(const Instruction &instruction, const Price &cost) const {
    return isHalfOperation(instruction) ? cost + price(Cost::FloatConvert, 2) : cost;
  }

  static std::uint32_t lanesOf(Type *type) {
    const auto bits = static_cast<std::uint32_t>(type->getPrimitiveSizeInBits().getFixedValue());
    return bits == 0 || bits >= 64 ? 1 : 64 / bits;
  }

  /// `type` when a scalar access of a loop goes through memory element by element, else null.
  Type *inOrder(Instruction &access, Value *pointer, Type *type) {
    if (type->isVectorTy() || !type->isSized() || type->isPointerTy()) return nullptr;
    const Loop *loop = loops_.getLoopFor(access.getParent());
    const auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution_.getSCEV(pointer));
    if (!recurrence || recurrence->getLoop() != loop || !recurrence->isAffine()) return nullptr;
    const auto *step = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution_));
    const std::uint64_t bytes = function_.getParent()->getDataLayout().getTypeStoreSize(type);
    return step && step->getAPInt() == bytes ? type : nullptr;
  }

  /// Elements of 64 bits in a loop: as many as the widest element that it reads or writes in order allows.
  std::uint32_t lanesIn(BasicBlock &block) {
    std::uint32_t lanes = 8;
    for (Instruction &instruction : block) {
      Type *type = nullptr;
      if (auto *load = dyn_cast<LoadInst>(&instruction)) type = load->getType();
      if (auto *store = dyn_cast<StoreInst>(&instruction)) type = store->getValueOperand()->getType();
      if (!type) continue;
      Value *pointer = getLoadStorePointerOperand(&instruction);
      if (loops_.getLoopFor(&block)->isLoopInvariant(pointer)) continue;
      lanes = std::min(lanes, inOrder(instruction, pointer, type) ? lanesOf(type) : 1);
    }
    return lanes == 8 ? 2 : lanes; // without memory: as for floats
  }

  /// The block that carries a mark, or null; the mark goes.
  BasicBlock *takeMark(StringRef name) {
    SmallVector<Instruction *, 2> marks;
    for (Instruction &instruction : instructions(function_))
      if (isNamed(instruction, name)) marks.push_back(&instruction);
    BasicBlock *first = marks.empty() ? nullptr : marks.front()->getParent();
    for (Instruction *mark : marks) mark->eraseFromParent();
    return first;
  }

  /// The supervisor waits where it uses what it has just loaded: once for loads that follow one another.
  void stallOnLoads(BasicBlock &block) {
    SmallPtrSet<const Value *, 8> loaded;
    for (Instruction &instruction : block) {
      if (any_of(instruction.operands(), [&](const Use &use) { return loaded.contains(use.get()); })) {
        add(block, price(Cost::SupervisorStall), result_.unit);
        loaded.clear();
      }
      if (isa<LoadInst>(instruction)) loaded.insert(&instruction);
    }
  }

  /// Two floats that lie side by side, the first aligned to 8 bytes, are one 64-bit load or store.
  void mergeAccesses(BasicBlock &block) {
    Instruction *last = nullptr;
    for (Instruction &instruction : block) {
      if (!isa<LoadInst, StoreInst>(instruction)) {
        if (instruction.mayReadOrWriteMemory() && !isa<IntrinsicInst>(instruction)) last = nullptr;
        continue;
      }
      if (last && last->getOpcode() == instruction.getOpcode() && isSecondHalf(*last, instruction)) {
        free_.insert(&instruction);
        last = nullptr;
      } else {
        last = &instruction;
      }
    }
  }
  bool isSecondHalf(Instruction &first, Instruction &second) {
    Type *type = getLoadStoreType(&first);
    if (type != getLoadStoreType(&second) || !type->isFloatTy() || getLoadStoreAlignment(&first).value() < 8)
      return false;
    const SCEV *distance = evolution_.getMinusSCEV(evolution_.getSCEV(getLoadStorePointerOperand(&second)),
                                                   evolution_.getSCEV(getLoadStorePointerOperand(&first)));
    const auto *bytes = dyn_cast<SCEVConstant>(distance);
    return bytes && bytes->getAPInt() == 4;
  }

  static bool isNamed(const Instruction &instruction, StringRef name) {
    auto *call = dyn_cast<CallBase>(&instruction);
    return call && call->getCalledFunction() && call->getCalledFunction()->getName() == name;
  }

  // Counted loops: the compare and the counter are part of the latch, and with `rpt` the branch is too.
  void inspect(Loop &loop) {
    BasicBlock *latch = loop.getLoopLatch();
    if (!latch || loop.getExitingBlock() != latch) return;
    auto *branch = dyn_cast<BranchInst>(latch->getTerminator());
    if (!branch || !branch->isConditional()) return;
    auto *compare = dyn_cast<ICmpInst>(branch->getCondition());
    if (!isCounted(loop, compare)) return;
    if (compare && compare->hasOneUse()) free_.insert(compare);
    const bool repeats = !supervises_ && loop.getNumBlocks() == 1 && !hasCall(*latch) && fitsRepeat(*latch);
    if (!repeats) {
      for (PHINode &phi : loop.getHeader()->phis())
        if (auto *next = dyn_cast<Instruction>(phi.getIncomingValueForBlock(latch));
            next && isStep(*next, phi) && onlyAddresses(*next, loop, compare) && onlyAddresses(phi, loop, compare))
          free_.insert(next);
      return;
    }
    free_.insert(branch);
    if (handScheduled_) lanes_[latch] = lanesIn(*latch);
    BasicBlock *before = loop.getLoopPredecessor();
    if (before) setUps_.push_back(before);
    // Addresses that advance evenly need no instructions in the loop: loads and stores post-increment. Where they
    // start is worked out once, before it.
    for (Instruction &instruction : *latch) {
      if (isa<PHINode>(instruction) || !advancesEvenly(instruction, loop) || !onlyAddresses(instruction, loop, compare))
        continue;
      bool isCounter = false;
      for (PHINode &phi : latch->phis()) isCounter |= phi.getIncomingValueForBlock(latch) == &instruction;
      if (!isCounter && before) add(*before, of(instruction), result_.unit);
      free_.insert(&instruction);
    }
  }

  bool isCounted(Loop &loop, const ICmpInst *compare) {
    SmallVector<const SCEVPredicate *, 4> predicates;
    if (!isa<SCEVCouldNotCompute>(evolution_.getPredicatedBackedgeTakenCount(&loop, predicates))) return true;
    // A worker-strided counter (i += 6, unsigned) is taken not to wrap.
    if (!compare || compare->isEquality()) return false;
    const SCEV *left = evolution_.getSCEV(compare->getOperand(0)), *right = evolution_.getSCEV(compare->getOperand(1));
    if (evolution_.isLoopInvariant(left, &loop)) std::swap(left, right);
    const auto *counter = dyn_cast<SCEVAddRecExpr>(left);
    return counter && counter->getLoop() == &loop && counter->isAffine() &&
           isa<SCEVConstant>(counter->getStepRecurrence(evolution_)) && evolution_.isLoopInvariant(right, &loop);
  }

  // The body of `rpt` is bundles of one or two instructions, of which there is a limit.
  bool fitsRepeat(BasicBlock &block) {
    std::uint32_t bundles = 0;
    for (Instruction &instruction : block) bundles += of(instruction).instructions;
    return bundles <= kRepeatBundles;
  }

  // phi + constant
  static bool isStep(const Instruction &next, const PHINode &phi) {
    if (next.getOpcode() != Instruction::Add && !isa<GetElementPtrInst>(next)) return false;
    for (const Use &operand : next.operands())
      if (operand.get() != &phi && !isa<ConstantInt>(operand)) return false;
    return true;
  }

  /// Whether each turn of the loop adds the same to a value, in 32 bits: what the host widens to 64 and what would wrap
  /// there does not matter on the device.
  bool advancesEvenly(Instruction &instruction, const Loop &loop) {
    const auto known = even_.find({&instruction, &loop});
    if (known != even_.end()) return known->second;
    return even_[{&instruction, &loop}] = findEven(instruction, loop);
  }
  bool findEven(Instruction &instruction, const Loop &loop) {
    if (!evolution_.isSCEVable(instruction.getType())) return false;
    const auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution_.getSCEV(&instruction));
    if (recurrence && recurrence->getLoop() == &loop && recurrence->isAffine()) return true;
    const auto even = [&](const Use &use) {
      auto *operand = dyn_cast<Instruction>(use);
      return !operand || loop.isLoopInvariant(operand) || advancesEvenly(*operand, loop);
    };
    switch (instruction.getOpcode()) {
    case Instruction::ZExt:
    case Instruction::SExt:
    case Instruction::Trunc:
      return std::min(instruction.getType()->getIntegerBitWidth(),
                      instruction.getOperand(0)->getType()->getIntegerBitWidth()) >= 32 &&
             even(instruction.getOperandUse(0));
    case Instruction::Or:
      return cast<PossiblyDisjointInst>(instruction).isDisjoint() && all_of(instruction.operands(), even);
    case Instruction::And: return cutsTo32(instruction) && even(instruction.getOperandUse(0));
    case Instruction::Add:
    case Instruction::Sub:
    case Instruction::GetElementPtr: return all_of(instruction.operands(), even);
    case Instruction::Mul:
    case Instruction::Shl:
      return even(instruction.getOperandUse(0)) && loop.isLoopInvariant(instruction.getOperand(1));
    default: return false;
    }
  }

  /// `and` with ones in the low 32 bits, but for those that are 0 anyway: nothing on a 32-bit device.
  bool cutsTo32(Instruction &instruction) {
    const auto *mask = dyn_cast<ConstantInt>(instruction.getOperand(1));
    if (!mask || !instruction.getType()->isIntegerTy(64) || wide_.wide(&instruction)) return false;
    const unsigned zeros = mask->getValue().countr_zero();
    return mask->getValue().getActiveBits() == 32 && mask->getValue().popcount() == 32 - zeros &&
           evolution_.getMinTrailingZeros(evolution_.getSCEV(instruction.getOperand(0))) >= zeros;
  }

  // Whether a value of the loop is only used to address, to step itself and to end the loop.
  bool onlyAddresses(Instruction &value, const Loop &loop, const ICmpInst *compare) {
    SmallPtrSet<const Instruction *, 16> seen;
    SmallVector<Instruction *, 16> work{&value};
    while (!work.empty()) {
      Instruction *one = work.pop_back_val();
      if (!seen.insert(one).second) continue;
      for (User *user : one->users()) {
        auto *next = cast<Instruction>(user);
        if (next == compare) continue;
        if (isa<LoadInst>(next) || isMatrixStep(*next)) continue;
        if (auto *store = dyn_cast<StoreInst>(next); store && store->getPointerOperand() == one) continue;
        if (!loop.contains(next)) return false;
        if (auto *address = dyn_cast<GetElementPtrInst>(next); address && foldedAddress(*address)) continue;
        // Widening to the host's 64-bit addresses is nothing on a 32-bit device.
        const bool casts = isa<ZExtInst>(next) || isa<SExtInst>(next) || isa<TruncInst>(next);
        const bool steps = isa<PHINode>(next) || isa<GetElementPtrInst>(next) || isa<BinaryOperator>(next);
        if (!casts && !(steps && advancesEvenly(*next, loop))) return false;
        work.push_back(next);
      }
    }
    return true;
  }

  bool hasCall(BasicBlock &block) const {
    for (Instruction &instruction : block) {
      switch (instruction.getOpcode()) {
      case Instruction::SDiv:
      case Instruction::UDiv:
      case Instruction::SRem:
      case Instruction::URem:
        if (!isPowerOfTwoDivision(instruction)) return true;
        break;
      case Instruction::Call: {
        if (isa<MemIntrinsic>(instruction)) return true;
        if (isa<IntrinsicInst>(instruction)) break;
        auto &call = cast<CallBase>(instruction);
        // Mathematics with an instruction of its own is no call.
        if (!isMathCall(call)) return true;
        const Cost cost = mathCosts().lookup(call.getCalledFunction()->getName());
        if (cost == Cost::FloatFunction || cost == Cost::DoubleFunction) return true;
        break;
      }
      case Instruction::FAdd:
      case Instruction::FSub:
      case Instruction::FMul:
      case Instruction::FDiv:
        if (instruction.getType()->getScalarType()->isDoubleTy()) return true;
        break;
      default: break;
      }
    }
    return false;
  }

  static bool isPowerOfTwoDivision(const Instruction &instruction) {
    auto *divisor = dyn_cast<ConstantInt>(instruction.getOperand(1));
    return divisor && divisor->getValue().isPowerOf2();
  }

  // Base plus one (scaled) index or a constant: part of every load and store that uses it.
  bool foldedAddress(const GetElementPtrInst &address) const {
    unsigned variable = 0;
    for (const Use &index : address.indices()) variable += !isa<ConstantInt>(index);
    if (variable > 1) return false;
    for (const User *user : address.users()) {
      if (isa<LoadInst>(user) || isMatrixStep(*user)) continue;
      if (auto *store = dyn_cast<StoreInst>(user); store && store->getPointerOperand() == &address) continue;
      return false;
    }
    return true;
  }

  /// A 64-bit shift by a whole word or more: one word moves, the other is a constant.
  bool movesWords(const Instruction &shift) const {
    const auto *amount = dyn_cast<ConstantInt>(shift.getOperand(1));
    return shift.isShift() && amount && amount->uge(32) && wide_.wide(const_cast<Instruction *>(&shift));
  }

  /// A product with 2^k + 1 or 2^k - 1.
  static bool shiftsAndAdds(const Instruction &product) {
    const auto *factor = dyn_cast<ConstantInt>(product.getOperand(1));
    return factor && ((factor->getValue() - 1).isPowerOf2() || (factor->getValue() + 1).isPowerOf2());
  }

  Price integer(Value *value, Cost narrow, Cost wideCost) const {
    if (auto *vector = dyn_cast<FixedVectorType>(value->getType())) return price(narrow, vector->getNumElements());
    return price(wide_.wide(value) ? wideCost : narrow);
  }

  Price floating(Type *type, Cost single) const {
    if (type->getScalarType()->isDoubleTy()) {
      auto *vector = dyn_cast<FixedVectorType>(type);
      return price(Cost::Double, vector ? vector->getNumElements() : 1);
    }
    return price(single, words(type));
  }

  Price of(Instruction &instruction) {
    if (free_.contains(&instruction)) return {};
    switch (instruction.getOpcode()) {
    case Instruction::Ret: return price(Cost::Return);
    case Instruction::Br: return branch(cast<BranchInst>(instruction));
    case Instruction::Switch: return price(Cost::Switch);
    case Instruction::IndirectBr: return price(Cost::Branch);
    case Instruction::Load: return price(Cost::Load, loadedWords(instruction));
    case Instruction::Store: return store(cast<StoreInst>(instruction));
    case Instruction::AtomicRMW:
    case Instruction::AtomicCmpXchg: return price(Cost::Integer, 3);
    case Instruction::GetElementPtr: return address(cast<GetElementPtrInst>(instruction));
    case Instruction::Mul:
      if (wide_.wide(&instruction) && shiftsAndAdds(instruction)) return price(Cost::Integer64, 2);
      return integer(&instruction, Cost::IntegerMultiply, Cost::Integer64Multiply);
    case Instruction::SDiv:
    case Instruction::UDiv:
    case Instruction::SRem:
    case Instruction::URem: return division(instruction);
    case Instruction::Add:
    case Instruction::Sub:
    case Instruction::Shl:
    case Instruction::LShr:
    case Instruction::AShr:
      if (instruction.getType()->isIntegerTy(1)) return price(Cost::Integer);
      if (movesWords(instruction)) return price(Cost::Integer);
      return integer(&instruction, Cost::Integer, Cost::Integer64);
    case Instruction::And:
      if (cutsTo32(instruction)) return {};
      return integer(&instruction, Cost::Integer, Cost::Integer64Logic);
    case Instruction::Or:
    case Instruction::Xor: return integer(&instruction, Cost::Integer, Cost::Integer64Logic);
    case Instruction::ICmp: return compare(cast<ICmpInst>(instruction));
    case Instruction::FCmp: {
      if (handScheduled_ && instruction.hasOneUse() && isMaximum(*instruction.user_begin())) return {};
      Price cost = floating(instruction.getOperand(0)->getType(), Cost::FloatArithmetic);
      if (any_of(instruction.users(), [](const User *user) { return !isFloatSelect(*user); }))
        cost += price(Cost::FloatTest);
      return cost;
    }
    case Instruction::Select:
      if (handScheduled_ && isMaximum(&instruction)) return floating(instruction.getType(), Cost::FloatArithmetic);
      return price(isFloatSelect(instruction) ? Cost::FloatSelect : Cost::Integer,
                   words(instruction.getType()) * (wide_.wide(&instruction) ? 2 : 1));
    case Instruction::FAdd:
      if (handScheduled_ && accumulates(instruction)) return price(Cost::FloatArithmetic);
      return floating(instruction.getType(), Cost::FloatArithmetic);
    case Instruction::FSub:
    case Instruction::FMul:
    case Instruction::FNeg: return floating(instruction.getType(), Cost::FloatArithmetic);
    case Instruction::FDiv:
      if (const auto four = fourHalves(instruction)) return price(*four);
      return converted(instruction,
                       floating(instruction.getType(),
                                isOne(instruction.getOperand(0)) ? Cost::FloatReciprocal : Cost::FloatDivide));
    case Instruction::FPExt:
    case Instruction::FPTrunc: return floatConversion(instruction);
    case Instruction::SIToFP:
    case Instruction::UIToFP:
      if (instruction.getType()->getScalarType()->isDoubleTy()) return price(Cost::Double);
      return price(loadsFloat(instruction) ? Cost::FloatConvert : Cost::IntegerToFloat, words(instruction.getType()));
    case Instruction::FPToSI:
    case Instruction::FPToUI:
      if (instruction.getOperand(0)->getType()->getScalarType()->isDoubleTy()) return price(Cost::Double);
      return price(storesFloat(instruction) ? Cost::FloatConvert : Cost::FloatToInteger, words(instruction.getType()));
    case Instruction::BitCast: return bitCast(instruction);
    case Instruction::SExt:
    case Instruction::ZExt: return extension(instruction);
    case Instruction::ShuffleVector: return price(Cost::Integer, words(instruction.getType()));
    case Instruction::Call:
    case Instruction::Invoke: return call(cast<CallBase>(instruction));
    case Instruction::PHI: return moved(cast<PHINode>(instruction));
    default: return {}; // casts, lanes, freeze, alloca, unreachable: registers and frame offsets
    }
  }

  /// What a turn of a loop takes over from another variable of the turn before is moved: a window that slides, numbers
  /// that change places.
  Price moved(const PHINode &phi) const {
    const Loop *loop = loops_.getLoopFor(phi.getParent());
    if (handScheduled_ || !loop || loop->getHeader() != phi.getParent() || !loop->getLoopLatch()) return {};
    const auto *other = dyn_cast<PHINode>(phi.getIncomingValueForBlock(loop->getLoopLatch()));
    if (!other || other == &phi || other->getParent() != phi.getParent()) return {};
    return price(phi.getType()->isFPOrFPVectorTy() ? Cost::FloatMove : Cost::Integer, words(phi.getType()));
  }

  Price branch(const BranchInst &branch) const {
    // Back to a loop's header: a jump, after which the supervisor waits. Elsewhere the next block follows.
    const Loop *loop = loops_.getLoopFor(branch.getParent());
    const bool turns = loop && is_contained(branch.successors(), loop->getHeader());
    const Price jump = branch.isConditional() || turns ? price(Cost::Branch) : Price{};
    return supervises_ && turns ? jump + price(Cost::SupervisorStall) : jump;
  }

  /// A vector that is added to what the last turn of the loop left: accumulators take 128 bits at once, of halves too.
  static bool accumulates(const Instruction &add) {
    if (!add.getType()->isVectorTy()) return false;
    const auto sums = [&](const Value *operand) {
      auto *phi = dyn_cast<PHINode>(operand);
      return phi && phi->getParent() == add.getParent() && is_contained(phi->incoming_values(), &add);
    };
    const auto taken = [](const Value *operand) {
      auto *extension = dyn_cast<FPExtInst>(operand);
      return words(extension ? extension->getOperand(0)->getType() : operand->getType());
    };
    const Value *a = add.getOperand(0), *b = add.getOperand(1);
    return (sums(a) && taken(b) <= 2) || (sums(b) && taken(a) <= 2);
  }
  /// One of the two numbers that it compares: one instruction where it is written by hand.
  static bool isMaximum(const User *user) {
    auto *select = dyn_cast<SelectInst>(user);
    auto *compare = select ? dyn_cast<FCmpInst>(select->getCondition()) : nullptr;
    if (!compare || !compare->hasOneUse() || compare->isEquality()) return false;
    const Value *a = compare->getOperand(0), *b = compare->getOperand(1);
    return (select->getTrueValue() == a && select->getFalseValue() == b) ||
           (select->getTrueValue() == b && select->getFalseValue() == a);
  }

  static bool isFloatSelect(const User &user) { return isa<SelectInst>(user) && user.getType()->isFPOrFPVectorTy(); }

  // A 64-bit integer is in two registers; moved from memory to memory it is in one.
  std::uint32_t loadedWords(const Instruction &load) const {
    Type *type = load.getType();
    // Written by hand, vectors of 128 bits come from interleaved memory at once.
    if (handScheduled_ && type->isVectorTy() && words(type) == 2) return 1;
    if (!type->getScalarType()->isIntegerTy(64) ||
        all_of(load.users(), [](const User *user) { return isa<StoreInst>(user); }))
      return words(type);
    return 2 * words(type);
  }

  Price store(const StoreInst &store) const {
    Type *type = store.getValueOperand()->getType();
    if (type->isPointerTy()) return price(Cost::Store);
    if (type->getScalarType()->isIntegerTy(64) && !isa<LoadInst>(store.getValueOperand()))
      return price(Cost::Store, 2 * words(type));
    const std::uint64_t bits = function_.getParent()->getDataLayout().getTypeStoreSizeInBits(type);
    return bits < 32 ? price(Cost::StoreNarrow) : price(Cost::Store, static_cast<std::uint32_t>((bits + 63) / 64));
  }

  Price address(const GetElementPtrInst &address) const {
    if (foldedAddress(address)) return {};
    std::uint32_t variable = 0;
    for (const Use &index : address.indices()) variable += !isa<ConstantInt>(index);
    return price(Cost::Integer, std::max(1u, variable));
  }

  Price division(const Instruction &instruction) const {
    Value *value = const_cast<Instruction *>(&instruction);
    const bool isSigned = instruction.getOpcode() == Instruction::SDiv || instruction.getOpcode() == Instruction::SRem;
    if (isPowerOfTwoDivision(instruction)) return price(Cost::Integer, isSigned ? 4 : 1);
    if (wide_.wide(value)) return price(Cost::Integer64Divide);
    switch (instruction.getOpcode()) {
    case Instruction::SDiv: return price(Cost::IntegerDivideS32, words(instruction.getType()));
    case Instruction::UDiv: return price(Cost::IntegerDivideU32, words(instruction.getType()));
    default: return price(Cost::IntegerRemainder, words(instruction.getType()));
    }
  }

  Price compare(const ICmpInst &compare) const {
    // brz and brnz test a register themselves.
    if (compare.isEquality() && compare.hasOneUse() && isa<BranchInst>(*compare.user_begin()))
      if (auto *constant = dyn_cast<Constant>(compare.getOperand(1)); constant && constant->isNullValue())
        return wide_.wide(compare.getOperand(0)) ? price(Cost::Integer) : Price{};
    return integer(compare.getOperand(0), Cost::Integer, Cost::Integer64Compare);
  }

  // Loads fill registers of either file, and stores empty them: a number that only a conversion reads, or makes, need
  // not move between the files. Hand-written code keeps numbers where it wants them.
  bool loadsFloat(const Instruction &conversion) const {
    const auto *load = dyn_cast<LoadInst>(conversion.getOperand(0));
    return !handScheduled_ && load && load->hasOneUse();
  }
  bool storesFloat(const Instruction &conversion) const {
    return !handScheduled_ && all_of(conversion.users(), [](const User *user) { return isa<StoreInst>(user); });
  }
  Price bitCast(const Instruction &cast) const {
    Type *from = cast.getOperand(0)->getType(), *to = cast.getType();
    const bool fromFloat = from->isFPOrFPVectorTy(), toFloat = to->isFPOrFPVectorTy();
    if (handScheduled_ || fromFloat == toFloat || loadsFloat(cast) || storesFloat(cast)) return {};
    return price(toFloat ? Cost::MoveToFloat : Cost::MoveToInteger, words(to));
  }

  static bool computes(const Instruction &instruction) {
    switch (instruction.getOpcode()) {
    case Instruction::FAdd:
    case Instruction::FSub:
    case Instruction::FMul:
    case Instruction::FDiv:
    case Instruction::FNeg:
    case Instruction::Select:
    case Instruction::Call:
    case Instruction::SIToFP:
    case Instruction::UIToFP: return true;
    default: return false;
    }
  }

  // Half arithmetic is written as widen, compute in float, narrow; the device computes in half.
  Price floatConversion(const Instruction &instruction) const {
    Type *from = instruction.getOperand(0)->getType(), *to = instruction.getType();
    if (instruction.getOpcode() == Instruction::FPExt && isHalf(from)) {
      const auto computesInHalf = [](const User *user) {
        auto *one = cast<Instruction>(user);
        if (isa<FPTruncInst>(one)) return true;
        if (isa<FCmpInst>(one)) return all_of(one->operands(), [](const Use &operand) { return isWidened(operand); });
        return isHalfOperation(*one);
      };
      if (handScheduled_ || all_of(instruction.users(), computesInHalf)) return {};
    }
    if (isHalf(to)) {
      auto *source = dyn_cast<Instruction>(instruction.getOperand(0));
      if (source && (handScheduled_ ? source->hasOneUse() && computes(*source) : isHalfOperation(*source))) return {};
    }
    if (to->getScalarType()->isDoubleTy() || from->getScalarType()->isDoubleTy()) return price(Cost::Double);
    return price(Cost::FloatConvert, words(to));
  }

  Price extension(const Instruction &instruction) const {
    Value *from = instruction.getOperand(0);
    if (instruction.getType()->isIntegerTy(64) && !wide_.wide(const_cast<Instruction *>(&instruction))) return {};
    // The high word is 0, or the sign.
    if (instruction.getType()->isIntegerTy(64)) return price(isa<ZExtInst>(instruction) ? Cost::Free : Cost::Integer);
    // Comparisons of floats give a mask, of which one bit is wanted.
    if (isa<FCmpInst>(from)) return price(Cost::Integer, words(instruction.getType()));
    // Loads extend; comparisons of integers give 0 or 1 in a register.
    if (isa<LoadInst>(from) || from->getType()->getScalarType()->isIntegerTy(1)) return {};
    return price(Cost::Integer, words(instruction.getType()));
  }

  Price call(CallBase &call) {
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) return this->intrinsic(*intrinsic);
    if (isMathCall(call)) {
      if (const auto four = fourHalves(call)) return price(*four);
      const Cost cost = mathCost(call);
      return cost == Cost::FloatRsqrt ? converted(call, price(cost)) : price(cost);
    }
    if (const Function *callee = call.getCalledFunction()) {
      if (callee->getName() == kContextFunction) return {};
      if (callee->getName() == kPrintFunction) return price(Cost::Print);
      if (callee->getName() == kCycleFunction) return price(Cost::Integer);
      if (callee->getName() == kMatrixLoad) {
        const auto *cycles = dyn_cast<ConstantInt>(call.getArgOperand(1));
        const std::uint64_t times = cycles ? (cycles->getZExtValue() + kSlotCycles - 1) / kSlotCycles : 1;
        return price(Cost::MatrixStart) + price(Cost::MatrixLoad, static_cast<std::uint32_t>(times));
      }
      // setzi, runall and sync; the last two stall.
      if (callee->getName().starts_with(kLaunchPrefix))
        return price(Cost::Integer, 3) + price(Cost::SupervisorStall, 2);
      if (callee->isDeclaration() && callee->getName().starts_with(kMathPrefix)) return price(Cost::FloatFunction);
    }
    return supervises_ ? price(Cost::Call) + price(Cost::SupervisorStall, 2) : price(Cost::Call); // and the return
  }

  Price intrinsic(IntrinsicInst &call) {
    Type *type = call.getType();
    switch (call.getIntrinsicID()) {
    case Intrinsic::memcpy:
    case Intrinsic::memmove:
    case Intrinsic::memset:
    case Intrinsic::memcpy_inline: {
      auto &memory = cast<MemIntrinsic>(call);
      const bool copies = call.getIntrinsicID() != Intrinsic::memset;
      const std::uint32_t perWord = copies ? slots(Cost::MemoryWord) : slots(Cost::Store);
      if (auto *length = dyn_cast<ConstantInt>(memory.getLength())) {
        const auto count = static_cast<std::uint32_t>((length->getZExtValue() + 7) / 8);
        if (count <= 8) return {perWord * count, 0, perWord * count};
        return price(Cost::MemorySetup) + Price{perWord * count, 0, 0};
      }
      result_.dynamic.push_back({&call, memory.getLength(), perWord * result_.unit});
      return price(Cost::MemorySetup);
    }
    case Intrinsic::sqrt:
      if (const auto four = fourHalves(call)) return price(*four);
      return converted(call, floating(type, Cost::FloatSqrt));
    case Intrinsic::copysign: return floating(type, Cost::FloatSelect);
    case Intrinsic::fabs:
    case Intrinsic::minnum:
    case Intrinsic::maxnum:
    case Intrinsic::minimum:
    case Intrinsic::maximum:
    case Intrinsic::fma:
    case Intrinsic::floor:
    case Intrinsic::ceil:
    case Intrinsic::trunc:
    case Intrinsic::rint:
    case Intrinsic::nearbyint:
    case Intrinsic::round:
    case Intrinsic::roundeven:
    case Intrinsic::canonicalize: return floating(type, Cost::FloatArithmetic);
    case Intrinsic::smin:
    case Intrinsic::smax:
    case Intrinsic::umin:
    case Intrinsic::umax:
      if (wide_.wide(&call)) return price(Cost::Integer64Compare) + price(Cost::Integer, 2); // and a select
      return integer(&call, Cost::Integer, Cost::Integer64);
    case Intrinsic::fshl:
    case Intrinsic::fshr: // two shifts and an or; the other amount, where it is not a constant
      if (wide_.wide(&call)) return price(Cost::Integer64, 2) + price(Cost::Integer64Logic);
      return price(Cost::Integer, isa<Constant>(call.getArgOperand(2)) ? 3 : 4);
    case Intrinsic::abs:
    case Intrinsic::uadd_sat:
    case Intrinsic::usub_sat:
    case Intrinsic::sadd_sat:
    case Intrinsic::ssub_sat:
    case Intrinsic::ctlz:
    case Intrinsic::cttz:
    case Intrinsic::bswap:
    case Intrinsic::bitreverse:
    case Intrinsic::uadd_with_overflow:
    case Intrinsic::usub_with_overflow:
    case Intrinsic::sadd_with_overflow:
    case Intrinsic::ssub_with_overflow:
    case Intrinsic::umul_with_overflow:
    case Intrinsic::smul_with_overflow:
      return integer(type->isStructTy() ? call.getArgOperand(0) : &call, Cost::Integer, Cost::Integer64);
    case Intrinsic::ctpop:
      return integer(&call, Cost::BitCount, Cost::BitCount) +
             (wide_.wide(&call) ? price(Cost::BitCount) : Price{});
    case Intrinsic::trap: return price(Cost::Integer);
    default: break;
    }
    if (call.getIntrinsicID() >= Intrinsic::vector_reduce_add && call.getIntrinsicID() <= Intrinsic::vector_reduce_xor)
      if (auto *vector = dyn_cast<FixedVectorType>(call.getArgOperand(call.arg_size() - 1)->getType()))
        return price(Cost::Integer, vector->getNumElements());
    return {}; // assumptions, lifetimes, annotations
  }

  Function &function_;
  LoopInfo &loops_;
  ScalarEvolution &evolution_;
  const CostOptions &options_;
  const bool supervises_;
  WideIntegers wide_;
  bool handScheduled_ = false, pacesStores_ = false;
  BasicBlock *prologue_ = nullptr; // where hand-scheduled code begins
  FunctionCost result_;
  DenseMap<BasicBlock *, Pipes> units_;
  DenseMap<BasicBlock *, std::uint32_t> lanes_; // hardware loops of hand-scheduled code
  SmallPtrSet<Instruction *, 16> free_;
  DenseMap<std::pair<const Instruction *, const Loop *>, bool> even_; // what advancesEvenly() has found
  std::vector<BasicBlock *> setUps_;
};

} // namespace

FunctionCost costOf(llvm::Function &function, llvm::LoopInfo &loops, llvm::ScalarEvolution &evolution,
                    const CostOptions &options, bool supervises) {
  return Coster(function, loops, evolution, options, supervises).run();
}

} // namespace popgraph::codelets
