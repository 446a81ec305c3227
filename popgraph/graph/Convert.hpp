#pragma once
// Values between element types, with range checks.
#include <cstddef>

#include "popgraph/base/Types.hpp"

namespace popgraph {

/// Converts `count` values; with `broadcast` the one source value is repeated. Integers must fit, and a float must not
/// become infinite by rounding; otherwise throws poplar::overflow_error naming `what`, value and type.
void convertValues(ElementType from, const void *source, ElementType to, void *destination, std::size_t count,
                   bool broadcast, const char *what);

/// One value as a double.
double valueAsDouble(ElementType type, const void *value);

} // namespace popgraph
