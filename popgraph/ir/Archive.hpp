#pragma once
// Bytes of a Module's tables, out and in through one list of fields: for every struct a function `fields` hands the
// members to the archive in order, and the same function reads and writes. Numbers are little-endian as in memory. The
// reader trusts nothing: it checks lengths before it allocates, enumerators and booleans before it makes them.
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "popgraph/base/Types.hpp"
#include "popgraph/graph/ChunkedTable.hpp"

namespace popgraph {

static_assert(std::endian::native == std::endian::little);

/// The bytes are not what a writer made of these fields; what() says how.
struct ArchiveError : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The highest enumerator of an enum, by specialisation: `static constexpr Enum value`.
template <typename Enum> struct LastEnumerator;
template <> struct LastEnumerator<ElementType> {
  static constexpr ElementType value = static_cast<ElementType>(kNumElementTypes - 1);
};

class ArchiveWriter {
public:
  template <typename T> using Of = const T;
  template <typename... T> void operator()(const T &...values) { (write(values), ...); }
  const std::string &bytes() const { return bytes_; }

private:
  void raw(const void *data, std::size_t size) { bytes_.append(static_cast<const char *>(data), size); }
  template <typename T> void write(const T &value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      raw(&value, sizeof value);
    else
      fields(*this, value);
  }
  void write(const std::string &text) {
    write(std::uint64_t(text.size()));
    raw(text.data(), text.size());
  }
  template <typename A, typename B> void write(const std::pair<A, B> &pair) { (*this)(pair.first, pair.second); }
  template <typename T> void write(const std::vector<T> &list) {
    write(std::uint64_t(list.size()));
    if constexpr (std::is_arithmetic_v<T>)
      raw(list.data(), list.size() * sizeof(T));
    else
      for (const T &value : list) write(value);
  }
  template <typename T> void write(const ChunkedTable<T> &table) {
    write(table.size());
    for (std::uint32_t i = 0; i < table.size(); ++i) write(table[i]);
  }
  std::string bytes_;
};

class ArchiveReader {
public:
  template <typename T> using Of = T;
  explicit ArchiveReader(std::string_view bytes) : bytes_(bytes) {}
  template <typename... T> void operator()(T &...values) { (read(values), ...); }
  [[noreturn]] static void fail(const std::string &why) { throw ArchiveError(why); }
  void end() const {
    if (!bytes_.empty()) fail("has bytes that belong to nothing");
  }

private:
  void raw(void *data, std::size_t size) {
    if (size > bytes_.size()) fail("ends too early");
    if (size > 0) std::memcpy(data, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  template <typename T> void read(T &value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte;
      raw(&byte, 1);
      if (byte > 1) fail("has a truth value of " + std::to_string(byte));
      value = byte != 0;
    } else if constexpr (std::is_enum_v<T>) {
      std::uint64_t number = 0;
      raw(&number, sizeof value);
      if (number > static_cast<std::uint64_t>(LastEnumerator<T>::value))
        fail("has an enumerator of " + std::to_string(number));
      value = static_cast<T>(number);
    } else if constexpr (std::is_arithmetic_v<T>) {
      raw(&value, sizeof value);
    } else {
      fields(*this, value);
    }
  }
  /// Every element takes a byte at least, so a false length cannot make us allocate much.
  std::uint64_t length(std::size_t bytesOfOne) {
    std::uint64_t count;
    read(count);
    if (count > bytes_.size() / bytesOfOne) fail("ends too early");
    return count;
  }
  void read(std::string &text) {
    text.resize(length(1));
    raw(text.data(), text.size());
  }
  template <typename A, typename B> void read(std::pair<A, B> &pair) { (*this)(pair.first, pair.second); }
  template <typename T> void read(std::vector<T> &list) {
    list.clear();
    if constexpr (std::is_arithmetic_v<T>) {
      list.resize(length(sizeof(T)));
      raw(list.data(), list.size() * sizeof(T));
    } else {
      for (std::uint64_t i = length(1); i > 0; --i) read(list.emplace_back());
    }
  }
  template <typename T> void read(ChunkedTable<T> &table) {
    std::uint32_t count;
    read(count);
    if (count > bytes_.size()) fail("ends too early");
    for (; count > 0; --count) {
      T row;
      read(row);
      table.append(row);
    }
  }
  std::string_view bytes_;
};

} // namespace popgraph

/// The fields of a struct of public members, once: all of them must be named, in their order.
#define POPGRAPH_FIELDS(Type, ...)                                                                                     \
  template <typename Archive> void fields(Archive &archive, typename Archive::template Of<Type> &row) {                \
    auto &[__VA_ARGS__] = row;                                                                                         \
    archive(__VA_ARGS__);                                                                                              \
  }
