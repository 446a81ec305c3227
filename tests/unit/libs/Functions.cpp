// What holds for every public function of poputil and popops: that the table has it, that its calls are recorded, and
// that misuse is told.
#include "tests/unit/libs/Functions.hpp"
#include <poplar/DebugContext.hpp>
#include <poplar/exceptions.hpp>
#include <poputil/exceptions.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace test {

using poplar::Tensor;
using poplar::Type;

Tensor Call::operator()(Type type, const Shape &shape, unsigned free) {
  Type given = type;
  Shape size = shape;
  poplar::Graph *graph = &bench_.graph;
  if (tensors++ == spoiltTensor) {
    switch (how) {
    case Spoilt::Not: break;
    case Spoilt::Type:
      given = type == poplar::BOOL ? Type(poplar::FLOAT) : Type(poplar::BOOL);
      wrong = given.toString();
      isFree = (free & AnyType) != 0;
      break;
    case Spoilt::Size:
      isPossible = !size.empty();
      if (isPossible) size.back() += 3;
      isFree = (free & AnySize) != 0;
      break;
    case Spoilt::Rank:
      size.push_back(3);
      isFree = (free & AnyRank) != 0;
      break;
    case Spoilt::Graph:
      graph = &other_;
      isPossible = (free & AnyGraph) == 0;
      break;
    case Spoilt::Invalid: isPossible = (free & AnyGraph) == 0; return Tensor();
    }
  }
  const Tensor t = graph->addVariable(given, size);
  poputil::mapTensorLinearly(*graph, t, 1, 1);
  if (how == Spoilt::Size || how == Spoilt::Rank)
    if (size != shape) wrong = t.shapeToString();
  return t;
}

poplar::OptionFlags Call::options(const std::vector<std::string> &names) {
  takesOptions = true;
  optionNames = names;
  poplar::OptionFlags flags;
  if (!option.empty()) flags.set(option, "not-a-value");
  return flags;
}

std::size_t Call::number(std::size_t right) { return numbers++ == spoiltNumber ? 99 : right; }

Declared declaredFunctions() {
  Declared result;
  for (const char *library : {"poputil", "popops"}) {
    const auto folder = std::filesystem::path(POPGRAPH_LIBS_DIR) / library / "include" / library;
    for (const auto &file : std::filesystem::directory_iterator(folder)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path());
      std::ostringstream whole;
      whole << in.rdbuf();
      // Declarations, one statement each: an exported or template function, then its parameters.
      const std::string text = std::regex_replace(whole.str(), std::regex("//[^\n]*|#[^\n]*"), "");
      const std::regex declaration(R"((?:POPLAR_API|template <[^;{}]*>|inline)[^;{}()=]*?[\s&*](\w+)\(([^;{}]*))");
      std::string space;
      for (std::sregex_iterator i(text.begin(), text.end(), declaration), end; i != end; ++i) {
        const std::string name = (*i)[1];
        const std::string before = text.substr(0, std::size_t(i->position()));
        if (before.rfind("namespace detail {") != std::string::npos &&
            before.rfind("namespace detail {") > before.rfind("} // namespace detail") + 1)
          continue;
        if (!std::regex_search((*i)[2].str(), std::regex("Graph|Tensor|Sequence|Target|Program"))) continue;
        if (name == "toProfileValue") continue; // of a tensor, not on one
        result.names.insert(name);
        if ((*i)[2].str().find("DebugContext") != std::string::npos) result.withContext.insert(name);
      }
    }
  }
  return result;
}

} // namespace test

using namespace test;

namespace {

std::string lastPart(const std::string &name) { return name.substr(name.rfind(':') + 1); }

} // namespace

TEST_CASE("every function of the public headers is in the table of functions") {
  std::set<std::string> rows;
  for (const FunctionRow &row : functionRows()) rows.insert(lastPart(row.name));
  const Declared declared = declaredFunctions();
  CHECK(declared.names.size() > 100);
  for (const std::string &name : declared.names) {
    INFO(name);
    CHECK(rows.count(name) == 1);
  }
}

TEST_CASE("every function that takes a debug context records its calls with arguments") {
  const auto path = std::filesystem::temp_directory_path() / ("records." + std::to_string(::getpid()) + ".json");
  const Declared declared = declaredFunctions();
  for (const FunctionRow &row : functionRows()) {
    Bench bench(On::Simulator, 4);
    poplar::Graph other(bench.graph.getTarget());
    poplar::DebugInfo::initializeStreamer(path.string(), poplar::DebugSerializationFormat::JSON);
    Call call(bench, other);
    row.call(call);
    poplar::DebugInfo::closeStreamer();
    if (declared.withContext.count(lastPart(row.name)) == 0 && row.told.find("popops::map") != 0) continue;
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    const bool isOperator = row.told.find("popops::map") == 0;
    INFO(row.name << " wrote " << text.str());
    CHECK(text.str().find("\"api\": \"" + lastPart(isOperator ? row.told : row.name) + "\"") != std::string::npos);
    CHECK(text.str().find("\"args\": {") != std::string::npos);
    CHECK(text.str().find("\"name\": \"call") != std::string::npos);
  }
  std::filesystem::remove(path);
}

TEST_CASE("misuse of every function is told with its name, the argument and the shapes") {
  std::size_t calls = 0, refused = 0, accepted = 0;
  for (const FunctionRow &row : functionRows()) {
    Bench bench(On::Simulator, 4);
    poplar::Graph other(bench.graph.getTarget());
    Call right(bench, other);
    INFO(row.name);
    REQUIRE_NOTHROW(row.call(right));
    const auto spoil = [&](const std::string &what, const auto &spoilt) {
      Call call(bench, other);
      spoilt(call);
      ++calls;
      INFO(row.name << " with " << what);
      try {
        row.call(call);
        ++accepted;
        CHECK((call.isFree || !call.isPossible));
      } catch (const poputil::poplibs_error &e) {
        ++refused;
        INFO(e.what());
        CHECK(std::string(e.what()).find(row.told) == 0);
        CHECK((call.isFree || std::string(e.what()).find(call.wrong) != std::string::npos));
        CHECK(call.option.empty());
      } catch (const poplar::invalid_option &e) {
        ++refused;
        INFO(e.what());
        CHECK(std::string(e.what()).find(row.told) != std::string::npos);
        CHECK(!call.option.empty());
        CHECK(std::string(e.what()).find(call.option) != std::string::npos);
      } catch (const std::exception &e) {
        INFO(e.what());
        CHECK_FALSE("another class was thrown");
      }
    };
    for (unsigned i = 0; i != right.tensors; ++i)
      for (const auto &[how, text] :
           {std::pair(Spoilt::Type, "a wrong type"), std::pair(Spoilt::Size, "a wrong size"),
            std::pair(Spoilt::Rank, "a wrong rank"), std::pair(Spoilt::Graph, "another graph"),
            std::pair(Spoilt::Invalid, "no variable")})
        spoil("tensor " + std::to_string(i) + " of " + text, [&, how = how](Call &call) {
          call.spoiltTensor = i;
          call.how = how;
        });
    for (unsigned i = 0; i != right.numbers; ++i)
      spoil("number " + std::to_string(i) + " too large", [&](Call &call) { call.spoiltNumber = i; });
    if (right.takesOptions) {
      spoil("an unknown option", [&](Call &call) { call.option = "noSuchOption"; });
      for (const std::string &name : right.optionNames)
        spoil("a wrong value of an option", [&](Call &call) { call.option = name; });
    }
  }
  WARN(functionRows().size() << " functions, " << calls << " spoilt calls, " << refused << " refused, " << accepted
                             << " accepted as legal");
}
