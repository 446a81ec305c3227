#include "tests/fuzz/Device.hpp"

#include <cmath>
#include <cstring>
#include <poplar/Engine.hpp>
#include <poplar/IPUModel.hpp>
#include <sstream>

#include "tests/support/Devices.hpp"

namespace fuzz {

using namespace poplar;

Outcome run(const Script &script, const Executable &executable, const Device &device) {
  Outcome outcome;
  Engine engine(executable);
  std::vector<std::size_t> position(script.streams.size(), 0);
  for (const Stream &stream : script.streams) outcome.sinks.push_back(stream.toDevice ? Bytes() : stream.data);
  for (std::size_t i = 0; i < script.streams.size(); ++i) {
    const Stream &stream = script.streams[i];
    const std::string name = "s" + std::to_string(i);
    char *data = stream.toDevice ? const_cast<char *>(stream.data.data()) : outcome.sinks[i].data();
    const std::size_t bytes = stream.elements * bytesOf(stream.type), all = stream.data.size();
    if (stream.callback)
      engine.connectStreamToCallback(name, [=, &stream, &position](void *p) {
        if (stream.toDevice)
          std::memcpy(p, data + position[i], bytes);
        else
          std::memcpy(data + position[i], p, bytes);
        position[i] = (position[i] + bytes) % all;
      });
    else
      engine.connectStream(name, data, data + all);
  }
  for (const Action &action : script.actions) {
    const std::string id = std::to_string(action.id);
    switch (action.kind) {
    case Action::Kind::Load:
      engine.load(device);
      std::fill(position.begin(), position.end(), 0);
      for (std::size_t i = 0; i < script.remotes.size(); ++i) {
        const Remote &remote = script.remotes[i];
        const std::size_t bytes = remote.data.size() / remote.rows;
        for (std::size_t row = 0; row < remote.rows; ++row)
          engine.copyToRemoteBuffer(const_cast<char *>(remote.data.data() + row * bytes), "b" + std::to_string(i), row);
      }
      break;
    case Action::Kind::Run:
      outcome.aborted.push_back(false);
      try {
        engine.run(static_cast<unsigned>(action.id));
      } catch (const application_runtime_error &error) {
        if (std::string(error.what()).find("fuzz") == std::string::npos) throw;
        outcome.aborted.back() = true;
      }
      break;
    case Action::Kind::Write:
      engine.writeTensor("w" + id, action.data.data(), action.data.data() + action.data.size());
      break;
    case Action::Kind::Read: {
      const Elements elements = elementsOf(script.reads[action.id], script.variables);
      const Type type = elements.places.empty() ? Type::BOOL : script.variables[elements.places[0].variable].type;
      Bytes data(elements.places.size() * bytesOf(type));
      engine.readTensor("r" + id, data.data(), data.data() + data.size());
      outcome.reads.push_back(std::move(data));
      break;
    }
    }
  }
  return outcome;
}

namespace {

/// Not-a-numbers are equal: which one comes out is the processor's business.
bool equal(const Bytes &a, const Bytes &b, Type type) {
  if (a == b) return true;
  if (type != Type::FLOAT || a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); i += 4) {
    float x, y;
    std::memcpy(&x, &a[i], 4);
    std::memcpy(&y, &b[i], 4);
    if (std::memcmp(&x, &y, 4) != 0 && !(std::isnan(x) && std::isnan(y))) return false;
  }
  return true;
}

std::string hex(const Bytes &bytes) {
  std::ostringstream out;
  for (const char c : bytes) out << "0123456789abcdef"[(c >> 4) & 15] << "0123456789abcdef"[c & 15];
  return out.str();
}

std::string compare(const Script &script, const Outcome &expected, const Outcome &found) {
  if (expected.aborted != found.aborted) return "a run that should have been aborted was not, or another was";
  std::size_t read = 0;
  for (const Action &action : script.actions) {
    if (action.kind != Action::Kind::Read) continue;
    const Elements elements = elementsOf(script.reads[action.id], script.variables);
    const Type type = elements.places.empty() ? Type::BOOL : script.variables[elements.places[0].variable].type;
    if (!equal(expected.reads[read], found.reads[read], type))
      return "read " + std::to_string(read) + " (r" + std::to_string(action.id) + ") is " + hex(found.reads[read]) +
             ", should be " + hex(expected.reads[read]);
    ++read;
  }
  for (std::size_t i = 0; i < script.streams.size(); ++i)
    if (!equal(expected.sinks[i], found.sinks[i], script.streams[i].type))
      return "stream " + std::to_string(i) + " brought " + hex(found.sinks[i]) + ", should be " +
             hex(expected.sinks[i]);
  return "";
}

} // namespace

std::string disagreement(const Script &script) {
  const Outcome reference = expected(script);
  IPUModel model;
  model.tilesPerIPU = static_cast<unsigned>(script.tilesPerIPU);
  model.numIPUs = static_cast<unsigned>(script.ipus);
  const Device ipu = model.createDevice(), cpu = Device::createCPUDevice();
  const auto on = [&](const char *name, const Executable &executable, const Device &device) {
    const std::string text = compare(script, reference, run(script, executable, device));
    return text.empty() ? text : std::string(name) + ": " + text;
  };
  try {
    const Executable forIpu = build(script, ipu.getTarget());
    if (const std::string text = on("simulator", forIpu, ipu); !text.empty()) return text;
    std::stringstream file;
    forIpu.serialize(file);
    const Executable read = Executable::deserialize(file);
    std::ostringstream again;
    read.serialize(again);
    if (again.str() != file.str()) return "an executable that was written and read is not the same";
    if (const std::string text = on("simulator, after a file", read, ipu); !text.empty()) return text;
    {
      const support::Environment backend("POPGRAPH_BACKEND", "cpu");
      if (const std::string text = on("cpu backend", forIpu, ipu); !text.empty()) return text;
    }
    return on("CPU device", build(script, cpu.getTarget()), cpu);
  } catch (const std::exception &error) {
    return std::string("exception: ") + error.what();
  }
}

} // namespace fuzz
