#include "poplar/ProfileValue.hpp"

#include "popgraph/api/ProfileValueJson.hpp"
#include "poplar/exceptions.hpp"

#include <cmath>

namespace poplar {
namespace {

constexpr const char *kTypeNames[] = {"a text", "a number", "a truth value", "a list", "a map"};

[[noreturn]] void wrongType(ProfileValue::Type is, ProfileValue::Type asked) {
  throw type_error(std::string("this ProfileValue is ") + kTypeNames[static_cast<int>(is)] + ", not " +
                   kTypeNames[static_cast<int>(asked)]);
}

} // namespace

ProfileValue::ProfileValue() : ProfileValue(NumberTag(), 0) {}
ProfileValue::ProfileValue(NumberTag, double value) : type_(Type::NUMBER), number_(value) {}
ProfileValue::ProfileValue(StringRef text) : type_(Type::STRING), number_(0), string_(text) {}
ProfileValue::ProfileValue(Vector values)
    : type_(Type::VECTOR), number_(0), vector_(std::make_unique<Vector>(std::move(values))) {}
ProfileValue::ProfileValue(Map values)
    : type_(Type::MAP), number_(0), map_(std::make_unique<Map>(std::move(values))) {}
ProfileValue::ProfileValue(bool value) : type_(Type::BOOL), number_(value) {}

ProfileValue::ProfileValue(const ProfileValue &other)
    : type_(other.type_), number_(other.number_), string_(other.string_),
      vector_(other.vector_ ? std::make_unique<Vector>(*other.vector_) : nullptr),
      map_(other.map_ ? std::make_unique<Map>(*other.map_) : nullptr) {}
// What was moved from becomes the number 0, so that its accessors stay safe.
ProfileValue::ProfileValue(ProfileValue &&other) noexcept
    : type_(std::exchange(other.type_, Type::NUMBER)), number_(std::exchange(other.number_, 0)),
      string_(std::move(other.string_)), vector_(std::move(other.vector_)), map_(std::move(other.map_)) {}
ProfileValue &ProfileValue::operator=(const ProfileValue &other) { return *this = ProfileValue(other); }
ProfileValue &ProfileValue::operator=(ProfileValue &&other) noexcept {
  ProfileValue moved(std::move(other));
  std::swap(type_, moved.type_);
  std::swap(number_, moved.number_);
  std::swap(string_, moved.string_);
  std::swap(vector_, moved.vector_);
  std::swap(map_, moved.map_);
  return *this;
}
ProfileValue::~ProfileValue() = default;

StringRef ProfileValue::text() const {
  return type_ == Type::STRING ? string_.ref() : (wrongType(type_, Type::STRING), StringRef());
}
const ProfileValue::Vector &ProfileValue::asVector() const {
  return type_ == Type::VECTOR ? *vector_ : (wrongType(type_, Type::VECTOR), *vector_);
}
const ProfileValue::Map &ProfileValue::asMap() const {
  return type_ == Type::MAP ? *map_ : (wrongType(type_, Type::MAP), *map_);
}
double ProfileValue::asDouble() const {
  return type_ == Type::NUMBER ? number_ : (wrongType(type_, Type::NUMBER), 0);
}
bool ProfileValue::asBool() const { return type_ == Type::BOOL ? number_ != 0 : (wrongType(type_, Type::BOOL), false); }

long long ProfileValue::asInt() const {
  const double value = asDouble();
  if (!(value >= -0x1p63 && value < 0x1p63))
    throw overflow_error("the number " + std::to_string(value) + " does not fit a long long");
  return static_cast<long long>(value);
}
unsigned long long ProfileValue::asUint() const {
  const double value = asDouble();
  if (!(value > -1 && value < 0x1p64))
    throw overflow_error("the number " + std::to_string(value) + " does not fit an unsigned long long");
  return static_cast<unsigned long long>(value);
}

const ProfileValue &ProfileValue::operator[](StringRef name) const {
  const Map &map = asMap();
  const auto found = map.find(name);
  if (found == map.end())
    throw index_error("this ProfileValue has no element \"" + name + "\"");
  return found->second;
}
const ProfileValue &ProfileValue::operator[](std::size_t index) const {
  const Vector &vector = asVector();
  if (index >= vector.size())
    throw index_error("element " + std::to_string(index) + " of a ProfileValue with " + std::to_string(vector.size()));
  return vector[index];
}
std::size_t ProfileValue::size() const {
  switch (type_) {
  case Type::STRING: return string_.size();
  case Type::VECTOR: return vector_->size();
  case Type::MAP: return map_->size();
  default: return 1;
  }
}

bool operator==(const ProfileValue &a, const ProfileValue &b) {
  if (a.type() != b.type())
    return false;
  switch (a.type()) {
  case ProfileValue::Type::STRING: return a.text() == b.text();
  case ProfileValue::Type::NUMBER: return a.asDouble() == b.asDouble();
  case ProfileValue::Type::BOOL: return a.asBool() == b.asBool();
  case ProfileValue::Type::VECTOR: return a.asVector() == b.asVector();
  case ProfileValue::Type::MAP: return a.asMap() == b.asMap();
  }
  return false;
}

void serializeToJSON(std::ostream &out, const ProfileValue &value, bool prettyPrint) {
  out << popgraph::toJson(value).dump(prettyPrint ? 2 : -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::ostream &operator<<(std::ostream &out, const ProfileValue &value) {
  serializeToJSON(out, value);
  return out;
}

} // namespace poplar

namespace popgraph {

nlohmann::json toJson(const poplar::ProfileValue &value) {
  using Type = poplar::ProfileValue::Type;
  switch (value.type()) {
  case Type::STRING: return value.asString();
  case Type::BOOL: return value.asBool();
  case Type::VECTOR: {
    nlohmann::json list = nlohmann::json::array();
    for (const poplar::ProfileValue &element : value.asVector())
      list.push_back(toJson(element));
    return list;
  }
  case Type::MAP: {
    nlohmann::json map = nlohmann::json::object();
    for (const auto &[name, element] : value.asMap())
      map[name.str()] = toJson(element);
    return map;
  }
  case Type::NUMBER: break;
  }
  const double number = value.asDouble();
  if (number == std::floor(number) && std::fabs(number) <= 0x1p53)
    return static_cast<std::int64_t>(number);
  return number;
}

} // namespace popgraph
