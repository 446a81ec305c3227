#ifndef pva_Report_hpp
#define pva_Report_hpp
/// \file
/// A profile: what was compiled, and what happened when it ran.

#include <stdexcept>
#include <string>

#include <pva/CompilationReport.hpp>
#include <pva/ExecutionReport.hpp>
#include <pva/detail/Part.hpp>

namespace pva {

/// A report cannot be read, or does not hold what is asked for.
class PVA_API Error : public std::runtime_error {
public:
  explicit Error(const std::string &text) : runtime_error(text) {}
  Error(const Error &) = default;
  ~Error() override;
};

/// The version of the software that made a report.
class PVA_API Version {
public:
  explicit Version(const std::string &text);
  /// First number.
  unsigned major() const { return numbers_[0]; }
  /// Second number.
  unsigned minor() const { return numbers_[1]; }
  /// Third number.
  unsigned point() const { return numbers_[2]; }
  /// The whole text.
  const std::string &string() const { return text_; }

private:
  std::string text_;
  unsigned numbers_[3] = {0, 0, 0};
};

/// A profile. A cheap value; everything that comes from it keeps it in memory.
class PVA_API Report : protected detail::Part {
public:
  using Part::Part;
  /// The file it was read from; empty for an engine's own.
  std::string filename() const;
  /// The version that made it.
  Version poplarVersion() const;
  /// What was compiled.
  CompilationReport compilation() const;
  /// What happened; without runs if none was recorded.
  ExecutionReport execution() const;
};

/// Reads the profile of a file. A missing `profile.pop` means the `profile.pgprof` beside it. `debugInfo` is accepted
/// and not needed: names are in the profile. Throws Error, which names the file, for a missing, damaged or newer one.
PVA_API Report openReport(const std::string &profile, const std::string &debugInfo = std::string());

} // namespace pva

#endif
