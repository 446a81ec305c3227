#include <popops/Operation.hpp>
#include <popops/OperationDefUtil.hpp>
#include <poputil/exceptions.hpp>
#include <istream>
#include <ostream>

namespace {
constexpr const char *kNames[] = {"ADD", "MUL", "MIN", "MAX", "LOGICAL_AND", "LOGICAL_OR", "SQUARE_ADD", "LOG_ADD"};
} // namespace

namespace poputil {
const char *asString(const popops::Operation &op) { return kNames[static_cast<std::size_t>(op)]; }
} // namespace poputil

namespace popops {

std::istream &operator>>(std::istream &is, Operation &op) {
  std::string word;
  is >> word;
  for (std::size_t i = 0; i != std::size(kNames); ++i)
    if (word == kNames[i]) {
      op = static_cast<Operation>(i);
      return is;
    }
  throw poputil::poplibs_error("popops::Operation: '" + word + "' is not the name of an operation");
}

std::ostream &operator<<(std::ostream &os, const Operation &op) { return os << poputil::asString(op); }

} // namespace popops
