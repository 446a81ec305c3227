// .gp files, sealed files, modules and objects: what comes from a disk is not trusted.
#include "tests/support/Catch.hpp"
#include "codelets/client/Archive.hpp"
#include "popgraph/base/SealedFile.hpp"
#include "tests/unit/codelets/Support.hpp"
#include "tests/unit/codelets/TemporaryFolder.hpp"
#include <random>

using namespace popgraph;
using namespace popgraph::codelets;
using namespace popgraph::codelets::testing;

namespace {

const char *kSource = "#include <poplar/Vertex.hpp>\n"
                      "struct V : poplar::MultiVertex { poplar::Output<poplar::Vector<unsigned>> out; "
                      "bool compute(unsigned w) { out[w] = numWorkers(); return true; } };\n";

int shell(const std::string &command) {
  const int status = std::system(command.c_str());
  return status >> 8;
}

std::shared_ptr<const CodeletModule> load(const std::string &path, const std::string &target) {
  CompileRequest request;
  request.sources.emplace_back();
  request.sources[0].path = path;
  request.target = target;
  return compile(request);
}

} // namespace

TEST_CASE("popc builds a .gp with a part for each target", "[codelets][archive]") {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "V.cpp", kSource);
  const std::string popc = POPGRAPH_POPC;
  REQUIRE(shell(popc + " -O3 -o " + (folder / "v.gp") + " " + (folder / "V.cpp")) == 0);
  const std::pair<const char *, unsigned> targets[] = {{"ipu2", 6}, {"ipu21", 6}, {"ipu1", 6}, {"cpu", 1}};
  for (const auto &[target, workers] : targets) {
    const auto module = load(folder / "v.gp", target);
    CHECK(module->target == target);
    VertexRun vertex(*module, "V");
    unsigned out[6] = {};
    vertex.connect("out", out, 6);
    vertex.run();
    CHECK(out[0] == workers);
  }
  REQUIRE(shell(popc + " --target=cpu -o " + (folder / "cpu.gp") + " " + (folder / "V.cpp")) == 0);
  CHECK_THROWS_WITH(load(folder / "cpu.gp", "ipu2"), containsText("ipu2") && containsText("cpu"));
}

TEST_CASE("popc compiles several sources into one .gp", "[codelets][archive]") {
  const TemporaryFolder folder;
  const std::string shared = "#include <poplar/Vertex.hpp>\n"
                             "struct Both : poplar::Vertex { poplar::Output<int> out; "
                             "bool compute() { *out = 1; return true; } };\n";
  writeFileAtomically(folder / "Shared.hpp", shared);
  for (const char *name : {"One", "Two"})
    writeFileAtomically(folder / (std::string(name) + ".cpp"),
                        "#include \"Shared.hpp\"\nstruct " + std::string(name) +
                            " : poplar::Vertex { poplar::Output<int> out; bool compute() { *out = " +
                            (name == std::string("One") ? "10" : "20") + "; return true; } };\n");
  REQUIRE(shell(std::string(POPGRAPH_POPC) + " -o " + (folder / "both.gp") + " " + (folder / "One.cpp") + " " +
                (folder / "Two.cpp")) == 0);
  const auto module = load(folder / "both.gp", "ipu2");
  const std::pair<const char *, int> vertices[] = {{"Both", 1}, {"One", 10}, {"Two", 20}};
  for (const auto &[name, expected] : vertices) {
    VertexRun vertex(*module, name);
    int out[1] = {};
    vertex.connect("out", out, 1);
    vertex.run();
    CHECK(out[0] == expected);
  }
}

TEST_CASE("popc reports errors on stderr and in its exit status", "[codelets][archive]") {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "Bad.cpp", "#include <poplar/Vertex.hpp>\n"
                                           "struct V : poplar::Vertex { bool compute() { return x; } };\n");
  const std::string popc = POPGRAPH_POPC;
  CHECK(shell(popc + " -o " + (folder / "bad.gp") + " " + (folder / "Bad.cpp") + " 2> " + (folder / "errors")) == 1);
  CHECK_THAT(readFile(folder / "errors"), containsText("Bad.cpp:2:") && containsText("'x'"));
  CHECK_FALSE(std::filesystem::exists(folder / "bad.gp"));
  CHECK(shell(popc + " 2> " + (folder / "errors")) == 2);
  CHECK(shell(popc + " --target=gpu x.cpp 2> " + (folder / "errors")) == 2);
  CHECK_THAT(readFile(folder / "errors"), containsText("gpu"));
  CHECK(shell(popc + " --list-targets > " + (folder / "targets")) == 0);
  CHECK(readFile(folder / "targets") == "ipu1,ipu2,ipu21,cpu\n");
}

TEST_CASE("A damaged .gp is refused by name", "[codelets][archive]") {
  const TemporaryFolder folder;
  CodeletModule module;
  module.target = "ipu2";
  const std::string path = folder / "lib.gp", good = writeArchive({module});
  writeFileAtomically(path, good);
  CHECK(load(path, "ipu2")->target == "ipu2");
  std::size_t accepted = 0;
  const auto refuse = [&](const std::string &bytes) {
    writeFileAtomically(path, bytes);
    try {
      load(path, "ipu2");
      ++accepted;
    } catch (const FileError &error) {
      accepted += error.path != path || std::string(error.what()).find("lib.gp") == std::string::npos;
    }
  };
  for (std::size_t length = 0; length != good.size(); ++length) refuse(good.substr(0, length));
  for (std::size_t at = 0; at != good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] + 1);
    refuse(bad);
  }
  CHECK(accepted == 0);
  SealedWriter newer("gp", 99);
  writeFileAtomically(path, newer.finish());
  CHECK_THROWS_WITH(load(path, "ipu2"), containsText("newer"));
  SealedWriter other("pgx", 1);
  writeFileAtomically(path, other.finish());
  CHECK_THROWS_WITH(load(path, "ipu2"), containsText("kind 'pgx'"));
}

TEST_CASE("A module survives writing and reading, and nothing else is read", "[codelets][archive]") {
  const auto module = compileText("int g = 3; struct V : Vertex { Input<Vector<float>> in; int n; "
                                  "bool compute() { return g++ + n > in[0]; } };");
  const std::string bytes = writeModule(*module);
  const CodeletModule again = readModule(bytes, "memory");
  CHECK(writeModule(again) == bytes);
  CHECK(again.codelets.at(0).fields.at(0).name == "in");
  for (std::size_t length = 0; length < bytes.size(); length += 7)
    CHECK_THROWS_AS(readModule(bytes.substr(0, length), "memory"), FileError);
  CHECK_THROWS_AS(readModule(bytes + "x", "memory"), FileError);
}

TEST_CASE("Objects with any bytes wrong are loaded or refused, without harm", "[codelets][archive]") {
  const auto module = compileText("#include <cmath>\n#include <cstring>\nstatic const float t[] = {1, 2, 3};\n"
                                  "struct V : Vertex { Input<Vector<float>> in; Output<Vector<float>> o; int n; "
                                  "bool compute() {"
                                  " std::memcpy(&o[0], &in[0], n); o[0] = std::sin(t[n % 3]); return true; } };");
  LoadedModule fine(*module);
  std::mt19937 random(5);
  std::size_t refused = 0;
  for (int trial = 0; trial != 3000; ++trial) {
    CodeletModule bad = *module;
    const std::size_t changes = 1 + random() % 4;
    for (std::size_t i = 0; i != changes; ++i) bad.object[random() % bad.object.size()] = static_cast<char>(random());
    try {
      LoadedModule loaded(bad);
    } catch (const LinkError &) {
      ++refused;
    }
  }
  CHECK(refused > 0);
  CodeletModule bad = *module;
  for (std::size_t length = 0; length < bad.object.size(); length += 5) {
    bad.object = module->object.substr(0, length);
    CHECK_THROWS_AS(LoadedModule(bad), LinkError);
  }
  bad.object = module->object;
  bad.codelets[0].runSymbol = "nothing";
  CHECK_THROWS_AS(LoadedModule(bad), LinkError);
}

TEST_CASE("Sealed files hold their sections", "[codelets][archive]") {
  SealedWriter writer("test", 3);
  writer.section("a", "first");
  writer.section("b", std::string(100000, 'x'));
  writer.section("empty", "");
  CHECK_THROWS_AS(writer.section("a", "again"), std::logic_error);
  const std::string bytes = writer.finish();
  const SealedReader reader(bytes, "test", 3, "file");
  CHECK(reader.version() == 3);
  CHECK(reader.section("a") == "first");
  CHECK(reader.section("b").size() == 100000);
  CHECK(reader.section("empty").empty());
  CHECK_FALSE(reader.has("c"));
  CHECK_THROWS_WITH(reader.section("c"), containsText("file") && containsText("'c'"));
}

TEST_CASE("Files are replaced as a whole", "[codelets][archive]") {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "deep/er/file", "one");
  writeFileAtomically(folder / "deep/er/file", "two");
  CHECK(readFile(folder / "deep/er/file") == "two");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator(folder / "deep/er")) ++files;
  CHECK(files == 1);
  CHECK_THROWS_WITH(readFile(folder / "none"), containsText("none"));
  CHECK_THROWS_WITH(readFile(folder.path()), containsText("directory"));
  CHECK_THROWS_WITH(writeFileAtomically("/dev/null/x", ""), containsText("/dev/null"));
}

TEST_CASE("Flags are split as a shell splits them", "[codelets][archive]") {
  using Words = std::vector<std::string>;
  CHECK(splitFlags("") == Words{});
  CHECK(splitFlags("  -O3   -I\tdir ") == Words{"-O3", "-I", "dir"});
  CHECK(splitFlags(R"(-DA="x y" -D'B=1 2' c\ d "")") == Words{"-DA=x y", "-DB=1 2", "c d", ""});
}
