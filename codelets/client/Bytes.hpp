#pragma once
// Little-endian bytes in and out; the reader trusts nothing.
#include "codelets/client/Compiler.hpp"
#include <cstdint>
#include <string>
#include <string_view>

namespace popgraph::codelets {

class ByteWriter {
public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value) {
    for (int i = 0; i != 4; ++i) u8(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  /// 32-bit length and bytes.
  void text(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  std::string take() { return std::move(bytes_); }

private:
  std::string bytes_;
};

/// Throws FileError at anything that does not fit.
class ByteReader {
public:
  ByteReader(std::string_view bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(raw(1)[0]); }
  std::uint32_t u32() {
    const std::string_view part = raw(4);
    std::uint32_t value = 0;
    for (int i = 0; i != 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(part[i])) << (8 * i);
    return value;
  }
  std::string text() { return std::string(raw(u32())); }
  void end() {
    if (!bytes_.empty()) fail("has bytes after its end");
  }
  [[noreturn]] void fail(const std::string &why) const { throw FileError(path_ + ": " + why, path_); }

private:
  std::string_view raw(std::size_t count) {
    if (count > bytes_.size()) fail("is cut short or damaged");
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::string_view bytes_;
  std::string path_;
};

} // namespace popgraph::codelets
