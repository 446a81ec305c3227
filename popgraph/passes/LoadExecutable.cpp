#include <poplar/Version.hpp>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/SealedFile.hpp"
#include "popgraph/ir/Archive.hpp"
#include "popgraph/ir/Serialize.hpp"
#include "popgraph/passes/Passes.hpp"

namespace popgraph {

std::shared_ptr<const Module> loadExecutable(std::string_view bytes, const std::string &name, bool checkPackageHash) {
  try {
    const ExecutableOrigin origin = originOfExecutable(bytes, name);
    if (checkPackageHash && origin.packageHash != poplar::packageHash())
      throw poplar::poplar_error(fmt::format("{}: was made by popgraph {} ({}), this is {} ({}); compile it again, or "
                                             "pass checkPackageHash = false to try it all the same",
                                             name, origin.version, origin.packageHash, poplar::versionString(),
                                             poplar::packageHash()));
    auto module = readExecutable(bytes, name);
    try {
      verifyExecutable(*module);
    } catch (const std::logic_error &error) {
      throw ArchiveError(error.what());
    }
    return module;
  } catch (const SealError &error) {
    throw poplar::parse_error(error.what());
  } catch (const ArchiveError &error) { // somebody sealed what no compiler made
    throw poplar::parse_error(fmt::format("{}: is damaged: {}", name, error.what()));
  }
}

} // namespace popgraph
