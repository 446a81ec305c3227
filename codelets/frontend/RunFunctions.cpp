// The functions the host calls per codelet: loops over vertex images, one that counts slots per call and one that does
// not.
#include "codelets/abi/VertexContext.h"
#include "codelets/frontend/Lower.hpp"
#include <cstddef>
#include <llvm/IR/IRBuilder.h>

namespace popgraph::codelets {
namespace {

using namespace llvm;

constexpr char kRunPrefix[] = "popgraph_run_";

struct Loop {
  BasicBlock *body, *done;
  PHINode *index;
};

// for (index = 0; index != count; ++index)
Loop beginLoop(IRBuilder<> &builder, Value *count, const Twine &name) {
  Function *function = builder.GetInsertBlock()->getParent();
  BasicBlock *before = builder.GetInsertBlock();
  BasicBlock *body = BasicBlock::Create(builder.getContext(), name, function);
  BasicBlock *done = BasicBlock::Create(builder.getContext(), name + "Done", function);
  builder.CreateCondBr(builder.CreateICmpEQ(count, ConstantInt::get(count->getType(), 0)), done, body);
  builder.SetInsertPoint(body);
  PHINode *index = builder.CreatePHI(count->getType(), 2, name + "Index");
  index->addIncoming(ConstantInt::get(count->getType(), 0), before);
  return {body, done, index};
}

void endLoop(IRBuilder<> &builder, Loop &loop, Value *count) {
  Value *next = builder.CreateAdd(loop.index, ConstantInt::get(count->getType(), 1));
  loop.index->addIncoming(next, builder.GetInsertBlock());
  builder.CreateCondBr(builder.CreateICmpEQ(next, count), loop.done, loop.body);
  builder.SetInsertPoint(loop.done);
}

Value *member(IRBuilder<> &builder, Value *context, std::size_t offset) {
  return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, offset);
}

bool callsItself(const Function &function) {
  for (const User *user : function.users())
    if (auto *call = dyn_cast<CallBase>(user); call && call->getFunction() == &function) return true;
  return false;
}

/// A function that runs rows with `compute`; where `stochastic` is given, it leaves them to that one when rounding is at
/// random.
Function *addRunFunction(Module &module, const FoundVertex &vertex, Function *compute, const std::string &name,
                         unsigned slotCycles, bool counts, Function *stochastic) {
  LLVMContext &llvmContext = module.getContext();
  IRBuilder<> builder(llvmContext);
  Type *pointer = builder.getPtrTy(), *wide = builder.getInt64Ty(), *word = builder.getInt32Ty();
  auto *type = FunctionType::get(builder.getVoidTy(), {pointer, wide, wide, pointer, pointer}, false);
  auto *run = Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  // The same target features as compute(), or it could not be inlined.
  for (const char *name : {"target-cpu", "target-features", "tune-cpu"})
    if (compute->hasFnAttribute(name)) run->addFnAttr(compute->getFnAttribute(name));
  run->setDoesNotThrow();
  Value *rows = run->getArg(0), *stride = run->getArg(1), *count = run->getArg(2), *context = run->getArg(3),
        *slots = run->getArg(4);
  run->addParamAttr(3, Attribute::NoAlias);
  run->addParamAttr(4, Attribute::NoAlias);

  builder.SetInsertPoint(BasicBlock::Create(llvmContext, "entry", run));
  if (stochastic) {
    BasicBlock *random = BasicBlock::Create(llvmContext, "random", run);
    BasicBlock *nearest = BasicBlock::Create(llvmContext, "nearest", run);
    Value *mode = builder.CreateLoad(word, member(builder, context, offsetof(VertexContext, stochastic)));
    builder.CreateCondBr(builder.CreateICmpEQ(mode, builder.getInt32(0)), nearest, random);
    builder.SetInsertPoint(random);
    builder.CreateCall(stochastic, {rows, stride, count, context, slots});
    builder.CreateRetVoid();
    builder.SetInsertPoint(nearest);
  }
  // A supervisor issues in every cycle.
  const bool supervises = vertex.codelet.kind == VertexKind::Supervisor;
  builder.CreateStore(builder.getInt32(supervises ? 1 : slotCycles),
                      member(builder, context, offsetof(VertexContext, slotCycles)));
  Value *workers = nullptr;
  const bool multi = vertex.codelet.kind == VertexKind::MultiVertex;
  if (multi) workers = builder.CreateLoad(word, member(builder, context, offsetof(VertexContext, numWorkers)));
  Loop loop = beginLoop(builder, count, "row");
  Value *row = builder.CreateInBoundsGEP(builder.getInt8Ty(), rows, builder.CreateMul(loop.index, stride));
  Value *self = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), row, vertex.thisOffset);
  const auto callOnce = [&](ArrayRef<Value *> arguments, Value *slotIndex) {
    if (counts) builder.CreateStore(builder.getInt64(0), context);
    Value *returned = builder.CreateCall(compute, arguments);
    if (returned->getType()->isIntegerTy()) { // a constant `true` leaves nothing of this
      Value *flag = member(builder, context, offsetof(VertexContext, allTrue));
      Value *isTrue = builder.CreateICmpNE(returned, Constant::getNullValue(returned->getType()));
      builder.CreateStore(builder.CreateSelect(isTrue, builder.CreateLoad(word, flag), builder.getInt32(0)), flag);
    }
    if (!counts) return;
    Value *used = builder.CreateLoad(wide, context);
    used = builder.CreateBinaryIntrinsic(Intrinsic::umin, used, builder.getInt64(0xffffffffu));
    builder.CreateStore(builder.CreateTrunc(used, word), builder.CreateInBoundsGEP(word, slots, slotIndex));
  };
  if (multi) {
    // The state of the tile's workers lies side by side, two words each.
    Value *rngField = member(builder, context, offsetof(VertexContext, rng));
    Value *rng = builder.CreateLoad(pointer, rngField);
    Loop inner = beginLoop(builder, workers, "worker");
    builder.CreateStore(inner.index, member(builder, context, offsetof(VertexContext, worker)));
    Value *wordIndex = builder.CreateShl(builder.CreateZExt(inner.index, wide), 1);
    builder.CreateStore(builder.CreateGEP(wide, rng, wordIndex), rngField);
    Value *first = builder.CreateMul(loop.index, builder.CreateZExt(workers, wide));
    callOnce({self, inner.index, context}, builder.CreateAdd(first, builder.CreateZExt(inner.index, wide)));
    endLoop(builder, inner, workers);
    builder.CreateStore(rng, rngField);
  } else {
    callOnce({self, context}, loop.index);
  }
  endLoop(builder, loop, count);
  builder.CreateRetVoid();
  return run;
}

/// The function `name` that runs rows with a compute function, and with its variant that rounds at random.
void addRoundingVariants(Module &module, const FoundVertex &vertex, const std::string &symbol, const std::string &name,
                         unsigned slotCycles, bool counts) {
  Function *variant = module.getFunction(symbol + kStochasticSuffix), *stochastic = nullptr;
  if (variant) {
    stochastic = addRunFunction(module, vertex, variant, name + kStochasticSuffix, slotCycles, counts, nullptr);
    stochastic->setLinkage(GlobalValue::InternalLinkage);
  }
  addRunFunction(module, vertex, module.getFunction(symbol), name, slotCycles, counts, stochastic);
}

} // namespace

void addRunFunctions(llvm::Module &module, std::vector<FoundVertex> &vertices, unsigned slotCycles) {
  std::size_t index = 0;
  for (FoundVertex &vertex : vertices) {
    Codelet &codelet = vertex.codelet;
    codelet.runSymbol = codelet.plainSymbol = kRunPrefix + std::to_string(index++);
    addRoundingVariants(module, vertex, vertex.computeSymbol, codelet.runSymbol, slotCycles, true);
    if (vertex.plainSymbol == vertex.computeSymbol) continue;
    codelet.plainSymbol += "_plain";
    addRoundingVariants(module, vertex, vertex.plainSymbol, codelet.plainSymbol, slotCycles, false);
  }
  for (Function &function : module) {
    if (function.isDeclaration() || function.getName().starts_with(kRunPrefix)) continue;
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setVisibility(GlobalValue::DefaultVisibility);
    function.setDSOLocal(true);
  }
  for (const FoundVertex &vertex : vertices)
    for (const std::string &symbol : {vertex.computeSymbol, vertex.computeSymbol + kStochasticSuffix,
                                      vertex.plainSymbol, vertex.plainSymbol + kStochasticSuffix}) {
      Function *compute = module.getFunction(symbol);
      if (!compute || callsItself(*compute) || compute->hasFnAttribute(Attribute::NoInline)) continue;
      compute->addFnAttr(Attribute::AlwaysInline);
    }
}

} // namespace popgraph::codelets
