// Inline assembly. What starts the workers from a supervisor vertex is modelled:
//
//   setzi $m1, __runCodelet_Work
//   runall $m1, %0, 0             every worker runs Work::compute() on the vertex image that operand 0 points to
//   sync TEXCH_SYNCZONE_LOCAL     the supervisor waits for them
//
// Empty assembly is a barrier to the compiler and stays. Everything else is refused, with its place in the source,
// when a codelet can reach it.
#include "codelets/abi/VertexContext.h"
#include "codelets/frontend/Lower.hpp"
#include <cstddef>
#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <map>
#include <optional>

namespace popgraph::codelets {
namespace {

using namespace llvm;

// "ns::Work<float,true>" is entered at __runCodelet_ns__Work___float_true.
std::string entryOf(const std::string &codelet) {
  std::string text = "__runCodelet_";
  for (std::size_t i = 0; i != codelet.size(); ++i) {
    const char c = codelet[i];
    if (c == ':')
      text += '_';
    else if (c == '<')
      text += "___";
    else if (c == ',' || c == ' ')
      text += '_';
    else if (c != '>')
      text += c;
  }
  return text;
}

struct Launch {
  std::string entry;
  unsigned operand = 0;
};

/// Reads assembly that launches workers; nothing when it does anything else.
class LaunchReader {
public:
  std::optional<std::vector<Launch>> read(StringRef text) {
    SmallVector<StringRef, 8> lines;
    SplitString(text, lines, "\n;");
    for (const StringRef line : lines)
      if (!statement(line)) return std::nullopt;
    return std::move(launches_);
  }

private:
  bool statement(StringRef line) {
    line = line.split("//").first.split('#').first.trim();
    const auto [word, rest] = getToken(line);
    SmallVector<StringRef, 4> arguments;
    rest.split(arguments, ',', -1, false);
    for (StringRef &argument : arguments) argument = argument.trim();
    if (word.empty() || word == "nop" || word == "sync") return true;
    if ((word == "setzi" || word == "mov") && arguments.size() == 2) {
      registers_[arguments[0].str()] = valueOf(arguments[1]);
      return true;
    }
    if (word == "or" && arguments.size() == 3 && (arguments[1] == "$$mzero" || arguments[2] == "$$mzero")) {
      registers_[arguments[0].str()] = valueOf(arguments[arguments[1] == "$$mzero" ? 2 : 1]);
      return true;
    }
    if (word != "runall" || arguments.size() != 3 || arguments[2] != "0") return false;
    Launch launch;
    launch.entry = valueOf(arguments[0]);
    StringRef state = arguments[1];
    const std::string value = valueOf(state);
    state = value;
    if (!StringRef(launch.entry).starts_with("__runCodelet_") || !state.consume_front("$") ||
        state.getAsInteger(10, launch.operand))
      return false;
    launches_.push_back(std::move(launch));
    return true;
  }

  std::string valueOf(StringRef text) const {
    const auto it = registers_.find(text.str());
    return it == registers_.end() ? text.str() : it->second;
  }

  std::map<std::string, std::string> registers_;
  std::vector<Launch> launches_;
};

bool isBarrier(const InlineAsm &assembly) { return StringRef(assembly.getAsmString()).trim().empty(); }

std::string placeOf(const CallBase &call) {
  if (const MDNode *node = call.getMetadata(kAssemblyPlace))
    return cast<MDString>(node->getOperand(0))->getString().str();
  return "error: inline assembly cannot be run here";
}

std::vector<CallBase *> assemblyOf(Module &module) {
  std::vector<CallBase *> calls;
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction); call && call->isInlineAsm())
        if (!isBarrier(*cast<InlineAsm>(call->getCalledOperand()))) calls.push_back(call);
  return calls;
}

FunctionCallee launcher(Module &module, const std::string &computeSymbol) {
  IRBuilder<> builder(module.getContext());
  return module.getOrInsertFunction(kLaunchPrefix + computeSymbol, builder.getVoidTy(), builder.getPtrTy(),
                                    builder.getPtrTy());
}

// void launch(state, context): all workers, and the time of the longest added to the supervisor's.
void defineLauncher(Function &launch, Function &compute, const FoundVertex &vertex, unsigned slotCycles) {
  LLVMContext &llvmContext = launch.getContext();
  launch.setLinkage(GlobalValue::InternalLinkage);
  Value *state = launch.getArg(0), *context = launch.getArg(1);
  BasicBlock *entry = BasicBlock::Create(llvmContext, "entry", &launch);
  BasicBlock *body = BasicBlock::Create(llvmContext, "worker", &launch);
  BasicBlock *done = BasicBlock::Create(llvmContext, "done", &launch);
  IRBuilder<> builder(entry);
  Type *wide = builder.getInt64Ty(), *word = builder.getInt32Ty();
  const auto member = [&](std::size_t offset) {
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), context, offset);
  };
  Value *slots = member(offsetof(VertexContext, slots)), *worker = member(offsetof(VertexContext, worker));
  Value *cycles = member(offsetof(VertexContext, slotCycles)), *rngField = member(offsetof(VertexContext, rng));
  Value *count = builder.CreateLoad(word, member(offsetof(VertexContext, numWorkers)));
  Value *used = builder.CreateLoad(wide, slots), *ownCycles = builder.CreateLoad(word, cycles);
  Value *rng = builder.CreateLoad(builder.getPtrTy(), rngField);
  builder.CreateStore(builder.getInt32(slotCycles), cycles);
  builder.CreateBr(body);

  builder.SetInsertPoint(body);
  PHINode *index = builder.CreatePHI(word, 2), *longest = builder.CreatePHI(wide, 2);
  builder.CreateStore(index, worker);
  builder.CreateStore(builder.getInt64(0), slots);
  builder.CreateStore(builder.CreateGEP(wide, rng, builder.CreateShl(builder.CreateZExt(index, wide), 1)), rngField);
  SmallVector<Value *, 3> arguments{builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), state, vertex.thisOffset)};
  if (vertex.codelet.kind == VertexKind::MultiVertex) arguments.push_back(index);
  arguments.push_back(context);
  builder.CreateCall(&compute, arguments);
  Value *most = builder.CreateBinaryIntrinsic(Intrinsic::umax, longest, builder.CreateLoad(wide, slots));
  Value *next = builder.CreateAdd(index, builder.getInt32(1));
  builder.CreateCondBr(builder.CreateICmpEQ(next, count), done, body);
  index->addIncoming(builder.getInt32(0), entry);
  index->addIncoming(next, body);
  longest->addIncoming(builder.getInt64(0), entry);
  longest->addIncoming(most, body);

  builder.SetInsertPoint(done);
  builder.CreateStore(builder.getInt32(0), worker);
  builder.CreateStore(ownCycles, cycles);
  builder.CreateStore(rng, rngField);
  builder.CreateStore(builder.CreateAdd(used, builder.CreateMul(most, builder.getInt64(slotCycles))), slots);
  builder.CreateRetVoid();
}

} // namespace

void mapAssembly(llvm::Module &module, const std::vector<FoundVertex> &vertices) {
  for (CallBase *call : assemblyOf(module)) {
    const auto launches = LaunchReader().read(cast<InlineAsm>(call->getCalledOperand())->getAsmString());
    if (!launches || launches->empty() || !call->getType()->isVoidTy()) continue;
    IRBuilder<> builder(call);
    bool known = true;
    for (const Launch &launch : *launches) {
      const auto vertex = std::find_if(vertices.begin(), vertices.end(), [&](const FoundVertex &one) {
        return entryOf(one.codelet.name) == launch.entry && one.codelet.kind != VertexKind::Supervisor;
      });
      known &= vertex != vertices.end() && launch.operand < call->arg_size() &&
               call->getArgOperand(launch.operand)->getType()->isPointerTy();
      if (!known) break;
      FunctionCallee context =
          module.getOrInsertFunction(kContextFunction, FunctionType::get(builder.getPtrTy(), false));
      builder.CreateCall(launcher(module, vertex->computeSymbol),
                         {call->getArgOperand(launch.operand), builder.CreateCall(context)});
    }
    if (known) call->eraseFromParent(); // else it is refused where it stands
  }
}

void refuseAssembly(llvm::Module &module) {
  std::vector<std::string> texts;
  for (const CallBase *call : assemblyOf(module)) {
    std::string text = placeOf(*call);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (!module.getModuleInlineAsm().empty()) texts.push_back("error: file-scope assembly cannot be run here");
  if (!texts.empty()) throw RefusedError(join(texts, "\n"));
}

void addLaunchers(llvm::Module &module, const std::vector<FoundVertex> &vertices, unsigned slotCycles) {
  for (const FoundVertex &vertex : vertices)
    if (Function *launch = module.getFunction(kLaunchPrefix + vertex.computeSymbol); launch && launch->isDeclaration())
      defineLauncher(*launch, *module.getFunction(vertex.computeSymbol), vertex, slotCycles);
}

} // namespace popgraph::codelets
