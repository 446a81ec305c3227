#include "codelets/frontend/Operations.hpp"
#include "codelets/frontend/Lower.hpp"
#include "codelets/frontend/MathFunctions.hpp"
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>

namespace popgraph::codelets {

using namespace llvm;

const StringMap<Cost> &mathCosts() {
  static const StringMap<Cost> costs = [] {
    StringMap<Cost> map;
#define X(single, dbl, id, count, cost)                                                                                \
  map[std::string(kMathPrefix) + #single] = Cost::cost;                                                                \
  map[std::string(kMathPrefix) + #dbl] = Cost::DoubleFunction;
    POPGRAPH_MATH_FUNCTIONS(X)
#undef X
#define X(name) map[std::string(kMathPrefix) + #name] = Cost::MatrixStep;
    POPGRAPH_MATRIX_STEPS(X)
#undef X
#define X(name, cost) map[std::string(kMathPrefix) + #name] = Cost::cost;
    POPGRAPH_RANDOM_FUNCTIONS(X)
#undef X
    return map;
  }();
  return costs;
}

bool isMathCall(const CallBase &call) {
  const Function *callee = call.getCalledFunction();
  return callee && mathCosts().contains(callee->getName());
}

bool isMatrixStep(const User &user) {
  auto *call = dyn_cast<CallBase>(&user);
  return call && isMathCall(*call) && mathCosts().lookup(call->getCalledFunction()->getName()) == Cost::MatrixStep;
}

std::uint32_t words(Type *type) {
  if (auto *vector = dyn_cast<FixedVectorType>(type)) {
    std::uint64_t elementBits = vector->getElementType()->getPrimitiveSizeInBits().getFixedValue();
    if (!elementBits) elementBits = 32; // pointers
    return static_cast<std::uint32_t>((vector->getNumElements() * elementBits + 63) / 64);
  }
  return 1;
}

bool isHalf(Type *type) { return type->getScalarType()->isHalfTy(); }

bool isOne(const Value *value) {
  const auto *constant = dyn_cast<ConstantFP>(value);
  return constant && constant->isExactlyValue(1.0);
}

bool isWidened(const Value *value) {
  if (auto *constant = dyn_cast<Constant>(value)) {
    if (constant->getType()->isVectorTy()) constant = constant->getSplatValue();
    auto *number = dyn_cast_or_null<ConstantFP>(constant);
    if (!number) return false;
    bool loses = false;
    APFloat half = number->getValueAPF();
    half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven, &loses);
    return !loses;
  }
  auto *extension = dyn_cast<FPExtInst>(value);
  return extension && isHalf(extension->getOperand(0)->getType());
}

bool isHalfOperation(const Instruction &instruction) {
  if (isHalf(instruction.getType())) return true;
  const auto *call = dyn_cast<CallBase>(&instruction);
  // What chooses is no number.
  const unsigned skip = isa<SelectInst>(instruction) ? 1 : 0;
  return (call ? all_of(call->args(), [](const Use &use) { return isWidened(use); })
               : all_of(drop_begin(instruction.operands(), skip), [](const Use &use) { return isWidened(use); })) &&
         instruction.hasOneUse() && isa<FPTruncInst>(*instruction.user_begin()) &&
         isHalf(instruction.user_begin()->getType());
}

Cost mathCost(const CallBase &call) {
  const StringRef name = call.getCalledFunction()->getName();
  const Cost cost = mathCosts().lookup(name);
  if (!isHalfOperation(call)) return cost;
  switch (cost) {
  case Cost::FloatExp: return Cost::HalfExp;
  case Cost::FloatLog: return Cost::HalfLog;
  case Cost::FloatTanh: return Cost::HalfTanh;
  case Cost::FloatSigmoid: return Cost::HalfSigmoid;
  case Cost::FloatErf: return Cost::HalfErf;
  default: break;
  }
  const StringRef function = name.drop_front(StringRef(kMathPrefix).size());
  return function == "sinf" || function == "cosf" ? Cost::HalfSin : cost;
}

} // namespace popgraph::codelets
