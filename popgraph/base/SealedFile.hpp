#pragma once
// The one container for files of ours that are not databases: `.gp` codelets, cache entries, `.pgx` executables.
// Layout: magic, kind, format version, section table, sections; an XXH3-128 of everything at the end. A file is
// either exactly what a writer sealed or it is refused: short, altered, foreign and newer files throw.
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace popgraph {

/// what() names the file and the fault.
struct SealError : std::runtime_error { using runtime_error::runtime_error; };

class SealedWriter {
public:
  /// `kind`: what the file is, e.g. "gp", "cache", "pgx". `version`: of the kind's own format.
  SealedWriter(std::string kind, std::uint32_t version);
  /// Appends a section; bytes are copied. Names are unique.
  void section(std::string name, std::string_view bytes);
  /// The complete file.
  std::string finish() const;
private:
  std::string kind_;
  std::uint32_t version_;
  std::vector<std::pair<std::string, std::string>> sections_;
};

class SealedReader {
public:
  /// Checks everything. `bytes` must outlive the reader. Throws SealError ("newer than this popgraph reads" when
  /// only the version is too high); `path` is only used in its text.
  SealedReader(std::string_view bytes, std::string_view kind, std::uint32_t newestVersion, std::string path);
  std::uint32_t version() const { return version_; }
  bool has(std::string_view name) const;
  /// Throws SealError when there is no such section.
  std::string_view section(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string_view>> &sections() const { return sections_; }
private:
  std::string path_;
  std::uint32_t version_ = 0;
  std::vector<std::pair<std::string, std::string_view>> sections_;
};

/// The bytes of one sealed file from a stream that may hold more; leaves the stream behind its end. Of what is no
/// sealed file, reads an unspecified part: SealedReader says what is wrong with it.
std::string readSealed(std::istream &stream);

/// Whether the file can be read and begins as sealed ones do.
bool isSealed(const std::string &path);

/// Whole file as bytes. Throws std::runtime_error naming the path and the reason.
std::string readFile(const std::string &path);
/// Writes a temporary file in the same folder, syncs it and renames it over `path`: readers see the old file or the
/// complete new one. Creates missing parent folders. Throws std::runtime_error naming the path and the reason.
void writeFileAtomically(const std::string &path, std::string_view bytes);

} // namespace popgraph
