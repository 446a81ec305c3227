#include <istream>
#include <ostream>
#include <poplar/Executable.hpp>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/base/SealedFile.hpp"
#include "popgraph/ir/Serialize.hpp"
#include "popgraph/passes/Pipeline.hpp"

namespace poplar {

void Executable::serialize(std::ostream &stream) const {
  if (!module_) throw poplar_error("Executable::serialize: the executable is empty; make it with compileGraph");
  const std::string bytes = popgraph::writeExecutable(*module_);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush())
    throw poplar_error(fmt::format("Executable::serialize: the stream did not take {} bytes", bytes.size()));
}

Executable Executable::deserialize(std::istream &stream, bool checkPackageHash) {
  if (!stream || stream.peek() == std::istream::traits_type::eof())
    throw file_load_error("executable", "the stream is at its end or could not be opened");
  const std::string bytes = popgraph::readSealed(stream);
  return popgraph::ExecutableAccess::make(popgraph::loadExecutable(bytes, "the executable", checkPackageHash));
}

Executable Executable::deserialize(std::unique_ptr<std::istream> stream, bool checkPackageHash) {
  if (!stream) throw file_load_error("executable", "there is no stream");
  return deserialize(*stream, checkPackageHash);
}

} // namespace poplar
