#pragma once
// The process `popc --serve`: started when first needed, asked one question at a time, replaced when it dies.
#include <mutex>
#include <string>
#include <sys/types.h>

namespace popgraph::codelets {

class Helper {
public:
  ~Helper();
  /// Path of popc: $POPGRAPH_POPC, else ../bin/popc beside the library or program that holds this code, else beside
  /// the running program. Throws HelperError when there is none.
  static std::string executable();
  /// Sends a message and waits for the answer. A helper that dies is started once more. Throws HelperError.
  std::string ask(const std::string &message);
  /// Process id, 0 when none runs.
  pid_t process();

private:
  struct Died {};
  void start();
  void stop();
  std::string exchange(const std::string &message);

  std::mutex mutex_;
  pid_t pid_ = 0, owner_ = 0;
  int socket_ = -1;
};

/// The one of this process.
Helper &helper();

} // namespace popgraph::codelets
