#pragma once
// The memory of a loaded program: variables, vertex images, buffers for edges that are not one run, globals. CPU
// backend and simulator compute on the same storage; an edge that is one aligned run points straight at the variable.
#include <cstdint>
#include <memory>
#include <vector>

#include "codelets/client/Compiler.hpp"
#include "popgraph/ir/Module.hpp"
#include "popgraph/runtime/TileRegisters.hpp"

namespace popgraph {

/// Zeroed, page-aligned host memory that costs nothing until touched.
class Arena {
public:
  Arena() = default;
  explicit Arena(std::size_t bytes);
  ~Arena();
  Arena(Arena &&other) noexcept;
  Arena &operator=(Arena &&other) noexcept;
  char *data() const { return data_; }

private:
  char *data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// The compiled codelets of a module, loaded once for all its replicas.
class LoadedCode {
public:
  /// Throws poplar::link_error.
  explicit LoadedCode(const Module &module);
  codelets::LoadedModule &operator[](std::uint32_t module) const { return *modules_[module]; }

private:
  std::vector<std::unique_ptr<codelets::LoadedModule>> modules_; ///< null: not executed
};

/// The storage of one replica.
class Storage {
public:
  Storage(std::shared_ptr<const Module> module, std::shared_ptr<const LoadedCode> code, std::uint32_t replica,
          const TileDefaults &defaults);

  /// Everything as a load defines it: constants, initial values, vertex state, globals, registers.
  void reset();

  char *variable(std::uint32_t id) const { return variables_.data() + variableAt_[id]; }
  /// Copies elements out of, or into, the runs of a view, in order.
  void gather(const std::vector<Run> &runs, std::size_t elementSize, char *to) const;
  void scatter(const std::vector<Run> &runs, std::size_t elementSize, const char *from);
  void copy(const CopyPlan &plan);
  std::int64_t scalar(const ScalarPlace &place) const;

  /// Runs one task: gathers its buffered inputs, runs its groups, scatters its buffered outputs. With `counts`, `slots`
  /// receives what the groups report (slotOf gives each group's place), else it holds nothing afterwards. `group` follows
  /// the group that runs, for fault messages.
  /// Returns the floating point exceptions that the tile traps and a group raised, which is then the last one run.
  /// Tasks of one compute set may run at the same time.
  std::uint32_t runTask(std::uint32_t task, VertexContext &context, bool counts, std::uint32_t *slots,
                        volatile std::uint32_t &group) const;
  TileRegisters &registers() { return registers_; }
  /// First of a group's numbers in its compute set's slots.
  std::uint32_t slotOf(std::uint32_t group) const { return groupSlot_[group]; }
  std::uint32_t slotsOf(const ComputeSetPlan &plan) const;

private:
  /// An edge whose codelet sees a copy.
  struct Buffered {
    EdgeRow edge;
    char *buffer;
    std::uint8_t elementSize;
    bool scatter;
  };
  class ImageBuilder;

  void buildImages();

  std::shared_ptr<const Module> module_;
  std::shared_ptr<const LoadedCode> code_;
  std::uint32_t replica_;
  TileDefaults defaults_;
  TileRegisters registers_;
  Arena variables_;
  std::vector<std::uint64_t> variableAt_;
  Arena images_, aux_;
  std::vector<std::uint64_t> groupAt_;
  std::vector<std::uint32_t> groupSlot_;
  std::vector<Buffered> buffered_;
  std::vector<std::uint32_t> firstBuffered_; ///< by task, and one more
  Arena globals_;
  std::vector<std::uint64_t> globalsAt_;                              ///< by group; ~0: none
  std::vector<std::pair<std::uint64_t, std::uint32_t>> globalBlocks_; ///< place, module
};

} // namespace popgraph
