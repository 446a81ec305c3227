#pragma once
#include "profiler/Model.hpp"
#include <nlohmann/json.hpp>

namespace profiler {

/// What writeSummaryJson prints. Table rows are limited to the `maxRows` most expensive ones.
nlohmann::ordered_json summaryJson(const Model &model, std::size_t maxRows = 100000);

/// Invalid UTF-8 in names is replaced, not fatal.
std::string dumpJson(const nlohmann::ordered_json &json, int indent = -1);

} // namespace profiler
