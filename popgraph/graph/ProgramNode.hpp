#pragma once
// Control programs from the inside: immutable nodes shared by handles (a sequence is changed in place only while one
// handle holds it).
#include <cstdint>
#include <memory>
#include <poplar/Program.hpp>
#include <string>
#include <utility>
#include <vector>

namespace popgraph {

enum class ProgramKind : std::uint8_t {
  Sequence, Execute, Copy, StreamToDevice, StreamToHost, RemoteToDevice, DeviceToRemote, FunctionCopy, CrossReplicaCopy,
  WriteUndef, Repeat, Loop, RepeatWhileTrue, RepeatWhileFalse, If, Switch, Call, HostCall, Sync, PrintTensor, Abort,
  AbortOnCondition, ErrorProgram, Block, CycleStamp, Registers
};

/// Something done to the registers of tiles: the floating point behaviour (bits as Target::makeFpIctlValue has them) or
/// the state of the random number generators.
struct RegisterAccess {
  enum class Kind : std::uint8_t {
    ModifyFloat, ///< reads into the tensor if there is one, then clears and sets bits
    WriteFloat,  ///< from the tensor, one word for each tile
    ReadSeeds,
    WriteSeeds
  };
  Kind kind = Kind::ModifyFloat;
  std::uint32_t clear = 0, set = 0;
  std::vector<std::uint32_t> tiles; ///< in the order of the tensor
};

struct ProgramNode {
  ProgramKind kind = ProgramKind::Sequence;
  std::string name;                       ///< debug path; of PrintTensor: the title; of Abort …: the message
  std::vector<poplar::Tensor> tensors;    ///< Copy: source, destination; predicates; printed tensor
  /// If: true, false; RepeatWhile: condition, body; Switch: cases, then the default.
  std::vector<std::shared_ptr<ProgramNode>> children;
  std::vector<std::int32_t> cases;        ///< Switch
  /// Compute set, function, stream, remote buffer, count of Repeat, sync type, or tile of CycleStamp.
  std::uint32_t id = 0;
  std::uint32_t inputs = 0;               ///< HostCall: how many of the tensors are inputs
  poplar::program::PrintTensorFmt format;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> replicas; ///< CrossReplicaCopy: source, destination
  RegisterAccess registers;

  ProgramNode() = default;
  explicit ProgramNode(ProgramKind kind) : kind(kind) {}
  /// Programs nest as deep as users build them, so children are taken apart in a loop.
  ~ProgramNode();
};

/// Opens poplar::program::Program to the core.
struct ProgramAccess {
  /// A moved-from program is an empty one.
  static std::shared_ptr<ProgramNode> node(const poplar::program::Program &program) {
    return program.node_ ? program.node_ : std::make_shared<ProgramNode>();
  }
  static poplar::program::Program make(std::shared_ptr<ProgramNode> node) {
    return poplar::program::Program(std::move(node));
  }
};

/// A node with the context's path as its name.
std::shared_ptr<ProgramNode> makeNode(ProgramKind kind, const poplar::DebugContext &context);
/// Throws poplar::control_program_error for a tensor that a copy cannot write.
void checkDestination(const poplar::Tensor &tensor);

/// "OnTileExecute", "StreamCopy" … as profiles spell it.
const char *programKindName(ProgramKind kind);

} // namespace popgraph
