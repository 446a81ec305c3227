// Hidden context and slot counters. Every function gets the context as its last argument: whoever calls a codelet's
// function passes it on, through pointers too, so that any function can count, print and find its tile's globals.
#include "codelets/abi/VertexContext.h"
#include "codelets/frontend/Costs.hpp"
#include "codelets/frontend/Lower.hpp"
#include "codelets/frontend/StateCycles.hpp"
#include <cstddef>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/ValueMapper.h>
#include <map>
#include <set>

namespace popgraph::codelets {
namespace {

using namespace llvm;

// The stack a worker needs at least: saved registers and the frame of the entry code.
constexpr std::uint32_t kMinimumStackBytes = 64;
// Return address and one saved register of a function that calls others.
constexpr std::uint32_t kCallFrameBytes = 8;

struct Body {
  std::uint32_t instructions = 0;
  std::uint32_t frameBytes = 0;
  std::set<Function *> callees;
};

Body bodyOf(Function &function, std::uint32_t instructionCount) {
  Body body;
  body.instructions = instructionCount;
  const DataLayout &layout = function.getParent()->getDataLayout();
  for (Instruction &instruction : instructions(function)) {
    if (auto *variable = dyn_cast<AllocaInst>(&instruction)) {
      const auto size = variable->getAllocationSize(layout);
      if (size && !size->isScalable()) body.frameBytes += (static_cast<std::uint32_t>(size->getFixedValue()) + 7) & ~7u;
    } else if (auto *call = dyn_cast<CallBase>(&instruction); call && !isa<IntrinsicInst>(call)) {
      Function *callee = call->getCalledFunction();
      // A launcher runs the compute() function that its name holds.
      if (callee && callee->getName().starts_with(kLaunchPrefix))
        callee = function.getParent()->getFunction(callee->getName().drop_front(StringRef(kLaunchPrefix).size()));
      if (callee && !callee->isDeclaration()) body.callees.insert(callee);
    }
  }
  if (!body.callees.empty()) body.frameBytes += kCallFrameBytes;
  return body;
}

void reach(Function *function, const std::map<Function *, Body> &bodies, std::set<Function *> &seen) {
  if (!seen.insert(function).second) return;
  for (Function *callee : bodies.at(function).callees) reach(callee, bodies, seen);
}

// A cycle in the call graph counts once: how deep it goes is not known.
std::uint32_t stackOf(Function *function, const std::map<Function *, Body> &bodies, std::set<Function *> &active) {
  if (!active.insert(function).second) return 0;
  std::uint32_t deepest = 0;
  for (Function *callee : bodies.at(function).callees) deepest = std::max(deepest, stackOf(callee, bodies, active));
  active.erase(function);
  return bodies.at(function).frameBytes + deepest;
}

// A copy of the function with the context appended to its parameters.
Function *withContext(Function &old) {
  FunctionType *type = old.getFunctionType();
  SmallVector<Type *, 8> parameters(type->params());
  parameters.push_back(PointerType::get(old.getContext(), 0));
  auto *function = Function::Create(FunctionType::get(type->getReturnType(), parameters, type->isVarArg()),
                                    old.getLinkage(), old.getAddressSpace());
  old.getParent()->getFunctionList().insert(old.getIterator(), function);
  function->copyAttributesFrom(&old);
  function->takeName(&old);
  function->setComdat(nullptr);
  function->splice(function->begin(), &old);
  for (auto [from, to] : zip(old.args(), function->args())) {
    to.takeName(&from);
    from.replaceAllUsesWith(&to);
  }
  Argument *context = function->getArg(function->arg_size() - 1);
  context->setName("context");
  // Edges never point into the context, nor does another pointer to it exist while a codelet runs.
  context->addAttr(Attribute::NoAlias);
  context->addAttr(Attribute::NonNull);
  // It writes the context's counters now.
  function->removeFnAttr(Attribute::Memory);
  function->removeFnAttr(Attribute::WillReturn);
  function->removeFnAttr("no-builtins");
  old.replaceAllUsesWith(function);
  old.eraseFromParent();
  return function;
}

void passContext(Function &function, const std::set<Function *> &extended) {
  Argument *context = function.getArg(function.arg_size() - 1);
  std::vector<CallBase *> calls;
  for (Instruction &instruction : instructions(function))
    if (auto *call = dyn_cast<CallBase>(&instruction)) calls.push_back(call);
  for (CallBase *call : calls) {
    Function *callee = call->getCalledFunction();
    if (callee && callee->getName() == kContextFunction) {
      call->replaceAllUsesWith(context);
      call->eraseFromParent();
      continue;
    }
    if (call->isInlineAsm() || (callee && !extended.count(callee))) continue;
    // A direct call of a changed function, also through a mismatching type, or a call through a pointer.
    auto *direct = dyn_cast<Function>(call->getCalledOperand()->stripPointerCasts());
    if (direct && !extended.count(direct)) continue;
    SmallVector<Value *, 8> arguments(call->args());
    SmallVector<Type *, 8> types(call->getFunctionType()->params());
    FunctionType *old = call->getFunctionType();
    arguments.insert(arguments.begin() + old->getNumParams(), context);
    types.push_back(context->getType());
    auto *type = FunctionType::get(old->getReturnType(), types, old->isVarArg());
    IRBuilder<> builder(call);
    CallInst *changed = builder.CreateCall(type, call->getCalledOperand(), arguments);
    changed->setCallingConv(call->getCallingConv());
    AttributeList attributes = call->getAttributes();
    if (!old->isVarArg()) {
      attributes = attributes.removeFnAttribute(call->getContext(), Attribute::Memory);
      changed->setAttributes(attributes);
    }
    if (auto *plain = dyn_cast<CallInst>(call); plain && !plain->isMustTailCall())
      changed->setTailCallKind(plain->getTailCallKind());
    changed->takeName(call);
    call->replaceAllUsesWith(changed);
    call->eraseFromParent();
  }
}

// Copies of functions, by function, that call each other where the functions do.
std::map<Function *, Function *> copiesOf(const std::vector<Function *> &functions) {
  std::map<Function *, Function *> copies;
  for (Function *function : functions) {
    ValueToValueMapTy values;
    Function *copy = CloneFunction(function, values);
    copy->setName(function->getName() + ".plain");
    copies[function] = copy;
  }
  return copies;
}

// In code that does not count.
void callCopies(Function &copy, const std::map<Function *, Function *> &copies) {
  std::vector<CallBase *> readings;
  for (Instruction &instruction : instructions(copy)) {
    auto *call = dyn_cast<CallBase>(&instruction);
    Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee) continue;
    if (const auto found = copies.find(callee); found != copies.end()) call->setCalledFunction(found->second);
    if (callee->getName() == kCycleFunction) readings.push_back(call);
  }
  for (CallBase *reading : readings) { // no vertex runs this copy
    reading->replaceAllUsesWith(Constant::getNullValue(reading->getType()));
    reading->eraseFromParent();
  }
}

// Slots are summed in a local and added to the context when the function returns. mem2reg makes the local a
// register, so that loops without data-dependent control get their sum in closed form.
// Hand-scheduled code counts parts of slots, which are rounded up when it returns.
void insertCounters(Function &function, const FunctionCost &cost) {
  LLVMContext &llvmContext = function.getContext();
  Type *word = Type::getInt32Ty(llvmContext);
  IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
  AllocaInst *counter = builder.CreateAlloca(word, nullptr, "slots");
  builder.CreateStore(builder.getInt32(0), counter);
  const auto add = [&](IRBuilder<> &at, Value *amount) {
    at.CreateStore(at.CreateAdd(at.CreateLoad(word, counter), amount), counter);
  };
  for (const DynamicCost &dynamic : cost.dynamic) {
    IRBuilder<> at(dynamic.at);
    Value *bytes = at.CreateZExtOrTrunc(dynamic.bytes, word);
    Value *count = at.CreateLShr(at.CreateAdd(bytes, at.getInt32(7)), 3);
    add(at, at.CreateMul(count, at.getInt32(dynamic.perWord)));
  }
  Argument *context = function.getArg(function.arg_size() - 1);
  for (const CycleReading &reading : cost.readings) {
    IRBuilder<> at(reading.at);
    Value *before = at.CreateAdd(at.CreateLoad(word, counter), at.getInt32(reading.slotsOfBlock));
    if (cost.unit > 1) before = at.CreateUDiv(before, at.getInt32(cost.unit));
    Value *slots = at.CreateAdd(at.CreateLoad(at.getInt64Ty(), context), at.CreateZExt(before, at.getInt64Ty()));
    Value *field = at.CreateConstInBoundsGEP1_64(at.getInt8Ty(), context, offsetof(VertexContext, slotCycles));
    Value *cycles = at.CreateMul(slots, at.CreateZExt(at.CreateLoad(word, field), at.getInt64Ty()));
    reading.at->replaceAllUsesWith(cycles);
    reading.at->eraseFromParent();
  }
  for (BasicBlock &block : function) {
    const std::uint32_t amount = cost.blocks.lookup(&block);
    if (amount) {
      IRBuilder<> at(block.getTerminator());
      add(at, at.getInt32(amount));
    }
  }
  for (BasicBlock &block : function) {
    if (!isa<ReturnInst>(block.getTerminator())) continue;
    IRBuilder<> at(block.getTerminator());
    // `slots` is the first member of the context.
    Value *sum = at.CreateLoad(at.getInt64Ty(), context), *units = at.CreateLoad(word, counter);
    if (cost.unit > 1)
      units = at.CreateUDiv(at.CreateAdd(units, at.getInt32(cost.unit - 1)), at.getInt32(cost.unit));
    at.CreateStore(at.CreateAdd(sum, at.CreateZExt(units, at.getInt64Ty())), context);
  }
}

} // namespace

void addContextAndCosts(llvm::Module &module, std::vector<FoundVertex> &vertices, const CostOptions &options) {
  PassBuilder passes;
  LoopAnalysisManager loopAnalyses;
  FunctionAnalysisManager functionAnalyses;
  CGSCCAnalysisManager sccAnalyses;
  ModuleAnalysisManager moduleAnalyses;
  passes.registerModuleAnalyses(moduleAnalyses);
  passes.registerCGSCCAnalyses(sccAnalyses);
  passes.registerFunctionAnalyses(functionAnalyses);
  passes.registerLoopAnalyses(loopAnalyses);
  passes.crossRegisterProxies(loopAnalyses, functionAnalyses, sccAnalyses, moduleAnalyses);

  std::vector<Function *> defined;
  for (Function &function : module)
    if (!function.isDeclaration()) defined.push_back(&function);
  std::map<Function *, FunctionCost> costs;
  std::map<Function *, Body> bodies;
  std::set<std::string> supervisors;
  for (const FoundVertex &vertex : vertices)
    if (vertex.codelet.kind == VertexKind::Supervisor) supervisors.insert(vertex.computeSymbol);
  for (Function *function : defined) {
    costs[function] = costOf(*function, functionAnalyses.getResult<LoopAnalysis>(*function),
                             functionAnalyses.getResult<ScalarEvolutionAnalysis>(*function), options,
                             supervisors.contains(function->getName().str()));
    bodies[function] = bodyOf(*function, costs[function].instructions);
  }
  std::vector<FoundVertex *> readers; // of the cycle counter
  for (FoundVertex &vertex : vertices) {
    Function *function = module.getFunction(vertex.computeSymbol);
    std::set<Function *> seen, active;
    reach(function, bodies, seen);
    Codelet &codelet = vertex.codelet;
    codelet.codeBytes = 0;
    for (Function *one : seen) codelet.codeBytes += 4 * bodies.at(one).instructions;
    codelet.stackBytes = std::max(kMinimumStackBytes, stackOf(function, bodies, active));
    codelet.cyclesFromState = cyclesFromState(*function, vertex, costs);
    if (any_of(seen, [&](Function *one) { return !costs.at(one).readings.empty(); })) readers.push_back(&vertex);
  }
  functionAnalyses.clear();
  loopAnalyses.clear();

  std::map<Function *, FunctionCost> newCosts;
  std::vector<Function *> extended;
  for (Function *function : defined) {
    FunctionCost cost = std::move(costs[function]);
    Function *changed = withContext(*function);
    extended.push_back(changed);
    newCosts[changed] = std::move(cost);
  }
  const std::map<Function *, Function *> copies = copiesOf(extended);
  const std::set<Function *> withIt(extended.begin(), extended.end());
  for (Function *function : extended) {
    insertCounters(*function, newCosts.at(function));
    passContext(*function, withIt);
    Function &copy = *copies.at(function);
    passContext(copy, withIt);
    callCopies(copy, copies);
  }
  for (FoundVertex &vertex : vertices)
    vertex.plainSymbol = is_contained(readers, &vertex)
                             ? vertex.computeSymbol
                             : copies.at(module.getFunction(vertex.computeSymbol))->getName().str();
  for (const char *name : {kContextFunction, kHandScheduledMark, kPacedStoresMark, kCycleFunction})
    if (Function *asked = module.getFunction(name); asked && asked->use_empty()) asked->eraseFromParent();
}

} // namespace popgraph::codelets
