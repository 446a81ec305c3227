#pragma once
// The element types, once. poplar::Type, the codelet compiler's field tables, executables and profiles
// all use these ids; their order is part of the file formats, so append only.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace popgraph {

//      enumerator          spelling in vertex names   bytes on the device
#define POPGRAPH_ELEMENT_TYPES(X)                    \
  X(Bool,               "bool",                1)    \
  X(Char,               "char",                1)    \
  X(SignedChar,         "signed char",         1)    \
  X(UnsignedChar,       "unsigned char",       1)    \
  X(Short,              "short",               2)    \
  X(UnsignedShort,      "unsigned short",      2)    \
  X(Int,                "int",                 4)    \
  X(UnsignedInt,        "unsigned int",        4)    \
  X(Long,               "long",                8)    \
  X(UnsignedLong,       "unsigned long",       8)    \
  X(LongLong,           "long long",           8)    \
  X(UnsignedLongLong,   "unsigned long long",  8)    \
  X(Quarter,            "quarter",             1)    \
  X(Half,               "half",                2)    \
  X(Float,              "float",               4)    \
  X(Double,             "double",              8)    \
  X(QuarterMetadata,    "quarter_metadata",    1)

enum class ElementType : std::uint8_t {
#define X(name, spelling, bytes) name,
  POPGRAPH_ELEMENT_TYPES(X)
#undef X
  Count
};

inline constexpr std::size_t kNumElementTypes = static_cast<std::size_t>(ElementType::Count);

/// Bytes of one element on the device and in host storage.
constexpr std::size_t elementBytes(ElementType type) {
  constexpr std::uint8_t table[] = {
#define X(name, spelling, bytes) bytes,
      POPGRAPH_ELEMENT_TYPES(X)
#undef X
  };
  return table[static_cast<std::size_t>(type)];
}

/// C++ spelling, as it appears inside vertex names.
constexpr std::string_view elementName(ElementType type) {
  constexpr std::string_view table[] = {
#define X(name, spelling, bytes) spelling,
      POPGRAPH_ELEMENT_TYPES(X)
#undef X
  };
  return table[static_cast<std::size_t>(type)];
}

} // namespace popgraph
