#pragma once
#include "profiler/Model.hpp"
#include <iosfwd>

namespace profiler {

struct HtmlOptions {
  std::size_t maxSteps = 60000;            ///< steps drawn in the trace; the report says when there were more
  std::size_t maxArrayBytes = 12u << 20;   ///< per-tile cycles carried along, longest steps first
  std::size_t maxRows = 2000;              ///< of each table, most expensive first
};

/// One HTML file with everything in it: no network, no other files, safe with any names.
void writeHtml(std::ostream &out, const Model &model, const HtmlOptions &options = {});

} // namespace profiler
