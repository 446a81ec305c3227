#include <poplar/IeeeHalf.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstring>
#include <ostream>

#include "popgraph/runtime/PrintTensor.hpp"

namespace popgraph {

namespace {

template <typename T> T read(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename Real> std::string real(Real value, const poplar::program::PrintTensorFmt &format) {
  using Format = poplar::program::PrintTensorFmt::FloatFormat;
  switch (format.floatFormat) {
  case Format::Scientific: return fmt::format("{:.{}e}", value, format.digits);
  case Format::None: return fmt::format("{}", value);
  default: return fmt::format("{:.{}f}", value, format.digits);
  }
}

std::string element(ElementType type, const char *at, const poplar::program::PrintTensorFmt &format) {
  switch (type) {
  case ElementType::Float: return real(read<float>(at), format);
  case ElementType::Double: return real(read<double>(at), format);
  case ElementType::Half: return real(poplar::detail::halfValue(read<std::uint16_t>(at)), format);
  case ElementType::Char:
  case ElementType::SignedChar: return std::to_string(read<std::int8_t>(at));
  case ElementType::Bool:
  case ElementType::UnsignedChar:
  case ElementType::Quarter:
  case ElementType::QuarterMetadata: return std::to_string(read<std::uint8_t>(at));
  case ElementType::Short: return std::to_string(read<std::int16_t>(at));
  case ElementType::UnsignedShort: return std::to_string(read<std::uint16_t>(at));
  case ElementType::Int: return std::to_string(read<std::int32_t>(at));
  case ElementType::UnsignedInt: return std::to_string(read<std::uint32_t>(at));
  case ElementType::Long:
  case ElementType::LongLong: return std::to_string(read<std::int64_t>(at));
  case ElementType::UnsignedLong:
  case ElementType::UnsignedLongLong: return std::to_string(read<std::uint64_t>(at));
  case ElementType::Count: break;
  }
  return "?";
}

/// Writes the brackets and rows of one tensor.
class TensorText {
public:
  TensorText(std::ostream &out, const PrintPlan &plan, const std::vector<char> &data)
      : out_(out), plan_(plan), format_(plan.format), data_(data) {
    for (const std::size_t d : plan.shape) elements_ *= d;
  }

  void write() { write(0, 0, elements_); }

private:
  void write(std::size_t level, std::size_t at, std::size_t inner) {
    if (level == plan_.shape.size()) return put(text(at), level, true);
    const std::size_t n = plan_.shape[level], step = n ? inner / n : 0;
    const bool isRow = level + 1 == plan_.shape.size();
    const std::size_t edge = format_.edgeItems;
    // Rows without elements are as long to print as others.
    const bool brief = std::max(elements_, n) > format_.summariseThreshold && n > 2 * edge;
    put(std::string(1, format_.openBracket), level, true);
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0 && !isRow) newLine(level + 1);
      if (brief && i == edge) {
        put("...", level + 1, i == 0 || !isRow);
        i = n - edge - 1;
      } else if (isRow) {
        put(text(at + i), level + 1, i == 0);
      } else {
        write(level + 1, at + i * step, step);
      }
    }
    out_ << format_.closeBracket;
  }

  std::string text(std::size_t at) const {
    return element(plan_.type, data_.data() + at * elementBytes(plan_.type), format_);
  }
  void newLine(std::size_t indent) {
    out_ << '\n' << std::string(indent, ' ');
    column_ = indent;
  }
  /// One word of a line; all but the first of a row have a separator before them, or a line end where it is full.
  void put(const std::string &word, std::size_t indent, bool isFirst) {
    if (!isFirst) {
      if (format_.maxLineWidth > 0 && column_ + 1 + word.size() > format_.maxLineWidth) {
        newLine(indent);
      } else {
        out_ << format_.separator;
        ++column_;
      }
    }
    out_ << word;
    column_ += word.size();
  }

  std::ostream &out_;
  const PrintPlan &plan_;
  const poplar::program::PrintTensorFmt &format_;
  const std::vector<char> &data_;
  std::size_t elements_ = 1, column_ = 0; ///< the title does not count
};

} // namespace

void printTensor(std::ostream &out, const PrintPlan &plan, const Storage &storage) {
  const std::size_t size = elementBytes(plan.type);
  std::size_t bytes = size;
  for (const std::size_t d : plan.shape) bytes *= d;
  std::vector<char> data(bytes);
  storage.gather(plan.runs, size, data.data());
  out << plan.title << ": ";
  TensorText(out, plan, data).write();
  out << '\n';
}

} // namespace popgraph
