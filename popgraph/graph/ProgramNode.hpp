#pragma once
// Control programs from the inside: immutable nodes shared by handles (a sequence is changed in place only while one
// handle holds it).
#include <cstdint>
#include <memory>
#include <poplar/Program.hpp>
#include <string>
#include <vector>

namespace popgraph {

enum class ProgramKind : std::uint8_t {
  Sequence, Execute, Copy, StreamToDevice, StreamToHost, WriteUndef, Repeat, RepeatWhileTrue, RepeatWhileFalse, If,
  Switch, Call, Sync, PrintTensor, Abort, AbortOnCondition, ErrorProgram, Block, CycleStamp
};

struct ProgramNode {
  ProgramKind kind = ProgramKind::Sequence;
  std::string name;                       ///< debug path; of PrintTensor: the title; of Abort …: the message
  std::vector<poplar::Tensor> tensors;    ///< Copy: source, destination; predicates; printed tensor
  /// If: true, false; RepeatWhile: condition, body; Switch: cases, then the default.
  std::vector<std::shared_ptr<ProgramNode>> children;
  std::vector<std::int32_t> cases;        ///< Switch
  /// Compute set, function, stream, count of Repeat, sync type, or tile of CycleStamp.
  std::uint32_t id = 0;
  poplar::program::PrintTensorFmt format;

  ProgramNode() = default;
  explicit ProgramNode(ProgramKind kind) : kind(kind) {}
  /// Programs nest as deep as users build them, so children are taken apart in a loop.
  ~ProgramNode();
};

/// Opens poplar::program::Program to the core.
struct ProgramAccess {
  static const std::shared_ptr<ProgramNode> &node(const poplar::program::Program &program) { return program.node_; }
  static poplar::program::Program make(std::shared_ptr<ProgramNode> node) {
    return poplar::program::Program(std::move(node));
  }
};

/// "OnTileExecute", "StreamCopy" … as profiles spell it.
const char *programKindName(ProgramKind kind);

} // namespace popgraph
