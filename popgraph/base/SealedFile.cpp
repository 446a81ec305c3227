#include "popgraph/base/SealedFile.hpp"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <istream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace popgraph {
namespace {

constexpr char kMagic[8] = {'p', 'o', 'p', 'g', 'r', 'a', 'p', 'h'};
constexpr std::size_t kHashBytes = 16;
constexpr std::uint32_t kMaxSections = 1u << 16;

void put32(std::string &out, std::uint32_t value) {
  for (int i = 0; i != 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}
void put64(std::string &out, std::uint64_t value) {
  put32(out, static_cast<std::uint32_t>(value));
  put32(out, static_cast<std::uint32_t>(value >> 32));
}

std::string hashOf(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<const char *>(canonical.digest), kHashBytes);
}

[[noreturn]] void failWithErrno(const std::string &what, const std::string &path) {
  throw std::runtime_error(what + " " + path + ": " + std::strerror(errno));
}

struct Descriptor {
  int fd;
  ~Descriptor() { if (fd >= 0) ::close(fd); }
};

} // namespace

SealedWriter::SealedWriter(std::string kind, std::uint32_t version) : kind_(std::move(kind)), version_(version) {}

void SealedWriter::section(std::string name, std::string_view bytes) {
  for (const auto &[known, content] : sections_)
    if (known == name) throw std::logic_error("section '" + name + "' is written twice");
  sections_.emplace_back(std::move(name), std::string(bytes));
}

// magic, kind, version, number of sections, (name, size) each, contents, hash. Strings are length and bytes.
std::string SealedWriter::finish() const {
  std::string out(kMagic, sizeof kMagic);
  put32(out, static_cast<std::uint32_t>(kind_.size()));
  out += kind_;
  put32(out, version_);
  put32(out, static_cast<std::uint32_t>(sections_.size()));
  for (const auto &[name, bytes] : sections_) {
    put32(out, static_cast<std::uint32_t>(name.size()));
    out += name;
    put64(out, bytes.size());
  }
  for (const auto &[name, bytes] : sections_) out += bytes;
  out += hashOf(out);
  return out;
}

SealedReader::SealedReader(std::string_view bytes, std::string_view kind, std::uint32_t newestVersion, std::string path)
    : path_(std::move(path)) {
  const auto fail = [&](const std::string &why) { throw SealError(path_ + ": " + why); };
  std::size_t at = 0;
  if (bytes.size() < sizeof kMagic || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0)
    fail("is not a popgraph file");
  at = sizeof kMagic;
  std::string_view body = bytes;
  const auto take = [&](std::uint64_t count) {
    if (count > body.size() - at) fail("is cut short or damaged");
    const std::string_view part = body.substr(at, count);
    at += count;
    return part;
  };
  const auto take32 = [&] {
    const std::string_view part = take(4);
    std::uint32_t value = 0;
    for (int i = 0; i != 4; ++i) value |= static_cast<std::uint32_t>(static_cast<unsigned char>(part[i])) << (8 * i);
    return value;
  };
  const auto take64 = [&] {
    const std::uint64_t low = take32();
    return low | static_cast<std::uint64_t>(take32()) << 32;
  };
  const std::string_view foundKind = take(take32());
  if (foundKind != kind)
    fail("is a popgraph file of kind '" + std::string(foundKind.substr(0, 32)) + "', not '" + std::string(kind) + "'");
  version_ = take32();
  // A newer version may be laid out differently, so this comes before the check of the rest.
  if (version_ > newestVersion)
    fail("format version " + std::to_string(version_) + " is newer than this popgraph reads (" +
         std::to_string(newestVersion) + ")");
  if (bytes.size() - at < kHashBytes) fail("is cut short or damaged");
  body = bytes.substr(0, bytes.size() - kHashBytes);
  if (hashOf(body) != bytes.substr(body.size())) fail("is cut short or damaged (checksum does not match)");
  const std::uint32_t count = take32();
  if (count > kMaxSections) fail("is damaged (too many sections)");
  std::vector<std::pair<std::string, std::uint64_t>> table;
  std::set<std::string> names;
  for (std::uint32_t i = 0; i != count; ++i) {
    std::string name(take(take32()));
    if (!names.insert(name).second) fail("is damaged (section '" + name.substr(0, 64) + "' twice)");
    const std::uint64_t size = take64();
    table.emplace_back(std::move(name), size);
  }
  for (auto &[name, size] : table) sections_.emplace_back(std::move(name), take(size));
  if (at != body.size()) fail("is damaged (bytes after the last section)");
}

bool SealedReader::has(std::string_view name) const {
  for (const auto &[known, bytes] : sections_)
    if (known == name) return true;
  return false;
}

std::string_view SealedReader::section(std::string_view name) const {
  for (const auto &[known, bytes] : sections_)
    if (known == name) return bytes;
  throw SealError(path_ + ": has no section '" + std::string(name) + "'");
}

std::string readSealed(std::istream &stream) {
  std::string bytes;
  // False when the stream ends first. In pieces, so that a false length costs no memory.
  const auto take = [&](std::uint64_t count) {
    constexpr std::uint64_t kPiece = 1 << 20;
    while (count > 0) {
      const std::uint64_t piece = std::min(count, kPiece);
      const std::size_t at = bytes.size();
      bytes.resize(at + piece);
      stream.read(bytes.data() + at, static_cast<std::streamsize>(piece));
      bytes.resize(at + static_cast<std::size_t>(stream.gcount()));
      if (!stream) return false;
      count -= piece;
    }
    return true;
  };
  const auto number = [&](std::size_t width) { // little-endian; 0 at the end of the stream
    std::uint64_t value = 0;
    if (take(width)) std::memcpy(&value, bytes.data() + bytes.size() - width, width);
    return value;
  };
  if (!take(sizeof kMagic) || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) return bytes;
  take(number(4)); // kind
  number(4);       // version
  std::uint64_t contents = kHashBytes;
  for (std::uint64_t i = number(4); i > 0 && stream; --i) {
    take(number(4)); // name
    const std::uint64_t size = number(8);
    if (size > UINT64_MAX - contents) return bytes;
    contents += size;
  }
  if (stream) take(contents);
  return bytes;
}

bool isSealed(const std::string &path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  char start[sizeof kMagic];
  return file.fd >= 0 && ::read(file.fd, start, sizeof start) == static_cast<ssize_t>(sizeof start) &&
         std::memcmp(start, kMagic, sizeof kMagic) == 0;
}

std::string readFile(const std::string &path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) failWithErrno("cannot open", path);
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) failWithErrno("cannot read", path);
  if (S_ISDIR(info.st_mode)) throw std::runtime_error("cannot read " + path + ": is a directory");
  std::string bytes;
  if (info.st_size > 0) bytes.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failWithErrno("cannot read", path);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
}

void writeFileAtomically(const std::string &path, std::string_view bytes) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) throw std::runtime_error("cannot create " + parent.string() + ": " + error.message());
  std::string temporary = path + ".XXXXXX";
  const Descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (file.fd < 0) failWithErrno("cannot create a file beside", path);
  try {
    ::fchmod(file.fd, 0644); // mkostemp makes files private; these are as readable as any other output
    for (std::size_t at = 0; at != bytes.size();) {
      const ssize_t wrote = ::write(file.fd, bytes.data() + at, bytes.size() - at);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) failWithErrno("cannot write", path);
      at += static_cast<std::size_t>(wrote);
    }
    if (::fsync(file.fd) != 0 && errno != EINVAL) failWithErrno("cannot write", path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) failWithErrno("cannot write", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

} // namespace popgraph
