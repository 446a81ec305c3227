#include <poplar/Program.hpp>

#include <algorithm>
#include <map>
#include <ostream>
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
  case ProgramKind::StreamToHost: return "StreamCopy";
  case ProgramKind::WriteUndef: return "WriteUndef";
  case ProgramKind::Repeat: return "Repeat";
  case ProgramKind::RepeatWhileTrue:
  case ProgramKind::RepeatWhileFalse: return "RepeatWhile";
  case ProgramKind::If: return "If";
  case ProgramKind::Switch: return "Switch";
  case ProgramKind::Call: return "Call";
  case ProgramKind::Sync: return "Sync";
  case ProgramKind::PrintTensor: return "PrintTensor";
  case ProgramKind::Abort: return "Abort";
  case ProgramKind::AbortOnCondition: return "AbortOnCondition";
  case ProgramKind::ErrorProgram: return "ErrorProgram";
  case ProgramKind::Block: return "Block";
  case ProgramKind::CycleStamp: return "CycleStamp";
  }
  return "Program";
}

} // namespace popgraph

namespace poplar {
namespace program {

using popgraph::ProgramAccess;
using popgraph::ProgramKind;
using popgraph::ProgramNode;

namespace {

std::shared_ptr<ProgramNode> make(ProgramKind kind, const DebugContext &context) {
  auto node = std::make_shared<ProgramNode>(kind);
  node->name = context.getPathName();
  return node;
}

const std::shared_ptr<ProgramNode> &nodeOf(const Program &program) { return ProgramAccess::node(program); }

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

void checkDestination(const Tensor &t) {
  if (t.containsConstant())
    throw control_program_error(fmt::format("Copy: the destination {} contains a constant", t.getDebugStr()));
  if (t.containsAliases())
    throw control_program_error(
        fmt::format("Copy: the destination {} contains an element more than once", t.getDebugStr()));
}

void checkStream(const DataStream &stream, const Tensor &t, bool toDevice) {
  if (!stream.valid()) throw control_program_error("Copy: the stream was not made by a graph");
  if (!t.valid()) throw control_program_error(fmt::format("Copy: no tensor for stream '{}'", stream.handle()));
  if (stream.isHostToDevice() != toDevice)
    throw control_program_error(fmt::format("Copy: stream '{}' goes the other way, {} the device", stream.handle(),
                                            stream.isHostToDevice() ? "to" : "from"));
  if (stream.elementType() != t.elementType() || stream.numElements() != t.numElements())
    throw control_program_error(fmt::format(
        "Copy: stream '{}' moves {} elements of type {}, the tensor has {} of type {}", stream.handle(),
        stream.numElements(), stream.elementType().toString(), t.numElements(), t.elementType().toString()));
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

Sequence::Sequence(const DebugContext &context) : Program(make(ProgramKind::Sequence, context)) {}
Sequence::Sequence(std::initializer_list<Program> programs, const DebugContext &context)
    : Sequence(ArrayRef<Program>(programs.begin(), programs.size()), context) {}
Sequence::Sequence(ArrayRef<Program> programs, const DebugContext &context)
    : Program(make(ProgramKind::Sequence, context)) {
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

Execute::Execute(ComputeSet computeSet, const DebugContext &context) : Program(make(ProgramKind::Execute, context)) {
  if (computeSet == ComputeSet())
    throw control_program_error("Execute: the compute set is default-constructed; make it with Graph::addComputeSet");
  node_->id = computeSet.getId();
}

Copy::Copy(const Tensor &source, const Tensor &destination, bool, const DebugContext &context)
    : Program(make(ProgramKind::Copy, context)) {
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

Copy::Copy(const DataStream &stream, const Tensor &destination, bool, const DebugContext &context)
    : Program(make(ProgramKind::StreamToDevice, context)) {
  checkStream(stream, destination, true);
  checkDestination(destination);
  node_->tensors = {destination};
  node_->id = stream.getId();
}

Copy::Copy(const Tensor &source, const DataStream &stream, bool, const DebugContext &context)
    : Program(make(ProgramKind::StreamToHost, context)) {
  checkStream(stream, source, false);
  node_->tensors = {source};
  node_->id = stream.getId();
}

WriteUndef::WriteUndef(const Tensor &tensor, const DebugContext &context)
    : Program(make(ProgramKind::WriteUndef, context)) {
  if (!tensor.valid()) throw control_program_error("WriteUndef: the tensor refers to no variable");
  node_->tensors = {tensor};
}

Repeat::Repeat(unsigned count, const Program &body, const DebugContext &context)
    : Program(make(ProgramKind::Repeat, context)) {
  node_->id = count;
  node_->children = {nodeOf(body)};
}

RepeatWhileTrue::RepeatWhileTrue(const Program &condition, const Tensor &predicate, const Program &body,
                                 const DebugContext &context)
    : Program(make(ProgramKind::RepeatWhileTrue, context)) {
  node_->tensors = {checkPredicate(predicate, "RepeatWhileTrue")};
  node_->children = {nodeOf(condition), nodeOf(body)};
}

RepeatWhileFalse::RepeatWhileFalse(const Program &condition, const Tensor &predicate, const Program &body,
                                   const DebugContext &context)
    : Program(make(ProgramKind::RepeatWhileFalse, context)) {
  node_->tensors = {checkPredicate(predicate, "RepeatWhileFalse")};
  node_->children = {nodeOf(condition), nodeOf(body)};
}

If::If(const Tensor &predicate, const Program &trueBody, const Program &falseBody, const DebugContext &context)
    : Program(make(ProgramKind::If, context)) {
  node_->tensors = {checkPredicate(predicate, "If")};
  node_->children = {nodeOf(trueBody), nodeOf(falseBody)};
}

Switch::Switch(const Tensor &control, const std::vector<std::pair<std::int32_t, Program>> &cases,
               const Program &defaultCase, const DebugContext &context)
    : Program(make(ProgramKind::Switch, context)) {
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
  return Switch(control, cases, Abort("Switch: the control tensor equals no case", context), context);
}
Switch Switch::switchWithUnreachableDefault(const Tensor &control, const DebugContext &context) {
  return Switch(control, context);
}

Call::Call(Function function, const DebugContext &context) : Program(make(ProgramKind::Call, context)) {
  if (function == Function())
    throw control_program_error("Call: the function is default-constructed; make it with Graph::addFunction");
  node_->id = function.getId();
}

Sync::Sync(SyncType type, const DebugContext &context) : Program(make(ProgramKind::Sync, context)) {
  node_->id = static_cast<std::uint32_t>(type);
}

PrintTensor::PrintTensor(StringRef title, const Tensor &tensor, const PrintTensorFmt &format,
                         const DebugContext &context)
    : Program(make(ProgramKind::PrintTensor, context)) {
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

Abort::Abort(const std::string &message, const DebugContext &context) : Program(make(ProgramKind::Abort, context)) {
  node_->name = message;
}
Abort::Abort(const DebugContext &context) : Abort(std::string("Abort: the program ended itself"), context) {}

AbortOnCondition::AbortOnCondition(const Tensor &predicate, const std::string &message, const DebugContext &context)
    : Program(make(ProgramKind::AbortOnCondition, context)) {
  node_->name = message;
  node_->tensors = {checkPredicate(predicate, "AbortOnCondition")};
}
AbortOnCondition::AbortOnCondition(const Tensor &predicate, const DebugContext &context)
    : AbortOnCondition(predicate, std::string("AbortOnCondition: the condition holds"), context) {}

ErrorProgram::ErrorProgram(StringRef message, const Tensor &tensor, const DebugContext &context)
    : Program(make(ProgramKind::ErrorProgram, context)) {
  node_->name = message.cloneAsString();
  node_->tensors = {tensor};
}

AssumeEqualAcrossReplicas::AssumeEqualAcrossReplicas(const Tensor &tensor, const DebugContext &context)
    : Program(make(ProgramKind::Sequence, context)) {
  if (!tensor.valid()) throw control_program_error("AssumeEqualAcrossReplicas: the tensor refers to no variable");
}

Block::Block(const Program &program, const DebugContext &context) : Program(make(ProgramKind::Block, context)) {
  node_->children = {nodeOf(program)};
}

namespace {

void dump(const popgraph::GraphTables &tables, const ProgramNode &node, unsigned depth, std::ostream &out) {
  out << std::string(2 * depth, ' ') << popgraph::programKindName(node.kind);
  if (node.kind == ProgramKind::Execute)
    out << ": " << tables.computeSetName(node.id);
  else if (!node.name.empty())
    out << ": " << node.name;
  if (node.kind == ProgramKind::Repeat) out << " x " << node.id;
  if (node.kind == ProgramKind::StreamToDevice || node.kind == ProgramKind::StreamToHost)
    out << " '" << tables.streams[node.id].handle() << "'";
  for (const Tensor &tensor : node.tensors) out << "  " << tensor.getDebugStr();
  out << '\n';
  if (node.kind == ProgramKind::Execute) {
    std::map<std::string, std::size_t> count;
    for (std::uint32_t v = 0; v < tables.vertices.size(); ++v)
      if (tables.vertices[v].computeSet == node.id) ++count[tables.codeletOf(tables.vertices[v]).name];
    for (const auto &[name, n] : count) out << std::string(2 * depth + 2, ' ') << n << " x " << name << '\n';
  }
  for (const auto &child : node.children) dump(tables, *child, depth + 1, out);
}

} // namespace

void dumpProgram(const Graph &graph, const Program &program, std::ostream &out) {
  dump(popgraph::GraphAccess::state(graph).tables, *nodeOf(program), 0, out);
}

} // namespace program
} // namespace poplar
