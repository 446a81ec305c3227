#pragma once
#include <poplar/StringRef.hpp>
#include <poplar/Type.hpp>
#include <string>
#include <type_traits>

namespace poputil {

/// Spelling of one template argument inside a vertex name. Specialise `to_string` for enumerations.
template <class Value> struct VertexTemplateToString {
  /// Integers in decimal.
  static std::string to_string(const Value &value) { return std::to_string(value); }
};
template <> struct VertexTemplateToString<bool> {
  static std::string to_string(const bool &value) { return value ? "true" : "false"; }
};
template <> struct VertexTemplateToString<poplar::Type> {
  static std::string to_string(const poplar::Type &type) { return std::string(type.toString()); }
};
template <> struct VertexTemplateToString<std::string> {
  static std::string to_string(const std::string &text) { return text; }
};
template <> struct VertexTemplateToString<const char *> {
  static std::string to_string(const char *const &text) { return text; }
};
template <> struct VertexTemplateToString<poplar::StringRef> {
  static std::string to_string(const poplar::StringRef &text) { return std::string(text.begin(), text.end()); }
};

/// The closing part of a template argument list.
inline std::string templateVertexParams(bool first) { return first ? "<>" : ">"; }
/// The arguments of a template argument list, from the first given one on.
template <class First, class... Rest>
std::string templateVertexParams(bool first, const First &argument, const Rest &...rest) {
  std::string text(first ? "<" : ",");
  text += VertexTemplateToString<typename std::decay<const First &>::type>::to_string(argument);
  text += templateVertexParams(false, rest...);
  return text;
}

/// Name of a templated vertex: templateVertex("ns::V", poplar::FLOAT, true) is "ns::V<float,true>".
template <class... Args> std::string templateVertex(const std::string &name, const Args &...args) {
  return name + templateVertexParams(true, args...);
}

} // namespace poputil
