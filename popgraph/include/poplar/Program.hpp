#ifndef poplar_Program_hpp
#define poplar_Program_hpp
/// \file
/// Control programs: what the device does, step by step. All programs are cheap values; copying one never copies
/// what it contains, and adding a program to a sequence takes it as it is at that moment.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/DataStream.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/GraphElements.hpp>
#include <poplar/RemoteBuffer.hpp>
#include <poplar/StringRef.hpp>
#include <poplar/SyncType.hpp>
#include <poplar/Tensor.hpp>
#include <poplar/detail/Api.hpp>

namespace popgraph {
struct ProgramNode;
struct ProgramAccess;
} // namespace popgraph

namespace poplar {
class Graph;
namespace program {

/// Any control program. A default-constructed one does nothing.
class POPLAR_API Program {
public:
  Program();
  Program(const Program &);
  Program(Program &&) noexcept;
  Program &operator=(const Program &);
  Program &operator=(Program &&) noexcept;
  ~Program();
  /// True for a default-constructed program and a sequence without programs.
  bool isEmpty() const;
  /// Whether both are the same program (not merely equal in effect).
  friend bool operator==(const Program &a, const Program &b) { return a.node_ == b.node_; }
  friend bool operator!=(const Program &a, const Program &b) { return !(a == b); }

protected:
  friend struct popgraph::ProgramAccess;
  explicit Program(std::shared_ptr<popgraph::ProgramNode> node);
  std::shared_ptr<popgraph::ProgramNode> node_;
};

/// Programs one after the other.
class POPLAR_API Sequence : public Program {
public:
  Sequence(const DebugContext &debugContext = {});
  Sequence(std::initializer_list<Program> programs, const DebugContext &debugContext = {});
  Sequence(ArrayRef<Program> programs, const DebugContext &debugContext = {});
  Sequence(const std::vector<Program> &programs, const DebugContext &debugContext = {})
      : Sequence(ArrayRef<Program>(programs), debugContext) {}
  /// `Sequence(a, b, c)`.
  template <typename... Rest>
  Sequence(const Program &first, const Program &second, const Rest &...rest) : Sequence({first, second, rest...}) {}
  Sequence(const Program &only) : Sequence({only}, DebugContext()) {}
  Sequence(const Sequence &) = default;
  Sequence(Sequence &&) = default;
  Sequence &operator=(const Sequence &) = default;
  Sequence &operator=(Sequence &&) = default;
  /// Appends a program as it is now.
  void add(const Program &program);
};

/// Runs all vertices of a compute set. Vertices may still be added to the set afterwards.
class POPLAR_API Execute : public Program {
public:
  explicit Execute(ComputeSet computeSet, const DebugContext &debugContext = {});
  /// Also sets `out`, one element of type BOOL, to whether every compute() of the set returned true; a compute() that
  /// returns nothing counts as true, and so does a set without vertices.
  Execute(ComputeSet computeSet, const Tensor &out, const DebugContext &debugContext = {});
};

/// Moves data. All source elements are read before the first destination element is written. Element types and counts
/// must agree, shapes need not; the destination may not contain an element twice nor a constant. Misuse throws
/// control_program_error.
class POPLAR_API Copy : public Program {
public:
  Copy(const Tensor &source, const Tensor &destination, bool dontOutline = false,
       const DebugContext &debugContext = {});
  /// From the host.
  Copy(const DataStream &stream, const Tensor &destination, bool optimiseMemory = false,
       const DebugContext &debugContext = {});
  /// To the host.
  Copy(const Tensor &source, const DataStream &stream, bool optimiseMemory = false,
       const DebugContext &debugContext = {});
  /// Row 0 of a remote buffer. The tensor has the row's element type and count.
  Copy(const RemoteBuffer &buffer, const Tensor &destination, const DebugContext &debugContext = {});
  /// As many rows as `offset` (INT or UNSIGNED_INT, of rank 0 or 1) has elements, each holding a row's number; the tensor
  /// has the rows one after the other. A row that does not exist ends the run with application_runtime_error.
  Copy(const RemoteBuffer &buffer, const Tensor &destination, const Tensor &offset,
       const DebugContext &debugContext = {});
  /// The same to a remote buffer. Of rows named twice, the last counts.
  Copy(const Tensor &source, const RemoteBuffer &buffer, const DebugContext &debugContext = {});
  Copy(const Tensor &source, const RemoteBuffer &buffer, const Tensor &offset, const DebugContext &debugContext = {});
  /// Moves the code of a function to or from the tiles. Without effect on results: here code is always in place.
  Copy(const FunctionBuffer &buffer, const Function &function, const DebugContext &debugContext = {});
  Copy(const Function &function, const FunctionBuffer &buffer, const DebugContext &debugContext = {});
  Copy(const Tensor &source, const Tensor &destination, const DebugContext &debugContext)
      : Copy(source, destination, false, debugContext) {}
  Copy(const DataStream &stream, const Tensor &destination, const DebugContext &debugContext)
      : Copy(stream, destination, false, debugContext) {}
  Copy(const Tensor &source, const DataStream &stream, const DebugContext &debugContext)
      : Copy(source, stream, false, debugContext) {}
};

/// Moves data between the replicas of a graph: for each pair of `destinationOfSource` the source tensor of the first
/// replica to the destination tensor of the second. All sources are read before anything is written. All replicas must
/// come to this program together, or the run ends with application_runtime_error. Types and counts agree as for Copy;
/// replicas that do not exist or receive twice throw control_program_error when the graph is compiled.
class POPLAR_API CrossReplicaCopy : public Program {
public:
  CrossReplicaCopy(const Tensor &source, const Tensor &destination,
                   const std::map<unsigned, unsigned> &destinationOfSource, const DebugContext &debugContext = {});
};

/// Declares that the contents of a tensor are no longer needed. Does nothing at run time.
class POPLAR_API WriteUndef : public Program {
public:
  explicit WriteUndef(const Tensor &tensor, const DebugContext &debugContext = {});
};

/// Runs the body `count` times.
class POPLAR_API Repeat : public Program {
public:
  Repeat(unsigned count, const Program &body, const DebugContext &debugContext = {});
};

/// Runs the body again and again; only an error or Engine::stop() ends it.
class POPLAR_API Loop : public Program {
public:
  explicit Loop(const Program &body, const DebugContext &debugContext = {});
};

/// Runs `condition`; while the predicate (one element, non-zero is true) holds, runs `body` and `condition` again.
class POPLAR_API RepeatWhileTrue : public Program {
public:
  RepeatWhileTrue(const Program &condition, const Tensor &predicate, const Program &body,
                  const DebugContext &debugContext = {});
};

/// As RepeatWhileTrue, while the predicate is zero.
class POPLAR_API RepeatWhileFalse : public Program {
public:
  RepeatWhileFalse(const Program &condition, const Tensor &predicate, const Program &body,
                   const DebugContext &debugContext = {});
};

/// Runs one of two programs by a predicate of one element (BOOL, INT or UNSIGNED_INT; non-zero is true).
class POPLAR_API If : public Program {
public:
  If(const Tensor &predicate, const Program &trueBody, const Program &falseBody,
     const DebugContext &debugContext = {});
};

/// Runs the program whose number equals the control tensor (one element, INT or UNSIGNED_INT), else the default.
class POPLAR_API Switch : public Program {
public:
  Switch(const Tensor &control, const std::vector<std::pair<std::int32_t, Program>> &cases,
         const DebugContext &debugContext = {});
  Switch(const Tensor &control, const std::vector<std::pair<std::int32_t, Program>> &cases,
         const Program &defaultCase, const DebugContext &debugContext = {});
  explicit Switch(const Tensor &control, const DebugContext &debugContext = {});
  Switch(const Tensor &control, const Program &defaultCase, const DebugContext &debugContext = {});
  /// Adds a case.
  Switch &add(std::int32_t value, const Program &body);
  /// A control tensor that equals no case ends the run with application_runtime_error, after printing its value.
  static Switch switchWithBoundsChecking(const Tensor &control,
                                         const std::vector<std::pair<std::int32_t, Program>> &cases,
                                         const DebugContext &debugContext = {});
  static Switch switchWithBoundsChecking(const Tensor &control, const DebugContext &debugContext = {});
  /// The control tensor always equals a case; when it does not, nothing runs.
  static Switch switchWithUnreachableDefault(const Tensor &control,
                                             const std::vector<std::pair<std::int32_t, Program>> &cases,
                                             const DebugContext &debugContext = {});
  static Switch switchWithUnreachableDefault(const Tensor &control, const DebugContext &debugContext = {});
};

/// Runs a function.
class POPLAR_API Call : public Program {
public:
  explicit Call(Function function, const DebugContext &debugContext = {});
  /// Hands the input tensors to a function of the host and takes the output tensors from it. Their types and counts are
  /// those given to Graph::addHostFunction, or compiling throws control_program_error.
  Call(HostFunction function, ArrayRef<Tensor> inputs, ArrayRef<Tensor> outputs,
       const DebugContext &debugContext = {});
};

/// Synchronises the tiles. Has no effect on results.
class POPLAR_API Sync : public Program {
public:
  explicit Sync(SyncType type, const DebugContext &debugContext = {});
};

/// How PrintTensor writes elements: with more than `summariseThreshold` elements only `edgeItems` at both ends of each
/// dimension; rows longer than `maxLineWidth` characters on several lines (0: never); floating point numbers with
/// `digits` after the point.
class POPLAR_API PrintTensorFmt {
public:
  /// Auto is Fixed.
  enum class FloatFormat { Auto, Fixed, Scientific, None };
  PrintTensorFmt(unsigned summariseThreshold = 1000, unsigned edgeItems = 3, unsigned maxLineWidth = 75,
                 unsigned digits = 7, FloatFormat floatFormat = FloatFormat::Auto, char separator = ' ',
                 char openBracket = '[', char closeBracket = ']')
      : summariseThreshold(summariseThreshold), edgeItems(edgeItems), maxLineWidth(maxLineWidth), digits(digits),
        floatFormat(floatFormat), separator(separator), openBracket(openBracket), closeBracket(closeBracket) {}
  unsigned summariseThreshold; ///< of tensors with more elements only the edges are printed
  unsigned edgeItems;          ///< elements of an edge
  unsigned maxLineWidth;       ///< characters of a line
  unsigned digits;             ///< of a number
  FloatFormat floatFormat;     ///< how numbers look
  char separator;              ///< between elements
  char openBracket;            ///< before the elements of a dimension
  char closeBracket;           ///< after them
};

/// Prints a tensor as "title: [...]" to the engine's print-tensor stream (stderr by default).
class POPLAR_API PrintTensor : public Program {
public:
  explicit PrintTensor(const Tensor &tensor, const DebugContext &debugContext = {});
  PrintTensor(const Tensor &tensor, const PrintTensorFmt &format, const DebugContext &debugContext = {});
  PrintTensor(StringRef title, const Tensor &tensor, const DebugContext &debugContext = {});
  PrintTensor(StringRef title, const Tensor &tensor, const PrintTensorFmt &format,
              const DebugContext &debugContext = {});
};

/// Ends the run with application_runtime_error.
class POPLAR_API Abort : public Program {
public:
  explicit Abort(const DebugContext &debugContext = {});
  explicit Abort(StringRef message, const DebugContext &debugContext = {});
  explicit Abort(const std::string &message, const DebugContext &debugContext = {})
      : Abort(StringRef(message), debugContext) {}
  explicit Abort(const char *message, const DebugContext &debugContext = {})
      : Abort(StringRef(message), debugContext) {}
};

/// Ends the run with application_runtime_error when the predicate (one element) is non-zero.
class POPLAR_API AbortOnCondition : public Program {
public:
  explicit AbortOnCondition(const Tensor &predicate, const DebugContext &debugContext = {});
  AbortOnCondition(const Tensor &predicate, StringRef message, const DebugContext &debugContext = {});
  AbortOnCondition(const Tensor &predicate, const std::string &message, const DebugContext &debugContext = {})
      : AbortOnCondition(predicate, StringRef(message), debugContext) {}
  AbortOnCondition(const Tensor &predicate, const char *message, const DebugContext &debugContext = {})
      : AbortOnCondition(predicate, StringRef(message), debugContext) {}
};

/// Prints message and tensor, then ends the run with application_runtime_error.
class POPLAR_API ErrorProgram : public Program {
public:
  ErrorProgram(StringRef message, const Tensor &tensor, const DebugContext &debugContext = {});
};

/// A hint that a tensor holds the same values in all replicas. Without effect here.
class POPLAR_API AssumeEqualAcrossReplicas : public Program {
public:
  explicit AssumeEqualAcrossReplicas(const Tensor &tensor, const DebugContext &debugContext = {});
};

/// A named scope for the profiler; otherwise the program itself.
class POPLAR_API Block : public Program {
public:
  explicit Block(const Program &program, const DebugContext &debugContext = {});
};

/// Writes a program as indented text, one line a step, compute sets with their vertices by type.
POPLAR_API void dumpProgram(const Graph &graph, const Program &program, std::ostream &out);

} // namespace program
} // namespace poplar

#endif
