// Callbacks of streams: prefetching, completion, errors, and when connections may change.
#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace support;

namespace {

/// Counts what is asked of it. Every number goes out once, ahead of time as long as `stock` lasts.
struct Source : StreamCallback {
  struct Record {
    int prefetched = 0, refused = 0, fetched = 0, completed = 0, invalidated = 0, next = 0, stock = 0;
  };
  explicit Source(Record &record) : r(record) {}
  Result prefetch(void *p) override {
    if (r.stock == 0) {
      ++r.refused;
      return Result::NotAvailable;
    }
    --r.stock;
    ++r.prefetched;
    *static_cast<int *>(p) = r.next++;
    return Result::Success;
  }
  void fetch(void *p) override {
    ++r.fetched;
    *static_cast<int *>(p) = r.next++;
  }
  void complete() override { ++r.completed; }
  void invalidatePrefetched() override { ++r.invalidated; }
  Record &r;
};

struct Pipe {
  Pipe(const Target &target, unsigned turns, const OptionFlags &streamOptions, const OptionFlags &engineOptions)
      : graph(target), engine(build(turns, streamOptions, engineOptions)) {
    engine.connectStreamToCallback("out", [this](void *p) { taken.push_back(*static_cast<int *>(p)); });
    engine.connectStreamToCallback("in", std::unique_ptr<Source>(new Source(record)));
  }
  Engine build(unsigned turns, const OptionFlags &streamOptions, const OptionFlags &engineOptions) {
    Tensor t = graph.addVariable(INT, {1});
    graph.setTileMapping(t, 0);
    DataStream in = graph.addHostToDeviceFIFO("in", INT, 1, ReplicatedStreamMode::REPLICATE, streamOptions);
    DataStream out = graph.addDeviceToHostFIFO("out", INT, 1);
    return Engine(graph, program::Repeat(turns, program::Sequence{program::Copy(in, t), program::Copy(t, out)}),
                  engineOptions);
  }
  Graph graph;
  Source::Record record;
  std::vector<int> taken;
  Engine engine;
};

} // namespace

TEST_CASE("callbacks are asked ahead of time when buffers are deep and prefetching is on") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Pipe pipe(d.device.getTarget(), 6, {{"bufferingDepth", "3"}}, {{"exchange.enablePrefetch", "true"}});
    pipe.record.stock = 4;
    pipe.engine.load(d.device);
    pipe.engine.run();
    CHECK(pipe.taken == std::vector<int>{0, 1, 2, 3, 4, 5});
    CHECK(pipe.record.prefetched == 4);
    CHECK(pipe.record.fetched == 2);
    CHECK(pipe.record.completed == 6);
    CHECK(pipe.record.invalidated == 0);
    pipe.record.stock = 2;
    pipe.engine.run();
    CHECK(pipe.taken.size() == 12);
    CHECK(pipe.taken.back() == 11);
  });
}

TEST_CASE("data fetched ahead is given up by load and by a new connection") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Pipe pipe(d.device.getTarget(), 1, {{"bufferingDepth", "2"}, {"splitLimit", "0"}},
              {{"exchange.enablePrefetch", "true"}});
    pipe.record.stock = 100;
    pipe.engine.load(d.device);
    pipe.engine.run(); // takes 0, has 1
    pipe.engine.load(d.device);
    CHECK(pipe.record.invalidated == 1);
    pipe.engine.run(); // takes 2, has 3
    CHECK(pipe.taken == std::vector<int>{0, 2});
    int fixed = 70;
    pipe.engine.connectStream("in", &fixed);
    pipe.engine.run();
    CHECK(pipe.taken == std::vector<int>{0, 2, 70});
  });
}

TEST_CASE("without the option or with one buffer nothing is asked ahead of time") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Pipe off(d.device.getTarget(), 3, {{"bufferingDepth", "3"}}, {});
    Pipe single(d.device.getTarget(), 3, {}, {{"exchange.enablePrefetch", "true"}});
    for (Pipe *pipe : {&off, &single}) {
      pipe->record.stock = 10;
      pipe->engine.loadAndRun(d.device);
      CHECK(pipe->record.prefetched + pipe->record.refused == 0);
      CHECK(pipe->record.fetched == 3);
    }
  });
}

TEST_CASE("what a callback throws reaches the caller of run, and the engine runs again") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Pipe pipe(d.device.getTarget(), 3, {}, {});
    int calls = 0;
    pipe.engine.connectStreamToCallback("in", [&](void *p) {
      if (++calls == 2) throw std::out_of_range("no data");
      *static_cast<int *>(p) = calls;
    });
    pipe.engine.load(d.device);
    CHECK_THROWS_AS(pipe.engine.run(), std::out_of_range);
    CHECK(pipe.taken == std::vector<int>{1});
    pipe.engine.load(d.device);
    pipe.engine.run();
    CHECK(pipe.taken == std::vector<int>{1, 3, 4, 5});
  });
}

TEST_CASE("a callback may stop the run") {
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    Tensor t = graph.addVariable(INT, {1});
    graph.setTileMapping(t, 0);
    DataStream in = graph.addHostToDeviceFIFO("in", INT, 1);
    Engine engine(graph, {program::Loop(program::Copy(in, t)), program::Copy(in, t)});
    int calls = 0;
    engine.connectStreamToCallback("in", [&](void *) {
      if (++calls == 10) engine.stop();
    });
    engine.load(d.device);
    throwsNaming<application_runtime_error>({"Engine::stop"}, [&] { engine.run(0); });
    CHECK(calls == 10);
    engine.stop(); // nothing runs: without effect
    engine.run(1);
    CHECK(calls == 11);
  });
}

TEST_CASE("streams are listed by name") {
  Pipe pipe(Target::createCPUTarget(), 1, {}, {});
  CHECK(pipe.engine.listStreams() == std::vector<std::string>{"in", "out"});
}

TEST_CASE("streams and remote buffers answer what they were made with") {
  IPUModel model;
  model.tilesPerIPU = 2;
  model.numIPUs = 2;
  Graph graph(model.createDevice(), replication_factor(2));
  const DataStream in = graph.addHostToDeviceFIFO("in", HALF, 5, ReplicatedStreamMode::BROADCAST),
                   out = graph.addDeviceToHostFIFO("out", INT, 7), none;
  CHECK(in.valid());
  CHECK_FALSE(none.valid());
  CHECK(in.handle() == "in");
  CHECK(out.handle() == "out");
  CHECK(in.numElements() == 5);
  CHECK(in.type() == HALF);
  CHECK(out.elementType() == INT);
  CHECK(in.replicationFactor() == 2);
  CHECK(in.replicatedMode() == ReplicatedStreamMode::BROADCAST);
  CHECK(out.replicatedMode() == ReplicatedStreamMode::REPLICATE);
  CHECK(in.isHostToDevice());
  CHECK_FALSE(out.isHostToDevice());
  CHECK(in.getId() != out.getId());
  CHECK(in == DataStream(in));
  CHECK(in != out);
  const RemoteBuffer rows = graph.addRemoteBuffer("rows", FLOAT, 3, 4, true, false),
                     more = graph.addRemoteBuffer("more", FLOAT, 3, 4, false, true), empty;
  CHECK(rows.valid());
  CHECK_FALSE(empty.valid());
  CHECK(rows.isRearrangeOnHost());
  CHECK_FALSE(rows.isOptimisedForMemory());
  CHECK(more.isOptimisedForMemory());
  CHECK(rows.getId() != more.getId());
  CHECK(rows == RemoteBuffer(rows));
  CHECK(rows != more);
}

TEST_CASE("a callback without prefetching writes fetch alone") {
  struct Numbers : LegacyStreamCallback {
    void fetch(void *buffer) override { *static_cast<int *>(buffer) = ++calls; }
    int calls = 0;
  } numbers;
  StreamCallbackBase &base = numbers;
  CHECK(dynamic_cast<StreamCallback &>(base).prefetch(nullptr) == StreamCallbackBase::Result::NotAvailable);
  onEachDevice([](TestDevice &d) {
    INFO(d.name);
    Graph graph(d.device.getTarget());
    const Tensor t = graph.addVariable(INT, {1});
    spread(graph, t);
    const DataStream in = graph.addHostToDeviceFIFO("in", INT, 1);
    graph.createHostRead("t", t);
    Engine engine(graph, program::Copy(in, t));
    engine.load(d.device);
    engine.connectStreamToCallback("in", std::unique_ptr<Numbers>(new Numbers));
    for (int run = 1; run <= 3; ++run) {
      engine.run(0);
      int value = 0;
      engine.readTensor("t", &value, &value + 1);
      CHECK(value == run);
    }
  });
}

TEST_CASE("handles own the callbacks they were made of") {
  int calls = 0;
  StreamCallbackHandle stream([&](void *) { ++calls; });
  REQUIRE(stream.get());
  stream.get()->fetch(nullptr);
  CHECK(stream.get()->prefetch(nullptr) == StreamCallback::Result::NotAvailable);
  stream.get()->complete();
  stream.get()->invalidatePrefetched();
  std::unique_ptr<StreamCallback> released = stream.release();
  CHECK_FALSE(stream.get());
  released->fetch(nullptr);
  HostCallbackHandle host(
      [&](ArrayRef<const void *> in, ArrayRef<void *> out) { calls += static_cast<int>(in.size() + out.size()); });
  const std::vector<const void *> inputs(3);
  const std::vector<void *> outputs(4);
  (*host.get())(inputs, outputs);
  HostCallbackHandle moved = std::move(host);
  (*moved.release())(inputs, outputs);
  CHECK(calls == 2 + 7 + 7);
  // What they are made of need not be copied.
  const auto owner = [&calls](int n) {
    return [&calls, owned = std::make_unique<int>(n)](auto &&...) mutable { calls = (*owned)++; };
  };
  StreamCallbackHandle(owner(30)).get()->fetch(nullptr);
  CHECK(calls == 30);
  struct Arrays {
    std::unique_ptr<int> owned;
    int *calls;
    void operator()(ArrayRef<const void *> in, ArrayRef<void *>) { *calls = *owned + static_cast<int>(in.size()); }
  };
  (*HostCallbackHandle(Arrays{std::make_unique<int>(40), &calls}).get())(inputs, outputs);
  CHECK(calls == 43);
  auto pointers = [&calls, owned = std::make_unique<int>(50)](const void *const *, std::size_t in, void *const *,
                                                              std::size_t) { calls = *owned + static_cast<int>(in); };
  (*HostCallbackHandle(std::move(pointers)).get())(inputs, outputs);
  CHECK(calls == 53);
}
