// Uses all of libpvti; what it records is checked by Tracing.cpp. Prints whether it traces.
#include <iostream>
#include <pvti/pvti.hpp>
#include <thread>
#include <vector>

namespace {

pvti::TraceChannel work = {"work"};
pvti::TraceChannel input("input");

void nested() {
  pvti::Metadata facts;
  facts.add("batch", 3).add("rate", 0.5).add("name", "a \"b\"").add("last", true).add("batch", 4);
  pvti::Tracepoint outer(&work, "outer", facts);
  {
    pvti::Tracepoint inner(work, "inner");
    pvti::Tracepoint::event(&input, "moment");
    pvti::Tracepoint::event(input, "fact", pvti::Metadata().add("size", 7));
  }
}

void crossing() {
  pvti::Tracepoint::begin(&work, "first", pvti::Metadata().add("from", 1));
  pvti::Tracepoint::begin(work, "second");
  pvti::Tracepoint::end(&work, "first", pvti::Metadata().add("to", 2));
  pvti::Tracepoint::end(work, "second");
  pvti::Tracepoint::end(&work, "never begun");
  pvti::Tracepoint::begin(&work, "never ended");
}

void manyThreads() {
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i != 2000; ++i) {
        pvti::Tracepoint outer(&work, "turn");
        pvti::Tracepoint inner(&input, "read");
      }
    });
  for (std::thread &thread : threads) thread.join();
}

} // namespace

int main() {
  std::cout << (pvti::checkTracingEnabled() ? "tracing\n" : "not tracing\n");
  nested();
  manyThreads();
  pvti::Graph graph("load", "%");
  pvti::Series cpu = graph.addSeries("cpu"), memory = graph.addSeries("memory");
  for (int i = 0; i != 3; ++i) {
    cpu.add(10.0 * i);
    memory.add(0.5);
  }
  crossing();
}
