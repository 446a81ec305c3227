#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <poplar/exceptions.hpp>
#include <spdlog/fmt/fmt.h>

#include "popgraph/backends/Backend.hpp"
#include "popgraph/runtime/Faults.hpp"

namespace popgraph {

unsigned hostThreads() {
  const char *text = std::getenv("POPGRAPH_THREADS");
  const auto all = static_cast<unsigned>(tbb::this_task_arena::max_concurrency());
  if (!text || !*text) return all;
  char *end = nullptr;
  const unsigned long n = std::strtoul(text, &end, 10);
  if (*end != 0 || n == 0 || n > 1024)
    throw poplar::invalid_option(
        fmt::format("POPGRAPH_THREADS is '{}'; it must be a number of threads from 1 to 1024", text));
  return static_cast<unsigned>(n);
}

struct TileRunner::State {
  std::shared_ptr<const Module> module;
  Storage &storage;
  tbb::global_control allowed; // TBB otherwise caps an arena at the processors it sees
  tbb::task_arena arena;
  std::vector<std::uint32_t> slots;
  std::vector<double> seconds; // by compute set: how long it took last time, sequentially accounted

  struct Printer {
    std::mutex mutex;
    std::map<std::uint32_t, std::string> text; // by tile
  } printer;

  State(std::shared_ptr<const Module> m, Storage &s)
      : module(std::move(m)), storage(s), allowed(tbb::global_control::max_allowed_parallelism, hostThreads()),
        arena(static_cast<int>(hostThreads())) {
    std::uint32_t most = 0;
    for (const ComputeSetPlan &plan : module->computeSets) most = std::max(most, storage.slotsOf(plan));
    slots.resize(most);
    seconds.assign(module->computeSets.size(), 0);
  }

  struct Fault {
    int signal = 0;
    std::uint32_t floats = 0; // exceptions
    explicit operator bool() const { return signal != 0 || floats != 0; }
    std::uint32_t task = 0, group = 0;
    std::string assertion; // that failed; empty when none did
    std::string text() const {
      if (!assertion.empty()) return assertion;
      return signal != 0 ? describeFault(signal) : describeFloatFlag(floats);
    }
  };
  std::mutex faultMutex;
  Fault fault; // of the lowest tile

  /// Runs a task; a fault in its codelets is noted and the others go on.
  void runTask(std::uint32_t task, VertexContext &context, bool counts) {
    volatile std::uint32_t group = 0;
    FaultGuard guard;
    if (const int signal = sigsetjmp(guard.point(), 0))
      note({signal, 0, task, group, signal == SIGILL ? failedAssertion(module->tasks[task].tile) : std::string()});
    else if (const std::uint32_t floats = storage.runTask(task, context, counts, slots.data(), group))
      note({0, floats, task, group, {}});
  }

  /// The assertion that the codelets of a tile printed last, which is how a failed one begins its abort.
  std::string failedAssertion(std::uint32_t tile) {
    const std::lock_guard lock(printer.mutex);
    const std::string &text = printer.text[tile];
    if (!text.ends_with("' failed\n")) return {};
    const std::size_t begin = text.rfind(": assertion `");
    if (begin == std::string::npos || text.find('\n', begin) != text.size() - 1) return {};
    const std::size_t line = begin == 0 ? 0 : text.rfind('\n', begin) + 1; // 0 when there is no line before
    return text.substr(line, text.size() - 1 - line);
  }

  void note(const Fault &found) {
    const std::lock_guard lock(faultMutex);
    if (!fault || found.task < fault.task) fault = found;
  }

  [[noreturn]] void throwFault() {
    const Fault found = std::exchange(fault, Fault());
    const RowGroup &group = module->groups[found.group];
    throw poplar::application_runtime_error(
        fmt::format("codelet '{}' failed on tile {}: {} ({} of its vertices there: numbers {} to {} in the graph)",
                    module->tables.codelets[group.codelet].codelet().name, module->tasks[found.task].tile, found.text(),
                    group.rows, module->rows[group.firstRow], module->rows[group.firstRow + group.rows - 1]));
  }

  static void print(VertexContext *context, const char *text, std::uint64_t length) {
    auto &printer = *static_cast<Printer *>(context->host);
    const std::lock_guard lock(printer.mutex);
    printer.text[context->tile].append(text, length);
  }
};

TileRunner::TileRunner(std::shared_ptr<const Module> module, Storage &storage)
    : state_(std::make_unique<State>(std::move(module), storage)) {}
TileRunner::~TileRunner() = default;

bool TileRunner::run(const ComputeSetPlan &plan, const std::function<bool(std::uint32_t)> &counts,
                     const std::function<void(std::uint32_t, const std::uint32_t *)> &done,
                     const std::function<void(const std::string &)> &print) {
  State &s = *state_;
  const std::uint32_t workers = s.module->target.getNumWorkerContexts();
  std::atomic<bool> allTrue{true};
  const auto runTasks = [&](std::uint32_t first, std::uint32_t last) {
    VertexContext context{};
    context.numWorkers = workers;
    context.allTrue = 1;
    context.print = &State::print;
    context.host = &s.printer;
    for (std::uint32_t task = first; task < last; ++task) {
      const std::uint32_t tile = s.module->tasks[task].tile;
      context.rng = s.storage.registers().seeds(tile);
      context.stochastic = s.storage.registers().stochastic(tile);
      const bool counting = done && (!counts || counts(task));
      s.runTask(task, context, counting);
      if (counting) done(task, s.slots.data());
    }
    if (!context.allTrue) allTrue = false;
  };
  // Going parallel costs some microseconds, so a set that was short last time runs on this thread. Only time depends
  // on this, never a result.
  constexpr double kWorthParallel = 20e-6;
  double &seconds = s.seconds[static_cast<std::size_t>(&plan - s.module->computeSets.data())];
  const auto begin = std::chrono::steady_clock::now();
  // Tasks of one tile share the generator that rounds at random.
  const auto sharesGenerator = [&] {
    const auto first = s.module->tasks.begin() + plan.firstTask;
    return std::adjacent_find(first, first + plan.tasks, [&](const TileTask &a, const TileTask &b) {
             return a.tile == b.tile && s.storage.registers().stochastic(a.tile);
           }) != first + plan.tasks;
  };
  const bool parallel =
      plan.tasks > 1 && s.arena.max_concurrency() > 1 && seconds > kWorthParallel && !sharesGenerator();
  if (parallel)
    s.arena.execute([&] {
      tbb::parallel_for(tbb::blocked_range<std::uint32_t>(plan.firstTask, plan.firstTask + plan.tasks),
                        [&](const auto &range) { runTasks(range.begin(), range.end()); });
    });
  else
    runTasks(plan.firstTask, plan.firstTask + plan.tasks);
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() *
            (parallel ? s.arena.max_concurrency() : 1);
  if (!s.printer.text.empty()) {
    for (const auto &[tile, text] : s.printer.text)
      if (print) print(text);
    s.printer.text.clear();
  }
  if (s.fault) s.throwFault();
  return allTrue;
}

} // namespace popgraph
