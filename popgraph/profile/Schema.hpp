#pragma once
// What a `profile.pgprof` is on disk: one SQLite file. Written by ProfileWriter, read by profiler/Reader.
// Base tables may change between versions; the `v_…` views are the contract for SQL users.
#include "popgraph/profile/Records.hpp"
#include <cstdint>
#include <string>
#include <string_view>

namespace popgraph::profile {

inline constexpr std::int32_t kApplicationId = 0x50475046; ///< "PGPF", PRAGMA application_id
/// PRAGMA user_version is major * 65536 + minor. Readers refuse a higher major by name and ignore a higher minor.
inline constexpr std::int32_t kFormatMajor = 1;
inline constexpr std::int32_t kFormatMinor = 1;
inline constexpr std::int32_t kFormatVersion = kFormatMajor * 65536 + kFormatMinor;

inline constexpr std::size_t kNumMemoryCategories = static_cast<std::size_t>(MemoryCategory::Count);
inline constexpr std::size_t kNumStepKinds = 5;

/// Name of a category in files and reports; `category` below kNumMemoryCategories.
constexpr std::string_view memoryCategoryName(std::size_t category) {
  constexpr std::string_view names[] = {
#define X(name, text, always) text,
      POPGRAPH_MEMORY_CATEGORIES(X)
#undef X
  };
  return names[category];
}

constexpr bool isAlwaysLive(std::size_t category) {
  constexpr bool live[] = {
#define X(name, text, always) always,
      POPGRAPH_MEMORY_CATEGORIES(X)
#undef X
  };
  return live[category];
}

/// Name of a StepKind in files and reports; `kind` below kNumStepKinds.
constexpr std::string_view stepKindName(std::size_t kind) {
  constexpr std::string_view names[] = {"compute", "exchange", "sync", "hostExchange", "control"};
  return names[kind];
}

/// Tables and views of an empty profile.
std::string schemaSql();

} // namespace popgraph::profile
