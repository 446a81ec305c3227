#pragma once
#include <poplar/detail/Api.hpp>
#include <cstddef>
#include <memory>

namespace poplin {

/// Remembers plans, so that equal operations are planned once. Pass one to all calls of a program; not thread-safe.
class POPLAR_API PlanningCache {
public:
  PlanningCache();
  virtual ~PlanningCache();
  PlanningCache(const PlanningCache &) = delete;
  PlanningCache &operator=(const PlanningCache &) = delete;
  /// Number of plans remembered.
  std::size_t size() const;
  /// For the library's own use.
  struct Impl;
  Impl &impl() { return *impl_; }

private:
  std::unique_ptr<Impl> impl_;
};

namespace matmul {
/// The same under the name that matrix products use.
class POPLAR_API PlanningCache : public poplin::PlanningCache {
public:
  PlanningCache();
  ~PlanningCache() override;
};
} // namespace matmul

} // namespace poplin
