#include "popgraph/api/OptionTable.hpp"

#include <poplar/OptionFlags.hpp>
#include <poplar/exceptions.hpp>

#include "popgraph/base/Nearest.hpp"
#include "tests/support/Catch.hpp"

using namespace poplar;

TEST_CASE("tables of options refuse unknown names and values that are not allowed") {
  static constexpr popgraph::OptionRow rows[] = {{"switch", "false", "bool", ""},
                                                 {"count", "1", "number|auto", ""},
                                                 {"mode", "a", "a|bc|d", ""},
                                                 {"text", "", "string", ""}};
  const auto refused = [&](const OptionFlags &options) {
    try {
      popgraph::checkOptions(rows, options, "the test");
    } catch (const invalid_option &error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  for (const char *value : {"true", "false", "0", "1"}) CHECK(refused({{"switch", value}}) == "accepted");
  for (const char *value : {"0", "4294967296", "0x1f", "0XFFFFFFFFFFFFFFFF", "auto"}) CHECK(refused({{"count", value}}) == "accepted");
  CHECK(refused({{"mode", "bc"}, {"text", ""}, {"switch", "true"}}) == "accepted");
  CHECK(refused({{"swich", "true"}}) == "Unrecognised option 'swich' of the test; did you mean \"switch\"?");
  CHECK(refused({{"switch", "yes"}}) == "option 'switch' of the test is 'yes'; it must be true or false");
  CHECK(refused({{"count", "-1"}}) == "option 'count' of the test is '-1'; it must be a whole number or auto");
  for (const char *value : {"18446744073709551616", "0x", "0x-1", "0x1g", "1f", "+1", " 1"})
    CHECK(refused({{"count", value}}) != "accepted");
  CHECK(refused({{"mode", "b"}}) == "option 'mode' of the test is 'b'; it must be a, bc or d");
  CHECK(popgraph::optionNumber("12") == 12);
  CHECK(popgraph::optionNumber("0x123456789a") == 0x123456789a);
  CHECK(popgraph::optionIsTrue("1"));
  CHECK_FALSE(popgraph::optionIsTrue("false"));
}

TEST_CASE("every default of a table is a value that the table allows") {
  for (const popgraph::OptionTable table :
       {popgraph::OptionTable(popgraph::kTargetOptions), popgraph::OptionTable(popgraph::kStreamOptions),
        popgraph::OptionTable(popgraph::kSummaryOptions)})
    for (const popgraph::OptionRow &row : table)
      if (*row.fallback) CHECK_NOTHROW(popgraph::checkOptions(table, {{row.name, row.fallback}}, "test"));
}

TEST_CASE("the nearest name is one that was meant, or none") {
  const std::vector<std::string> names{"tilesPerIPU", "autoReport.all", "autoReport.directory"};
  CHECK(popgraph::nearestName("tilesPerIpu", names) == "tilesPerIPU");
  CHECK(popgraph::nearestName("tilePerIPU", names) == "tilesPerIPU");
  CHECK(popgraph::nearestName("all", names) == "autoReport.all");
  CHECK(popgraph::nearestName("completely different", names).empty());
  CHECK(popgraph::didYouMean("zzz", names).empty());
}
