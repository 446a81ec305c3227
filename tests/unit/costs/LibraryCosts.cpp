// The slots of every codelet of the libraries in the two ways of counting: promoted out of loops and folded into closed
// forms by the optimiser, and added one block at a time as the costed code runs. The vertices and their inputs are made
// from the field tables of the .gp files, so that a new codelet is in the test as soon as it is in a library.
#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "codelets/client/Archive.hpp"
#include "codelets/client/Compiler.hpp"
#include "tests/support/Catch.hpp"

using namespace popgraph;
using namespace popgraph::codelets;

namespace {

struct Range {
  unsigned least, most;
};

/// Fields of numbers that must be in another range than 0 to 9: codelets divide by them, or subtract others from them.
const std::map<std::string, Range> kRanges = {
    {"popops::EncodeOneHot.classes", {1, 9}},
    {"popops::MultiSlicePick.blockEntries", {3, 9}},
};

/// What codelets see of an edge: random elements, with room on both sides for those that go by other sizes.
class Buffer {
public:
  static constexpr std::size_t kBytes = 1 << 16, kBegin = 1 << 12;
  Buffer(ElementType type, std::mt19937 &random) : original_(kBytes / 8) {
    char *at = reinterpret_cast<char *>(original_.data());
    for (std::size_t i = 0; i < kBytes; i += elementBytes(type)) put(at + i, type, random);
    work_ = original_;
  }
  char *data() { return reinterpret_cast<char *>(work_.data()) + kBegin; }
  void reset() { work_ = original_; }
  const std::vector<std::uint64_t> &words() const { return work_; }

private:
  /// Small numbers, which as indices stay within the room.
  static void put(char *to, ElementType type, std::mt19937 &random) {
    const unsigned value = random() % 8;
    const float number = static_cast<float>(static_cast<int>(random() % 64) - 24) * 0.25f;
    switch (type) {
    case ElementType::Float: std::memcpy(to, &number, 4); break;
    case ElementType::Half: {
      // Of sign, exponent of 1/4 to 4, three bits of fraction.
      const auto bits =
          static_cast<std::uint16_t>((random() & 1) << 15 | (13 + random() % 5) << 10 | (random() % 8) << 7);
      std::memcpy(to, &bits, 2);
      break;
    }
    case ElementType::Double: {
      const double wide = number;
      std::memcpy(to, &wide, 8);
      break;
    }
    case ElementType::Bool: *to = static_cast<char>(value & 1); break;
    default: std::memset(to, 0, elementBytes(type)), *to = static_cast<char>(value);
    }
  }

  // Words, so that it is aligned to 16 bytes and comparable.
  std::vector<std::uint64_t> original_, work_;
};

/// The image of one vertex, its edges and what a run of it gives.
class Case {
public:
  Case(const Codelet &codelet, unsigned size, std::mt19937 &state)
      : codelet_(codelet), image_(codelet.hostBytes / 8 + 2) {
    for (const Field &field : codelet.fields) {
      if (field.access == Access::State && field.shape == FieldShape::Scalar) {
        scalar(field, state);
        continue;
      }
      const bool ranked = field.shape == FieldShape::VectorOfVectors || field.shape == FieldShape::VectorList;
      Edge edge{&field, ranked ? 8u : 1u, {}};
      for (unsigned i = 0; i != edge.parts; ++i)
        edge.sizes.push_back(field.shape == FieldShape::Scalar ? 1 : ranked ? (size + i) % 12 : size);
      edge.outerSize = ranked ? std::min(size, 8u) : 0;
      edges_.push_back(std::move(edge));
    }
  }

  /// New elements of all edges.
  void fill(std::mt19937 &random) {
    buffers_.clear();
    tables_.clear();
    for (const Edge &edge : edges_) {
      const std::size_t first = buffers_.size();
      for (unsigned i = 0; i != edge.parts; ++i) buffers_.push_back(std::make_unique<Buffer>(edge.field->type, random));
      char *const at = reinterpret_cast<char *>(image_.data()) + edge.field->hostOffset;
      if (!edge.outerSize && edge.parts == 1) {
        pointer(at, buffers_[first]->data(), edge.field->outer, edge.sizes[0]);
        continue;
      }
      const std::size_t step = hasSize(edge.field->inner) ? 2 : 1;
      tables_.push_back(std::make_unique<std::vector<std::uint64_t>>(step * edge.parts));
      for (unsigned i = 0; i != edge.parts; ++i)
        pointer(reinterpret_cast<char *>(tables_.back()->data() + i * step), buffers_[first + i]->data(),
                edge.field->inner, edge.sizes[i]);
      pointer(at, tables_.back()->data(), edge.field->outer, edge.outerSize);
    }
  }

  struct Outcome {
    std::vector<std::uint32_t> slots;
    std::vector<std::vector<std::uint64_t>> memory;
  };
  /// Runs the vertex from the elements that fill() gave it, on a tile that has run nothing of its module.
  Outcome run(RunRows function, const CodeletModule &module) {
    for (const auto &buffer : buffers_) buffer->reset();
    std::vector<std::uint64_t> image = image_;
    std::uint64_t random[12];
    for (unsigned i = 0; i != 12; ++i) random[i] = 0x9e3779b97f4a7c15u * (i + 1);
    std::vector<std::uint64_t> globals(module.globalsBytes / 8 + 1);
    std::memcpy(globals.data(), module.globalsInit.data(), module.globalsInit.size());
    VertexContext context{};
    context.globals = reinterpret_cast<char *>(globals.data());
    context.numWorkers = 6;
    context.allTrue = 1;
    context.rng = random;
    Outcome outcome;
    outcome.slots.resize(codelet_.kind == VertexKind::MultiVertex ? 6 : 1);
    function(reinterpret_cast<char *>(image.data()), image.size() * 8, 1, &context, outcome.slots.data());
    for (const auto &buffer : buffers_) outcome.memory.push_back(buffer->words());
    outcome.memory.emplace_back(std::begin(random), std::end(random));
    outcome.memory.push_back(std::move(globals));
    return outcome;
  }

  std::string state() const { return state_.str(); }

private:
  struct Edge {
    const Field *field;
    unsigned parts;
    std::vector<std::uint32_t> sizes;
    std::uint32_t outerSize = 0;
  };

  static bool hasSize(Layout layout) {
    return layout == Layout::Span || layout == Layout::ShortSpan || layout == Layout::DeltaN ||
           layout == Layout::DeltaNElements;
  }
  static void pointer(char *at, const void *target, Layout layout, std::uint32_t size) {
    std::memcpy(at, &target, sizeof target);
    if (hasSize(layout)) std::memcpy(at + sizeof target, &size, sizeof size);
  }

  void scalar(const Field &field, std::mt19937 &random) {
    char *const at = reinterpret_cast<char *>(image_.data()) + field.hostOffset;
    const std::string family = codelet_.name.substr(0, codelet_.name.find('<'));
    Range range{0, 9};
    if (const auto found = kRanges.find(family + "." + field.name); found != kRanges.end()) range = found->second;
    const unsigned value = range.least + random() % (range.most - range.least + 1);
    state_ << ' ' << field.name << '=' << value;
    switch (field.type) {
    case ElementType::Float: {
      const float number = static_cast<float>(value) * 0.5f;
      std::memcpy(at, &number, sizeof number);
      break;
    }
    case ElementType::Half: {
      const auto bits = static_cast<std::uint16_t>((12 + value) << 10);
      std::memcpy(at, &bits, sizeof bits);
      break;
    }
    case ElementType::Bool: *at = static_cast<char>(value & 1); break;
    default: std::memcpy(at, &value, std::min<std::size_t>(elementBytes(field.type), sizeof value));
    }
  }

  const Codelet &codelet_;
  std::vector<std::uint64_t> image_;
  std::vector<Edge> edges_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<std::unique_ptr<std::vector<std::uint64_t>>> tables_;
  std::ostringstream state_;
};

std::vector<std::pair<std::string, std::string>> archives() {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::istringstream text(POPGRAPH_CODELET_ARCHIVES);
  for (std::string fast, slow; std::getline(text, fast, ':') && std::getline(text, slow, ':');)
    pairs.emplace_back(fast, slow);
  return pairs;
}

} // namespace

TEST_CASE("The slots of every library codelet are counted equally in both ways", "[costs]") {
  std::size_t vertices = 0;
  std::set<std::string> fixed, free;
  std::uint64_t total = 0;
  for (const auto &[fastPath, slowPath] : archives()) {
    CAPTURE(fastPath);
    const std::vector<CodeletModule> fast = readArchive(fastPath, "ipu2"), slow = readArchive(slowPath, "ipu2");
    REQUIRE(fast.size() == slow.size());
    for (std::size_t m = 0; m != fast.size(); ++m) {
      REQUIRE(fast[m].codelets.size() == slow[m].codelets.size());
      const LoadedModule fastCode(fast[m]), slowCode(slow[m]);
      for (std::size_t i = 0; i != fast[m].codelets.size(); ++i) {
        const Codelet &codelet = fast[m].codelets[i];
        CAPTURE(codelet.name);
        REQUIRE(codelet.name == slow[m].codelets[i].name);
        REQUIRE(codelet.cyclesFromState == slow[m].codelets[i].cyclesFromState);
        (codelet.cyclesFromState ? fixed : free).insert(codelet.name);
        ++vertices;
        // From the name, so that a new codelet leaves the inputs of others alone.
        std::seed_seq seed(codelet.name.begin(), codelet.name.end());
        std::mt19937 random(seed);
        bool dataDecide = false;
        for (const unsigned size : {0u, 1u, 2u, 3u, 6u, 7u, 8u, 31u, 64u}) {
          Case vertex(codelet, size, random);
          CAPTURE(size, vertex.state());
          std::vector<std::uint32_t> first;
          for (unsigned data = 0; data != 3; ++data) {
            vertex.fill(random);
            const auto one = vertex.run(fastCode.run(i), fast[m]), other = vertex.run(slowCode.run(i), slow[m]),
                       plain = vertex.run(fastCode.plain(i), fast[m]);
            REQUIRE(one.slots == other.slots);
            REQUIRE(one.memory == other.memory);
            REQUIRE(one.memory == plain.memory);
            for (const std::uint32_t slots : one.slots) {
              REQUIRE(slots > 0);
              total += slots;
            }
            if (data == 0) first = one.slots;
            dataDecide |= one.slots != first;
          }
        }
        // Whatever the data, where the compiler says that they do not decide.
        if (codelet.cyclesFromState) CHECK_FALSE(dataDecide);
      }
    }
  }
  CHECK(vertices > 300);
  CHECK(total > vertices * 9 * 3 * 10);
  // Which of the two a codelet is must not change unnoticed.
  for (const char *name :
       {"popops::Fill<float>", "popops::Reduce<popops::Operation::ADD,float,float,false>",
        "popops::Transpose<unsigned int>", "poplin::MatMulBlock<float,float>", "popnn::LossOfValues<float,false>"})
    CHECK(fixed.count(name) == 1);
  for (const char *name : {"popops::SortRun<float>", "popops::Histogram<float>", "popops::MultiSlice<float>"})
    CHECK(free.count(name) == 1);
}
