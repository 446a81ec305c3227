#include "codelets/client/DiskCache.hpp"
#include "codelets/client/Bytes.hpp"
#include "popgraph/base/Log.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace popgraph::codelets {
namespace {

constexpr std::uint32_t kCacheVersion = 3;
constexpr char kSuffix[] = ".codelets";
constexpr std::uint64_t kDefaultLimit = std::uint64_t(1) << 30;
// Times of use are written this seldom, and files that a process left half-written are let alone for as long.
constexpr std::chrono::minutes kRest{60};

std::string pathOf(const std::string &key) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string name;
  for (const char c : key) {
    name += digits[static_cast<unsigned char>(c) >> 4];
    name += digits[static_cast<unsigned char>(c) & 15];
  }
  return DiskCache::folder() + "/" + name + kSuffix;
}

// Removes what was used least recently, but not `keep`.
void evict(const std::filesystem::path &folder, std::uint64_t limit, const std::filesystem::path &keep) {
  struct Entry {
    std::filesystem::path path;
    std::filesystem::file_time_type used;
    std::uint64_t bytes;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code error;
  const auto now = std::filesystem::file_time_type::clock::now();
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone; // by another process, since it was listed
    const Entry entry{it->path(), it->last_write_time(gone), it->file_size(gone)};
    if (gone) continue;
    const std::string name = entry.path.filename().string();
    if (name.ends_with(kSuffix)) {
      total += entry.bytes;
      if (entry.path != keep) entries.push_back(entry);
    } else if (name.find(kSuffix) != std::string::npos && now - entry.used > kRest) {
      std::filesystem::remove(entry.path, gone);
    }
  }
  if (total <= limit) return;
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.used < b.used; });
  for (const Entry &entry : entries) {
    if (total <= limit - limit / 10) break; // some room, so that not every store has to look
    std::error_code gone;
    std::filesystem::remove(entry.path, gone);
    total -= entry.bytes;
  }
}

} // namespace

bool isCurrent(const CacheEntry &entry, FileHashes &hashes) {
  for (const auto &[path, hash] : entry.files)
    if (hashes.of(path) != hash) return false;
  for (const std::string &path : entry.absent)
    if (::access(path.c_str(), F_OK) == 0) return false;
  return true;
}

std::uint64_t DiskCache::sizeLimit() {
  const char *given = std::getenv("POPGRAPH_CACHE_SIZE");
  if (!given || !*given) return kDefaultLimit;
  const std::string text = given;
  std::uint64_t value = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(rest, text.data() + text.size());
  const unsigned shift = unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : 0;
  if (failed == std::errc() && (shift || unit.empty()) && value <= (~std::uint64_t(0) >> shift)) return value << shift;
  static std::atomic<bool> warned = false;
  if (!warned.exchange(true))
    log().warn("POPGRAPH_CACHE_SIZE is '{}', which is not a number of bytes, K, M or G; 1G is used", text);
  return kDefaultLimit;
}

std::string DiskCache::folder() {
  const auto variable = [](const char *name) -> std::string {
    const char *value = std::getenv(name);
    return value ? value : "";
  };
  if (const std::string own = variable("POPGRAPH_CACHE"); !own.empty()) return own;
  if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty()) return xdg + "/popgraph";
  if (const std::string home = variable("HOME"); !home.empty()) return home + "/.cache/popgraph";
  return "/tmp/popgraph-cache-" + std::to_string(::getuid());
}

std::optional<CacheEntry> DiskCache::load(const std::string &key, FileHashes &hashes, bool &rejected) const {
  const std::string path = pathOf(key);
  if (::access(path.c_str(), F_OK) != 0) return std::nullopt;
  try {
    const std::string bytes = readFile(path);
    const SealedReader reader(bytes, "cache", kCacheVersion, path);
    CacheEntry entry;
    ByteReader files(reader.section("files"), path);
    const std::uint32_t count = files.u32();
    for (std::uint32_t i = 0; i != count; ++i) {
      std::string name = files.text();
      entry.files.emplace_back(std::move(name), files.text());
    }
    const std::uint32_t absent = files.u32();
    for (std::uint32_t i = 0; i != absent; ++i) entry.absent.push_back(files.text());
    entry.messages = files.text();
    files.end();
    entry.module = readModule(reader.section("module"), path);
    if (isCurrent(entry, hashes)) {
      std::error_code ignored; // a cache that cannot be written may still be read
      const auto now = std::filesystem::file_time_type::clock::now();
      if (now - std::filesystem::last_write_time(path, ignored) > kRest)
        std::filesystem::last_write_time(path, now, ignored);
      return entry;
    }
  } catch (const std::runtime_error &) {
    // Damaged: compiled again and replaced.
  }
  rejected = true;
  return std::nullopt;
}

void DiskCache::store(const std::string &key, const CacheEntry &entry) const {
  ByteWriter files;
  files.u32(static_cast<std::uint32_t>(entry.files.size()));
  for (const auto &[path, hash] : entry.files) {
    files.text(path);
    files.text(hash);
  }
  files.u32(static_cast<std::uint32_t>(entry.absent.size()));
  for (const std::string &path : entry.absent) files.text(path);
  files.text(entry.messages);
  SealedWriter writer("cache", kCacheVersion);
  writer.section("files", files.take());
  writer.section("module", writeModule(entry.module));
  try {
    const std::string path = pathOf(key);
    writeFileAtomically(path, writer.finish());
    evict(folder(), sizeLimit(), path);
  } catch (const std::runtime_error &error) {
    static std::atomic<bool> warned = false;
    if (!warned.exchange(true)) log().warn("compiled codelets are not cached: {}", error.what());
  }
}

} // namespace popgraph::codelets
