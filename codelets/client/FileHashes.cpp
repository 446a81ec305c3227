#include "codelets/client/FileHashes.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <ctime>
#include <stdexcept>
#include <sys/stat.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace popgraph::codelets {

std::string contentHash(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<const char *>(canonical.digest), sizeof canonical.digest);
}

std::optional<std::string> FileHashes::of(const std::string &path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const Stamp stamp{info.st_ino, static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
  {
    const std::lock_guard lock(mutex_);
    const auto known = entries_.find(path);
    if (known != entries_.end() && known->second.stamp == stamp) return known->second.hash;
  }
  std::string hash;
  try {
    hash = contentHash(readFile(path));
  } catch (const std::runtime_error &) {
    return std::nullopt;
  }
  // A file written a moment ago may be written again without a new time stamp.
  if (std::time(nullptr) - info.st_mtim.tv_sec > 2) {
    const std::lock_guard lock(mutex_);
    entries_[path] = {stamp, hash};
  }
  return hash;
}

} // namespace popgraph::codelets
