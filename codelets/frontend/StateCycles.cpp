// A value is known from the state when it comes from nothing but state. That is found for the values of a function all
// at once, from the assumption that everything is, which loops through phis then take back where it is wrong. What a
// pointer leads to is found along with it:
//
//   this ──> image ─┬─ state array          read-only, or the answer is no
//                   ├─ table of edges ──> data
//                   └─ edge ────────────> data         read and written: nothing that comes from it is state
#include "codelets/frontend/StateCycles.hpp"
#include "codelets/abi/VertexContext.h"
#include <cstddef>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <optional>
#include <set>

namespace popgraph::codelets {
namespace {

using namespace llvm;

constexpr char kRandomPrefix[] = "__popgraph_random_"; // popgraph/Builtins.h: they read and write the generator

/// What a pointer leads to. Data: edges, locals, the tile's globals and random state; never vertex state.
enum class Region : std::uint8_t { None, Image, Table, StateArray, Constant, Context, Data, Unknown };

struct Fact {
  bool fromState = true;
  Region region = Region::None;
  std::optional<std::int64_t> offset; ///< in bytes, of pointers to the image and the context

  void join(const Fact &other) {
    fromState &= other.fromState;
    if (other.region == Region::None) return;
    if (region == Region::None) {
      region = other.region;
      offset = other.offset;
      return;
    }
    if (region != other.region) region = Region::Unknown;
    if (offset != other.offset) offset.reset();
  }
  friend auto operator<=>(const Fact &, const Fact &) = default;
};

class Analysis {
public:
  Analysis(const FoundVertex &vertex, const std::map<Function *, FunctionCost> &costs)
      : vertex_(vertex), costs_(costs) {}

  /// The fact of what the function returns, or nothing when its cost, or that of what it calls, may follow data.
  std::optional<Fact> visit(const Function &function, const std::vector<Fact> &arguments) {
    const auto key = std::make_pair(&function, arguments);
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    if (!active_.insert(&function).second) return std::nullopt; // recursive
    const std::optional<Fact> result = Body(*this, function, arguments).run();
    active_.erase(&function);
    return known_[key] = result;
  }

private:
  /// One function, for one set of arguments.
  class Body {
  public:
    Body(Analysis &analysis, const Function &function, const std::vector<Fact> &arguments)
        : analysis_(analysis), layout_(function.getParent()->getDataLayout()), function_(function) {
      for (std::size_t i = 0; i != arguments.size(); ++i)
        facts_[function.getArg(static_cast<unsigned>(i))] = arguments[i];
    }

    std::optional<Fact> run() {
      const ReversePostOrderTraversal<const Function *> order(&function_);
      for (bool changed = true; changed && possible_;) {
        changed = false;
        for (const BasicBlock *block : order)
          for (const Instruction &instruction : *block) changed |= update(instruction);
      }
      Fact returned;
      for (const BasicBlock *block : order) {
        for (const Instruction &instruction : *block) possible_ &= mayStay(instruction);
        if (auto *end = dyn_cast<ReturnInst>(block->getTerminator()); end && end->getReturnValue())
          if (const auto fact = factOf(end->getReturnValue())) returned.join(*fact);
      }
      for (const DynamicCost &cost : analysis_.costs_.at(const_cast<Function *>(&function_)).dynamic)
        possible_ &= fromState(cost.bytes);
      if (!possible_) return std::nullopt;
      return returned;
    }

  private:
    /// Nothing: not reached so far.
    std::optional<Fact> factOf(const Value *value) const {
      if (auto *constant = dyn_cast<Constant>(value)) {
        if (!constant->getType()->isPointerTy()) return Fact{};
        auto *global = dyn_cast<GlobalVariable>(getUnderlyingObject(constant));
        if (global) return Fact{true, global->isConstant() ? Region::Constant : Region::Data, {}};
        return Fact{true, isa<ConstantExpr>(constant) ? Region::Unknown : Region::None, {}};
      }
      const auto found = facts_.find(value);
      if (found == facts_.end()) return std::nullopt;
      return found->second;
    }
    bool fromState(const Value *value) const {
      const auto fact = factOf(value);
      return !fact || fact->fromState;
    }
    Region regionOf(const Value *pointer) const {
      const auto fact = factOf(pointer);
      return fact ? fact->region : Region::None;
    }

    bool update(const Instruction &instruction) {
      if (instruction.getType()->isVoidTy() && !isa<CallBase>(instruction)) return false;
      const auto found = evaluate(instruction);
      if (!found) return false;
      const auto [at, isNew] = facts_.try_emplace(&instruction, *found);
      if (isNew) return true;
      const Fact before = at->second;
      at->second.join(*found);
      return at->second != before;
    }

    std::optional<Fact> evaluate(const Instruction &instruction) {
      if (auto *phi = dyn_cast<PHINode>(&instruction)) {
        std::optional<Fact> all;
        for (const Value *value : phi->incoming_values())
          if (const auto fact = factOf(value)) all ? all->join(*fact) : void(all = fact);
        return all;
      }
      Fact all;
      for (const Value *operand : instruction.operands()) {
        if (isa<BasicBlock>(operand)) continue;
        const auto fact = factOf(operand);
        if (!fact && !isa<InlineAsm, MetadataAsValue>(operand)) return std::nullopt;
        if (fact) all.fromState &= fact->fromState;
      }
      if (isa<AllocaInst>(instruction)) return Fact{true, Region::Data, {}};
      if (auto *load = dyn_cast<LoadInst>(&instruction)) return this->load(*load);
      if (auto *call = dyn_cast<CallBase>(&instruction)) return this->call(*call, all.fromState);
      if (instruction.mayReadFromMemory()) return Fact{false, Region::Unknown, {}};
      if (!instruction.getType()->isPointerTy()) return all;
      if (auto *address = dyn_cast<GetElementPtrInst>(&instruction)) {
        Fact fact = *factOf(address->getPointerOperand());
        APInt offset(layout_.getIndexTypeSizeInBits(address->getType()), 0);
        if (fact.offset && address->accumulateConstantOffset(layout_, offset))
          *fact.offset += offset.getSExtValue();
        else
          fact.offset.reset();
        fact.fromState = all.fromState;
        return fact;
      }
      if (isa<SelectInst, FreezeInst>(instruction)) {
        const bool selects = isa<SelectInst>(instruction);
        Fact fact = *factOf(instruction.getOperand(selects ? 1 : 0));
        if (selects) fact.join(*factOf(instruction.getOperand(2)));
        fact.fromState = all.fromState;
        return fact;
      }
      return Fact{all.fromState, Region::Unknown, {}};
    }

    Fact load(const LoadInst &load) const {
      const Fact from = *factOf(load.getPointerOperand());
      const bool isPointer = load.getType()->isPointerTy();
      Fact fact{from.fromState && load.isSimple(), isPointer ? Region::Unknown : Region::None, {}};
      switch (from.region) {
      case Region::Image:
        if (isPointer && from.offset) fact.region = analysis_.fieldAt(*from.offset);
        break;
      case Region::Table:
        if (isPointer) fact.region = Region::Data;
        break;
      case Region::StateArray:
      case Region::Constant: break;
      case Region::Context:
        fact.fromState &= from.offset && (*from.offset == offsetof(VertexContext, tile) ||
                                          *from.offset == offsetof(VertexContext, worker) ||
                                          *from.offset == offsetof(VertexContext, numWorkers) ||
                                          *from.offset == offsetof(VertexContext, slotCycles));
        if (isPointer) fact.region = Region::Data;
        break;
      default: fact.fromState = false;
      }
      return fact;
    }

    std::optional<Fact> call(const CallBase &call, bool argumentsFromState) {
      const Fact other{false, Region::Unknown, {}};
      const Function *callee = call.getCalledFunction();
      if (!callee) return other; // an empty assembly; mayStay() refuses the rest
      if (callee->getName() == kContextFunction) return Fact{true, Region::Context, 0};
      if (callee->isDeclaration()) {
        // Mathematics. What reads memory is not followed.
        const bool plain = none_of(call.args(), [](const Value *value) { return value->getType()->isPointerTy(); }) &&
                           callee->getName() != kCycleFunction && !callee->getName().starts_with(kRandomPrefix) &&
                           !(isa<IntrinsicInst>(call) && call.mayReadFromMemory());
        return Fact{plain && argumentsFromState, Region::Unknown, {}};
      }
      if (callee->isVarArg() || call.getFunctionType() != callee->getFunctionType()) return other;
      std::vector<Fact> arguments;
      for (const Value *argument : call.args()) arguments.push_back(*factOf(argument));
      const auto returned = analysis_.visit(*callee, arguments);
      possible_ &= returned.has_value();
      return returned ? *returned : other;
    }

    /// Whether the instruction leaves the vertex state and the constants as they are and turns by them.
    bool mayStay(const Instruction &instruction) const {
      if (auto *branch = dyn_cast<BranchInst>(&instruction))
        return !branch->isConditional() || fromState(branch->getCondition()) || goesOneWay(*branch);
      if (auto *choice = dyn_cast<SwitchInst>(&instruction))
        return fromState(choice->getCondition()) || goesOneWay(*choice);
      if (instruction.isTerminator()) return isa<ReturnInst, UnreachableInst>(instruction);
      if (auto *store = dyn_cast<StoreInst>(&instruction)) return mayWrite(store->getPointerOperand());
      if (auto *write = dyn_cast<AtomicRMWInst>(&instruction)) return mayWrite(write->getPointerOperand());
      if (auto *write = dyn_cast<AtomicCmpXchgInst>(&instruction)) return mayWrite(write->getPointerOperand());
      if (auto *call = dyn_cast<CallBase>(&instruction)) return mayCall(*call);
      return true;
    }
    /// What ends the run costs nothing.
    static bool goesOneWay(const Instruction &turn) {
      unsigned ways = 0;
      for (unsigned i = 0; i != turn.getNumSuccessors(); ++i)
        ways += !isa<UnreachableInst>(turn.getSuccessor(i)->getTerminator());
      return ways <= 1;
    }
    bool mayWrite(const Value *pointer) const {
      const Region region = regionOf(pointer);
      return region == Region::Data || region == Region::None;
    }
    bool mayCall(const CallBase &call) const {
      const Function *callee = call.getCalledFunction();
      if (!callee) return call.isInlineAsm(); // none is left but the empty one
      if (auto *memory = dyn_cast<MemIntrinsic>(&call)) return mayWrite(memory->getDest());
      if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call))
        return intrinsic->isAssumeLikeIntrinsic() || intrinsic->getIntrinsicID() == Intrinsic::trap ||
               !intrinsic->mayWriteToMemory();
      if (!callee->isDeclaration()) return !callee->isVarArg() && call.getFunctionType() == callee->getFunctionType();
      if (callee->getName().starts_with(kLaunchPrefix)) return false; // vertices of other state run
      if (callee->getName() == kPrintFunction || callee->getName() == kMatrixLoad) return true;
      if (callee->getName().starts_with(kRandomPrefix)) return true; // only the worker's generator
      for (unsigned i = 0; i != call.arg_size(); ++i)
        if (const Value *argument = call.getArgOperand(i); argument->getType()->isPointerTy() && !mayWrite(argument) &&
                                                           regionOf(argument) != Region::Constant &&
                                                           !call.onlyReadsMemory(i))
          return false;
      return true;
    }

    Analysis &analysis_;
    const DataLayout &layout_;
    const Function &function_;
    DenseMap<const Value *, Fact> facts_;
    bool possible_ = true;
  };

  /// What the pointer at an offset of the image that compute() gets leads to.
  Region fieldAt(std::int64_t offset) const {
    for (const Field &field : vertex_.codelet.fields) {
      if (field.hostOffset != offset + vertex_.thisOffset) continue;
      const bool ranked = field.shape == FieldShape::VectorOfVectors || field.shape == FieldShape::VectorList;
      if (field.access == Access::State) return ranked ? Region::Unknown : Region::StateArray;
      return ranked ? Region::Table : Region::Data;
    }
    return Region::Unknown;
  }

  const FoundVertex &vertex_;
  const std::map<Function *, FunctionCost> &costs_;
  std::map<std::pair<const Function *, std::vector<Fact>>, std::optional<Fact>> known_;
  std::set<const Function *> active_;
};

} // namespace

bool cyclesFromState(const llvm::Function &compute, const FoundVertex &vertex,
                     const std::map<llvm::Function *, FunctionCost> &costs) {
  std::vector<Fact> arguments(compute.arg_size()); // the worker's number is one that is known
  arguments.at(0) = {true, Region::Image, 0};
  return Analysis(vertex, costs).visit(compute, arguments).has_value();
}

} // namespace popgraph::codelets
