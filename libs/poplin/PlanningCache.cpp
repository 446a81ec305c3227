#include "libs/poplin/detail/MatMulPlan.hpp"
#include <poplin/PlanningCache.hpp>

namespace poplin {

PlanningCache::PlanningCache() : impl_(new Impl) {}
PlanningCache::~PlanningCache() = default;
std::size_t PlanningCache::size() const { return impl_->matMulPlans.size(); }

namespace matmul {
PlanningCache::PlanningCache() = default;
PlanningCache::~PlanningCache() = default;
} // namespace matmul

} // namespace poplin
