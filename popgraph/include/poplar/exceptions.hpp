#ifndef poplar_exceptions_hpp
#define poplar_exceptions_hpp

#include "poplar/DebugContext.hpp"
#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <ostream>
#include <stdexcept>
#include <string>

namespace poplar {

/// The base of all errors of the library.
struct POPLAR_API poplar_error : std::runtime_error {
  /// Name of the class that was thrown; a text that converts to std::string.
  detail::OwnedText type;

  explicit poplar_error(StringRef message);
  explicit poplar_error(const std::string &message) : poplar_error(StringRef(message)) {}
  explicit poplar_error(const char *message) : poplar_error(StringRef(message)) {}
  poplar_error(const poplar_error &) = default;
  poplar_error &operator=(const poplar_error &) = default;
  ~poplar_error() override;
  /// The message, after `file:line: ` when a place is known.
  const char *what() const noexcept override;
  /// Prefixes what() with the place of `context`; the first place given stays.
  void attachSourceLocation(const DebugContext &context);

private:
  detail::OwnedText located_;
};

#define POPLAR_ERROR(NAME, BASE)                                                                                      \
  struct POPLAR_API NAME : BASE {                                                                                     \
    explicit NAME(StringRef message) : BASE(message) { type = #NAME; }                                                \
    explicit NAME(const std::string &message) : NAME(StringRef(message)) {}                                           \
    explicit NAME(const char *message) : NAME(StringRef(message)) {}                                                  \
  };

/// A codelet does not compile.
POPLAR_ERROR(graph_program_compilation_error, poplar_error)
/// An object of a graph cannot be made from these arguments.
POPLAR_ERROR(graph_object_creation_error, poplar_error)
/// The environment lacks something the library needs.
POPLAR_ERROR(no_environment, poplar_error)
/// No loaded codelet has the name.
POPLAR_ERROR(unknown_vertex_type, poplar_error)
/// A program is malformed.
POPLAR_ERROR(control_program_error, poplar_error)
/// An element type does not fit.
POPLAR_ERROR(type_error, poplar_error)
/// An index, range or permutation is out of bounds.
POPLAR_ERROR(index_error, poplar_error)
/// A vector field has no size.
POPLAR_ERROR(no_size_specified, poplar_error)
/// An edge is missing, doubled, or of the wrong rank or type.
POPLAR_ERROR(graph_connection_error, poplar_error)
/// Vertices of one compute set touch the same data and one of them writes it.
POPLAR_ERROR(graph_cycle_error, poplar_error)
/// A function calls itself.
POPLAR_ERROR(graph_recursion_error, poplar_error)
/// A replicated graph is used in a way it does not allow.
POPLAR_ERROR(graph_replication_error, poplar_error)
/// A profile was asked for that was not recorded.
POPLAR_ERROR(profiling_disabled, poplar_error)
/// A part of a profile is missing.
POPLAR_ERROR(missing_profile_data, poplar_error)
/// The graph's part of a profile is missing.
POPLAR_ERROR(missing_graph_profile, poplar_error)
/// A vertex has no cost.
POPLAR_ERROR(missing_perf_estimate, poplar_error)
/// Elements are on no tile, on two tiles, or on a tile that does not exist.
POPLAR_ERROR(invalid_tile_mapping, poplar_error)
/// A tensor cannot be made.
POPLAR_ERROR(tensor_creation_error, poplar_error)
/// A tensor cannot be read or written by the host: unknown handle, wrong size, nothing loaded.
POPLAR_ERROR(tensor_io_state_error, poplar_error)
/// A tensor lacks metadata or has some where none may be.
POPLAR_ERROR(tensor_metadata_error, poplar_error)
/// A stream does not exist, or its buffer does not fit.
POPLAR_ERROR(stream_connection_error, poplar_error)
/// A value does not fit its type.
POPLAR_ERROR(overflow_error, poplar_error)
/// Constraints on memory elements cannot be met.
POPLAR_ERROR(memory_elem_constraints_error, poplar_error)
/// Stream buffers do not fit.
POPLAR_ERROR(stream_memory_allocation_error, poplar_error)
/// A model of a machine contradicts itself.
POPLAR_ERROR(invalid_machine_model, poplar_error)
/// An option is unknown or its value is not allowed.
POPLAR_ERROR(invalid_option, poplar_error)
/// A symbol is missing or doubled.
POPLAR_ERROR(symbol_error, poplar_error)
/// A text is malformed.
POPLAR_ERROR(parse_error, poplar_error)
/// Something failed while a program ran.
POPLAR_ERROR(runtime_error, poplar_error)
/// The program itself failed while it ran: an abort, a trap, an exception of a codelet or a callback.
POPLAR_ERROR(application_runtime_error, runtime_error)
/// The machine failed while a program ran.
POPLAR_ERROR(system_runtime_error, runtime_error)
/// The machine failed and cannot be used any more.
POPLAR_ERROR(unrecoverable_runtime_error, system_runtime_error)
/// The machine failed for an unknown reason.
POPLAR_ERROR(unknown_runtime_error, system_runtime_error)
#undef POPLAR_ERROR

/// A file with a graph's object cannot be loaded.
struct POPLAR_API graph_object_load_error : poplar_error {
  graph_object_load_error(StringRef path, StringRef message);
};

/// A vertex has no field of the name.
struct POPLAR_API unknown_field : poplar_error {
  unknown_field(StringRef vertex, StringRef field);
};

/// A program does not fit the memory of a tile.
struct POPLAR_API graph_memory_allocation_error : poplar_error {
  /// Profile with the memory of every tile; empty when none was written.
  detail::OwnedText profilePath;
  explicit graph_memory_allocation_error(StringRef message, StringRef profilePath = StringRef());
};

/// Codelets do not link.
struct POPLAR_API link_error : poplar_error {
  /// What the linker said.
  detail::OwnedText output;
  explicit link_error(StringRef message, StringRef output = StringRef());
};

/// A file cannot be read.
struct POPLAR_API file_load_error : poplar_error {
  explicit file_load_error(StringRef path);
  file_load_error(StringRef path, StringRef reason);
};

/// What brings a failed machine back.
enum class RecoveryAction { IPU_RESET, PARTITION_RESET, FULL_RESET };
namespace detail {
POPLAR_API const char *nameOf(RecoveryAction action) noexcept;
}
/// Name of the enumerator.
inline std::string toString(RecoveryAction action) { return detail::nameOf(action); }
POPLAR_API std::ostream &operator<<(std::ostream &stream, RecoveryAction action);

/// The machine failed and can be brought back.
struct POPLAR_API recoverable_runtime_error : system_runtime_error {
  recoverable_runtime_error(RecoveryAction action, StringRef message);
  /// What brings it back.
  RecoveryAction getRecoveryAction() const { return action_; }

private:
  RecoveryAction action_;
};

/// Reasons for which a tile or a machine stops.
enum class ErrorCode {
  TRAP,
  FLOATING_POINT_INVALID_OPERATION,
  FLOATING_POINT_DIVISION_BY_ZERO,
  FLOATING_POINT_OVERFLOW,
  MEMORY_ACCESS,
  INVALID_INSTRUCTION,
  INTEGER_DIVISION_BY_ZERO,
  STACK_OVERFLOW,
  HOST_CALLBACK,
  HOST_SYNC_TIMEOUT
};
namespace detail {
POPLAR_API const char *nameOf(ErrorCode code) noexcept;
}
/// Name of the enumerator.
inline std::string errorCodeToString(ErrorCode code) { return detail::nameOf(code); }
/// Prints the name.
inline std::ostream &operator<<(std::ostream &stream, ErrorCode code) { return stream << detail::nameOf(code); }
/// The enumerator of a name; throws parse_error for others.
POPLAR_API ErrorCode errorCodeFromString(StringRef name);

} // namespace poplar

#endif
