// Runs an executable that another process wrote: RunExecutable FILE DEVICE. Prints what the program prints, then `y`.
#include <fstream>
#include <iostream>

#include "tests/support/Devices.hpp"

int main(int, char **argv) {
  std::ifstream in(argv[1], std::ios::binary);
  poplar::Engine engine(poplar::Executable::deserialize(in));
  std::vector<float> zeros(4), sink(4);
  engine.connectStream("in", zeros.data());
  engine.connectStream("out", sink.data());
  engine.setPrintStream(std::cout);
  engine.setPrintTensorStream(std::cout);
  for (support::TestDevice &device : support::devices())
    if (device.name == argv[2]) engine.loadAndRun(device.device);
  for (const float y : support::read<float>(engine, "y", 4)) std::cout << y << '\n';
}
