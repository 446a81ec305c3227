// Codelets that cannot be had.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {
struct Fixture {
  Fixture() : device(Device::createCPUDevice()), graph(device.getTarget()) {
    folder = std::filesystem::temp_directory_path() / ("popgraph-errors-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
  }
  ~Fixture() { std::filesystem::remove_all(folder); }
  std::string file(const char *name, const std::string &text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }
  Device device;
  Graph graph;
  std::filesystem::path folder;
};
} // namespace

TEST_CASE_METHOD(Fixture, "a codelet that does not compile shows the compiler's text with file and line") {
  const std::string path = file("wrong.cpp", "#include <poplar/Vertex.hpp>\nstruct V : public poplar::Vertex {\n  bool "
                                             "compute() { return undefinedName; }\n};\n");
  throwsNaming<graph_program_compilation_error>({"wrong.cpp:3:", "undefinedName", "error"},
                                                [&] { graph.addCodelets(path); });
  std::stringstream text("struct ;");
  throwsNaming<graph_program_compilation_error>({":1:", "error"}, [&] { graph.addCodelets(text); });
  std::stringstream again("struct ;");
  std::ostringstream output;
  CHECK_THROWS_AS(graph.addCodelets(again, output), graph_program_compilation_error);
  CHECK(output.str().find("error") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a codelet that needs the heap or an undefined function does not link") {
  std::stringstream text("#include <poplar/Vertex.hpp>\nint elsewhere(int);\nstruct V : public poplar::Vertex { "
                         "poplar::Output<int> o; bool compute() { *o = elsewhere(3); return true; } };");
  throwsNaming<link_error>({"elsewhere"}, [&] { graph.addCodelets(text); });
}

TEST_CASE_METHOD(Fixture, "a missing file is named") {
  throwsNaming<file_load_error>({"no/such/codelet.cpp"}, [&] { graph.addCodelets("no/such/codelet.cpp"); });
  throwsNaming<file_load_error>({"no/such/codelet.gp"}, [&] { graph.addCodelets("no/such/codelet.gp"); });
}

TEST_CASE_METHOD(Fixture, "a damaged .gp file is refused") {
  const std::string path = file("damaged.gp", "this is not an archive of codelets");
  throwsNaming<file_load_error>({"damaged.gp"}, [&] { graph.addCodelets(path); });
  const std::string empty = file("empty.gp", "");
  throwsNaming<file_load_error>({"empty.gp"}, [&] { graph.addCodelets(empty); });
}

TEST_CASE_METHOD(Fixture, "fields of types that no graph can connect are named") {
  std::stringstream text("#include <poplar/Vertex.hpp>\nstruct V : public poplar::Vertex {\n  int *pointer;\n  bool "
                         "compute() { return true; }\n};");
  throwsNaming<graph_program_compilation_error>({"pointer", ":3:"}, [&] { graph.addCodelets(text); });
}

TEST_CASE_METHOD(Fixture, "a graph goes on working after a codelet failed") {
  std::stringstream wrong("struct ;");
  CHECK_THROWS_AS(graph.addCodelets(wrong), graph_program_compilation_error);
  std::stringstream right(
      "#include <poplar/Vertex.hpp>\nstruct V : public poplar::Vertex { bool compute() { return true; } };");
  graph.addCodelets(right);
  CHECK(graph.hasCodelet("V"));
}
