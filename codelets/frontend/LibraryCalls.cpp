#include "codelets/frontend/Lower.hpp"
#include "codelets/frontend/MathFunctions.hpp"
#include <llvm/ADT/StringSwitch.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicInst.h>

namespace popgraph::codelets {
namespace {

using namespace llvm;

// A device mathematics function: declared here, linked in after costing.
FunctionCallee mathFunction(Module &module, StringRef name, Type *type, unsigned arguments) {
  SmallVector<Type *, 3> parameters(arguments, type);
  FunctionCallee callee =
      module.getOrInsertFunction((kMathPrefix + name).str(), FunctionType::get(type, parameters, false));
  auto *function = cast<Function>(callee.getCallee());
  function->setDoesNotThrow();
  function->setWillReturn();
  function->setDoesNotAccessMemory();
  function->setNoSync();
  function->setDoesNotFreeMemory();
  return callee;
}

struct Replacement {
  enum Kind { None, Math, Exact } kind = None;
  StringRef name;
  Intrinsic::ID intrinsic = Intrinsic::not_intrinsic;
  unsigned arguments = 0;
};

Replacement byName(StringRef name, Type *type) {
  Replacement result;
  const bool isFloat = type->isFloatTy(), isDouble = type->isDoubleTy();
  if (!isFloat && !isDouble) return result;
#define X(single, dbl, id, count, cost)                            \
  if (isFloat && name == #single) return {Replacement::Math, #single, {}, count}; \
  if (isDouble && name == #dbl) return {Replacement::Math, #dbl, {}, count};
  POPGRAPH_MATH_FUNCTIONS(X)
#undef X
#define X(single, dbl, id, count) \
  if ((isFloat && name == #single) || (isDouble && name == #dbl)) \
    return {Replacement::Exact, name, Intrinsic::id, count};
  POPGRAPH_EXACT_FUNCTIONS(X)
#undef X
  return result;
}

Replacement byIntrinsic(Intrinsic::ID intrinsic, Type *type) {
  const bool isFloat = type->getScalarType()->isFloatTy();
  if (intrinsic == Intrinsic::not_intrinsic) return {};
#define X(single, dbl, id, count, cost) \
  if (intrinsic == Intrinsic::id) return {Replacement::Math, isFloat ? #single : #dbl, {}, count};
  POPGRAPH_MATH_FUNCTIONS(X)
#undef X
  return {};
}

Value *callMath(IRBuilder<> &builder, Module &module, StringRef name, ArrayRef<Value *> arguments) {
  Type *type = arguments[0]->getType();
  if (auto *vector = dyn_cast<FixedVectorType>(type)) {
    Value *result = PoisonValue::get(type);
    for (unsigned lane = 0; lane != vector->getNumElements(); ++lane) {
      SmallVector<Value *, 3> scalars;
      for (Value *argument : arguments) scalars.push_back(builder.CreateExtractElement(argument, lane));
      result = builder.CreateInsertElement(result, callMath(builder, module, name, scalars), lane);
    }
    return result;
  }
  return builder.CreateCall(mathFunction(module, name, type, static_cast<unsigned>(arguments.size())), arguments);
}

bool isLibraryFunction(StringRef name) {
#define X(function) \
  if (name == #function) return true;
  POPGRAPH_LIBRARY_FUNCTIONS(X)
#undef X
  return false;
}

class Mapper {
public:
  explicit Mapper(Module &module) : module_(module) {}

  void run() {
    std::vector<Instruction *> work;
    for (Function &function : module_)
      for (Instruction &instruction : instructions(function))
        if (isa<CallBase>(instruction) || instruction.getOpcode() == Instruction::FRem) work.push_back(&instruction);
    for (Instruction *instruction : work) map(*instruction);
    // The matrix unit reads and writes what it is given; loading it changes its state, too.
    for (Function &function : module_)
      if (function.isDeclaration() && function.getName().starts_with(kMatrixPrefix)) {
        function.setMemoryEffects(function.getName() == kMatrixLoad ? MemoryEffects::inaccessibleOrArgMemOnly()
                                                                    : MemoryEffects::argMemOnly());
        function.setWillReturn();
        function.setNoSync();
        function.setDoesNotFreeMemory();
      }
    // What stands in tables of classes with pure virtual functions, and where the standard library's checks (array::at,
    // an empty std::function, optional::value) end.
    for (Function &function : module_) {
      const StringRef name = function.getName();
      const bool isEnd = name == "__cxa_pure_virtual" || name == "_ZSt9terminatev" ||
                         (name.starts_with("_ZSt") && name.contains("__throw_"));
      if (!isEnd || !function.isDeclaration()) continue;
      IRBuilder<> builder(BasicBlock::Create(module_.getContext(), "entry", &function));
      builder.CreateIntrinsic(Intrinsic::trap, {}, {});
      builder.CreateUnreachable();
    }
  }

private:
  void replace(Instruction &old, Value *value) {
    if (!old.getType()->isVoidTy()) old.replaceAllUsesWith(value);
    old.eraseFromParent();
  }

  void map(Instruction &instruction) {
    IRBuilder<> builder(&instruction);
    if (instruction.getOpcode() == Instruction::FRem) {
      const bool isFloat = instruction.getType()->getScalarType()->isFloatTy();
      replace(instruction, callMath(builder, module_, isFloat ? "fmodf" : "fmod",
                                    {instruction.getOperand(0), instruction.getOperand(1)}));
      return;
    }
    auto &call = cast<CallBase>(instruction);
    Function *callee = call.getCalledFunction();
    if (!callee || !callee->isDeclaration()) return;
    SmallVector<Value *, 4> arguments(call.args());
    Replacement target = callee->isIntrinsic() ? byIntrinsic(callee->getIntrinsicID(), call.getType())
                                               : byName(callee->getName(), call.getType());
    if (target.kind == Replacement::Math && target.arguments == arguments.size()) {
      replace(call, callMath(builder, module_, target.name, arguments));
    } else if (target.kind == Replacement::Exact && target.arguments == arguments.size()) {
      replace(call, builder.CreateIntrinsic(target.intrinsic, {call.getType()}, arguments));
    } else if (callee->getIntrinsicID() == Intrinsic::ldexp && !call.getType()->isVectorTy()) {
      const char *name = call.getType()->isFloatTy() ? "__popgraph_ldexpf" : "__popgraph_ldexp";
      Type *word = builder.getInt32Ty();
      auto *type = FunctionType::get(call.getType(), {call.getType(), word}, false);
      replace(call, builder.CreateCall(module_.getOrInsertFunction(name, type),
                                       {arguments[0], builder.CreateSExtOrTrunc(arguments[1], word)}));
    } else if (callee->getIntrinsicID() == Intrinsic::frexp && !arguments[0]->getType()->isVectorTy()) {
      Type *type = arguments[0]->getType();
      IRBuilder<> entry(&*call.getFunction()->getEntryBlock().getFirstInsertionPt());
      Value *exponent = entry.CreateAlloca(builder.getInt32Ty());
      FunctionCallee function = module_.getOrInsertFunction(
          type->isFloatTy() ? "__popgraph_frexpf" : "__popgraph_frexp",
          FunctionType::get(type, {type, builder.getPtrTy()}, false));
      Value *pair = PoisonValue::get(call.getType());
      pair = builder.CreateInsertValue(pair, builder.CreateCall(function, {arguments[0], exponent}), 0);
      replace(call, builder.CreateInsertValue(pair, builder.CreateLoad(builder.getInt32Ty(), exponent), 1));
    } else if (callee->getIntrinsicID() == Intrinsic::powi) {
      Value *exponent = builder.CreateSIToFP(arguments[1], call.getType()->getScalarType());
      const bool isFloat = call.getType()->getScalarType()->isFloatTy();
      if (!call.getType()->isVectorTy())
        replace(call, callMath(builder, module_, isFloat ? "powf" : "pow", {arguments[0], exponent}));
    } else {
      mapOther(call, callee->getName(), arguments, builder);
    }
  }

  void mapOther(CallBase &call, StringRef name, ArrayRef<Value *> arguments, IRBuilder<> &builder) {
    if ((name == "memcpy" || name == "memmove") && arguments.size() == 3) {
      if (name == "memcpy")
        builder.CreateMemCpy(arguments[0], MaybeAlign(), arguments[1], MaybeAlign(), arguments[2]);
      else
        builder.CreateMemMove(arguments[0], MaybeAlign(), arguments[1], MaybeAlign(), arguments[2]);
      replace(call, arguments[0]);
    } else if (name == "memset" && arguments.size() == 3) {
      builder.CreateMemSet(arguments[0], builder.CreateTrunc(arguments[1], builder.getInt8Ty()), arguments[2],
                           MaybeAlign());
      replace(call, arguments[0]);
    } else if (name == "abs" || name == "labs" || name == "llabs") {
      replace(call, builder.CreateBinaryIntrinsic(Intrinsic::abs, arguments[0], builder.getFalse()));
    } else if (isLibraryFunction(name)) {
      call.setCalledFunction(module_.getOrInsertFunction((kMathPrefix + name).str(), call.getFunctionType()));
    } else if (name == "printf") {
      print(builder, arguments, &call);
    } else if (name == "fprintf" && arguments.size() >= 2) {
      print(builder, arguments.drop_front(), &call); // there is one stream
    } else if (name == "puts" && arguments.size() == 1) {
      print(builder, {builder.CreateGlobalString("%s\n"), arguments[0]}, &call);
    } else if (name == "fputs" && arguments.size() == 2) {
      print(builder, {builder.CreateGlobalString("%s"), arguments[0]}, &call);
    } else if ((name == "putchar" && arguments.size() == 1) ||
               ((name == "putc" || name == "fputc") && arguments.size() == 2)) {
      print(builder, {builder.CreateGlobalString("%c"), arguments[0]}, &call);
    } else if (name == "fflush" && arguments.size() == 1) {
      replace(call, builder.getInt32(0)); // text is in order anyway
    } else if (name == "__assert_fail" && arguments.size() == 4) {
      print(builder, {builder.CreateGlobalString("%s:%u: %s: assertion `%s' failed\n"), arguments[1], arguments[2],
                      arguments[3], arguments[0]}, nullptr);
      builder.CreateIntrinsic(Intrinsic::trap, {}, {});
      call.eraseFromParent();
    } else if (name == "abort" && arguments.empty()) {
      builder.CreateIntrinsic(Intrinsic::trap, {}, {});
      call.eraseFromParent();
    } else {
      rounding(call, name, arguments, builder);
    }
  }

  void rounding(CallBase &call, StringRef name, ArrayRef<Value *> arguments, IRBuilder<> &builder) {
    const Intrinsic::ID id = StringSwitch<Intrinsic::ID>(name)
                                 .Cases("lround", "lroundf", "llround", "llroundf", Intrinsic::round)
                                 .Cases("lrint", "lrintf", "llrint", "llrintf", Intrinsic::rint)
                                 .Default(Intrinsic::not_intrinsic);
    const Intrinsic::ID own = call.getIntrinsicID();
    const bool isRound = own == Intrinsic::lround || own == Intrinsic::llround;
    const bool isRint = own == Intrinsic::lrint || own == Intrinsic::llrint;
    if ((id == Intrinsic::not_intrinsic && !isRound && !isRint) || arguments.size() != 1 ||
        !call.getType()->isIntegerTy() || call.getType()->isVectorTy())
      return;
    const Intrinsic::ID use = isRound ? Intrinsic::round : isRint ? Intrinsic::rint : id;
    Value *rounded = builder.CreateUnaryIntrinsic(use, arguments[0]);
    replace(call, builder.CreateFPToSI(rounded, call.getType()));
  }

  // The context argument is filled in when functions get their context; until then it is asked for.
  void print(IRBuilder<> &builder, ArrayRef<Value *> arguments, CallBase *old) {
    Type *pointer = builder.getPtrTy();
    FunctionCallee context = module_.getOrInsertFunction(kContextFunction, FunctionType::get(pointer, false));
    auto *asked = cast<Function>(context.getCallee());
    asked->setDoesNotAccessMemory();
    asked->setDoesNotThrow();
    asked->setWillReturn();
    FunctionCallee callee = module_.getOrInsertFunction(
        kPrintFunction, FunctionType::get(builder.getInt32Ty(), {pointer, pointer}, true));
    SmallVector<Value *, 6> all{builder.CreateCall(context)};
    for (Value *argument : arguments) {
      // Only a class of two bytes, `half`, is passed in 16 bits: integers are widened. It counts as a double.
      if (argument->getType()->isIntegerTy(16))
        argument = builder.CreateFPExt(builder.CreateBitCast(argument, builder.getHalfTy()), builder.getDoubleTy());
      all.push_back(argument);
    }
    Value *result = builder.CreateCall(callee, all);
    if (old) replace(*old, result);
  }

  Module &module_;
};

} // namespace

void mapLibraryCalls(llvm::Module &module) { Mapper(module).run(); }

} // namespace popgraph::codelets
