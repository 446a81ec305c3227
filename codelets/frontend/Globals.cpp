// Mutable globals and function-local statics live once per tile on the device: here in a block that every tile has a
// copy of, addressed from the context.
#include "codelets/abi/VertexContext.h"
#include "codelets/frontend/Lower.hpp"
#include <cstddef>
#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/ReplaceConstant.h>
#include <map>

namespace popgraph::codelets {
namespace {

using namespace llvm;

// Far above what a tile holds, so that models without a memory limit work.
constexpr std::uint64_t kMaxGlobals = 16u << 20;

// Initial bytes. False when the initialiser holds addresses.
bool writeConstant(const Constant *value, const DataLayout &layout, char *to) {
  if (isa<UndefValue>(value) || value->isNullValue()) return true;
  if (auto *integer = dyn_cast<ConstantInt>(value)) {
    const APInt bits = integer->getValue();
    for (unsigned byte = 0; byte * 8 < bits.getBitWidth(); ++byte)
      to[byte] = static_cast<char>(bits.extractBitsAsZExtValue(std::min(8u, bits.getBitWidth() - byte * 8), byte * 8));
    return true;
  }
  if (auto *number = dyn_cast<ConstantFP>(value)) {
    const APInt bits = number->getValueAPF().bitcastToAPInt();
    for (unsigned byte = 0; byte * 8 < bits.getBitWidth(); ++byte)
      to[byte] = static_cast<char>(bits.extractBitsAsZExtValue(8, byte * 8));
    return true;
  }
  if (auto *data = dyn_cast<ConstantDataSequential>(value)) {
    const StringRef bytes = data->getRawDataValues();
    std::copy(bytes.begin(), bytes.end(), to);
    return true;
  }
  if (auto *structure = dyn_cast<ConstantStruct>(value)) {
    const StructLayout *fields = layout.getStructLayout(structure->getType());
    for (unsigned i = 0; i != structure->getNumOperands(); ++i)
      if (!writeConstant(structure->getOperand(i), layout, to + fields->getElementOffset(i))) return false;
    return true;
  }
  if (isa<ConstantArray>(value) || isa<ConstantVector>(value)) {
    const std::uint64_t step = layout.getTypeAllocSize(value->getOperand(0)->getType());
    for (unsigned i = 0; i != value->getNumOperands(); ++i)
      if (!writeConstant(cast<Constant>(value->getOperand(i)), layout, to + i * step)) return false;
    return true;
  }
  return false;
}

Value *blockOf(Function &function, std::map<Function *, Value *> &blocks) {
  Value *&block = blocks[&function];
  if (!block) {
    IRBuilder<> builder(&*function.getEntryBlock().getFirstInsertionPt());
    Value *context = function.getArg(function.arg_size() - 1);
    Value *field = builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, offsetof(VertexContext, globals));
    LoadInst *load = builder.CreateLoad(builder.getPtrTy(), field, "globals");
    load->setMetadata(LLVMContext::MD_invariant_load, MDNode::get(function.getContext(), {}));
    block = load;
  }
  return block;
}

} // namespace

void moveGlobals(llvm::Module &module, CodeletModule &result) {
  const DataLayout &layout = module.getDataLayout();
  std::map<Function *, Value *> blocks;
  std::vector<GlobalVariable *> mutableGlobals;
  for (GlobalVariable &global : module.globals())
    if (!global.isConstant() && !global.isDeclaration() && !global.getName().starts_with("llvm."))
      mutableGlobals.push_back(&global);
  for (GlobalVariable *global : mutableGlobals) {
    global->removeDeadConstantUsers();
    if (global->use_empty()) {
      global->eraseFromParent();
      continue;
    }
    const auto align = static_cast<std::uint32_t>(layout.getPreferredAlign(global).value());
    const std::uint32_t offset = (result.globalsBytes + align - 1) & ~(align - 1);
    const std::uint64_t size = layout.getTypeAllocSize(global->getValueType());
    if (size > kMaxGlobals || offset + size > kMaxGlobals)
      throw LowerError("global variable '" + global->getName().str() + "' of " + std::to_string(size) +
                       " bytes does not fit: every tile has its own copy of the mutable globals");
    const auto bytes = static_cast<std::uint32_t>(size);
    result.globalsAlign = std::max(result.globalsAlign, align);
    result.globalsBytes = offset + bytes;
    result.globalsInit.resize(result.globalsBytes, '\0');
    if (!writeConstant(global->getInitializer(), layout, result.globalsInit.data() + offset))
      throw LowerError("global variable '" + global->getName().str() +
                       "' is initialised with an address: every tile has its own copy, which cannot hold one");
    convertUsersOfConstantsToInstructions({global});
    for (Use &use : make_early_inc_range(global->uses())) {
      auto *instruction = dyn_cast<Instruction>(use.getUser());
      if (!instruction)
        throw LowerError("the address of global variable '" + global->getName().str() +
                         "' is taken by another constant: every tile has its own copy");
      Function &function = *instruction->getFunction();
      Value *block = blockOf(function, blocks);
      IRBuilder<> builder(cast<Instruction>(block)->getNextNode());
      use.set(builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), block, offset, global->getName()));
    }
    global->eraseFromParent();
  }
}

} // namespace popgraph::codelets
