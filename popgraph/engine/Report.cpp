// The engine's profile as a report of libpva.
#include <pva/Report.hpp>

#include "popgraph/base/Log.hpp"
#include "popgraph/engine/EngineState.hpp"
#include "profiler/Reader.hpp"
#include "profiler/pva/ReportData.hpp"

namespace popgraph {

pva::Report EngineState::report(bool execution) const {
  if (!execution) {
    profiler::Model model;
    model.compile = model_->model().compile;
    return pva::detail::makeReport(std::move(model));
  }
  if (file_ && options_.reportExecution) { // it keeps the steps of more runs than the model in memory
    try {
      file_->flush();
      return pva::detail::makeReport(profiler::readProfile(filePath_));
    } catch (const std::exception &error) {
      log().warn("the report comes from memory: {}", error.what());
    }
  }
  return pva::detail::makeReport(model_->model());
}

} // namespace popgraph
