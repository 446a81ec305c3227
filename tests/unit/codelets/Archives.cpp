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

CompileRequest requestFor(const std::vector<std::string> &paths, const std::string &target) {
  CompileRequest request;
  for (const std::string &path : paths) {
    request.sources.emplace_back();
    request.sources.back().path = path;
  }
  request.target = target;
  return request;
}

std::shared_ptr<const CodeletModule> load(const std::string &path, const std::string &target) {
  return codelets::load(requestFor({path}, target)).at(0);
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

TEST_CASE("popc links .gp files with each other and with sources", "[codelets][archive]") {
  const TemporaryFolder folder;
  const std::string popc = POPGRAPH_POPC;
  const auto write = [&](const std::string &name, int value) {
    writeFileAtomically(folder / (name + ".cpp"),
                        "#include <poplar/Vertex.hpp>\nstatic int seen;\nstruct " + name +
                            " : poplar::Vertex { poplar::Output<poplar::Vector<int>> out; bool compute() { out[0] = " +
                            std::to_string(value) + "; out[1] = ++seen; return true; } };\n");
  };
  write("A", 1);
  write("B", 2);
  write("C", 3);
  const std::string a = folder / "a.gp", b = folder / "b.gp", all = folder / "all.gp";
  REQUIRE(shell(popc + " -o " + a + " " + (folder / "A.cpp")) == 0);
  REQUIRE(shell(popc + " --target ipu2,cpu,ipu21 -o" + b + " " + (folder / "B.cpp")) == 0);
  REQUIRE(shell(popc + " -O2 " + a + " " + (folder / "C.cpp") + " " + b + " -o " + all) == 0);
  const auto valueOf = [](const std::vector<std::shared_ptr<const CodeletModule>> &modules, const std::string &name) {
    for (const auto &module : modules)
      for (const Codelet &codelet : module->codelets)
        if (codelet.name == name) {
          VertexRun vertex(*module, name);
          int out[2] = {};
          vertex.connect("out", out, 2);
          vertex.run();
          return out[0] * 10 + out[1];
        }
    return -1;
  };
  for (const char *target : {"ipu2", "cpu"}) {
    const auto linked = codelets::load(requestFor({all}, target));
    for (const auto &module : linked) CHECK(module->target == target);
    CHECK(valueOf(linked, "A") == 11);
    CHECK(valueOf(linked, "B") == 21);
    CHECK(valueOf(linked, "C") == 31);
    // A list of files does the same without popc.
    const auto listed = codelets::load(requestFor({a, folder / "C.cpp", b}, target));
    CHECK(valueOf(listed, "A") == 11);
    CHECK(valueOf(listed, "B") == 21);
    CHECK(valueOf(listed, "C") == 31);
  }
  // Linking again what was linked, and one vertex twice: the first stays, and is told of.
  REQUIRE(shell(popc + " " + all + " " + a + " -o " + (folder / "twice.gp") + " 2> " + (folder / "warnings")) == 0);
  CHECK_THAT(readFile(folder / "warnings"), containsText("warning") && containsText("'A'"));
  CHECK(valueOf(codelets::load(requestFor({folder / "twice.gp"}, "ipu2")), "C") == 31);
  // A target that one of them lacks.
  CHECK(shell(popc + " --target ipu1,ipu2:cpp,cpu " + a + " -o " + (folder / "x.gp")) == 0);
  REQUIRE(shell(popc + " --target cpu -o " + (folder / "only.gp") + " " + (folder / "A.cpp")) == 0);
  CHECK(shell(popc + " " + (folder / "only.gp") + " " + b + " -o " + (folder / "common.gp")) == 0);
  CHECK(valueOf(codelets::load(requestFor({folder / "common.gp"}, "cpu")), "B") == 21);
  CHECK_THROWS_AS(codelets::load(requestFor({folder / "common.gp"}, "ipu2")), FileError);
  CHECK(shell(popc + " --target ipu2 " + (folder / "only.gp") + " -o " + (folder / "y.gp") + " 2> " + (folder / "errors")) == 1);
  CHECK_THAT(readFile(folder / "errors"), containsText("only.gp") && containsText("ipu2"));
}

TEST_CASE("popc takes the flags of build files", "[codelets][archive]") {
  const TemporaryFolder folder;
  const std::string popc = POPGRAPH_POPC, output = folder / "v.gp", source = folder / "V.cpp";
  writeFileAtomically(folder / "inc/Value.h", "#define VALUE 3\n");
  writeFileAtomically(source, "#include <poplar/Vertex.hpp>\n#include <Value.h>\n"
                              "struct V : poplar::Vertex { poplar::Output<unsigned> out; bool compute() { *out = VALUE + MORE; return true; } };\n");
  const auto resultFor = [&](const char *target) {
    const auto module = load(output, target);
    VertexRun vertex(*module, "V");
    unsigned out = 0;
    vertex.connect("out", &out);
    vertex.run();
    return out;
  };
  const std::string common = " -I" + (folder / "inc") + " -DMORE=10 -std=c++17 -Wall -Werror -g -c " + source + " -o " + output;
  for (const char *flags : {"-O0", "-O1", "-O2", "-O3", "-Os"}) {
    REQUIRE(shell(popc + " " + flags + common) == 0);
    CHECK(resultFor("ipu2") == 13);
  }
  // Only PATH in the environment; the rule for make names source and header.
  const std::string rules = folder / "v.d";
  REQUIRE(shell("cd " + folder.path() + " && env -i PATH=/usr/bin:/bin " + popc + " -MD -MT goal" + common) == 0);
  CHECK_THAT(readFile(rules), containsText("goal:") && containsText("V.cpp") && containsText("Value.h"));
  REQUIRE(shell(popc + " -MMD -MP -MF " + (folder / "other.d") + common) == 0);
  CHECK_THAT(readFile(folder / "other.d"), containsText("v.gp:") && containsText("Value.h"));
  std::filesystem::remove(output);
  REQUIRE(shell(popc + " -M" + common + " > " + (folder / "printed")) == 0);
  CHECK_THAT(readFile(folder / "printed"), containsText("v.gp:") && containsText("Value.h"));
  CHECK_FALSE(std::filesystem::exists(output));
  // Targets as objects, each with flags of its own.
  const std::string list = "'[{\"name\":\"ipu2\",\"arch\":\"ipu2\"},{\"name\":\"ipu2:cpp\",\"arch\":\"ipu2\","
                           "\"compile-flags\":[\"-DMORE=20\",\"-UNOTHING\"]},{\"name\":\"cpu\",\"compile-flags\":\"-DMORE=30\"}]'";
  REQUIRE(shell(popc + " --target " + list + " -Wno-macro-redefined" + common) == 0);
  CHECK(resultFor("ipu2") == 13);
  CHECK(resultFor("ipu2:cpp") == 23);
  CHECK(resultFor("cpu") == 33);
  REQUIRE(shell(popc + " -target ipu2" + common + " && " + popc + " -S --target=ipu2 " + common.substr(0, common.find(" -o ")) +
                " > " + (folder / "ir")) == 0);
  CHECK_THAT(readFile(folder / "ir"), containsText("define") && containsText("compute"));
  REQUIRE(shell(popc + " --version > " + (folder / "version")) == 0);
  const std::string version = readFile(folder / "version");
  unsigned numbers[3];
  char words[2][32];
  REQUIRE(std::sscanf(version.c_str(), "%31s %31s %u.%u.%u", words[0], words[1], numbers, numbers + 1, numbers + 2) == 5);
  CHECK_THAT(version, containsText("clang version 1"));
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
  for (const std::uint32_t align : {0u, 3u, 8192u}) {
    CodeletModule damaged = again;
    damaged.codelets.at(0).hostAlign = align; // storage divides by it
    CHECK_THROWS_AS(readModule(writeModule(damaged), "memory"), FileError);
  }
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
