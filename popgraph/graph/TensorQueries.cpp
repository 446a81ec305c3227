// The part of poplar::Tensor that answers questions about views.
#include <poplar/Tensor.hpp>

#include <algorithm>
#include <iostream>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>
#include <sstream>

#include "popgraph/graph/Convert.hpp"
#include "popgraph/graph/GraphState.hpp"
#include "popgraph/graph/View.hpp"

namespace poplar {

using popgraph::ElementType;
using popgraph::Run;
using popgraph::TensorAccess;

namespace {

void checkValid(const Tensor &t, const char *function) {
  if (!t.valid()) throw poplar_error(fmt::format("Tensor::{} called on a tensor that refers to no variable", function));
}

} // namespace

detail::OwnedText Tensor::shapeText() const {
  std::string text = "[";
  for (std::size_t size : TensorAccess::dims(*this)) text += (text.size() > 1 ? "," : "") + std::to_string(size);
  return detail::OwnedText(text + "]");
}

bool Tensor::isContiguous() const {
  checkValid(*this, "isContiguous");
  return popgraph::isContiguous(*this);
}

bool Tensor::containsAliases() const {
  checkValid(*this, "containsAliases");
  if (numElements() == 0) return false;
  // Affine parts with an order in memory are free of aliases, and parts in different places of each other; only where
  // that does not tell are the elements looked at.
  struct Box {
    std::uint32_t variable;
    std::int64_t begin, end;
  };
  std::vector<Box> boxes;
  bool nested = true;
  const bool repeats = popgraph::anyLeaf(*this, [&](const Tensor &leaf) {
    Run run;
    if (popgraph::singleRun(leaf, run)) {
      boxes.push_back({run.variable, run.offset, std::int64_t(run.offset) + run.count});
      return false;
    }
    const popgraph::MemoryOrder order = popgraph::memoryOrder(leaf);
    nested = nested && order.nested;
    boxes.push_back(
        {TensorAccess::variable(leaf), order.offset, order.offset + static_cast<std::int64_t>(order.extent)});
    return order.repeats;
  });
  if (repeats) return true;
  const auto less = [](const Box &a, const Box &b) {
    return a.variable != b.variable ? a.variable < b.variable : a.begin < b.begin;
  };
  std::sort(boxes.begin(), boxes.end(), less);
  bool apart = true;
  for (std::size_t i = 1; apart && i < boxes.size(); ++i)
    apart = boxes[i].variable != boxes[i - 1].variable || boxes[i].begin >= boxes[i - 1].end;
  if (nested && apart) return false;
  bool overlap = false;
  popgraph::distinctRuns(*this, &overlap);
  return overlap;
}

bool Tensor::containsConstant() const {
  checkValid(*this, "containsConstant");
  return numElements() > 0 &&
         popgraph::anyLeaf(*this, [&](const Tensor &leaf) { return graph_->isConstant(TensorAccess::variable(leaf)); });
}

bool Tensor::isParallelWriteable() const { return !containsConstant() && !containsAliases(); }

namespace {

/// Whether a strided run has an element in [begin, end).
bool reaches(const popgraph::StridedRun &run, std::int64_t begin, std::int64_t end) {
  const auto last = static_cast<std::int64_t>(run.count) - 1;
  const std::int64_t step = run.stride < 0 ? -run.stride : run.stride;
  const std::int64_t low = run.stride < 0 ? run.offset - last * step : run.offset;
  if (step == 0 || begin <= low) return low >= begin && low < end;
  const std::int64_t k = (begin - low + step - 1) / step; // the first element that is not before `begin`
  return k <= last && low + k * step < end;
}

} // namespace

bool Tensor::intersectsWith(const Tensor &other) const {
  checkValid(*this, "intersectsWith");
  checkValid(other, "intersectsWith");
  if (graph_ != other.graph_ || numElements() == 0 || other.numElements() == 0) return false;
  if (TensorAccess::isAffine(*this) && TensorAccess::isAffine(other)) {
    if (variable_ != other.variable_) return false;
    const popgraph::MemoryOrder a = popgraph::memoryOrder(*this), b = popgraph::memoryOrder(other);
    if (a.offset + static_cast<std::int64_t>(a.extent) <= b.offset ||
        b.offset + static_cast<std::int64_t>(b.extent) <= a.offset)
      return false;
  }
  // Each element of one side, by place in memory, is looked up for the runs of the other.
  const bool swap = popgraph::isContiguous(other);
  const std::vector<Run> mine = popgraph::distinctRuns(swap ? other : *this);
  return popgraph::anyStridedRun(swap ? *this : other, [&](const popgraph::StridedRun &run) {
    const std::int64_t end = run.offset + static_cast<std::int64_t>(run.count - 1) * run.stride;
    const std::int64_t low = std::min(run.offset, end), high = std::max(run.offset, end) + 1;
    // The run that may reach into [low, high) from before it, then those that begin inside.
    auto at = std::upper_bound(mine.begin(), mine.end(), Run{run.variable, static_cast<std::uint32_t>(low), 0},
                               popgraph::inMemoryOrder);
    if (at != mine.begin()) --at;
    for (; at != mine.end() && (at->variable < run.variable || (at->variable == run.variable && at->offset < high));
         ++at)
      if (at->variable == run.variable && reaches(run, at->offset, std::int64_t(at->offset) + at->count)) return true;
    return false;
  });
}

std::vector<Interval> Tensor::getContiguousRegions() const {
  checkValid(*this, "getContiguousRegions");
  std::vector<Interval> result;
  std::size_t at = 0;
  for (const Run &run : popgraph::contiguousRuns(*this)) {
    result.emplace_back(at, at + run.count);
    at += run.count;
  }
  return result;
}

std::vector<VariableInterval> Tensor::getVarRegions() const {
  checkValid(*this, "getVarRegions");
  std::vector<VariableInterval> result;
  for (const Run &run : popgraph::contiguousRuns(*this))
    result.emplace_back(VariableRef(run.variable, 0), Interval(run.offset, std::size_t(run.offset) + run.count));
  return result;
}

bool Tensor::hasMetadata() const {
  checkValid(*this, "hasMetadata");
  if (!elementType().requiresMetadata() || numElements() == 0) return false;
  const Tensor *all = nullptr;
  for (const Run &run : popgraph::contiguousRuns(*this)) {
    const auto found = graph_->metadata.find(run.variable);
    if (found == graph_->metadata.end() || (all && *all != found->second)) return false;
    all = &found->second;
  }
  return true;
}

Tensor Tensor::getMetadata() const {
  if (!hasMetadata())
    throw tensor_metadata_error(fmt::format("Tensor::getMetadata: {} has no metadata, or several; make QUARTER tensors "
                                            "with Graph::addVariable(QUARTER, metadata, shape), or by a cast",
                                            getDebugStr()));
  return graph_->metadata.at(popgraph::contiguousRuns(*this).front().variable);
}

bool Tensor::constantValue(const Type &type, void *value) const {
  checkValid(*this, "getConstantValue");
  if (numElements() != 1) return false;
  const Run run = popgraph::contiguousRuns(*this).front();
  const char *data = graph_->constantData(run.variable);
  if (!data) return false;
  const ElementType from = TensorAccess::type(*this);
  popgraph::convertValues(from, data + std::size_t(run.offset) * popgraph::elementBytes(from),
                          popgraph::elementTypeOf(type), value, 1, false, "Tensor::getConstantValue");
  return true;
}

detail::OwnedText Tensor::variableText() const {
  checkValid(*this, "getVarStr");
  std::string text;
  if (numElements() > 0)
    popgraph::anyStridedRun(*this, [&](const popgraph::StridedRun &run) {
      text = graph_->variableName(run.variable);
      return true;
    });
  return detail::OwnedText(text);
}

detail::OwnedText Tensor::debugText() const {
  if (!valid()) return detail::OwnedText("invalid tensor");
  std::ostringstream out;
  out << elementType().toString() << ' ' << shapeToString() << " of";
  std::size_t shown = 0;
  popgraph::anyStridedRun(*this, [&](const popgraph::StridedRun &run) {
    if (++shown > 8) {
      out << " …";
      return true;
    }
    out << ' ' << graph_->variableName(run.variable) << '[' << run.offset << ':' << run.count;
    if (run.stride != 1 && run.count > 1) out << " step " << run.stride;
    out << ']';
    return false;
  });
  return detail::OwnedText(out.str());
}

void Tensor::dump(std::ostream &out) const { out << getDebugStr() << '\n'; }
void Tensor::dump() const { dump(std::cout); }

void Tensor::dumpRegions(std::ostream &out) const {
  for (const VariableInterval &region : getVarRegions())
    out << graph_->variableName(region.var.id()) << region.interval << '\n';
}
void Tensor::dumpRegions() const { dumpRegions(std::cout); }

bool operator==(const Tensor &a, const Tensor &b) {
  if (a.valid() != b.valid()) return false;
  if (!a.valid()) return true;
  if (TensorAccess::graph(a) != TensorAccess::graph(b) || TensorAccess::type(a) != TensorAccess::type(b)) return false;
  const auto dims = TensorAccess::dims(a), others = TensorAccess::dims(b);
  if (!std::equal(dims.begin(), dims.end(), others.begin(), others.end())) return false;
  if (popgraph::elementCount(dims) == 0) return true;
  if (!TensorAccess::isAffine(a) || !TensorAccess::isAffine(b))
    return popgraph::contiguousRuns(a) == popgraph::contiguousRuns(b);
  if (TensorAccess::variable(a) != TensorAccess::variable(b) || TensorAccess::offset(a) != TensorAccess::offset(b))
    return false;
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (dims[d] > 1 && TensorAccess::strides(a)[d] != TensorAccess::strides(b)[d]) return false;
  return true;
}

std::ostream &operator<<(std::ostream &out, const Tensor &tensor) { return out << tensor.getDebugStr(); }

} // namespace poplar
