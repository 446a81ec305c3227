#pragma once
// Compiled modules on disk, by key. An entry also says which files were read and what was in them.
#include "codelets/client/Codelet.hpp"
#include "codelets/client/FileHashes.hpp"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace popgraph::codelets {

struct CacheEntry {
  CodeletModule module;
  std::vector<std::pair<std::string, std::string>> files; ///< path, content hash
};

/// Whether every file still has the content it had.
bool isCurrent(const CacheEntry &entry, FileHashes &hashes);

class DiskCache {
public:
  /// $POPGRAPH_CACHE, else $XDG_CACHE_HOME/popgraph, else ~/.cache/popgraph. Looked up for each call: tests change it.
  static std::string folder();
  /// Nothing when there is no entry, it is damaged or stale; the last two set `rejected`.
  std::optional<CacheEntry> load(const std::string &key, FileHashes &hashes, bool &rejected) const;
  /// Warns once when the folder cannot be used.
  void store(const std::string &key, const CacheEntry &entry) const;
};

} // namespace popgraph::codelets
