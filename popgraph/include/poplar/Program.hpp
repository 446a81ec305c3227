#ifndef poplar_Program_hpp
#define poplar_Program_hpp
/// \file
/// Control programs: what the device does, step by step. All programs are cheap values; copying one never copies
/// what it contains, and adding a program to a sequence takes it as it is at that moment.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <poplar/ArrayRef.hpp>
#include <poplar/DataStream.hpp>
#include <poplar/DebugContext.hpp>
#include <poplar/GraphElements.hpp>
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
  Copy(const Tensor &source, const Tensor &destination, const DebugContext &debugContext)
      : Copy(source, destination, false, debugContext) {}
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
  static Switch switchWithBoundsChecking(const Tensor &control,
                                         const std::vector<std::pair<std::int32_t, Program>> &cases,
                                         const DebugContext &debugContext = {});
  static Switch switchWithUnreachableDefault(const Tensor &control, const DebugContext &debugContext = {});
};

/// Runs a function.
class POPLAR_API Call : public Program {
public:
  explicit Call(Function function, const DebugContext &debugContext = {});
};

/// Synchronises the tiles. Has no effect on results.
class POPLAR_API Sync : public Program {
public:
  explicit Sync(SyncType type, const DebugContext &debugContext = {});
};

/// How PrintTensor writes elements.
class POPLAR_API PrintTensorFmt {
public:
  enum class FloatFormat { Auto, Fixed, Scientific, None };
  PrintTensorFmt(unsigned summariseThreshold = 1000, unsigned edgeItems = 3, unsigned maxLineWidth = 75,
                 unsigned digits = 7, FloatFormat floatFormat = FloatFormat::Auto, char separator = ' ',
                 char openBracket = '[', char closeBracket = ']')
      : summariseThreshold(summariseThreshold), edgeItems(edgeItems), maxLineWidth(maxLineWidth), digits(digits),
        floatFormat(floatFormat), separator(separator), openBracket(openBracket), closeBracket(closeBracket) {}
  unsigned summariseThreshold, edgeItems, maxLineWidth, digits;
  FloatFormat floatFormat;
  char separator, openBracket, closeBracket;
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
  explicit Abort(const std::string &message, const DebugContext &debugContext = {});
  explicit Abort(const char *message, const DebugContext &debugContext = {})
      : Abort(std::string(message), debugContext) {}
};

/// Ends the run with application_runtime_error when the predicate (one element) is non-zero.
class POPLAR_API AbortOnCondition : public Program {
public:
  explicit AbortOnCondition(const Tensor &predicate, const DebugContext &debugContext = {});
  AbortOnCondition(const Tensor &predicate, const std::string &message, const DebugContext &debugContext = {});
  AbortOnCondition(const Tensor &predicate, const char *message, const DebugContext &debugContext = {})
      : AbortOnCondition(predicate, std::string(message), debugContext) {}
};

/// Prints message and tensor, then ends the run with application_runtime_error.
class POPLAR_API ErrorProgram : public Program {
public:
  ErrorProgram(StringRef message, const Tensor &tensor, const DebugContext &debugContext = {});
};

/// A hint without effect here.
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
