#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace profiler {

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);
/// With `decimals` digits after the point, independent of the locale.
std::string fixed(double value, int decimals);
/// "638,976 B (624.0 KiB)": exact, then readable.
std::string bytesText(std::uint64_t bytes);
/// Names come from user programs and files: control characters, which a terminal would obey, become '?'.
std::string printable(std::string_view name);
/// Padded to `width` columns.
std::string left(std::string text, std::size_t width);
std::string right(std::string text, std::size_t width);

} // namespace profiler
