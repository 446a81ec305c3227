#include "codelets/client/Helper.hpp"
#include "codelets/client/Compiler.hpp"
#include "codelets/client/Protocol.hpp"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace popgraph::codelets {
namespace {

using Clock = std::chrono::steady_clock;

void waitFor(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0)
      throw HelperError("the codelet compiler did not answer within " + std::to_string(kRequestSeconds) + " s");
    pollfd wait{fd, events, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw HelperError(std::string("poll: ") + std::strerror(errno));
  }
}

} // namespace

std::string Helper::executable() {
  if (const char *named = std::getenv("POPGRAPH_POPC"); named && *named) {
    if (::access(named, X_OK) != 0)
      throw HelperError(std::string("POPGRAPH_POPC is '") + named + "', which is not an executable file");
    return named;
  }
  std::vector<std::filesystem::path> tried;
  Dl_info info{};
  std::error_code error;
  if (::dladdr(reinterpret_cast<void *>(&helper), &info) && info.dli_fname) {
    const auto self = std::filesystem::canonical(info.dli_fname, error);
    if (!error) tried.push_back(self.parent_path().parent_path() / "bin/popc");
  }
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) tried.push_back(program.parent_path() / "popc");
  std::string text;
  for (const auto &path : tried) {
    if (::access(path.c_str(), X_OK) == 0) return path;
    text += ' ';
    text += path.string();
  }
  throw HelperError("the codelet compiler popc was not found (looked at:" + text + "); set POPGRAPH_POPC to its path");
}

Helper::~Helper() { stop(); }

pid_t Helper::process() {
  const std::lock_guard lock(mutex_);
  return pid_;
}

void Helper::start() {
  const std::string path = executable();
  int ends[2];
  // A socket, not pipes: writing to a dead helper must give an error and not SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw HelperError(std::string("socketpair: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  // Its own process group: Ctrl-C at a program is the program's to handle.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const char *arguments[] = {path.c_str(), "--serve", nullptr};
  const int failed =
      ::posix_spawn(&pid_, path.c_str(), &actions, &attributes, const_cast<char *const *>(arguments), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failed) {
    ::close(ends[0]);
    pid_ = 0;
    throw HelperError("cannot start the codelet compiler " + path + ": " + std::strerror(failed));
  }
  socket_ = ends[0];
  owner_ = ::getpid();
}

void Helper::stop() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  // After a fork the helper belongs to the parent.
  if (pid_ > 0 && owner_ == ::getpid()) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = 0;
}

std::string Helper::exchange(const std::string &message) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(kRequestSeconds);
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string out;
  for (int i = 0; i != 4; ++i) out.push_back(static_cast<char>(size >> (8 * i)));
  out += message;
  for (std::size_t at = 0; at != out.size();) {
    waitFor(socket_, POLLOUT, deadline);
    const ssize_t sent = ::send(socket_, out.data() + at, out.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent <= 0) throw Died();
    at += static_cast<std::size_t>(sent);
  }
  const auto receive = [&](char *to, std::size_t count) {
    while (count) {
      waitFor(socket_, POLLIN, deadline);
      const ssize_t got = ::recv(socket_, to, count, MSG_DONTWAIT);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got <= 0) throw Died();
      to += got;
      count -= static_cast<std::size_t>(got);
    }
  };
  unsigned char head[4];
  receive(reinterpret_cast<char *>(head), sizeof head);
  const std::uint32_t length = head[0] | head[1] << 8 | head[2] << 16 | static_cast<std::uint32_t>(head[3]) << 24;
  if (length > kMaxMessageBytes) throw Died();
  std::string answer(length, '\0');
  receive(answer.data(), length);
  return answer;
}

std::string Helper::ask(const std::string &message) {
  const std::lock_guard lock(mutex_);
  if (pid_ && owner_ != ::getpid()) stop();
  for (int attempt = 0;; ++attempt) {
    if (!pid_) start();
    try {
      return exchange(message);
    } catch (const Died &) {
      stop();
      if (attempt == 1)
        throw HelperError("the codelet compiler died twice on the same request (crash, or more than " +
                          std::to_string(kHelperMemoryBytes >> 30) + " GiB of memory)");
    } catch (const HelperError &) {
      stop();
      throw;
    }
  }
}

Helper &helper() {
  static Helper one;
  return one;
}

} // namespace popgraph::codelets
