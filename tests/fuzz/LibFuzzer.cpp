// libFuzzer's entries for one reader (FUZZ_READER). Mutations of sealed files go into one section, and the file is sealed
// again, so that they reach what is behind the seal; a few change the file itself.
#include <cstring>

#include "tests/fuzz/Readers.hpp"

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t *data, std::size_t size, std::size_t most);

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  fuzz::FUZZ_READER(std::string_view(reinterpret_cast<const char *>(data), size));
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t *data, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 16 == 0) return LLVMFuzzerMutate(data, size, most);
  std::size_t sections = 0, at = 0;
  const std::string_view input(reinterpret_cast<const char *>(data), size);
  fuzz::reseal(input, [&](const std::string &, std::string_view part) {
    ++sections;
    return std::string(part);
  });
  const std::string output = fuzz::reseal(input, [&](const std::string &, std::string_view part) {
    std::string bytes(part);
    if (at++ != seed / 16 % sections) return bytes;
    bytes.resize(part.size() + 64);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t *>(bytes.data()), part.size(), bytes.size()));
    return bytes;
  });
  if (output.empty() || output.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, output.data(), output.size());
  return output.size();
}
}
