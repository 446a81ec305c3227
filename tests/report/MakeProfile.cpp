// make_profile FILE [tiles [runs [iterations]]]: writes the synthetic profile for tests of whole programs.
#include "popgraph/profile/ProfileWriter.hpp"
#include "tests/unit/profiler/SyntheticProfile.hpp"
#include <cstdlib>
#include <iostream>

int main(int argc, char **argv) {
  if (argc < 2) {
    std::cerr << "usage: make_profile FILE [tiles [runs [iterations]]]\n";
    return 2;
  }
  synthetic::Options options;
  if (argc > 2)
    options.tiles = static_cast<std::uint32_t>(std::atoi(argv[2]));
  if (argc > 3)
    options.runs = static_cast<std::uint32_t>(std::atoi(argv[3]));
  if (argc > 4)
    options.iterations = static_cast<std::uint32_t>(std::atoi(argv[4]));
  options.computeSetName = "</script><img src=x onerror=document.title='pwned'>";
  const auto sink = popgraph::profile::writeProfile(argv[1], {});
  synthetic::tell(*sink, options);
  return 0;
}
