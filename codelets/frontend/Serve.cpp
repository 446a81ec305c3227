#include "codelets/frontend/Serve.hpp"
#include "codelets/client/Compiler.hpp"
#include "codelets/client/Protocol.hpp"
#include "codelets/frontend/Build.hpp"
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

namespace popgraph::codelets {
namespace {

using Json = nlohmann::json;

bool readAll(int fd, char *to, std::size_t count) {
  while (count) {
    const ssize_t got = ::read(fd, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool writeAll(int fd, const char *from, std::size_t count) {
  while (count) {
    const ssize_t wrote = ::write(fd, from, count);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    from += wrote;
    count -= static_cast<std::size_t>(wrote);
  }
  return true;
}

Json::binary_t binary(const std::string &bytes) {
  return Json::binary_t(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

std::string text(const Json &value) {
  if (!value.is_binary()) return value.get<std::string>();
  const auto &bytes = value.get_binary();
  return std::string(bytes.begin(), bytes.end());
}

BuildSource::Kind kindOf(const std::string &name) {
  return name == "c" ? BuildSource::C : name == "ir" ? BuildSource::Ir : name == "asm" ? BuildSource::Assembly
                                                                                       : BuildSource::Cpp;
}

Json answer(const std::string &message) {
  const Json request = Json::from_cbor(message);
  BuildRequest build;
  build.target = request.at("target").get<std::string>();
  build.flags = request.at("flags").get<std::vector<std::string>>();
  for (const Json &source : request.at("sources")) {
    const std::string kind = source.at("kind").get<std::string>();
    build.sources.push_back({text(source.at("name")), text(source.at("text")),
                             kindOf(kind)});
  }
  std::filesystem::current_path(text(request.at("cwd")));
  BuildResult result = popgraph::codelets::build(build);
  constexpr const char *names[] = {"ok", "compile", "link"};
  Json reply;
  reply["status"] = names[result.status];
  reply["text"] = binary(result.text);
  if (result.status == BuildResult::Ok) reply["module"] = binary(writeModule(result.module));
  reply["files"] = Json::array();
  for (const std::string &file : result.files) reply["files"].push_back(binary(file));
  reply["absent"] = Json::array();
  for (const std::string &file : result.absent) reply["absent"].push_back(binary(file));
  return reply;
}

} // namespace

int serve() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // their shadow memory is larger
  const rlimit memory{kHelperMemoryBytes, kHelperMemoryBytes};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  // Answers keep a descriptor to themselves: nothing that prints can get between them.
  const int output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (output < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return 1;
  std::string message;
  for (;;) {
    unsigned char head[4];
    if (!readAll(STDIN_FILENO, reinterpret_cast<char *>(head), sizeof head)) return 0;
    const std::uint32_t length = head[0] | head[1] << 8 | head[2] << 16 | static_cast<std::uint32_t>(head[3]) << 24;
    if (length > kMaxMessageBytes) return 1; // out of step: what follows cannot be told apart
    message.resize(length);
    if (!readAll(STDIN_FILENO, message.data(), length)) return 0;
    // A helper whose client is gone must not go on for ever.
    ::alarm(2 * kRequestSeconds);
    Json reply;
    try {
      reply = answer(message);
    } catch (const std::exception &error) {
      reply = Json{{"status", "error"}, {"text", binary(error.what())}};
    }
    ::alarm(0);
    const std::vector<std::uint8_t> bytes = Json::to_cbor(reply);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const char out[4] = {static_cast<char>(size), static_cast<char>(size >> 8), static_cast<char>(size >> 16),
                         static_cast<char>(size >> 24)};
    if (!writeAll(output, out, sizeof out) ||
        !writeAll(output, reinterpret_cast<const char *>(bytes.data()), bytes.size()))
      return 1;
  }
}

} // namespace popgraph::codelets
