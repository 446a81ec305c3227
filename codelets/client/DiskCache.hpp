#pragma once
// Compiled modules on disk, by key. An entry also says which files were read and what was in them.
#include "codelets/client/Codelet.hpp"
#include "codelets/client/FileHashes.hpp"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace popgraph::codelets {

struct CacheEntry {
  CodeletModule module;
  std::vector<std::pair<std::string, std::string>> files; ///< path, content hash
  std::vector<std::string> absent; ///< headers that were looked for in vain: a new one would be taken
  std::string messages;            ///< the compiler's warnings
};

/// Whether every file still has the content it had, and none is there that was not.
bool isCurrent(const CacheEntry &entry, FileHashes &hashes);

class DiskCache {
public:
  /// $POPGRAPH_CACHE, else $XDG_CACHE_HOME/popgraph, else ~/.cache/popgraph. Looked up for each call: tests change it.
  static std::string folder();
  /// Nothing when there is no entry, it is damaged or stale; the last two set `rejected`.
  std::optional<CacheEntry> load(const std::string &key, FileHashes &hashes, bool &rejected) const;
  /// Warns once when the folder cannot be used. Entries that were not used for longest go when all together take more
  /// than sizeLimit(). Safe beside other processes: entries appear as a whole, and one that is gone is compiled again.
  void store(const std::string &key, const CacheEntry &entry) const;
  /// Bytes: $POPGRAPH_CACHE_SIZE, a number with K, M or G after it; else one GiB.
  static std::uint64_t sizeLimit();
};

} // namespace popgraph::codelets
