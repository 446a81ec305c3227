#include "poplar/OptionFlags.hpp"

#include "popgraph/base/Nearest.hpp"
#include "poplar/exceptions.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <istream>
#include <iterator>
#include <vector>

namespace poplar {
namespace {

constexpr std::size_t kMaxTextBytes = 1 << 20;

void readOptions(std::string_view text, OptionFlags &flags, const std::string &source) {
  const auto fail = [&](const std::string &fault) {
    throw parse_error(source + ": " + fault + "; options are a JSON object such as {\"name\": \"value\"}");
  };
  if (text.size() > kMaxTextBytes)
    fail("longer than 1 MiB");
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception &error) {
    fail(error.what());
  }
  if (!json.is_object())
    fail(std::string("this is JSON, but of type ") + json.type_name());
  // All or nothing: a fault further on leaves the caller's options as they were.
  OptionFlags read;
  for (const auto &[name, value] : json.items()) {
    if (value.is_string())
      read.set(name, value.get_ref<const std::string &>());
    else if (value.is_boolean() || value.is_number())
      read.set(name, value.dump());
    else
      fail("the value of \"" + name + "\" is of type " + value.type_name() + ", not a text, number or truth value");
  }
  flags.set(read);
}

} // namespace

StringRef OptionFlags::at(StringRef name) const {
  const auto found = flags_.find(name);
  if (found != flags_.end())
    return found->second.ref();
  std::vector<std::string> names;
  for (const auto &flag : flags_)
    names.push_back(flag.first);
  throw invalid_option("option \"" + name + "\" is not set" + popgraph::didYouMean(name.cloneAsString(), names));
}

void readJSON(StringRef text, OptionFlags &flags) {
  readOptions(std::string_view(text.data(), text.size()), flags, "option text");
}

void readJSON(std::istream &stream, OptionFlags &flags) {
  std::string text;
  // One byte past the limit is enough to know that there is too much.
  for (std::istreambuf_iterator<char> it(stream), end; it != end && text.size() <= kMaxTextBytes; ++it)
    text += *it;
  readOptions(text, flags, "option stream");
}

void readJSONFromEnv(StringRef variable, OptionFlags &flags) {
  const std::string name = variable;
  if (const char *value = std::getenv(name.c_str()); value && *value)
    readOptions(value, flags, "environment variable " + name);
}

std::ostream &operator<<(std::ostream &stream, const OptionFlags &flags) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto &flag : flags)
    json[flag.first] = flag.second;
  return stream << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace poplar
