// A second version, "<name>.sr", of every function that rounds to half: it rounds up or down at random, as likely as the
// value is near to either, with the generator of the worker that runs. The mode is chosen where rows are run, so that
// code that rounds to nearest stays what it is. Functions called through pointers round to nearest.
#include "codelets/abi/VertexContext.h"
#include "codelets/frontend/Lower.hpp"
#include "codelets/frontend/MathFunctions.hpp"
#include <cstddef>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <map>
#include <set>

namespace popgraph::codelets {
namespace {

using namespace llvm;

constexpr char kRound[] = "__popgraph_stochastic_half";
constexpr char kStochasticMatrix[] = "__popgraph_stochastic_";

bool isHalf(const Type *type) { return type->getScalarType()->isHalfTy(); }

/// A step of the matrix unit whose partial results are halves.
bool roundsInMatrixUnit(const CallBase &call) {
  const Function *callee = call.getCalledFunction();
  return callee && callee->getName().starts_with(std::string(kMatrixPrefix) + "f16_f16_");
}

bool rounds(const Instruction &instruction) {
  if (auto *call = dyn_cast<CallBase>(&instruction)) return roundsInMatrixUnit(*call);
  if (!isHalf(instruction.getType())) return false;
  switch (instruction.getOpcode()) {
  case Instruction::FPTrunc:
  case Instruction::FAdd:
  case Instruction::FSub:
  case Instruction::FMul:
  case Instruction::FDiv: return true;
  default: return false;
  }
}

/// Functions that round, or call one that does.
std::set<Function *> roundingFunctions(Module &module) {
  std::set<Function *> found;
  std::map<Function *, std::vector<Function *>> callers;
  std::vector<Function *> work;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function)) {
      if (rounds(instruction) && found.insert(&function).second) work.push_back(&function);
      if (auto *call = dyn_cast<CallBase>(&instruction))
        if (Function *callee = call->getCalledFunction(); callee && !callee->isDeclaration())
          callers[callee].push_back(&function);
    }
  while (!work.empty()) {
    Function *function = work.back();
    work.pop_back();
    for (Function *caller : callers[function])
      if (found.insert(caller).second) work.push_back(caller);
  }
  return found;
}

class Rounder {
public:
  explicit Rounder(Function &function) : function_(function), module_(*function.getParent()) {}

  void run(const std::map<Function *, Function *> &variants) {
    std::vector<Instruction *> work;
    for (Instruction &instruction : instructions(function_)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      if (call && variants.count(call->getCalledFunction()))
        call->setCalledFunction(variants.at(call->getCalledFunction()));
      else if (rounds(instruction))
        work.push_back(&instruction);
    }
    for (Instruction *instruction : work) {
      IRBuilder<> builder(instruction);
      if (auto *call = dyn_cast<CallBase>(instruction)) {
        matrixStep(builder, *call);
      } else {
        instruction->replaceAllUsesWith(rounded(builder, wide(builder, *instruction), instruction->getType()));
      }
      instruction->eraseFromParent();
    }
  }

private:
  Value *generator(IRBuilder<> &builder) {
    Value *context = function_.getArg(function_.arg_size() - 1);
    Value *field = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, offsetof(VertexContext, rng));
    return builder.CreateLoad(builder.getPtrTy(), field);
  }

  /// What is rounded, in float.
  Value *wide(IRBuilder<> &builder, Instruction &instruction) {
    Type *type = instruction.getType()->getWithNewType(builder.getFloatTy());
    if (instruction.getOpcode() == Instruction::FPTrunc) return builder.CreateFPCast(instruction.getOperand(0), type);
    return builder.CreateBinOp(static_cast<Instruction::BinaryOps>(instruction.getOpcode()),
                               builder.CreateFPExt(instruction.getOperand(0), type),
                               builder.CreateFPExt(instruction.getOperand(1), type));
  }

  Value *rounded(IRBuilder<> &builder, Value *value, Type *type) {
    FunctionCallee round =
        module_.getOrInsertFunction(kRound, builder.getHalfTy(), builder.getFloatTy(), builder.getPtrTy());
    Value *random = generator(builder);
    auto *vector = dyn_cast<FixedVectorType>(type);
    if (!vector) return builder.CreateCall(round, {value, random});
    Value *result = PoisonValue::get(type);
    for (unsigned i = 0; i != vector->getNumElements(); ++i)
      result = builder.CreateInsertElement(
          result, builder.CreateCall(round, {builder.CreateExtractElement(value, i), random}), i);
    return result;
  }

  void matrixStep(IRBuilder<> &builder, CallBase &call) {
    SmallVector<Value *, 8> arguments(call.args());
    arguments.push_back(generator(builder));
    SmallVector<Type *, 8> types;
    for (const Value *argument : arguments) types.push_back(argument->getType());
    const StringRef name = call.getCalledFunction()->getName().drop_front(StringRef(kMathPrefix).size());
    builder.CreateCall(module_.getOrInsertFunction((kStochasticMatrix + name).str(),
                                                   FunctionType::get(builder.getVoidTy(), types, false)),
                       arguments);
  }

  Function &function_;
  Module &module_;
};

} // namespace

void addStochasticVariants(llvm::Module &module) {
  std::map<Function *, Function *> variants;
  for (Function *function : roundingFunctions(module)) {
    ValueToValueMapTy map;
    Function *variant = CloneFunction(function, map);
    variant->setName(function->getName() + kStochasticSuffix);
    variant->setComdat(nullptr);
    variants[function] = variant;
  }
  for (const auto &[function, variant] : variants) Rounder(*variant).run(variants);
}

} // namespace popgraph::codelets
