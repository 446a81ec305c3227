#include "tests/fuzz/Readers.hpp"

#include <unistd.h>

#include <fstream>
#include <poplar/exceptions.hpp>
#include <sstream>

#include "codelets/client/Compiler.hpp"
#include "popgraph/passes/Pipeline.hpp"
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"

namespace fuzz {

using namespace popgraph;

void readExecutable(std::string_view bytes) {
  try {
    writeExecutable(*loadExecutable(bytes, "input", false));
  } catch (const poplar::poplar_error &) { // refused
  }
}

void readCodelets(std::string_view bytes) {
  try {
    const SealedReader file(bytes, "gp", 1, "input");
    for (const auto &[name, part] : file.sections()) codelets::LoadedModule(codelets::readModule(part, "input"));
  } catch (const SealError &) {
  } catch (const codelets::FileError &) {
  } catch (const codelets::LinkError &) {}
}

void readProfile(std::string_view bytes) {
  static const std::string path = "/dev/shm/popgraph-fuzz-" + std::to_string(getpid()) + ".pgprof";
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  try {
    const profiler::Model model = profiler::readProfile(path);
    std::ostringstream out;
    profiler::SummaryOptions options;
    options.showExecutionSteps = options.showVarStorage = options.showPerIpuMemoryUsage = true;
    profiler::writeSummary(out, model, options);
    profiler::writeSummaryJson(out, model);
    for (std::size_t i = 0; i < model.arrays.size(); ++i) model.tileCycles(i);
  } catch (const profiler::ReadError &) { // refused
  }
  unlink(path.c_str());
}

} // namespace fuzz
