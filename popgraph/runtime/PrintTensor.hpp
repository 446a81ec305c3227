#pragma once
#include <iosfwd>

#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/Storage.hpp"

namespace popgraph {

/// Writes "title: [...]" and a line end.
void printTensor(std::ostream &out, const PrintPlan &plan, const Storage &storage);

} // namespace popgraph
