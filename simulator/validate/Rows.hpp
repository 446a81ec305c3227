#pragma once
// The list of experiments.
#include <span>

namespace popgraph::validate {

/// One published number: an exact one has `low` == `high`.
struct Row {
  const char *id;
  const char *what;
  double low, high;
  const char *unit;
  const char *machine;
  const char *source; ///< publication
  double (*simulate)(const char *machine);
  const char *remark = ""; ///< why a row differs, for those that are too far off
  bool calibration() const { return id[0] == 'C'; }
  /// How far off a row may be: 5 % for those that constants may be fitted to, 15 % for all others.
  double limit() const { return calibration() ? .05 : .15; }
};

std::span<const Row> rows();

} // namespace popgraph::validate
