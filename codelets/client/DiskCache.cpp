#include "codelets/client/DiskCache.hpp"
#include "codelets/client/Bytes.hpp"
#include "popgraph/base/SealedFile.hpp"
#include <atomic>
#include <cstdlib>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace popgraph::codelets {
namespace {

constexpr std::uint32_t kCacheVersion = 1;

std::string pathOf(const std::string &key) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string name;
  for (const char c : key) {
    name += digits[static_cast<unsigned char>(c) >> 4];
    name += digits[static_cast<unsigned char>(c) & 15];
  }
  return DiskCache::folder() + "/" + name + ".codelets";
}

} // namespace

bool isCurrent(const CacheEntry &entry, FileHashes &hashes) {
  for (const auto &[path, hash] : entry.files)
    if (hashes.of(path) != hash) return false;
  return true;
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
    files.end();
    entry.module = readModule(reader.section("module"), path);
    if (isCurrent(entry, hashes)) return entry;
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
  SealedWriter writer("cache", kCacheVersion);
  writer.section("files", files.take());
  writer.section("module", writeModule(entry.module));
  try {
    writeFileAtomically(pathOf(key), writer.finish());
  } catch (const std::runtime_error &error) {
    static std::atomic<bool> warned = false;
    if (!warned.exchange(true)) spdlog::warn("compiled codelets are not cached: {}", error.what());
  }
}

} // namespace popgraph::codelets
