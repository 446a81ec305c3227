#include "poplar/exceptions.hpp"

#include "popgraph/base/Nearest.hpp"

#include <iterator>
#include <vector>

namespace poplar {
namespace {

constexpr const char *kErrorCodes[] = {"TRAP",
                                       "FLOATING_POINT_INVALID_OPERATION",
                                       "FLOATING_POINT_DIVISION_BY_ZERO",
                                       "FLOATING_POINT_OVERFLOW",
                                       "MEMORY_ACCESS",
                                       "INVALID_INSTRUCTION",
                                       "INTEGER_DIVISION_BY_ZERO",
                                       "STACK_OVERFLOW",
                                       "HOST_CALLBACK",
                                       "HOST_SYNC_TIMEOUT"};
static_assert(std::size(kErrorCodes) == static_cast<std::size_t>(ErrorCode::HOST_SYNC_TIMEOUT) + 1);

} // namespace

poplar_error::poplar_error(StringRef message)
    : std::runtime_error(message.cloneAsString()), type("poplar_error") {}
poplar_error::~poplar_error() = default;

const char *poplar_error::what() const noexcept {
  return located_.empty() ? std::runtime_error::what() : located_.c_str();
}

void poplar_error::attachSourceLocation(const DebugContext &context) {
  const SourceLocation &location = context.getLocation();
  if (!located_.empty() || !location.isValid())
    return;
  located_ = std::string(location.getFileName()) + ":" + std::to_string(location.getLineNumber()) + ": " +
             std::runtime_error::what();
}

graph_object_load_error::graph_object_load_error(StringRef path, StringRef message)
    : poplar_error("cannot load \"" + path + "\": " + message) {
  type = "graph_object_load_error";
}

unknown_field::unknown_field(StringRef vertex, StringRef field)
    : poplar_error("vertex " + vertex + " has no field \"" + field + "\"") {
  type = "unknown_field";
}

graph_memory_allocation_error::graph_memory_allocation_error(StringRef message, StringRef path)
    : poplar_error(message), profilePath(path) {
  type = "graph_memory_allocation_error";
}

link_error::link_error(StringRef message, StringRef linkerOutput)
    : poplar_error(message), output(linkerOutput) {
  type = "link_error";
}

file_load_error::file_load_error(StringRef path) : poplar_error("cannot read file \"" + path + "\"") {
  type = "file_load_error";
}
file_load_error::file_load_error(StringRef path, StringRef reason)
    : poplar_error("cannot read file \"" + path + "\": " + reason) {
  type = "file_load_error";
}

recoverable_runtime_error::recoverable_runtime_error(RecoveryAction action, StringRef message)
    : system_runtime_error(message), action_(action) {
  type = "recoverable_runtime_error";
}

const char *detail::nameOf(RecoveryAction action) noexcept {
  switch (action) {
  case RecoveryAction::IPU_RESET: return "IPU_RESET";
  case RecoveryAction::PARTITION_RESET: return "PARTITION_RESET";
  case RecoveryAction::FULL_RESET: return "FULL_RESET";
  }
  return "unknown recovery action";
}
std::ostream &operator<<(std::ostream &stream, RecoveryAction action) { return stream << detail::nameOf(action); }

const char *detail::nameOf(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < std::size(kErrorCodes) ? kErrorCodes[index] : "unknown error code";
}

ErrorCode errorCodeFromString(StringRef name) {
  for (std::size_t i = 0; i != std::size(kErrorCodes); ++i)
    if (name == kErrorCodes[i])
      return static_cast<ErrorCode>(i);
  const std::vector<std::string> names(std::begin(kErrorCodes), std::end(kErrorCodes));
  throw parse_error("no error code is called \"" + name + "\"" + popgraph::didYouMean(name.cloneAsString(), names));
}

} // namespace poplar
