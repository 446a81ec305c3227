#pragma once
#include "poplar/ProfileValue.hpp"

#include <nlohmann/json.hpp>

namespace popgraph {

/// The same value; whole numbers that a double holds exactly are written without a fraction.
nlohmann::json toJson(const poplar::ProfileValue &value);

} // namespace popgraph
