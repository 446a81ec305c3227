// Collectives on 1 to 8 replicas and IPUs, on both backends, against sums in double precision.
#include <cstring>
#include <functional>
#include <gcl/Collectives.hpp>
#include <gcl/TileAllocation.hpp>
#include <poplar/Engine.hpp>
#include <poplar/IPUModel.hpp>
#include <poplar/IeeeHalf.hpp>
#include <poputil/TileMapping.hpp>
#include <poputil/exceptions.hpp>
#include <random>
#include <set>
#include <sstream>

#include "tests/support/Catch.hpp"
#include "tests/support/Devices.hpp"
#include "tests/support/Throws.hpp"

using namespace poplar;
using namespace poplar::program;
using gcl::CollectiveOperator;
using gcl::CommGroup;
using gcl::CommGroupType;
using poputil::poplibs_error;

namespace {

constexpr unsigned kTiles = 4;

Device deviceOf(unsigned ipus) {
  IPUModel model;
  model.numIPUs = ipus;
  model.tilesPerIPU = kTiles;
  return model.createDevice();
}

/// Values of one replica after another, as a type holds them.
struct Values {
  Type type;
  std::string bytes;
  Values(const Type &t, const std::vector<double> &values) : type(t) {
    for (const double value : values) {
      if (t == FLOAT) put(static_cast<float>(value));
      if (t == HALF) put(IeeeHalf(static_cast<float>(value)).bit16());
      if (t == INT) put(static_cast<int>(value));
      if (t == BOOL) put(value != 0);
    }
  }
  Values(const Type &t, std::string raw) : type(t), bytes(std::move(raw)) {}
  std::size_t elementBytes() const { return type == BOOL ? 1 : type == HALF ? 2 : 4; }
  std::size_t size() const { return bytes.size() / elementBytes(); }
  double operator[](std::size_t i) const {
    if (type == FLOAT) return take<float>(i);
    if (type == HALF) return IeeeHalf::fromBits(take<std::uint16_t>(i));
    if (type == INT) return take<int>(i);
    return take<bool>(i);
  }
  std::string part(std::size_t index, std::size_t parts) const {
    return bytes.substr(index * bytes.size() / parts, bytes.size() / parts);
  }

private:
  template <typename T> void put(T value) { bytes.append(reinterpret_cast<const char *>(&value), sizeof value); }
  template <typename T> T take(std::size_t i) const {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    return value;
  }
};

Values numbers(const Type &type, std::size_t count, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::vector<double> values(count);
  for (double &value : values) {
    const unsigned word = generator();
    value = type == INT ? static_cast<int>(word % 41) - 20 : type == BOOL ? word % 4 == 0 : word / 2147483648.0 - 1;
  }
  return Values(type, values);
}

using Build = std::function<std::vector<Tensor>(Graph &, const Tensor &data, Sequence &)>;

/// Builds a program on `replicas` replicas, runs it and gives the bytes of each of its results, replica by replica.
std::vector<Values> runOn(unsigned replicas, const char *backend, const std::vector<std::size_t> &shape,
                          const Values &in, const Build &build) {
  support::Environment environment("POPGRAPH_BACKEND", backend);
  const Device device = deviceOf(replicas);
  Graph graph(device.getTarget(), replication_factor(replicas));
  const Tensor data = graph.addVariable(in.type, shape, "data");
  poputil::mapTensorLinearly(graph, data, 2, 1);
  graph.createHostWrite("in", data);
  Sequence program;
  const std::vector<Tensor> results = build(graph, data, program);
  for (std::size_t i = 0; i < results.size(); ++i) graph.createHostRead("out" + std::to_string(i), results[i]);
  Engine engine(graph, program);
  engine.load(device);
  REQUIRE(in.size() == replicas * data.numElements());
  engine.writeTensor("in", in.bytes.data(), in.bytes.data() + in.bytes.size());
  engine.run();
  std::vector<Values> out;
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::string bytes(results[i].numElements() * in.elementBytes() * replicas, '\0');
    engine.readTensor("out" + std::to_string(i), &bytes[0], &bytes[0] + bytes.size());
    out.emplace_back(in.type, std::move(bytes));
  }
  return out;
}

void onBothBackends(const std::function<void(const char *)> &f) {
  for (const char *backend : {static_cast<const char *>(nullptr), "cpu"}) {
    INFO("backend " << (backend ? backend : "simulator"));
    f(backend);
  }
}

const CollectiveOperator kArithmetic[] = {CollectiveOperator::ADD, CollectiveOperator::MUL, CollectiveOperator::MIN,
                                          CollectiveOperator::MAX, CollectiveOperator::SQUARE_ADD};

double reduced(CollectiveOperator op, const std::vector<double> &values) {
  double result = op == CollectiveOperator::SQUARE_ADD ? values[0] * values[0] : values[0];
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double value = values[i];
    switch (op) {
    case CollectiveOperator::ADD:
    case CollectiveOperator::MEAN: result += value; break;
    case CollectiveOperator::MUL: result *= value; break;
    case CollectiveOperator::MIN: result = std::min(result, value); break;
    case CollectiveOperator::MAX: result = std::max(result, value); break;
    case CollectiveOperator::LOGICAL_AND: result = result != 0 && value != 0; break;
    case CollectiveOperator::LOGICAL_OR: result = result != 0 || value != 0; break;
    case CollectiveOperator::SQUARE_ADD: result += value * value; break;
    case CollectiveOperator::LOCAL: break;
    }
  }
  return op == CollectiveOperator::MEAN ? result / static_cast<double>(values.size()) : result;
}

/// The reduction of element i of the given members, whose values stand one after another.
double reducedAt(CollectiveOperator op, const Values &in, std::size_t elements, const std::vector<unsigned> &members,
                 std::size_t i) {
  std::vector<double> values;
  for (const unsigned member : members) values.push_back(in[member * elements + i]);
  return reduced(op, values);
}

double margin(const Type &type, std::size_t members) {
  return type == FLOAT ? 1e-6 * static_cast<double>(members) : type == HALF ? 1e-3 * static_cast<double>(members) : 0;
}

std::vector<unsigned> all(unsigned replicas) {
  std::vector<unsigned> members;
  for (unsigned r = 0; r < replicas; ++r) members.push_back(r);
  return members;
}

/// Every replica has the reduction of its group, and the members of a group have the same bits.
void checkReduced(const Values &out, const Values &in, unsigned replicas, CollectiveOperator op,
                  const std::function<std::vector<unsigned>(unsigned)> &membersOf) {
  const std::size_t elements = in.size() / replicas;
  REQUIRE(out.size() == in.size());
  for (unsigned replica = 0; replica < replicas; ++replica) {
    const std::vector<unsigned> members = membersOf(replica);
    CHECK(out.part(replica, replicas) == out.part(members[0], replicas));
    for (std::size_t i = 0; i < elements; ++i) {
      const double wanted = reducedAt(op, in, elements, members, i);
      INFO("replica " << replica << ", element " << i);
      CHECK(std::abs(out[replica * elements + i] - wanted) <= margin(in.type, members.size()) * 4);
    }
  }
}

} // namespace

TEST_CASE("all replicas receive the same reduction, with each operator and type") {
  onBothBackends([](const char *backend) {
    for (const unsigned replicas : {1u, 2u, 4u, 8u})
      for (const Type &type : {FLOAT, HALF, INT, BOOL}) {
        std::vector<CollectiveOperator> operators(std::begin(kArithmetic), std::end(kArithmetic));
        if (type == BOOL) operators = {CollectiveOperator::LOGICAL_AND, CollectiveOperator::LOGICAL_OR};
        if (type == FLOAT || type == HALF) operators.push_back(CollectiveOperator::MEAN);
        if (type == INT && replicas > 2) operators = {CollectiveOperator::ADD}; // products would overflow
        const Values in = numbers(type, replicas * 11, replicas);
        const auto out = runOn(replicas, backend, {11}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
          std::vector<Tensor> results;
          for (const CollectiveOperator op : operators)
            results.push_back(gcl::allReduceCrossReplica(graph, data, op, program, "reduce"));
          return results;
        });
        for (std::size_t i = 0; i < operators.size(); ++i) {
          INFO(operators[i] << " of " << type.toString() << " on " << replicas << " replicas");
          checkReduced(out[i], in, replicas, operators[i], [&](unsigned) { return all(replicas); });
        }
      }
  });
}

TEST_CASE("groups are neighbours, far apart, strided or single") {
  struct Case {
    CommGroup group;
    std::vector<unsigned> ofFive; ///< the group of replica 5 among 8
  };
  const std::vector<Case> cases{{CommGroup(), all(8)},
                                {CommGroup(CommGroupType::ALL, 8), all(8)},
                                {CommGroup(CommGroupType::CONSECUTIVE, 2), {4, 5}},
                                {CommGroup(CommGroupType::CONSECUTIVE, 4), {4, 5, 6, 7}},
                                {CommGroup(CommGroupType::ORTHOGONAL, 2), {1, 5}},
                                {CommGroup(CommGroupType::ORTHOGONAL, 4), {1, 3, 5, 7}},
                                {CommGroup(CommGroupType::CONSECUTIVE, 2, 2), {5, 7}},
                                {CommGroup(CommGroupType::NONE), {5}}};
  const Values in = numbers(FLOAT, 8 * 6);
  onBothBackends([&](const char *backend) {
    const auto out = runOn(8, backend, {2, 3}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      std::vector<Tensor> results;
      for (const Case &c : cases)
        results.push_back(gcl::allReduceCrossReplica(graph, data, CollectiveOperator::ADD, program, c.group));
      CHECK(results[0].shape() == std::vector<std::size_t>{2, 3});
      return results;
    });
    for (std::size_t c = 0; c < cases.size(); ++c) {
      INFO(cases[c].group);
      for (std::size_t i = 0; i < 6; ++i)
        CHECK(std::abs(out[c][5 * 6 + i] - reducedAt(CollectiveOperator::ADD, in, 6, cases[c].ofFive, i)) < 1e-5);
    }
  });
}

TEST_CASE("results go to a destination, in place, and for many tensors at once") {
  const Values in = numbers(FLOAT, 4 * 10);
  onBothBackends([&](const char *backend) {
    const auto out = runOn(4, backend, {10}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      const CollectiveOperator add = CollectiveOperator::ADD;
      const Tensor destination = graph.clone(data), copy = graph.clone(data), parts = graph.clone(data);
      const Tensor before = graph.clone(data), pair = graph.clone(data), pairs = graph.clone(data);
      for (const Tensor &t : {copy, parts, pairs}) program.add(Copy(data, t));
      gcl::allReduceToDestinationCrossReplica(graph, data, destination, add, program, "to");
      gcl::allReduceInPlaceCrossReplica(graph, copy, add, program, "in place", {{"method", "auto"}});
      gcl::allReduceInPlaceCrossReplica(graph, std::vector<Tensor>{parts.slice(0, 3), parts.slice(3, 10)}, add,
                                        program);
      const std::vector<Tensor> many =
          gcl::allReduceCrossReplica(graph, std::vector<Tensor>{data.slice(0, 4), data.slice(4, 10)}, add, program);
      const CommGroup two(CommGroupType::CONSECUTIVE, 2);
      gcl::allReduceToDestinationCrossReplica(graph, data, pair, add, program, two);
      gcl::allReduceInPlaceCrossReplica(graph, pairs, add, program, two);
      const std::vector<Tensor> manyPairs = gcl::allReduceCrossReplica(
          graph, std::vector<Tensor>{data.slice(0, 4), data.slice(4, 10)}, add, program, two);
      program.add(Copy(data, before));
      return std::vector<Tensor>{destination, copy, parts, concat(many), pair, pairs, concat(manyPairs), before};
    });
    for (std::size_t i = 0; i < 4; ++i)
      checkReduced(out[i], in, 4, CollectiveOperator::ADD, [](unsigned) { return all(4); });
    for (std::size_t i = 4; i < 7; ++i)
      checkReduced(out[i], in, 4, CollectiveOperator::ADD,
                   [](unsigned replica) { return std::vector<unsigned>{replica / 2 * 2, replica / 2 * 2 + 1}; });
    CHECK(out[7].bytes == in.bytes); // data itself is as it was
  });
}

TEST_CASE("LOCAL takes the own element and moves nothing") {
  const Values in = numbers(FLOAT, 4 * 7);
  onBothBackends([&](const char *backend) {
    const auto out = runOn(4, backend, {7}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      return std::vector<Tensor>{gcl::allReduceCrossReplica(graph, data, CollectiveOperator::LOCAL, program),
                                 gcl::reduceScatterCrossReplica(graph, data, CollectiveOperator::LOCAL, program)};
    });
    CHECK(out[0].bytes == in.bytes);
    REQUIRE(out[1].size() == 4 * 2);
    for (unsigned replica = 0; replica < 4; ++replica)
      for (unsigned i = 0; i < 2; ++i)
        if (replica * 2 + i < 7) CHECK(out[1][replica * 2 + i] == in[replica * 7 + replica * 2 + i]);
  });
}

TEST_CASE("a reduction is scattered: each replica has its slice of the padded whole") {
  onBothBackends([](const char *backend) {
    for (const unsigned replicas : {1u, 2u, 4u, 8u})
      for (const std::size_t elements : {1u, 7u, 16u}) {
        const Values in = numbers(FLOAT, replicas * elements, replicas);
        const std::size_t slice = (elements + replicas - 1) / replicas;
        const auto out =
            runOn(replicas, backend, {elements}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
              const Tensor result =
                  gcl::reduceScatterCrossReplica(graph, data, CollectiveOperator::ADD, program, "scatter");
              CHECK(result.shape() == std::vector<std::size_t>{slice});
              return std::vector<Tensor>{result};
            });
        for (unsigned replica = 0; replica < replicas; ++replica)
          for (std::size_t i = 0; i < slice; ++i) {
            const std::size_t at = replica * slice + i;
            const double wanted =
                at < elements ? reducedAt(CollectiveOperator::ADD, in, elements, all(replicas), at) : 0;
            CHECK(std::abs(out[0][replica * slice + i] - wanted) < 1e-5);
          }
      }
  });
}

TEST_CASE("slices of a group's reduction go to its members") {
  const Values in = numbers(FLOAT, 4 * 8);
  onBothBackends([&](const char *backend) {
    const auto out = runOn(4, backend, {8}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      return std::vector<Tensor>{gcl::reduceScatterCrossReplica(graph, data, CollectiveOperator::MAX, program,
                                                                CommGroup(CommGroupType::ORTHOGONAL, 2))};
    });
    for (unsigned replica = 0; replica < 4; ++replica)
      for (std::size_t i = 0; i < 4; ++i)
        CHECK(out[0][replica * 4 + i] ==
              reducedAt(CollectiveOperator::MAX, in, 8, {replica % 2, replica % 2 + 2}, replica / 2 * 4 + i));
  });
}

TEST_CASE("everybody gathers what each has, in the order of replicas") {
  onBothBackends([](const char *backend) {
    for (const unsigned replicas : {1u, 2u, 4u, 8u}) {
      const Values in = numbers(HALF, replicas * 6, replicas);
      const auto out = runOn(replicas, backend, {3, 2}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
        const Tensor result = gcl::allGatherCrossReplica(graph, data, program, "gather");
        CHECK(result.shape() == std::vector<std::size_t>{replicas, 3, 2});
        return std::vector<Tensor>{result};
      });
      for (unsigned replica = 0; replica < replicas; ++replica) CHECK(out[0].part(replica, replicas) == in.bytes);
    }
    const Values in = numbers(INT, 4 * 3);
    const auto out = runOn(4, backend, {3}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      return std::vector<Tensor>{
          gcl::allGatherCrossReplica(graph, data, program, CommGroup(CommGroupType::CONSECUTIVE, 2))};
    });
    for (unsigned replica = 0; replica < 4; ++replica) CHECK(out[0].part(replica, 4) == in.part(replica / 2, 2));
  });
}

TEST_CASE("slice j of replica i becomes slice i of replica j") {
  onBothBackends([](const char *backend) {
    for (const unsigned replicas : {1u, 2u, 4u, 8u}) {
      const Values in = numbers(INT, replicas * replicas * 3, replicas);
      const auto out =
          runOn(replicas, backend, {replicas, 3}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
            return std::vector<Tensor>{gcl::allToAllCrossReplica(graph, data, program, "turn")};
          });
      for (unsigned i = 0; i < replicas; ++i)
        for (unsigned j = 0; j < replicas; ++j)
          for (unsigned k = 0; k < 3; ++k) CHECK(out[0][(j * replicas + i) * 3 + k] == in[(i * replicas + j) * 3 + k]);
    }
    const Values in = numbers(INT, 4 * 2);
    const auto out = runOn(4, backend, {2}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
      return std::vector<Tensor>{
          gcl::allToAllCrossReplica(graph, data, program, CommGroup(CommGroupType::ORTHOGONAL, 2))};
    });
    for (unsigned replica = 0; replica < 4; ++replica)
      for (unsigned j = 0; j < 2; ++j) CHECK(out[0][replica * 2 + j] == in[(replica % 2 + 2 * j) * 2 + replica / 2]);
  });
}

TEST_CASE("everybody receives what the root has") {
  onBothBackends([](const char *backend) {
    for (const unsigned replicas : {1u, 2u, 4u, 8u}) {
      const Values in = numbers(FLOAT, replicas * 5, replicas);
      const auto out = runOn(replicas, backend, {5}, in, [&](Graph &graph, const Tensor &data, Sequence &program) {
        return std::vector<Tensor>{
            gcl::broadcastCrossReplica(graph, data, program),
            gcl::broadcastCrossReplica(graph, data, program, replicas - 1, "last"),
            gcl::broadcastCrossReplica(graph, data, program, CommGroup(CommGroupType::CONSECUTIVE, replicas), 0)};
      });
      for (unsigned replica = 0; replica < replicas; ++replica) {
        CHECK(out[0].part(replica, replicas) == in.part(0, replicas));
        CHECK(out[1].part(replica, replicas) == in.part(replicas - 1, replicas));
        CHECK(out[2].part(replica, replicas) == in.part(0, replicas));
      }
    }
  });
}

TEST_CASE("collectives within a replica do the same over its IPUs") {
  onBothBackends([](const char *backend) {
    support::Environment environment("POPGRAPH_BACKEND", backend);
    for (const unsigned ipus : {1u, 2u, 4u}) {
      for (const CollectiveOperator op : kArithmetic) {
        const Device device = deviceOf(ipus);
        Graph graph(device.getTarget());
        const std::size_t elements = 10;
        const Tensor data = graph.addVariable(FLOAT, {ipus, 5, 2}, "data");
        for (unsigned ipu = 0; ipu < ipus; ++ipu) graph.setTileMapping(data[ipu], ipu * kTiles + 1);
        graph.createHostWrite("in", data);
        Sequence program;
        const Tensor result = gcl::allReduceWithinReplica(graph, data, op, program, "reduce");
        const gcl::Chunks chunks = gcl::reduceScatterWithinReplica(graph, data, op, program);
        const Tensor gathered = gcl::allGatherWithinReplica(graph, chunks, program);
        const Tensor local = gcl::allReduceWithinReplica(graph, data, CollectiveOperator::LOCAL, program);
        REQUIRE(result.shape() == data.shape());
        REQUIRE(gathered.shape() == std::vector<std::size_t>{ipus, elements});
        REQUIRE(chunks.chunks.size() == ipus);
        std::size_t next = 0;
        for (unsigned ipu = 0; ipu < ipus; ++ipu) { // chunks follow each other, each on its IPU
          const gcl::Chunk &chunk = chunks.chunks[ipu];
          CHECK(chunk.index == ipu);
          CHECK(chunk.offset == next);
          next += chunk.tensor.numElements();
          for (const Tensor &t : {chunk.tensor, result[ipu], gathered[ipu]}) {
            const auto mapping = graph.getTileMapping(t);
            for (unsigned tile = 0; tile < mapping.size(); ++tile)
              CHECK((mapping[tile].empty() || tile / kTiles == ipu));
          }
        }
        CHECK(next == elements);
        graph.createHostRead("result", result);
        graph.createHostRead("gathered", gathered);
        graph.createHostRead("local", local);
        Engine engine(graph, program);
        engine.load(device);
        const Values in = numbers(FLOAT, ipus * elements, ipus);
        engine.writeTensor("in", in.bytes.data(), in.bytes.data() + in.bytes.size());
        engine.run();
        for (const char *handle : {"result", "gathered", "local"}) {
          std::string bytes(in.bytes.size(), '\0');
          engine.readTensor(handle, &bytes[0], &bytes[0] + bytes.size());
          const Values out(FLOAT, bytes);
          if (handle == std::string("local"))
            CHECK(bytes == in.bytes);
          else
            checkReduced(out, in, ipus, op, [&](unsigned) { return all(ipus); });
        }
      }
    }
  });
}

TEST_CASE("a CPU device has one replica and one tile, and collectives run there") {
  const Device device = Device::createCPUDevice();
  Graph graph(device.getTarget());
  const Tensor data = graph.addVariable(FLOAT, {1, 5}, VariableMappingMethod::LINEAR, "data");
  graph.createHostWrite("in", data);
  Sequence program;
  const CollectiveOperator square = CollectiveOperator::SQUARE_ADD;
  const std::vector<Tensor> squared{gcl::allReduceCrossReplica(graph, data, square, program),
                                    gcl::reduceScatterCrossReplica(graph, data, square, program),
                                    gcl::allReduceWithinReplica(graph, data, square, program)};
  const std::vector<Tensor> same{gcl::allGatherCrossReplica(graph, data, program),
                                 gcl::allToAllCrossReplica(graph, data, program),
                                 gcl::broadcastCrossReplica(graph, data, program)};
  std::vector<Tensor> flat;
  for (const Tensor &t : squared) flat.push_back(t.flatten());
  for (const Tensor &t : same) flat.push_back(t.flatten());
  graph.createHostRead("out", concat(flat));
  Engine engine(graph, program);
  engine.load(device);
  const Values in = numbers(FLOAT, 5);
  engine.writeTensor("in", in.bytes.data(), in.bytes.data() + in.bytes.size());
  engine.run();
  std::vector<float> out(6 * 5);
  engine.readTensor("out", out.data(), out.data() + out.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double wanted = i < 15 ? in[i % 5] * in[i % 5] : in[i % 5];
    CHECK(std::abs(out[i] - wanted) < 1e-6);
  }
}

TEST_CASE("tiles for transfers are those asked for, on each IPU") {
  const Device device = deviceOf(3);
  const Graph graph(device.getTarget());
  CHECK(gcl::perIPUTiles(graph, 1, 2) == std::vector<unsigned>{1, 2, 5, 6, 9, 10});
  CHECK(gcl::perIPUTiles(graph, 0, 0).empty());
  CHECK(gcl::getMinIoTiles(graph) == 2);
  CHECK(gcl::getMinIoTiles(Graph(IPUModel().createDevice().getTarget())) == 32);
  support::throwsNaming<poplibs_error>({"perIPUTiles", "3 tiles after 2", "has 4"},
                                       [&] { gcl::perIPUTiles(graph, 2, 3); });
}

TEST_CASE("operators and groups have names") {
  for (const char *name : {"ADD", "MEAN", "MUL", "MIN", "MAX", "LOGICAL_AND", "LOGICAL_OR", "SQUARE_ADD", "LOCAL"}) {
    std::istringstream in(name);
    CollectiveOperator op;
    in >> op;
    std::ostringstream out;
    out << op;
    CHECK(out.str() == name);
  }
  CHECK(gcl::operationToCollectiveOperator(popops::Operation::SQUARE_ADD) == CollectiveOperator::SQUARE_ADD);
  CHECK(gcl::operationToCollectiveOperator(popops::Operation::LOGICAL_OR) == CollectiveOperator::LOGICAL_OR);
  support::throwsNaming<poplibs_error>({"LOG_ADD"},
                                       [] { gcl::operationToCollectiveOperator(popops::Operation::LOG_ADD); });
  std::istringstream wrong("AVERAGE");
  CollectiveOperator op = CollectiveOperator::ADD;
  support::throwsNaming<poplibs_error>({"AVERAGE"}, [&] { wrong >> op; });
  std::ostringstream text;
  text << CommGroup(CommGroupType::ORTHOGONAL, 2) << " " << CommGroupType::NONE;
  CHECK(text.str() == "CommGroup(type=ORTHOGONAL, replicaGroupSize=2) NONE");
  CHECK(CommGroup() == CommGroup(CommGroupType::ALL));
  CHECK(CommGroup() != CommGroup(CommGroupType::CONSECUTIVE, 2));
}

TEST_CASE("misuse of collectives is named") {
  const Device device = deviceOf(4);
  Graph graph(device.getTarget(), replication_factor(4));
  Sequence program;
  const Tensor data = graph.addVariable(FLOAT, {3}, VariableMappingMethod::LINEAR, "data");
  const Tensor other = graph.addVariable(FLOAT, {2}, VariableMappingMethod::LINEAR, "other");
  const CollectiveOperator add = CollectiveOperator::ADD;
  const auto throws = [&](std::vector<std::string> words, const std::function<void()> &f) {
    support::throwsNaming<poplibs_error>(words, f);
  };
  throws({"allReduceCrossReplica", "groups of 3 replicas do not divide 4"},
         [&] { gcl::allReduceCrossReplica(graph, data, add, program, CommGroup(CommGroupType::CONSECUTIVE, 3)); });
  throws({"stride 4"},
         [&] { gcl::allReduceCrossReplica(graph, data, add, program, CommGroup(CommGroupType::CONSECUTIVE, 2, 4)); });
  throws({"LOGICAL_AND", "float"},
         [&] { gcl::allReduceCrossReplica(graph, data, CollectiveOperator::LOGICAL_AND, program); });
  throws({"no variable"}, [&] { gcl::allReduceCrossReplica(graph, Tensor(), add, program); });
  throws({"[3]", "[2]"}, [&] { gcl::allReduceToDestinationCrossReplica(graph, data, other, add, program); });
  throws({"2 tensors for 1 destinations"}, [&] {
    gcl::allReduceToDestinationCrossReplica(graph, std::vector<Tensor>{data, data}, std::vector<Tensor>{data}, add,
                                            program);
  });
  throws({"allToAllCrossReplica", "[3]", "4"}, [&] { gcl::allToAllCrossReplica(graph, data, program); });
  throws({"member 4", "has 4"}, [&] { gcl::broadcastCrossReplica(graph, data, program, 4); });
  throws({"allGatherWithinReplica", "no chunks"}, [&] { gcl::allGatherWithinReplica(graph, gcl::Chunks(), program); });
  throws({"reduceScatterWithinReplica", "outer dimension"},
         [&] { gcl::reduceScatterWithinReplica(graph, data[0], add, program); });
  support::throwsNaming<invalid_option>(
      {"methud", "method"}, [&] { gcl::allReduceCrossReplica(graph, data, add, program, "x", {{"methud", "auto"}}); });
}
