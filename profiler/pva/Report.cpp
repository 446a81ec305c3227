#include <pva/Report.hpp>

#include <cctype>

#include "profiler/Reader.hpp"
#include "profiler/pva/ReportData.hpp"

namespace pva {

Error::~Error() = default;

Version::Version(const std::string &text) : text_(text) {
  std::size_t number = 0;
  bool inNumber = false;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c))) {
      numbers_[number] = numbers_[number] * 10 + static_cast<unsigned>(c - '0');
      inNumber = true;
    } else if (inNumber && (c != '.' || ++number == 3)) {
      break;
    } else {
      inNumber = false;
    }
  }
}

std::string Report::filename() const { return data_->model.path; }
Version Report::poplarVersion() const { return Version(data_->model.compile.popgraphVersion); }
CompilationReport Report::compilation() const { return CompilationReport(data_); }
ExecutionReport Report::execution() const { return ExecutionReport(data_); }

Report openReport(const std::string &profile, const std::string &) {
  try {
    return detail::makeReport(profiler::readProfile(profile));
  } catch (const profiler::ReadError &error) {
    throw Error(error.what());
  }
}

} // namespace pva
