#include "profiler/render/Format.hpp"
#include <charconv>

namespace profiler {

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(text.begin() + static_cast<std::ptrdiff_t>(i), ',');
  }
  return text;
}

std::string fixed(double value, int decimals) {
  char buffer[400];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals);
  return std::string(buffer, result.ptr);
}

std::string bytesText(std::uint64_t bytes) {
  std::string text = grouped(bytes) + " B";
  if (bytes >= 1u << 30)
    text += " (" + fixed(double(bytes) / (1u << 30), 2) + " GiB)";
  else if (bytes >= 1u << 20)
    text += " (" + fixed(double(bytes) / (1u << 20), 1) + " MiB)";
  else if (bytes >= 1u << 10)
    text += " (" + fixed(double(bytes) / (1u << 10), 1) + " KiB)";
  return text;
}

std::string printable(std::string_view name) {
  std::string text(name);
  for (char &c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      c = '?';
  return text;
}

std::string left(std::string text, std::size_t width) {
  if (text.size() < width)
    text.append(width - text.size(), ' ');
  return text;
}

std::string right(std::string text, std::size_t width) {
  if (text.size() < width)
    text.insert(0, width - text.size(), ' ');
  return text;
}

} // namespace profiler
