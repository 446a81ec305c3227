#include "popgraph/tools/Commands.hpp"
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace popgraph::tools {

void Output::addOptions(CLI::App &command, bool required) {
  CLI::Option *option = command.add_option("-o,--output", path, "File to write");
  if (required)
    option->required();
  command.add_flag("-f,--force", force, "Overwrite the file when it exists");
}

void Output::with(const std::function<void(std::ostream &)> &write) const {
  if (path.empty()) {
    write(std::cout);
    std::cout.flush();
    return;
  }
  namespace fs = std::filesystem;
  if (!force && fs::exists(path))
    throw std::runtime_error(path + ": exists; -f overwrites it");
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  {
    std::ofstream file(temporary, std::ios::binary);
    if (!file)
      throw std::runtime_error(path + ": cannot be written: " + std::strerror(errno));
    write(file);
    file.close();
    if (!file) {
      fs::remove(temporary);
      throw std::runtime_error(path + ": cannot be written completely");
    }
  }
  fs::rename(temporary, path);
}

} // namespace popgraph::tools
