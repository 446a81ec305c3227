// fuzz_files --count N: damages files of ours, seals them again and reads them. fuzz_files --write FOLDER: writes the
// undamaged ones, to begin libFuzzer's work with. fuzz_files --read FILE...: reads files that once did harm.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <poplar/IPUModel.hpp>
#include <sstream>

#include "codelets/client/Archive.hpp"
#include "codelets/client/Compiler.hpp"
#include "popgraph/profile/ProfileWriter.hpp"
#include "tests/fuzz/Device.hpp"
#include "tests/fuzz/Readers.hpp"
#include "tests/unit/profiler/SyntheticProfile.hpp"

namespace {

using fuzz::Random;

std::string anExecutable(std::uint64_t seed) {
  const fuzz::Script script = fuzz::generate(seed);
  poplar::IPUModel model;
  model.tilesPerIPU = static_cast<unsigned>(script.tilesPerIPU);
  std::ostringstream out;
  fuzz::build(script, model.createDevice().getTarget()).serialize(out);
  return out.str();
}

/// The codelets of an executable as a codelet file.
std::string aCodeletFile(const std::string &executable) {
  std::vector<popgraph::codelets::CodeletModule> modules;
  const popgraph::SealedReader file(executable, popgraph::kExecutableKind, popgraph::kExecutableVersion, "seed");
  for (const auto &[name, part] : file.sections())
    if (name.starts_with("codelets")) modules.push_back(popgraph::codelets::readModule(part, "seed"));
  modules.resize(1);
  return popgraph::codelets::writeArchive(modules);
}

std::string aProfile(std::uint64_t seed) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("popgraph-seed-" + std::to_string(seed) + ".pgprof");
  synthetic::Options options;
  options.tiles = static_cast<std::uint32_t>(2 + seed);
  options.runs = 1;
  options.iterations = 3;
  synthetic::tell(*popgraph::profile::writeProfile(path, {}), options);
  std::string bytes = popgraph::readFile(path);
  std::filesystem::remove(path);
  return bytes;
}

std::string damaged(std::string bytes, Random &r) {
  static constexpr std::uint64_t interesting[] = {0,          1,           2,          0x7f,       0x80,
                                                  0xff,       0x7fffffff,  0x80000000, 0xffffffff, 0x3fffffff,
                                                  0x40000000, 0x100000000, ~0ull,      ~0ull >> 1};
  for (std::size_t i = r.between(1, 4); i > 0 && !bytes.empty(); --i) {
    const std::size_t at = r.below(bytes.size());
    switch (r.below(6)) {
    case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << r.below(8))); break;
    case 1: bytes[at] = static_cast<char>(r.next()); break;
    case 2:
    case 3: {
      const std::uint64_t value = r.chance(70) ? interesting[r.below(std::size(interesting))] : r.below(300);
      std::memcpy(&bytes[at], &value, std::min<std::size_t>(r.chance(60) ? 4 : 8, bytes.size() - at));
      break;
    }
    case 4: bytes.erase(at, r.between(1, 16)); break;
    default: bytes.insert(at, bytes.substr(r.below(bytes.size()), r.between(1, 16)));
    }
  }
  return bytes;
}

/// One section damaged and sealed again; of other files, the bytes.
std::string damagedFile(const std::string &bytes, Random &r) {
  std::size_t sections = 0, at = 0;
  fuzz::reseal(bytes, [&](const std::string &, std::string_view part) {
    ++sections;
    return std::string(part);
  });
  const std::size_t chosen = sections ? r.below(sections) : 0;
  std::string result = fuzz::reseal(bytes, [&](const std::string &, std::string_view part) {
    return at++ == chosen ? damaged(std::string(part), r) : std::string(part);
  });
  return result.empty() || r.chance(5) ? damaged(bytes, r) : result;
}

void readByName(const std::string &path) {
  const std::string bytes = popgraph::readFile(path);
  const std::string suffix = std::filesystem::path(path).extension();
  suffix == ".pgx"  ? fuzz::readExecutable(bytes)
  : suffix == ".gp" ? fuzz::readCodelets(bytes)
                    : fuzz::readProfile(bytes);
}

} // namespace

int main(int argc, char **argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "--read") {
    for (int i = 2; i < argc; ++i) readByName(argv[i]);
    std::printf("%d files read\n", argc - 2);
    return 0;
  }
  if (mode != "--count" && mode != "--write") {
    std::fprintf(stderr, "usage: fuzz_files --count N | --write FOLDER | --read FILE...\n");
    return 2;
  }
  const std::size_t count = mode == "--count" ? std::stoul(argv[2]) : 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const std::string executable = anExecutable(seed), codelets = aCodeletFile(executable), profile = aProfile(seed);
    const std::pair<const char *, const std::string *> all[] = {
        {"executable", &executable}, {"codelets", &codelets}, {"profile", &profile}};
    for (const auto &[kind, bytes] : all) {
      if (mode == "--write") {
        const std::filesystem::path folder = std::filesystem::path(argv[2]) / kind;
        std::filesystem::create_directories(folder);
        std::ofstream(folder / std::to_string(seed), std::ios::binary) << *bytes;
        continue;
      }
      Random r(seed);
      // A profile takes a file and many system calls each time, and its reader has tests of its own.
      const std::size_t times = bytes == &profile ? (count + 19) / 20 : count;
      for (std::size_t i = 0; i < times; ++i) {
        const std::string bad = damagedFile(*bytes, r);
        bytes == &executable ? fuzz::readExecutable(bad)
        : bytes == &codelets ? fuzz::readCodelets(bad)
                             : fuzz::readProfile(bad);
      }
    }
  }
  std::printf("%zu damaged files read or refused (fewer profiles)\n", 8 * count);
  return 0;
}
