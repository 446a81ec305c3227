#pragma once
// Memory elements: units of a tile's memory that serve one access of 64 bits in a cycle. A codelet that reads or writes
// two fields in one instruction asks for them to lie in different elements, [[poplar::constraint("elem(*a) != elem(*b)")]].
//
//   region 0              │ region 1 (interleaved)
//   ┌──┬──┬──┬── ─ ─ ──┬──┤┌─────┬─────┬── ─ ─ ──┐
//   │ 0│ 1│ 2│          │12││13│14│15│16│         │     16 KiB each; in region 1 two take turns, word by word
//   └──┴──┴──┴── ─ ─ ──┴──┤└─────┴─────┴── ─ ─ ──┘
#include <cstdint>
#include <vector>

#include "popgraph/ir/Module.hpp"
#include "popgraph/machine/Machine.hpp"

namespace popgraph {

/// Whether a block or draft is a variable's data: its owner is the variable.
inline bool holdsVariable(profile::MemoryCategory category) {
  using profile::MemoryCategory;
  return category == MemoryCategory::Variable || category == MemoryCategory::Constant ||
         category == MemoryCategory::Temporary;
}

/// The memory that everything in elements, or with `region` regions, of [address, address + bytes) takes.
struct ElementSpan {
  std::uint64_t begin, end;
  ElementSpan(const Machine &machine, std::uint64_t address, std::uint64_t bytes, bool region);
  bool meets(const ElementSpan &other) const { return begin < other.end && other.begin < end; }
};

/// What the codelets of all vertices ask of the variables that they are connected to, in order. Edges of several pieces
/// are copied to buffers and ask for nothing.
std::vector<ApartVariables> wantedApart(const Module &module);

/// After everything has an address: what of placement.apart is not so goes to placement.together, and what that costs to
/// placement.stalls: the accesses that meet, 64 bits at a time, take a cycle more.
void findStalls(Module &module);

} // namespace popgraph
