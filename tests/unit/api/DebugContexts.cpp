#include "poplar/DebugContext.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/TemporaryFile.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <sstream>

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
  CHECK(pathOf({"parent", "x"}) == "parent/x");
  CHECK(pathOf({text, "x"}) == "text/x");
  CHECK(pathOf({ref, text}) == "text/text");
  CHECK(pathOf({{dnai, "x"}, "y"}) == "parent/x/y");
  CHECK(pathOf({{{dnai, "x"}, "y"}, "z"}) == "parent/x/y/z");
  CHECK(pathOf({{info, "x"}, text}) == "op/x/text");
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
  CHECK(innerPath({{dnai, "x"}, "y"}) == "parent/x/y");
  CHECK(innerPath({{info, "x"}, "y"}) == "op/x/y");
  CHECK(innerPath({"a", "b"}) == "a/b");
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
  const SourceLocation here = SourceLocation::Current();
  CHECK(here.isValid());
  CHECK(here.getLineNumber() == __LINE__ - 2);
  CHECK_FALSE(std::string(here.getFunctionName()).empty());
  CHECK_FALSE(SourceLocation().isValid());
  CHECK(SourceLocation("f", "file.cpp", 7).getFunctionName() == std::string("f"));
}

TEST_CASE("a debug context without a name owns no memory") {
  const DebugContext context;
  const DebugNameAndId dnai{};
  const DebugContext inner{dnai};
  const DebugContext copy = inner;
  for (const DebugContext *each : {&context, &inner, &copy}) CHECK(each->path().data() == nullptr);
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
    const auto json =
        format == DebugSerializationFormat::JSON ? nlohmann::json::parse(bytes) : nlohmann::json::from_cbor(bytes);
    REQUIRE(json.size() == 1);
    CHECK(json[0]["id"] == id);
    CHECK(json[0]["name"] == "layer/matmul");
    CHECK(json[0]["layer"] == "tests");
    CHECK(json[0]["shape"] == nlohmann::json::array({2, 3}));
  }
  CHECK_THROWS_AS(DebugInfo::initializeStreamer("/nowhere/at/all/debug.cbor"), file_load_error);
}

namespace {

/// The text of an error is its message, its type its class, and it is caught as each of its bases.
template <typename Error, typename Base> void checkError(const std::string &type) {
  const std::string message = "a message long enough not to be kept inside a string object";
  for (const Error &error : {Error(message), Error(message.c_str()), Error(StringRef(message))}) {
    CHECK(error.what() == message);
    CHECK(error.type == type);
    CHECK(std::string(error.type) == type);
  }
  CHECK_THROWS_AS(throw Error(message), Base);
  CHECK_THROWS_AS(throw Error(message), poplar_error);
  CHECK_THROWS_AS(throw Error(message), std::runtime_error);
}

} // namespace

TEST_CASE("every error has its message, its class and its base") {
#define CHECK_ERROR(NAME, BASE) checkError<NAME, BASE>(std::string(#NAME).substr(std::string(#NAME).rfind(':') + 1));
  CHECK_ERROR(poplar_error, poplar_error)
  CHECK_ERROR(graph_program_compilation_error, poplar_error)
  CHECK_ERROR(graph_object_creation_error, poplar_error)
  CHECK_ERROR(no_environment, poplar_error)
  CHECK_ERROR(unknown_vertex_type, poplar_error)
  CHECK_ERROR(control_program_error, poplar_error)
  CHECK_ERROR(type_error, poplar_error)
  CHECK_ERROR(index_error, poplar_error)
  CHECK_ERROR(no_size_specified, poplar_error)
  CHECK_ERROR(graph_connection_error, poplar_error)
  CHECK_ERROR(graph_cycle_error, poplar_error)
  CHECK_ERROR(graph_recursion_error, poplar_error)
  CHECK_ERROR(graph_replication_error, poplar_error)
  CHECK_ERROR(profiling_disabled, poplar_error)
  CHECK_ERROR(missing_profile_data, poplar_error)
  CHECK_ERROR(missing_graph_profile, poplar_error)
  CHECK_ERROR(missing_perf_estimate, poplar_error)
  CHECK_ERROR(invalid_tile_mapping, poplar_error)
  CHECK_ERROR(tensor_creation_error, poplar_error)
  CHECK_ERROR(tensor_io_state_error, poplar_error)
  CHECK_ERROR(tensor_metadata_error, poplar_error)
  CHECK_ERROR(stream_connection_error, poplar_error)
  CHECK_ERROR(poplar::overflow_error, poplar_error)
  CHECK_ERROR(memory_elem_constraints_error, poplar_error)
  CHECK_ERROR(graph_memory_allocation_error, poplar_error)
  CHECK_ERROR(stream_memory_allocation_error, poplar_error)
  CHECK_ERROR(invalid_machine_model, poplar_error)
  CHECK_ERROR(invalid_option, poplar_error)
  CHECK_ERROR(link_error, poplar_error)
  CHECK_ERROR(symbol_error, poplar_error)
  CHECK_ERROR(parse_error, poplar_error)
  CHECK_ERROR(poplar::runtime_error, poplar_error)
  CHECK_ERROR(application_runtime_error, poplar::runtime_error)
  CHECK_ERROR(system_runtime_error, poplar::runtime_error)
  CHECK_ERROR(unrecoverable_runtime_error, system_runtime_error)
  CHECK_ERROR(unknown_runtime_error, system_runtime_error)
#undef CHECK_ERROR
  CHECK(file_load_error("a.gp").what() == std::string("cannot read file \"a.gp\""));
  CHECK(file_load_error("a.gp", "it is short").what() == std::string("cannot read file \"a.gp\": it is short"));
  CHECK(file_load_error("a.gp").type == "file_load_error");
  CHECK(graph_object_load_error("a.gp", "x").what() == std::string("cannot load \"a.gp\": x"));
  CHECK(graph_object_load_error("a.gp", "x").type == "graph_object_load_error");
  CHECK(unknown_field("Add", "z").type == "unknown_field");
  CHECK(recoverable_runtime_error(RecoveryAction::IPU_RESET, "x").type == "recoverable_runtime_error");
  CHECK(link_error("x").output.empty());
  CHECK(graph_memory_allocation_error("x").profilePath.empty());
}

TEST_CASE("every error code and recovery action has a name that leads back to it") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::HOST_SYNC_TIMEOUT); ++i) {
    const ErrorCode code = static_cast<ErrorCode>(i);
    CHECK(errorCodeFromString(errorCodeToString(code)) == code);
  }
  const std::pair<ErrorCode, const char *> names[] = {
      {ErrorCode::TRAP, "TRAP"},
      {ErrorCode::FLOATING_POINT_INVALID_OPERATION, "FLOATING_POINT_INVALID_OPERATION"},
      {ErrorCode::FLOATING_POINT_DIVISION_BY_ZERO, "FLOATING_POINT_DIVISION_BY_ZERO"},
      {ErrorCode::FLOATING_POINT_OVERFLOW, "FLOATING_POINT_OVERFLOW"},
      {ErrorCode::MEMORY_ACCESS, "MEMORY_ACCESS"},
      {ErrorCode::INVALID_INSTRUCTION, "INVALID_INSTRUCTION"},
      {ErrorCode::INTEGER_DIVISION_BY_ZERO, "INTEGER_DIVISION_BY_ZERO"},
      {ErrorCode::STACK_OVERFLOW, "STACK_OVERFLOW"},
      {ErrorCode::HOST_CALLBACK, "HOST_CALLBACK"},
      {ErrorCode::HOST_SYNC_TIMEOUT, "HOST_SYNC_TIMEOUT"}};
  for (const auto &[code, name] : names) CHECK(errorCodeToString(code) == name);
  CHECK(toString(RecoveryAction::IPU_RESET) == "IPU_RESET");
  CHECK(toString(RecoveryAction::PARTITION_RESET) == "PARTITION_RESET");
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
  std::ostringstream printed;
  printed << ErrorCode::TRAP << ' ' << RecoveryAction::PARTITION_RESET << ' ' << error.type;
  CHECK(printed.str() == "TRAP PARTITION_RESET poplar_error");
  CHECK(recoverable_runtime_error(RecoveryAction::FULL_RESET, "x").getRecoveryAction() == RecoveryAction::FULL_RESET);
}
