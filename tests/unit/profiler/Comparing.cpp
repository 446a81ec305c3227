#include "SyntheticProfile.hpp"
#include "profiler/ModelBuilder.hpp"
#include "profiler/render/FlatSummary.hpp"
#include "tests/support/Catch.hpp"
#include <algorithm>

namespace {

using Json = nlohmann::ordered_json;

profiler::FlatSummary flat(const synthetic::Options &options) {
  profiler::ModelBuilder builder;
  synthetic::tell(builder, options);
  return profiler::flatSummary(builder.model());
}

Json at(const profiler::FlatSummary &summary, const std::string &path) {
  const auto place = std::find_if(summary.begin(), summary.end(), [&](const auto &row) { return row.first == path; });
  return place == summary.end() ? Json() : place->second;
}

} // namespace

TEST_CASE("numbers of a summary are found under their path and row name") {
  synthetic::Options options;
  options.tiles = 16;
  const profiler::FlatSummary summary = flat(options);
  CHECK(at(summary, "execution.total_cycles") == 3 * synthetic::cyclesOfRun(options));
  CHECK(at(summary, "execution.compute_sets[reduce/Partial].vertices") == 80);
  CHECK(at(summary, "memory.categories[stack].total_bytes") == 16 * 1024);
}

TEST_CASE("rows of one name stay apart") {
  synthetic::Options options;
  options.tiles = 4;
  options.computeSetName = "reduce/Partial";
  const profiler::FlatSummary summary = flat(options);
  CHECK(at(summary, "execution.compute_sets[reduce/Partial].executions") == 30);
  CHECK(at(summary, "execution.compute_sets[reduce/Partial#2].executions") == 0);
}

TEST_CASE("equal programs have no differences and changed ones exactly theirs") {
  synthetic::Options options;
  options.tiles = 16;
  const profiler::FlatSummary before = flat(options);
  CHECK(profiler::differences(before, flat(options), 0).empty());
  options.computeSetName = "renamed";
  const std::vector<profiler::Difference> renamed = profiler::differences(before, flat(options), 0);
  CHECK_FALSE(renamed.empty());
  for (const profiler::Difference &row : renamed) {
    const bool removed = row.after.is_null(), added = row.before.is_null();
    CHECK(removed != added);
    CHECK(row.path.find(removed ? "compute_sets[matMul/Convolve]" : "compute_sets[renamed]") != std::string::npos);
  }
}

TEST_CASE("a tolerance hides small changes only") {
  const profiler::FlatSummary before = {{"a", 1000}, {"b", 1000}, {"c", 0}};
  const profiler::FlatSummary after = {{"a", 1010}, {"b", 1011}, {"c", 1}};
  const std::vector<profiler::Difference> rows = profiler::differences(before, after, 1);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].path == "b");
  CHECK(rows[1].path == "c");
}

TEST_CASE("budgets report exactly the limits that do not hold") {
  const profiler::FlatSummary summary = {{"memory.max_tile_bytes", 500}, {"execution.total_cycles", 90}};
  CHECK(profiler::violations(summary, {{"memory.max_tile_bytes", 500}}).empty());
  CHECK(profiler::violations(summary, {{"memory.max_tile_bytes", {{"min", 500}, {"max", 501}}}}).empty());
  const std::vector<profiler::Violation> found = profiler::violations(
      summary, {{"memory.max_tile_bytes", 499}, {"execution.total_cycles", {{"min", 91}}}, {"no.such", 1}});
  REQUIRE(found.size() == 3);
  CHECK(found[0].limit == "at most 499");
  CHECK(found[0].value == 500);
  CHECK(found[1].limit == "at least 91");
  CHECK(found[2].limit == "missing in the profile");
}

TEST_CASE("a budget that is no limit is refused by its path") {
  for (const Json &budget : {Json{{"a.b", "12"}}, Json{{"a.b", {{"most", 12}}}}, Json{{"a.b", {{"max", "x"}}}},
                             Json{{"a.b", Json::object()}}})
    CHECK_THROWS_WITH(profiler::violations({{"a.b", 1}}, budget), Catch::Matchers::Contains("'a.b'"));
  CHECK_THROWS_AS(profiler::violations({}, Json::array()), std::invalid_argument);
}
