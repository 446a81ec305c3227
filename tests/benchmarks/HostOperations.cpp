// Operations of popops on the CPU device, for comparison with other libraries (peers.py drives it). Only runs of
// prepared, warm programs are timed; building the graph, compiling and loading it are reported apart.
//
//   host_operations                      a table: best and median of 15 runs
//   host_operations --json               the same as JSON
//   host_operations --serve              prepares all cases, prints one line of JSON about them, then answers lines
//                                        `run CASE` with the seconds of one run, and `dump CASE FILE` with the number
//                                        of result elements that it wrote
//   host_operations ... CASE...          only these cases
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <poplar/Engine.hpp>
#include <popops/DynamicSlice.hpp>
#include <popops/ElementWise.hpp>
#include <popops/Reduce.hpp>
#include <popops/codelets.hpp>
#include <poputil/TileMapping.hpp>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <vector>

using namespace poplar;
using poplar::program::Sequence;

namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

constexpr std::size_t kElements = 10'000'000, kSide = 4096, kRows = 100'000, kColumns = 256;

/// Pseudo-random numbers that peers.py makes, too.
std::uint32_t scrambled(std::uint64_t i) { return static_cast<std::uint32_t>(i * 2654435761u); }
float valueOf(std::uint64_t i) { return static_cast<float>(scrambled(i) / 4294967296.0 - 0.5); }

struct Case {
  std::string name;
  double bytes = 0; ///< that a run has to move
  std::function<double()> run;
  std::function<std::vector<float>()> result;
  nlohmann::ordered_json preparation;
};

/// What the program of a case is made of.
struct Built {
  Tensor out;
  std::vector<std::pair<Tensor, std::function<void(std::vector<char> &)>>> inputs;
};

void fillValues(std::vector<char> &bytes) {
  auto *values = reinterpret_cast<float *>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) values[i] = valueOf(i);
}
void fillOtherValues(std::vector<char> &bytes) {
  auto *values = reinterpret_cast<float *>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) values[i] = valueOf(i + 12345);
}
void fillRows(std::vector<char> &bytes) {
  auto *values = reinterpret_cast<std::uint32_t *>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) values[i] = scrambled(i) % kRows;
}

Case onDevice(const std::string &name, double bytes, const std::function<Built(Graph &, Sequence &)> &build) {
  Case result;
  result.name = name;
  result.bytes = bytes;
  const Device device = Device::createCPUDevice();
  auto begin = Clock::now();
  Graph graph(device.getTarget());
  popops::addCodelets(graph);
  Sequence prog;
  const Built built = build(graph, prog);
  std::vector<std::string> names;
  for (std::size_t i = 0; i != built.inputs.size(); ++i) {
    names.push_back("in" + std::to_string(i));
    graph.createHostWrite(names[i], built.inputs[i].first);
  }
  graph.createHostRead("out", built.out);
  result.preparation["construct_ms"] = since(begin) * 1e3;
  begin = Clock::now();
  auto engine = std::make_shared<Engine>(graph, prog);
  result.preparation["compile_ms"] = since(begin) * 1e3;
  begin = Clock::now();
  engine->load(device);
  result.preparation["load_ms"] = since(begin) * 1e3;
  for (std::size_t i = 0; i != built.inputs.size(); ++i) {
    std::vector<char> host(built.inputs[i].first.numElements() * 4);
    built.inputs[i].second(host);
    engine->writeTensor(names[i], host.data(), host.data() + host.size());
  }
  begin = Clock::now();
  engine->run();
  result.preparation["first_run_ms"] = since(begin) * 1e3;
  engine->run();
  result.run = [engine] {
    const auto start = Clock::now();
    engine->run();
    return since(start);
  };
  const std::size_t elements = built.out.numElements();
  result.result = [engine, elements] {
    std::vector<float> host(elements);
    engine->readTensor("out", host.data(), host.data() + elements);
    return host;
  };
  return result;
}

Tensor input(Graph &graph, const Type &type, std::vector<std::size_t> shape, const char *name) {
  const Tensor t = graph.addVariable(type, shape, name);
  poputil::mapTensorLinearly(graph, t);
  return t;
}

Case mapCase(const std::string &name, double tensors, const popops::expr::Expr &e) {
  return onDevice(name, tensors * 4 * kElements, [&](Graph &graph, Sequence &prog) {
    const Tensor x = input(graph, FLOAT, {kElements}, "x"), y = input(graph, FLOAT, {kElements}, "y");
    return Built{popops::map(graph, e, {x, y}, prog, "map"), {{x, fillValues}, {y, fillOtherValues}}};
  });
}

Case reduceCase(const std::string &name, std::size_t dim) {
  return onDevice(name, 4.0 * kSide * kSide, [&](Graph &graph, Sequence &prog) {
    const Tensor x = input(graph, FLOAT, {kSide, kSide}, "x");
    return Built{popops::reduce(graph, x, FLOAT, {dim}, popops::Operation::ADD, prog, "reduce"), {{x, fillValues}}};
  });
}

Case lookupCase() {
  return onDevice("multi_slice", 8.0 * kRows * kColumns, [&](Graph &graph, Sequence &prog) {
    const Tensor table = input(graph, FLOAT, {kRows, kColumns}, "table");
    const Tensor rows = input(graph, UNSIGNED_INT, {kRows, 1}, "rows");
    return Built{popops::multiSlice(graph, table, rows, {0}, {1}, prog, popops::SlicePlan(), {}, "lookup"),
                 {{table, fillValues}, {rows, fillRows}}};
  });
}

/// Floats in large pages, as those of a device are.
std::shared_ptr<float> pages(std::size_t elements) {
  constexpr std::size_t kPage = 2u << 20;
  const std::size_t bytes = (elements * 4 + kPage - 1) / kPage * kPage;
  auto *memory = static_cast<float *>(std::aligned_alloc(kPage, bytes));
  madvise(memory, bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i != elements; ++i) memory[i] = valueOf(i);
  return {memory, std::free};
}

/// What memory gives: a plain copy as in STREAM, by two threads. The clock starts when both do.
Case copyCase() {
  Case result;
  result.name = "stream_copy";
  result.bytes = 8.0 * kElements;
  const auto from = pages(kElements), to = pages(kElements);
  result.run = [from, to] {
    const auto part = [&](std::size_t begin, std::size_t end) {
      const float *in = from.get();
      float *out = to.get();
      for (std::size_t i = begin; i < end; ++i) out[i] = in[i];
    };
    std::atomic<bool> ready{false}, go{false};
    std::thread other([&] {
      ready = true;
      while (!go) {}
      part(0, kElements / 2);
    });
    while (!ready) {}
    const auto start = Clock::now();
    go = true;
    part(kElements / 2, kElements);
    other.join();
    return since(start);
  };
  result.result = [to] { return std::vector<float>(to.get(), to.get() + kElements); };
  return result;
}

std::vector<Case> makeCases(const std::vector<std::string> &wanted) {
  using namespace popops::expr;
  std::vector<std::pair<std::string, std::function<Case()>>> all{
      {"stream_copy", copyCase},
      {"map5", [] { return mapCase("map5", 3, Max((_1 * Const(1.5f) + _2) * _1 - Const(0.25f), Const(0.0f))); }},
      {"map5_math", [] { return mapCase("map5_math", 3, Tanh(_1 * Const(1.5f) + _2) * Exp(_1)); }},
      {"reduce_rows", [] { return reduceCase("reduce_rows", 0); }},
      {"reduce_columns", [] { return reduceCase("reduce_columns", 1); }},
      {"multi_slice", lookupCase}};
  std::vector<Case> result;
  for (const auto &[name, make] : all)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) result.push_back(make());
  return result;
}

int serve(std::vector<Case> &cases) {
  nlohmann::ordered_json about;
  for (const Case &c : cases) about[c.name] = {{"bytes", c.bytes}, {"preparation", c.preparation}};
  std::cout << about.dump() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb, name, file;
    words >> verb >> name >> file;
    const auto found = std::find_if(cases.begin(), cases.end(), [&](const Case &c) { return c.name == name; });
    if (found == cases.end() || (verb != "run" && verb != "dump")) {
      std::cerr << "host_operations: cannot answer '" << line << "'\n";
      return 2;
    }
    if (verb == "run") {
      std::cout << std::setprecision(9) << found->run() << std::endl;
      continue;
    }
    const std::vector<float> values = found->result();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char *>(values.data()), static_cast<std::streamsize>(values.size() * 4));
    std::cout << values.size() << std::endl;
  }
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  std::vector<std::string> wanted;
  bool json = false, serves = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json")
      json = true;
    else if (word == "--serve")
      serves = true;
    else
      wanted.push_back(word);
  }
  std::vector<Case> cases = makeCases(wanted);
  if (cases.empty()) {
    std::cerr << "usage: host_operations [--json | --serve] [CASE...]\n";
    return 2;
  }
  if (serves) return serve(cases);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (Case &c : cases) {
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20)); // as peers.py does; a shared machine gives it back
      times.push_back(c.run());
    }
    std::sort(times.begin(), times.end());
    results.push_back({{"case", c.name},
                       {"best_ms", times[0] * 1e3},
                       {"median_ms", times[times.size() / 2] * 1e3},
                       {"gigabytes_per_second", c.bytes / times[0] * 1e-9},
                       {"preparation", c.preparation}});
  }
  if (json) {
    std::cout << nlohmann::ordered_json{{"benchmark", "host_operations"}, {"results", results}}.dump(1) << '\n';
    return 0;
  }
  for (const auto &r : results)
    std::cout << std::left << std::setw(16) << r["case"].get<std::string>() << std::right << std::fixed
              << std::setprecision(2) << std::setw(9) << r["best_ms"].get<double>() << " ms best" << std::setw(9)
              << r["median_ms"].get<double>() << " ms median" << std::setw(8) << r["gigabytes_per_second"].get<double>()
              << " GB/s  " << r["preparation"].dump() << '\n';
}
