#pragma once
// Content hashes of files, remembered as long as a file's stamp says that it has not changed.
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace popgraph::codelets {

/// XXH3-128 in canonical bytes.
std::string contentHash(std::string_view bytes);

class FileHashes {
public:
  /// Nothing when the file cannot be read.
  std::optional<std::string> of(const std::string &path);

private:
  struct Stamp {
    std::uint64_t inode, bytes;
    std::int64_t seconds, nanoseconds;
    bool operator==(const Stamp &) const = default;
  };
  struct Entry {
    Stamp stamp;
    std::string hash;
  };
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

} // namespace popgraph::codelets
