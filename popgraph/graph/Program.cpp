#include <poplar/Program.hpp>

#include <algorithm>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/ProgramNode.hpp"

namespace popgraph {

ProgramNode::~ProgramNode() {
  std::vector<std::shared_ptr<ProgramNode>> doomed = std::move(children);
  while (!doomed.empty()) {
    std::shared_ptr<ProgramNode> node = std::move(doomed.back());
    doomed.pop_back();
    if (node && node.use_count() == 1) {
      for (auto &child : node->children) doomed.push_back(std::move(child));
      node->children.clear();
    }
  }
}

const char *programKindName(ProgramKind kind) {
  switch (kind) {
  case ProgramKind::Sequence: return "Sequence";
  case ProgramKind::Execute: return "OnTileExecute";
  case ProgramKind::Copy: return "DoExchange";
  case ProgramKind::StreamToDevice:
  case ProgramKind::StreamToHost:
  case ProgramKind::RemoteToDevice:
  case ProgramKind::DeviceToRemote: return "StreamCopy";
  case ProgramKind::FunctionCopy: return "FunctionCopy";
  case ProgramKind::CrossReplicaCopy: return "CrossReplicaCopy";
  case ProgramKind::WriteUndef: return "WriteUndef";
  case ProgramKind::Repeat: return "Repeat";
  case ProgramKind::Loop: return "Loop";
  case ProgramKind::RepeatWhileTrue:
  case ProgramKind::RepeatWhileFalse: return "RepeatWhile";
  case ProgramKind::If: return "If";
  case ProgramKind::Switch: return "Switch";
  case ProgramKind::Call: return "Call";
  case ProgramKind::HostCall: return "HostCall";
  case ProgramKind::Sync: return "Sync";
  case ProgramKind::PrintTensor: return "PrintTensor";
  case ProgramKind::Abort: return "Abort";
  case ProgramKind::AbortOnCondition: return "AbortOnCondition";
  case ProgramKind::ErrorProgram: return "ErrorProgram";
  case ProgramKind::Block: return "Block";
  case ProgramKind::CycleStamp: return "CycleStamp";
  case ProgramKind::Registers: return "Registers";
  }
  return "Program";
}

std::shared_ptr<ProgramNode> makeNode(ProgramKind kind, const poplar::DebugContext &context) {
  auto node = std::make_shared<ProgramNode>(kind);
  node->name = context.getPathName();
  return node;
}

void checkDestination(const poplar::Tensor &t) {
  if (t.containsConstant())
    throw poplar::control_program_error(fmt::format("Copy: the destination {} contains a constant", t.getDebugStr()));
  if (t.containsAliases())
    throw poplar::control_program_error(
        fmt::format("Copy: the destination {} contains an element more than once", t.getDebugStr()));
}

} // namespace popgraph

namespace poplar {
namespace program {

using popgraph::checkDestination;
using popgraph::makeNode;
using popgraph::ProgramAccess;
using popgraph::ProgramKind;
using popgraph::ProgramNode;

namespace {

std::shared_ptr<ProgramNode> nodeOf(const Program &program) { return ProgramAccess::node(program); }

const Tensor &checkPredicate(const Tensor &t, const char *program) {
  if (!t.valid()) throw control_program_error(fmt::format("{}: the predicate refers to no variable", program));
  if (t.numElements() != 1)
    throw control_program_error(
        fmt::format("{}: the predicate must have one element, this tensor has shape {}", program, t.shapeToString()));
  const Type type = t.elementType();
  if (type != BOOL && type != INT && type != UNSIGNED_INT)
    throw control_program_error(
        fmt::format("{}: the predicate must be of type bool, int or unsigned int, not {}", program, type.toString()));
  return t;
}

} // namespace

Program::Program() : node_(std::make_shared<ProgramNode>()) {}
Program::Program(std::shared_ptr<ProgramNode> node) : node_(std::move(node)) {}
Program::Program(const Program &) = default;
Program::Program(Program &&other) noexcept = default;
Program &Program::operator=(const Program &) = default;
Program &Program::operator=(Program &&) noexcept = default;
Program::~Program() = default;

bool Program::isEmpty() const { return !node_ || (node_->kind == ProgramKind::Sequence && node_->children.empty()); }

Sequence::Sequence(const DebugContext &context) : Program(makeNode(ProgramKind::Sequence, context)) {}
Sequence::Sequence(std::initializer_list<Program> programs, const DebugContext &context)
    : Sequence(ArrayRef<Program>(programs.begin(), programs.size()), context) {}
Sequence::Sequence(ArrayRef<Program> programs, const DebugContext &context)
    : Program(makeNode(ProgramKind::Sequence, context)) {
  for (const Program &program : programs) add(program);
}

void Sequence::add(const Program &program) {
  if (!node_) node_ = std::make_shared<ProgramNode>();
  std::shared_ptr<ProgramNode> child = nodeOf(program);
  if (!child) return;
  // Copies of this sequence keep what it was: the node is edited only while nothing else holds it.
  if (node_.use_count() > 1) node_ = std::make_shared<ProgramNode>(*node_);
  node_->children.push_back(std::move(child));
}

Execute::Execute(ComputeSet computeSet, const DebugContext &context)
    : Program(makeNode(ProgramKind::Execute, context)) {
  if (computeSet == ComputeSet())
    throw control_program_error("Execute: the compute set is default-constructed; make it with Graph::addComputeSet");
  node_->id = computeSet.getId();
}

Execute::Execute(ComputeSet computeSet, const Tensor &out, const DebugContext &context) : Execute(computeSet, context) {
  if (!out.valid() || out.numElements() != 1 || out.elementType() != BOOL)
    throw control_program_error(fmt::format("Execute: the tensor for the result must have one element of type bool{}",
                                            out.valid() ? ", not " + out.getDebugStr() : ""));
  checkDestination(out);
  node_->tensors = {out};
}

Copy::Copy(const Tensor &source, const Tensor &destination, bool, const DebugContext &context)
    : Program(makeNode(ProgramKind::Copy, context)) {
  if (!source.valid() || !destination.valid())
    throw control_program_error(
        fmt::format("Copy: the {} refers to no variable", source.valid() ? "destination" : "source"));
  if (source.elementType() != destination.elementType())
    throw control_program_error(fmt::format("Copy: source type {} and destination type {} differ",
                                            source.elementType().toString(), destination.elementType().toString()));
  if (source.numElements() != destination.numElements())
    throw control_program_error(fmt::format("Copy: source {} has {} elements, destination {} has {}",
                                            source.shapeToString(), source.numElements(), destination.shapeToString(),
                                            destination.numElements()));
  checkDestination(destination);
  node_->tensors = {source, destination};
}

WriteUndef::WriteUndef(const Tensor &tensor, const DebugContext &context)
    : Program(makeNode(ProgramKind::WriteUndef, context)) {
  if (!tensor.valid()) throw control_program_error("WriteUndef: the tensor refers to no variable");
  node_->tensors = {tensor};
}

Repeat::Repeat(unsigned count, const Program &body, const DebugContext &context)
    : Program(makeNode(ProgramKind::Repeat, context)) {
  node_->id = count;
  node_->children = {nodeOf(body)};
}

Loop::Loop(const Program &body, const DebugContext &context) : Program(makeNode(ProgramKind::Loop, context)) {
  node_->children = {nodeOf(body)};
}

RepeatWhileTrue::RepeatWhileTrue(const Program &condition, const Tensor &predicate, const Program &body,
                                 const DebugContext &context)
    : Program(makeNode(ProgramKind::RepeatWhileTrue, context)) {
  node_->tensors = {checkPredicate(predicate, "RepeatWhileTrue")};
  node_->children = {nodeOf(condition), nodeOf(body)};
}

RepeatWhileFalse::RepeatWhileFalse(const Program &condition, const Tensor &predicate, const Program &body,
                                   const DebugContext &context)
    : Program(makeNode(ProgramKind::RepeatWhileFalse, context)) {
  node_->tensors = {checkPredicate(predicate, "RepeatWhileFalse")};
  node_->children = {nodeOf(condition), nodeOf(body)};
}

If::If(const Tensor &predicate, const Program &trueBody, const Program &falseBody, const DebugContext &context)
    : Program(makeNode(ProgramKind::If, context)) {
  node_->tensors = {checkPredicate(predicate, "If")};
  node_->children = {nodeOf(trueBody), nodeOf(falseBody)};
}

Switch::Switch(const Tensor &control, const std::vector<std::pair<std::int32_t, Program>> &cases,
               const Program &defaultCase, const DebugContext &context)
    : Program(makeNode(ProgramKind::Switch, context)) {
  node_->tensors = {checkPredicate(control, "Switch")};
  node_->children = {nodeOf(defaultCase)};
  for (const auto &one : cases) add(one.first, one.second);
}
Switch::Switch(const Tensor &control, const std::vector<std::pair<std::int32_t, Program>> &cases,
               const DebugContext &context)
    : Switch(control, cases, Program(), context) {}
Switch::Switch(const Tensor &control, const DebugContext &context)
    : Switch(control, std::vector<std::pair<std::int32_t, Program>>(), Program(), context) {}
Switch::Switch(const Tensor &control, const Program &defaultCase, const DebugContext &context)
    : Switch(control, std::vector<std::pair<std::int32_t, Program>>(), defaultCase, context) {}

Switch &Switch::add(std::int32_t value, const Program &body) {
  if (std::find(node_->cases.begin(), node_->cases.end(), value) != node_->cases.end())
    throw control_program_error(fmt::format("Switch: case {} is there already", value));
  if (node_.use_count() > 1) node_ = std::make_shared<ProgramNode>(*node_);
  node_->cases.push_back(value);
  node_->children.insert(node_->children.end() - 1, nodeOf(body)); // the default stays last
  return *this;
}

Switch Switch::switchWithBoundsChecking(const Tensor &control,
                                        const std::vector<std::pair<std::int32_t, Program>> &cases,
                                        const DebugContext &context) {
  checkPredicate(control, "Switch");
  return Switch(control, cases, ErrorProgram("Switch: the control tensor equals no case", control, context), context);
}
Switch Switch::switchWithBoundsChecking(const Tensor &control, const DebugContext &context) {
  return switchWithBoundsChecking(control, {}, context);
}
Switch Switch::switchWithUnreachableDefault(const Tensor &control,
                                            const std::vector<std::pair<std::int32_t, Program>> &cases,
                                            const DebugContext &context) {
  return Switch(control, cases, context);
}
Switch Switch::switchWithUnreachableDefault(const Tensor &control, const DebugContext &context) {
  return Switch(control, context);
}

Call::Call(Function function, const DebugContext &context) : Program(makeNode(ProgramKind::Call, context)) {
  if (function == Function())
    throw control_program_error("Call: the function is default-constructed; make it with Graph::addFunction");
  node_->id = function.getId();
}

Sync::Sync(SyncType type, const DebugContext &context) : Program(makeNode(ProgramKind::Sync, context)) {
  node_->id = static_cast<std::uint32_t>(type);
}

PrintTensor::PrintTensor(StringRef title, const Tensor &tensor, const PrintTensorFmt &format,
                         const DebugContext &context)
    : Program(makeNode(ProgramKind::PrintTensor, context)) {
  if (!tensor.valid()) throw control_program_error("PrintTensor: the tensor refers to no variable");
  if (!title.empty()) node_->name = title.cloneAsString();
  if (node_->name.empty()) node_->name = tensor.getVarStr();
  node_->tensors = {tensor};
  node_->format = format;
}
PrintTensor::PrintTensor(const Tensor &tensor, const DebugContext &context)
    : PrintTensor(StringRef(), tensor, PrintTensorFmt(), context) {}
PrintTensor::PrintTensor(const Tensor &tensor, const PrintTensorFmt &format, const DebugContext &context)
    : PrintTensor(StringRef(), tensor, format, context) {}
PrintTensor::PrintTensor(StringRef title, const Tensor &tensor, const DebugContext &context)
    : PrintTensor(title, tensor, PrintTensorFmt(), context) {}

Abort::Abort(StringRef message, const DebugContext &context) : Program(makeNode(ProgramKind::Abort, context)) {
  node_->name = message.cloneAsString();
}
Abort::Abort(const DebugContext &context) : Abort("Abort: the program ended itself", context) {}

AbortOnCondition::AbortOnCondition(const Tensor &predicate, StringRef message, const DebugContext &context)
    : Program(makeNode(ProgramKind::AbortOnCondition, context)) {
  node_->name = message.cloneAsString();
  node_->tensors = {checkPredicate(predicate, "AbortOnCondition")};
}
AbortOnCondition::AbortOnCondition(const Tensor &predicate, const DebugContext &context)
    : AbortOnCondition(predicate, "AbortOnCondition: the condition holds", context) {}

ErrorProgram::ErrorProgram(StringRef message, const Tensor &tensor, const DebugContext &context)
    : Program(makeNode(ProgramKind::ErrorProgram, context)) {
  node_->name = message.cloneAsString();
  node_->tensors = {tensor};
}

AssumeEqualAcrossReplicas::AssumeEqualAcrossReplicas(const Tensor &tensor, const DebugContext &context)
    : Program(makeNode(ProgramKind::Sequence, context)) {
  if (!tensor.valid()) throw control_program_error("AssumeEqualAcrossReplicas: the tensor refers to no variable");
}

Block::Block(const Program &program, const DebugContext &context) : Program(makeNode(ProgramKind::Block, context)) {
  node_->children = {nodeOf(program)};
}

} // namespace program
} // namespace poplar
