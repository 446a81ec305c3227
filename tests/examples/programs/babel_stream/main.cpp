// A benchmark of memory bandwidth with an implementation for Poplar behind an interface: copy, scale, add, triad, dot.
//
// Build: g++ -std=c++11 -O2 main.cpp PoplarStream.cpp -lpoplar -lpopops -lpoputil -o stream
// Run: ./stream model
// Run: ./stream cpu
// Run: POPLAR_TARGET_OPTIONS='{"tilesPerIPU":"4"}' ./stream ipu
#include "PoplarStream.h"
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

template <class T> static bool run(const std::string &device, T a, T b, T c) {
  const unsigned size = 1000, times = 2;
  PoplarStream<T> poplar(size, device);
  Stream<T> &stream = poplar;
  stream.initArrays(a, b, c);
  T sum = 0;
  const auto start = std::chrono::high_resolution_clock::now();
  for (unsigned k = 0; k < times; k++) {
    stream.copy();
    stream.mul();
    stream.add();
    stream.triad();
    sum = stream.dot();
  }
  const std::chrono::duration<double> seconds = std::chrono::high_resolution_clock::now() - start;
  std::vector<T> ha, hb, hc;
  stream.readArrays(ha, hb, hc);
  double ea = a, eb = b, ec = c;
  for (unsigned k = 0; k < times; k++) {
    ec = ea;
    eb = 3 * ec;
    ec = ea + eb;
    ea = eb + 3 * ec;
  }
  double error = std::fabs(sum - ea * eb * size) / std::fabs(ea * eb * size);
  for (unsigned i = 0; i < size; i++)
    error = std::fmax(error, std::fabs(ha[i] - ea) / ea + std::fabs(hb[i] - eb) / eb + std::fabs(hc[i] - ec) / ec);
  std::cout << "error " << error << " after " << seconds.count() << " s\n";
  return error < 1e-5;
}

int main(int argc, char *argv[]) {
  const std::string device = argc > 1 ? argv[1] : "model";
  return run<float>(device, 0.1f, 0.2f, 0.0f) && run<int>(device, 1, 2, 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}
