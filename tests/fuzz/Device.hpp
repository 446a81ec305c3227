#pragma once
#include <poplar/Executable.hpp>
#include <poplar/Graph.hpp>
#include <poplar/Program.hpp>
#include <string>
#include <vector>

#include "tests/fuzz/Script.hpp"

namespace fuzz {

poplar::Type typeOf(Type type);
poplar::Tensor tensorOf(const View &view, const std::vector<poplar::Tensor> &variables);

/// The script as a graph for a target, compiled. Throws std::runtime_error when the API says something about a view that
/// is not so.
poplar::Executable build(const Script &script, const poplar::Target &target);

/// What the host sees of the script on a device.
Outcome run(const Script &script, const poplar::Executable &executable, const poplar::Device &device);

/// Runs the script on every device and, written and read, once more. Returns the first disagreement with the reference;
/// "" when there is none.
std::string disagreement(const Script &script);

} // namespace fuzz
