#pragma once
#include <filesystem>
#include <string>
#include <unistd.h>

/// A path for a file of this process, removed at the end of the scope.
struct TemporaryFile {
  explicit TemporaryFile(const std::string &name)
      : path(std::filesystem::temp_directory_path() / ("popgraph-" + std::to_string(getpid()) + "-" + name)) {}
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  TemporaryFile(const TemporaryFile &) = delete;
  const std::string path;
};
