// fuzz_graphs --seeds A..B: random valid programs on every device against a reference. Prints the seeds that disagree.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/fuzz/Device.hpp"

int main(int argc, char **argv) {
  unsigned long long first = 0, last = 0;
  if (argc != 3 || std::strcmp(argv[1], "--seeds") != 0 || std::sscanf(argv[2], "%llu..%llu", &first, &last) != 2) {
    std::fprintf(stderr, "usage: fuzz_graphs --seeds A..B\n");
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  unsigned bad = 0;
  for (unsigned long long seed = first; seed <= last && bad < 20; ++seed) {
    const std::string text = fuzz::disagreement(fuzz::generate(seed));
    if (text.empty()) continue;
    ++bad;
    std::printf("seed %llu: %s\n", seed, text.c_str());
    std::fflush(stdout);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::printf("seeds %llu..%llu: %u disagreements, %.1f s\n", first, last, bad, seconds.count());
  return bad == 0 ? 0 : 1;
}
