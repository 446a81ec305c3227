#include "poplar/DebugContext.hpp"

#include "popgraph/api/ProfileValueJson.hpp"
#include "popgraph/base/Log.hpp"
#include "poplar/exceptions.hpp"

#include <atomic>
#include <fstream>
#include <mutex>

namespace poplar {
namespace {

/// The one file that records go to. It is written as a whole when it is closed: both formats hold one list.
struct Streamer {
  std::mutex mutex;
  std::atomic<bool> open{false};
  std::ofstream file;
  DebugSerializationFormat format = DebugSerializationFormat::CBOR;
  nlohmann::json records = nlohmann::json::array();

  void close() {
    if (!open.exchange(false))
      return;
    if (format == DebugSerializationFormat::JSON) {
      file << records.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
      const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(records);
      file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    file.close();
    if (!file)
      popgraph::log().warn("debug information could not be written completely");
    records = nlohmann::json::array();
  }
  ~Streamer() { close(); }
};

Streamer &streamer() {
  static Streamer instance;
  return instance;
}

std::atomic<DebugId> nextDebugId{1};

} // namespace

DebugInfo::DebugInfo(const DebugContext &context, StringRef api)
    : id_(nextDebugId.fetch_add(1, std::memory_order_relaxed)), path_(context.path()) {
  if (!streamer().open.load(std::memory_order_acquire))
    return;
  values_ = std::make_unique<ProfileValue::Map>();
  const SourceLocation &location = context.getLocation();
  (*values_)["layer"] = api;
  (*values_)["name"] = context.path();
  (*values_)["parentId"] = context.getId();
  (*values_)["file"] = location.getFileName();
  (*values_)["function"] = location.getFunctionName();
  (*values_)["line"] = location.getLineNumber();
}

DebugInfo::~DebugInfo() {
  if (!values_)
    return;
  try {
    nlohmann::json record = popgraph::toJson(ProfileValue(std::move(*values_)));
    record["id"] = id_;
    const std::lock_guard lock(streamer().mutex);
    if (streamer().open)
      streamer().records.push_back(std::move(record));
  } catch (const std::exception &error) {
    popgraph::log().warn("a debug record was lost: {}", error.what());
  }
}

bool DebugInfo::setValue(StringRef name, const ProfileValue &value) {
  if (!values_)
    return false;
  (*values_)[name] = value;
  return true;
}

void DebugInfo::initializeStreamer(StringRef fileName, const DebugSerializationFormat &format) {
  Streamer &out = streamer();
  const std::lock_guard lock(out.mutex);
  out.close();
  const std::string path = fileName;
  out.file = std::ofstream(path, std::ios::binary | std::ios::trunc);
  if (!out.file)
    throw file_load_error(path, "it cannot be written");
  out.format = format;
  out.open = true;
}

void DebugInfo::closeStreamer() {
  const std::lock_guard lock(streamer().mutex);
  streamer().close();
}

} // namespace poplar
