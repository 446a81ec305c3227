#ifndef pva_Program_hpp
#define pva_Program_hpp
/// \file
/// The programs that a graph was compiled to.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <pva/ComputeSet.hpp>
#include <pva/detail/Part.hpp>

/// The types of programs: name, and how a profile spells it (empty: named for programs that ask for it; popgraph makes
/// none).
#define PVA_PROGRAM_TYPES(X)                                                                                           \
  X(Sequence, "Sequence")                                                                                              \
  X(OnTileExecute, "OnTileExecute")                                                                                    \
  X(DoExchange, "DoExchange")                                                                                          \
  X(GlobalExchange, "GlobalExchange")                                                                                  \
  X(StreamCopyBegin, "")                                                                                               \
  X(StreamCopyMid, "StreamCopy")                                                                                       \
  X(StreamCopyEnd, "")                                                                                                 \
  X(Sync, "Sync")                                                                                                      \
  X(Sans, "")                                                                                                          \
  X(SyncAns, "")                                                                                                       \
  X(WriteUndef, "WriteUndef")                                                                                          \
  X(SetLocalConsensusFromVar, "")                                                                                      \
  X(Repeat, "Repeat")                                                                                                  \
  X(RepeatWhile, "RepeatWhile")                                                                                        \
  X(If, "If")                                                                                                          \
  X(Switch, "Switch")                                                                                                  \
  X(OnEveryTileSwitch, "")                                                                                             \
  X(Call, "Call")                                                                                                      \
  X(Block, "Block")

namespace pva {

class ProgramVisitor;

/// One program. A value; it may be used like a pointer as well: `program.name()` and `program->name()` are the same.
class PVA_API Program : protected detail::Part {
public:
  /// What a program does; Unknown is one of a kind that has no name here (printing, aborting, time stamps).
  enum class Type {
#define PVA_TYPE(name, text) name,
    PVA_PROGRAM_TYPES(PVA_TYPE)
#undef PVA_TYPE
        Unknown
  };

  using Part::Part;
  /// Its number: position in CompilationReport::programs().
  std::size_t id() const { return index_; }
  /// Its debug name; may be empty.
  std::string name() const;
  /// What it does.
  Type type() const;
  /// What it does, as text: "OnTileExecute".
  std::string typeName() const;
  /// The programs it runs, in order.
  std::vector<Program> children() const;
  /// Calls the function of the visitor for this type of program; none for Unknown.
  void accept(ProgramVisitor &visitor) const;

  /// Access in the manner of a pointer.
  const Program *operator->() const { return this; }
  /// Access in the manner of a pointer.
  const Program &operator*() const { return *this; }
  /// Whether both are the same program of one report.
  friend bool operator==(const Program &a, const Program &b) { return a.data_ == b.data_ && a.index_ == b.index_; }
  /// Whether they differ.
  friend bool operator!=(const Program &a, const Program &b) { return !(a == b); }
};

/// Runs the vertices of a compute set.
class PVA_API OnTileExecuteProgram : public Program {
public:
  using Program::Program;
  /// The compute set. Throws Error for a program that only moves data inside tiles.
  ComputeSet computeset() const;
};

/// Runs a body a fixed number of times.
class PVA_API RepeatProgram : public Program {
public:
  using Program::Program;
  /// How often.
  std::uint64_t count() const;
};

/// Runs a function.
class PVA_API CallProgram : public Program {
public:
  using Program::Program;
  /// The function's program. Throws Error where a damaged report names none.
  Program target() const;
};

#define PVA_PLAIN_PROGRAM(name)                                                                                        \
  class PVA_API name##Program : public Program {                                                                       \
  public:                                                                                                              \
    using Program::Program;                                                                                            \
  }
/// Programs that say no more than Program does.
PVA_PLAIN_PROGRAM(Sequence);
PVA_PLAIN_PROGRAM(DoExchange);
PVA_PLAIN_PROGRAM(GlobalExchange);
PVA_PLAIN_PROGRAM(StreamCopyBegin);
PVA_PLAIN_PROGRAM(StreamCopyMid);
PVA_PLAIN_PROGRAM(StreamCopyEnd);
PVA_PLAIN_PROGRAM(Sync);
PVA_PLAIN_PROGRAM(Sans);
PVA_PLAIN_PROGRAM(SyncAns);
PVA_PLAIN_PROGRAM(WriteUndef);
PVA_PLAIN_PROGRAM(SetLocalConsensusFromVar);
PVA_PLAIN_PROGRAM(RepeatWhile);
PVA_PLAIN_PROGRAM(If);
PVA_PLAIN_PROGRAM(Switch);
PVA_PLAIN_PROGRAM(OnEveryTileSwitch);
PVA_PLAIN_PROGRAM(Block);
#undef PVA_PLAIN_PROGRAM

/// Derive from it to do something for each type of program; what is not overridden does nothing.
class PVA_API ProgramVisitor {
public:
  virtual ~ProgramVisitor();
#define PVA_VISIT(name, text)                                                                                          \
  /** Called for a program of this type. */                                                                            \
  virtual void visit##name(const name##Program &) {}
  PVA_PROGRAM_TYPES(PVA_VISIT)
#undef PVA_VISIT
};

} // namespace pva

#endif
