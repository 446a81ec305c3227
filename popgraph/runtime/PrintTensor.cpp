#include <poplar/IeeeHalf.hpp>
#include <spdlog/fmt/fmt.h>

#include <cstring>
#include <functional>
#include <ostream>

#include "popgraph/runtime/HostIo.hpp"

namespace popgraph {

namespace {

template <typename T> T read(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::string real(double value, const poplar::program::PrintTensorFmt &format) {
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
  case ElementType::Quarter: return std::to_string(read<std::uint8_t>(at));
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

} // namespace

void printTensor(std::ostream &out, const PrintPlan &plan, const Storage &storage) {
  std::size_t elements = 1;
  for (const std::size_t d : plan.shape) elements *= d;
  const std::size_t size = elementBytes(plan.type);
  std::vector<char> data(elements * size);
  storage.gather(plan.runs, size, data.data());
  const auto &format = plan.format;
  const bool summarise = elements > format.summariseThreshold;
  const std::function<void(std::size_t, std::size_t, std::size_t)> write = [&](std::size_t level, std::size_t at,
                                                                               std::size_t inner) {
    if (level == plan.shape.size()) {
      out << element(plan.type, data.data() + at * size, format);
      return;
    }
    const std::size_t n = plan.shape[level], step = n ? inner / n : 0;
    const bool last = level + 1 == plan.shape.size();
    out << format.openBracket;
    bool first = true;
    for (std::size_t i = 0; i < n; ++i) {
      if (!first) {
        if (last)
          out << format.separator;
        else
          out << '\n' << std::string(level + 1, ' ');
      }
      first = false;
      if (summarise && n > 2 * std::size_t(format.edgeItems) && i == format.edgeItems) {
        out << "...";
        i = n - format.edgeItems - 1;
        continue;
      }
      write(level + 1, at + i * step, step);
    }
    out << format.closeBracket;
  };
  out << plan.title << ": ";
  write(0, 0, elements);
  out << '\n';
}

} // namespace popgraph
