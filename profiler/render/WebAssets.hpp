#pragma once
#include <string_view>

namespace profiler {

/// Contents of profiler/web/NAME, built into the program; empty when there is no such file.
std::string_view webAsset(std::string_view name);

} // namespace profiler
