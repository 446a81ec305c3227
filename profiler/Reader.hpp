#pragma once
#include "profiler/Model.hpp"
#include <iosfwd>
#include <stdexcept>
#include <string>

namespace profiler {

/// The file cannot be used. what() is "<path>: <fault>".
struct ReadError : std::runtime_error { using runtime_error::runtime_error; };

/// Reads a profile. The file is trusted in nothing: wrong, damaged, truncated and newer ones throw ReadError.
/// A missing `…/profile.pop` means the `profile.pgprof` beside it. The model keeps the file open for its arrays.
Model readProfile(const std::string &path);

/// Runs one SELECT over the file's views and hands each row's cells to `row` as text (the first call brings the column
/// names). Anything but reading is refused. Throws ReadError for the file, std::invalid_argument for the query.
void queryProfile(const std::string &path, const std::string &sql,
                  const std::function<void(const std::vector<std::string> &cells)> &row);

} // namespace profiler
