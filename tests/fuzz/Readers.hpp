#pragma once
// What reads files that others may have made. Each takes any bytes: refuses them or reads all of them, and does nothing
// else.
#include <cstdint>
#include <string>
#include <string_view>

namespace fuzz {

void readExecutable(std::string_view bytes);
/// Relocates the object code, too; does not run it.
void readCodelets(std::string_view bytes);
void readProfile(std::string_view bytes);

/// Calls f(name, bytes) for each section of a sealed file of one of our kinds and seals what comes back again; "" for
/// other bytes. `f`: std::string(const std::string &, std::string_view).
template <typename F> std::string reseal(std::string_view bytes, F &&f);

} // namespace fuzz

#include "popgraph/base/SealedFile.hpp"
#include "popgraph/ir/Serialize.hpp"

template <typename F> std::string fuzz::reseal(std::string_view bytes, F &&f) {
  for (const char *kind : {popgraph::kExecutableKind, "gp"}) {
    try {
      const popgraph::SealedReader file(bytes, kind, 1, "input");
      popgraph::SealedWriter changed(kind, 1);
      for (const auto &[name, part] : file.sections()) changed.section(name, f(name, part));
      return changed.finish();
    } catch (const popgraph::SealError &) { // of another kind
    }
  }
  return "";
}
