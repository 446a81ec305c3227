#include "poplar/OptionFlags.hpp"
#include "poplar/ProfileValue.hpp"
#include "poplar/RuntimeOptions.hpp"
#include "poplar/exceptions.hpp"
#include "tests/support/Catch.hpp"
#include "tests/support/Environment.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

using namespace poplar;

namespace {

std::size_t count(const OptionFlags &flags = {}) { return flags.size(); }

} // namespace

TEST_CASE("options are made of nested braces") {
  CHECK(count() == 0);
  CHECK(count({}) == 0);
  CHECK(count({{"a", "1"}}) == 1);
  CHECK(count({{"a", "1"}, {"b", "2"}}) == 2);
  const std::string value = "x";
  CHECK(count({{"a", value}, {"b", true ? "true" : "false"}}) == 2);
  const auto flags = OptionFlags{{"a", "1"}};
  CHECK(flags.at("a") == "1");
}

TEST_CASE("options are set, replaced, found and listed by name") {
  OptionFlags flags{{"b", "1"}, {"a", "2"}};
  flags.set("c", "3");
  flags.set({{"a", "4"}, {"d", "5"}});
  flags.set(OptionFlags{{"e", "6"}});
  std::string all;
  for (const auto &option : flags) all += option.first + "=" + option.second + " ";
  CHECK(all == "a=4 b=1 c=3 d=5 e=6 ");
  CHECK(flags.find("d") != flags.end());
  CHECK(flags.find("x") == flags.end());
  CHECK(flags.find("d")->second == "5");
  flags.clear();
  CHECK(flags.empty());
}

TEST_CASE("options step as input iterators do, and show pairs of strings") {
  using Step = OptionFlags::const_iterator;
  STATIC_REQUIRE(std::is_same_v<Step::iterator_category, std::input_iterator_tag>);
  STATIC_REQUIRE(std::is_same_v<Step::value_type, OptionFlags::OptionFlag>);
  STATIC_REQUIRE(std::is_same_v<Step::difference_type, std::ptrdiff_t>);
  const OptionFlags::initializer_list pair = {{"target.type", "IPU"}};
  CHECK(RuntimeOptions(OptionFlags(pair)).getOptions().at("target.type") == "IPU");
  const OptionFlags flags{{"a", "1"}, {"b", "2"}};
  OptionFlags::iterator it = flags.begin();
  const OptionFlags::iterator first = it++;
  CHECK(first->first == "a");
  CHECK((*it).second == "2");
  CHECK(++it == flags.end());
  CHECK(std::distance(flags.begin(), flags.end()) == 2);
  const std::map<std::string, std::string> map(flags.begin(), flags.end());
  CHECK(map == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
  std::size_t seen = 0;
  for (const auto &[name, value] : flags) seen += name.size() + value.size();
  CHECK(seen == 4);
  CHECK(std::count_if(flags.begin(), flags.end(), [](const OptionFlags::OptionFlag &f) { return f.second == "2"; }) ==
        1);
  OptionFlags less{flags};
  CHECK(less.erase("b") == 1);
  CHECK(less.erase("b") == 0);
  CHECK(less != flags);
  CHECK((less < flags) != (flags < less));
  std::ostringstream out;
  out << flags;
  CHECK(out.str() == R"({"a":"1","b":"2"})");
}

TEST_CASE("an option that is not set is an error with the nearest name") {
  const OptionFlags flags{{"debug.instrument", "true"}};
  try {
    flags.at("debug.instrumnt");
    FAIL("nothing was thrown");
  } catch (const invalid_option &error) {
    CHECK(error.what() == std::string("option \"debug.instrumnt\" is not set; did you mean \"debug.instrument\"?"));
    CHECK(error.type == "invalid_option");
  }
}

TEST_CASE("options are read from JSON with texts, numbers and truth values") {
  OptionFlags flags{{"kept", "yes"}, {"a", "old"}};
  readJSON(R"({"a": "new", "b": true, "c": 12, "d": 0.5})", flags);
  CHECK(flags == OptionFlags{{"a", "new"}, {"b", "true"}, {"c", "12"}, {"d", "0.5"}, {"kept", "yes"}});
  std::istringstream stream("{\"e\": \"1\"}");
  readJSON(stream, flags);
  CHECK(flags.at("e") == "1");
}

TEST_CASE("malformed option texts are refused and change nothing") {
  OptionFlags flags{{"a", "1"}};
  for (const char *text : {"", "{", "[1]", "\"a\"", "{\"a\": 2, \"b\": [1]}", "{\"a\": null}", "{\"a\": 1} x"})
    CHECK_THROWS_AS(readJSON(text, flags), parse_error);
  CHECK_THROWS_AS(readJSON(std::string(2000000, ' '), flags), parse_error);
  CHECK(flags == OptionFlags{{"a", "1"}});
}

TEST_CASE("options from the environment name their variable when they are malformed") {
  OptionFlags flags;
  {
    const Environment unset("POPGRAPH_TEST_OPTIONS", nullptr);
    readJSONFromEnv("POPGRAPH_TEST_OPTIONS", flags);
    CHECK(flags.empty());
  }
  {
    const Environment set("POPGRAPH_TEST_OPTIONS", R"({"autoReport.all":"true"})");
    readJSONFromEnv("POPGRAPH_TEST_OPTIONS", flags);
    CHECK(flags.at("autoReport.all") == "true");
  }
  const Environment bad("POPGRAPH_TEST_OPTIONS", "autoReport.all");
  try {
    readJSONFromEnv("POPGRAPH_TEST_OPTIONS", flags);
    FAIL("nothing was thrown");
  } catch (const parse_error &error) {
    CHECK(std::string(error.what()).find("POPGRAPH_TEST_OPTIONS") != std::string::npos);
  }
}

TEST_CASE("profile values hold what JSON holds") {
  ProfileValue::Map map;
  map.insert({"name", "x"});
  map["list"] = ProfileValue::Vector{1, 2.5, true, std::string("s")};
  map["big"] = 4294967296ull;
  const ProfileValue value = map;
  CHECK(value["name"].asString() == "x");
  CHECK(value["list"][1].asDouble() == 2.5);
  CHECK(value["list"][2].asBool());
  CHECK(value["big"].asUint() == 4294967296ull);
  CHECK(value["list"].size() == 4);
  std::ostringstream out;
  serializeToJSON(out, value, false);
  CHECK(out.str() == R"({"big":4294967296,"list":[1,2.5,true,"s"],"name":"x"})");
  CHECK(value.type() == ProfileValue::Type::MAP);
  CHECK(value["list"].type() == ProfileValue::Type::VECTOR);
  CHECK(value["list"][0].type() == ProfileValue::Type::NUMBER);
  CHECK(value["name"].type() == ProfileValue::Type::STRING);
  CHECK(value["list"][2].type() == ProfileValue::Type::BOOL);
  STATIC_REQUIRE(std::is_same_v<ProfileValue::Number, double>);
  STATIC_REQUIRE(std::is_same_v<ProfileValue::Boolean, bool>);
  STATIC_REQUIRE(std::is_same_v<ProfileValue::String, std::string>);
  const ProfileValue copy = value;
  CHECK(copy == value);
  CHECK_FALSE(copy == ProfileValue(1));
  CHECK(value["name"].text() == "x");
  CHECK(ProfileValue(map).size() == 3);
  std::string keys;
  for (const auto &entry : value.asMap()) keys += entry.first + ",";
  CHECK(keys == "big,list,name,");
  CHECK(value.asMap().at("name") == "x");
  CHECK(value["list"].asVector().size() == 4);
  const std::map<std::string, ProfileValue> standard{{"a", 1}, {"b", "two"}};
  CHECK(ProfileValue(standard)["b"].asString() == "two");
  CHECK(ProfileValue(-2.5).asInt() == -2);
  CHECK_THROWS_AS(value.asString(), type_error);
  CHECK_THROWS_AS(value.asBool(), type_error);
  CHECK_THROWS_AS(value["none"], index_error);
  CHECK_THROWS_AS(value["list"][4], index_error);
  CHECK_THROWS_AS(ProfileValue(1e30).asInt(), overflow_error);
}
