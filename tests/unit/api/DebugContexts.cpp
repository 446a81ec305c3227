#include "poplar/DebugContext.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"
#include "tests/unit/api/TemporaryFile.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace poplar;

namespace {

// Builders as the library has them, and as libraries on top call them.
std::string pathOf(const DebugContext &context = {}) { return context.getPathName(); }
unsigned lineOf(const DebugContext &context = {}) { return context.getLocation().getLineNumber(); }
std::string fileOf(const DebugContext &context = {}) { return context.getLocation().getFileName(); }
std::string innerPath(const DebugNameAndId &dnai) { return dnai.getPathName(); }

struct OpDebugInfo : DebugInfo {
  explicit OpDebugInfo(const DebugContext &context) : DebugInfo(context, "tests") {}
};

} // namespace

TEST_CASE("a debug context is made of all that users write for one") {
  const std::string text = "text";
  const StringRef ref = text;
  const DebugNameAndId dnai("parent");
  const OpDebugInfo info("op");
  const DebugContext context("context");
  CHECK(pathOf() == "");
  CHECK(pathOf({}) == "");
  CHECK(pathOf("x") == "x");
  CHECK(pathOf({"x"}) == "x");
  CHECK(pathOf(text) == "text");
  CHECK(pathOf({text}) == "text");
  CHECK(pathOf(text + "/y") == "text/y");
  CHECK(pathOf(ref) == "text");
  CHECK(pathOf(dnai) == "parent");
  CHECK(pathOf({dnai}) == "parent");
  CHECK(pathOf({dnai, "x"}) == "parent/x");
  CHECK(pathOf({dnai, text}) == "parent/text");
  CHECK(pathOf({dnai, text + "/y"}) == "parent/text/y");
  CHECK(pathOf({dnai, ""}) == "parent");
  CHECK(pathOf(info) == "op");
  CHECK(pathOf({info}) == "op");
  CHECK(pathOf({info, "x"}) == "op/x");
  CHECK(pathOf({info, text}) == "op/text");
  CHECK(pathOf(context) == "context");
  CHECK(pathOf({context}) == "context");
  CHECK(pathOf({context, "x"}) == "context/x");
  CHECK(pathOf(SourceLocation::Current()) == "");
}

TEST_CASE("a name and id is made of all that libraries write for one") {
  const DebugNameAndId dnai("parent");
  const OpDebugInfo info("op");
  CHECK(innerPath({}) == "");
  CHECK(innerPath("x") == "x");
  CHECK(innerPath({info}) == "op");
  CHECK(innerPath({info, "x"}) == "op/x");
  CHECK(innerPath({dnai}) == "parent");
  CHECK(innerPath({dnai, "x"}) == "parent/x");
  CHECK(innerPath(DebugNameAndId(DebugNameAndId(dnai, "x"), "y")) == "parent/x/y");
  CHECK(DebugNameAndId(info).getId() == info.getId());
  CHECK(DebugContext(DebugNameAndId(info)).getId() == info.getId());
}

TEST_CASE("a debug context outlives the texts it was made of") {
  const DebugContext context = [] {
    const std::string name = "a name that is too long for any small buffer";
    return DebugContext(name.c_str());
  }();
  const DebugContext copy = context;
  CHECK(copy.getPathName() == "a name that is too long for any small buffer");
}

TEST_CASE("a debug context knows the line of the call that omits it") {
  CHECK(lineOf() == __LINE__);
  CHECK(lineOf({}) == __LINE__);
  CHECK(lineOf("x") == __LINE__);
  CHECK(lineOf({DebugNameAndId("a"), "x"}) == __LINE__);
  CHECK(fileOf() == __FILE__);
}

TEST_CASE("a debug context without a name owns no memory") {
  const DebugContext context;
  const DebugNameAndId dnai{};
  const DebugContext inner{dnai};
  const DebugContext copy = inner;
  for (const DebugContext *each : {&context, &inner, &copy})
    CHECK(each->path().data() == nullptr);
  CHECK(dnai.path().data() == nullptr);
  CHECK(DebugContext("x").path().data() != nullptr);
}

TEST_CASE("debug records are written while a streamer is open") {
  OpDebugInfo outside("outside");
  CHECK_FALSE(outside.setValue("key", 1));
  const TemporaryFile file("debug.cbor");
  const std::string &path = file.path;
  for (DebugSerializationFormat format : {DebugSerializationFormat::JSON, DebugSerializationFormat::CBOR}) {
    DebugInfo::initializeStreamer(path, format);
    DebugId id = 0;
    {
      OpDebugInfo info({DebugNameAndId("layer"), "matmul"});
      CHECK(info.setValue("shape", ProfileValue::Vector{2, 3}));
      id = info.getId();
    }
    DebugInfo::closeStreamer();
    std::ifstream written(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(written), {}};
    const auto json = format == DebugSerializationFormat::JSON ? nlohmann::json::parse(bytes)
                                                               : nlohmann::json::from_cbor(bytes);
    REQUIRE(json.size() == 1);
    CHECK(json[0]["id"] == id);
    CHECK(json[0]["name"] == "layer/matmul");
    CHECK(json[0]["layer"] == "tests");
    CHECK(json[0]["shape"] == nlohmann::json::array({2, 3}));
  }
  CHECK_THROWS_AS(DebugInfo::initializeStreamer("/nowhere/at/all/debug.cbor"), file_load_error);
}

TEST_CASE("errors carry their class, and the place once it is attached") {
  poplar_error error("it broke");
  CHECK(error.what() == std::string("it broke"));
  error.attachSourceLocation(SourceLocation("f", "file.cpp", 7));
  error.attachSourceLocation(SourceLocation("g", "other.cpp", 8));
  CHECK(error.what() == std::string("file.cpp:7: it broke"));
  CHECK(graph_cycle_error("x").type == "graph_cycle_error");
  CHECK(unknown_field("Add", "z").what() == std::string("vertex Add has no field \"z\""));
  CHECK(graph_memory_allocation_error("full", "profile.pgprof").profilePath == "profile.pgprof");
  CHECK(link_error("no", "undefined symbol").output == "undefined symbol");
  CHECK_THROWS_AS(throw application_runtime_error("stop"), poplar::runtime_error);
  CHECK_THROWS_AS(throw recoverable_runtime_error(RecoveryAction::IPU_RESET, "x"), system_runtime_error);
  CHECK_THROWS_AS(throw poplar::runtime_error("stop"), std::runtime_error);
  CHECK(toString(RecoveryAction::FULL_RESET) == "FULL_RESET");
  CHECK(errorCodeFromString(errorCodeToString(ErrorCode::HOST_SYNC_TIMEOUT)) == ErrorCode::HOST_SYNC_TIMEOUT);
  CHECK_THROWS_AS(errorCodeFromString("TRAPP"), parse_error);
}
