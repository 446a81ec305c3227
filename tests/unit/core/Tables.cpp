#include "popgraph/graph/ChunkedTable.hpp"

#include "tests/support/Catch.hpp"

TEST_CASE("a snapshot of a table keeps its rows while the original changes and grows") {
  popgraph::ChunkedTable<std::uint32_t> table;
  const std::uint32_t n = 3 * popgraph::ChunkedTable<std::uint32_t>::kChunkRows + 100;
  for (std::uint32_t i = 0; i < n; ++i) REQUIRE(table.append(i) == i);
  const auto snapshot = table;
  table.edit(5) = 777;
  table.edit(n - 1) = 888;
  for (std::uint32_t i = 0; i < 50000; ++i) table.append(1);
  CHECK(snapshot.size() == n);
  bool intact = true;
  for (std::uint32_t i = 0; i < n; ++i) intact = intact && snapshot[i] == i;
  CHECK(intact);
  CHECK(table[5] == 777);
  CHECK(table[n - 1] == 888);
  CHECK(table[n] == 1);
  CHECK(table.size() == n + 50000);
}
