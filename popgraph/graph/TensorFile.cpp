// Tensors and graphs as trees, written as JSON text or as CBOR.
//
//   {"format": "popgraph tensors", "version": 1,
//    "variables": [{"name", "type", "elements", "mapping": [[begin, end, tile], …], "values": [bytes] for constants}],
//    "tensors": [{"type", "shape": […], "runs": [[variable, offset, count, stride], …]}]}
//
// Only elements that some tensor has are written: those of one variable, in their order, are a variable again.
#include <poplar/Graph.hpp>

#include <algorithm>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <spdlog/fmt/fmt.h>

#include "popgraph/graph/Edges.hpp"
#include "popgraph/graph/GraphView.hpp"

namespace poplar {

using json = nlohmann::ordered_json;
using popgraph::ElementType;
using popgraph::GraphState;
using popgraph::GraphTables;
using popgraph::Run;
using popgraph::StridedRun;
using popgraph::TensorAccess;

namespace {

const char *const kFormat = "popgraph tensors";

void writeTree(const json &tree, std::ostream &out, SerializationFormat format) {
  if (format == SerializationFormat::JSON) {
    out << tree.dump(1, ' ', false, json::error_handler_t::replace) << '\n';
    return;
  }
  const std::vector<std::uint8_t> bytes = json::to_cbor(tree);
  out.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

json mappingTree(const std::vector<popgraph::MappedRange> &ranges, std::uint32_t begin, std::uint32_t end,
                 std::uint32_t place) {
  json tree = json::array();
  std::size_t hint = 0;
  popgraph::forEachMapped(ranges, begin, end, hint, [&](std::uint32_t from, std::uint32_t to, std::uint32_t tile) {
    if (tile != popgraph::kNoTile) tree.push_back({from - begin + place, to - begin + place, tile});
  });
  return tree;
}

/// The elements that are written: for each run of a variable, its place among the elements of that variable.
struct Written {
  std::vector<Run> runs; ///< distinct, by variable and offset
  std::vector<std::uint32_t> number, place;

  explicit Written(ArrayRef<Tensor> tensors) {
    for (const Tensor &tensor : tensors) {
      const std::vector<Run> own = popgraph::distinctRuns(tensor);
      runs.insert(runs.end(), own.begin(), own.end());
    }
    std::sort(runs.begin(), runs.end(), popgraph::inMemoryOrder);
    std::vector<Run> merged;
    for (const Run &run : runs) {
      if (!merged.empty() && merged.back().variable == run.variable &&
          run.offset <= merged.back().offset + merged.back().count)
        merged.back().count =
            std::max(merged.back().offset + merged.back().count, run.offset + run.count) - merged.back().offset;
      else
        merged.push_back(run);
    }
    runs = std::move(merged);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const bool same = i > 0 && runs[i].variable == runs[i - 1].variable;
      number.push_back(i == 0 ? 0 : number.back() + !same);
      place.push_back(same ? place.back() + runs[i - 1].count : 0);
    }
  }
  std::size_t find(std::uint32_t variable, std::int64_t offset) const {
    const auto after = std::upper_bound(runs.begin(), runs.end(), Run{variable, static_cast<std::uint32_t>(offset), 0},
                                        popgraph::inMemoryOrder);
    return static_cast<std::size_t>(after - runs.begin()) - 1;
  }
};

json tensorTree(const Tensor &tensor, const Written &written) {
  json runs = json::array();
  const auto add = [&](std::uint32_t variable, std::int64_t offset, std::uint64_t count, std::int64_t stride) {
    const std::size_t i = written.find(variable, offset);
    runs.push_back({written.number[i], written.place[i] + offset - written.runs[i].offset, count, stride});
  };
  for (const StridedRun &r : popgraph::stridedRuns(tensor)) {
    const std::int64_t last = r.offset + static_cast<std::int64_t>(r.count - 1) * r.stride;
    if (written.find(r.variable, r.offset) == written.find(r.variable, last))
      add(r.variable, r.offset, r.count, r.stride);
    else
      for (std::uint64_t k = 0; k < r.count; ++k)
        add(r.variable, r.offset + static_cast<std::int64_t>(k) * r.stride, 1, 1);
  }
  return {{"type", tensor.elementType().toString()}, {"shape", tensor.shape()}, {"runs", runs}};
}

json variableTrees(const GraphState &state, const Written &written) {
  json trees = json::array();
  for (std::size_t i = 0; i < written.runs.size(); ++i) {
    const Run &run = written.runs[i];
    const popgraph::VariableRow &row = state.tables.variables[run.variable];
    if (written.place[i] == 0)
      trees.push_back({{"name", row.name ? state.tables.names[row.name] : std::string()},
                       {"type", popgraph::elementName(row.type)},
                       {"elements", 0},
                       {"mapping", json::array()}});
    json &tree = trees.back();
    tree["elements"] = written.place[i] + run.count;
    for (json &range :
         mappingTree(state.tables.mappingOf(run.variable), run.offset, run.offset + run.count, written.place[i]))
      tree["mapping"].push_back(std::move(range));
    if (!row.isConstant) continue;
    const char *data = state.constantData(run.variable);
    if (!data) throw poplar_error("Graph::serializeTensors: a replication index has no value that could be written");
    const std::size_t size = popgraph::elementBytes(row.type);
    for (std::size_t b = run.offset * size; b < (std::size_t(run.offset) + run.count) * size; ++b)
      tree["values"].push_back(static_cast<std::uint8_t>(data[b]));
  }
  return trees;
}

/// Stops at trees that are deeper than any that is written: the parser recurses.
class DepthCheck : public nlohmann::json_sax<json> {
public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t &) override { return true; }
  bool string(string_t &) override { return true; }
  bool binary(binary_t &) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ < 16; }
  bool key(string_t &) override { return true; }
  bool end_object() override { return depth_-- > 0; }
  bool start_array(std::size_t) override { return ++depth_ < 16; }
  bool end_array() override { return depth_-- > 0; }
  bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

private:
  int depth_ = 0;
};

json readTree(std::istream &in, SerializationFormat format) {
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (format == SerializationFormat::JSON) return json::parse(text);
  DepthCheck check;
  if (!json::sax_parse(text, &check, json::input_format_t::cbor))
    throw parse_error("Graph::deserializeTensors: this is no file of tensors: it is not CBOR");
  return json::from_cbor(text);
}

/// Reads what serializeTensors writes; every number is checked before it is used.
class Reader {
public:
  Reader(const json &tree, GraphState &state, unsigned tiles) : state_(state), tiles_(tiles) {
    if (tree.at("format") != kFormat) fail("it is something else");
    if (tree.at("version") != 1) fail(fmt::format("version {} is not known", tree.at("version").dump()));
    // Nothing is added to the graph before all of it has been understood.
    for (const json &variable : tree.at("variables")) readVariable(variable);
    for (const json &tensor : tree.at("tensors")) readTensor(tensor);
  }

  std::vector<Tensor> make(const std::function<unsigned(unsigned)> &physicalTile) {
    std::vector<std::uint32_t> ids;
    for (Variable &v : variables_) {
      const std::uint32_t id = state_.addVariable(v.type, v.elements, v.name, v.isConstant);
      ids.push_back(id);
      for (const popgraph::MappedRange &range : v.mapping)
        state_.editMapping(id).set(range.begin, range.end, physicalTile(range.tile));
      if (v.isConstant)
        state_.setInitialValue({id, 0, v.elements, std::make_shared<std::vector<char>>(std::move(v.values))});
    }
    std::vector<Tensor> tensors;
    for (const View &view : views_) {
      std::vector<Tensor> parts;
      for (const StridedRun &run : view.runs) {
        const std::size_t length[] = {run.count};
        const std::int64_t stride[] = {run.stride};
        parts.push_back(TensorAccess::affine(&state_, view.type, ids[run.variable], run.offset, length, stride));
      }
      if (parts.empty()) {
        const std::size_t nothing[] = {0};
        parts.push_back(TensorAccess::whole(&state_, view.type, state_.addVariable(view.type, 0, "", false), nothing));
      }
      tensors.push_back(TensorAccess::reshape(TensorAccess::concat(std::move(parts), 0), view.shape));
    }
    return tensors;
  }

private:
  struct Variable {
    std::string name;
    ElementType type;
    std::uint32_t elements;
    std::vector<popgraph::MappedRange> mapping;
    bool isConstant;
    std::vector<char> values;
  };
  struct View {
    ElementType type;
    std::vector<std::size_t> shape;
    std::vector<StridedRun> runs;
  };

  [[noreturn]] static void fail(const std::string &why) {
    throw parse_error("Graph::deserializeTensors: this is no file of tensors: " + why);
  }
  static std::uint64_t number(const json &value, std::uint64_t below) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= below)
      fail(fmt::format("{} stands where a number below {} must be", value.dump(), below));
    return value.get<std::uint64_t>();
  }
  static ElementType type(const json &value) {
    for (std::size_t i = 0; i < popgraph::kNumElementTypes; ++i)
      if (value == popgraph::elementName(static_cast<ElementType>(i))) return static_cast<ElementType>(i);
    fail(fmt::format("{} is no element type", value.dump()));
  }

  void readVariable(const json &tree) {
    Variable v;
    v.name = tree.at("name").get<std::string>();
    v.type = type(tree.at("type"));
    v.elements = static_cast<std::uint32_t>(number(tree.at("elements"), 0xffffffffull));
    for (const json &range : tree.at("mapping")) {
      const auto begin = static_cast<std::uint32_t>(number(range.at(0), v.elements));
      const auto end = static_cast<std::uint32_t>(number(range.at(1), std::uint64_t(v.elements) + 1));
      const auto tile = static_cast<std::uint32_t>(number(range.at(2), 0xffffffffull));
      if (end < begin) fail("an interval of a mapping ends before it begins");
      if (tile >= tiles_)
        throw invalid_tile_mapping(fmt::format(
            "Graph::deserializeTensors: '{}' is on tile {}, but the target has {} tiles", v.name, tile, tiles_));
      v.mapping.push_back({begin, end, tile});
    }
    v.isConstant = tree.contains("values");
    if (v.isConstant) {
      for (const json &byte : tree.at("values")) v.values.push_back(static_cast<char>(number(byte, 256)));
      if (v.values.size() != v.elements * popgraph::elementBytes(v.type))
        fail(fmt::format("{} bytes are the values of {} elements", v.values.size(), v.elements));
    }
    variables_.push_back(std::move(v));
  }

  void readTensor(const json &tree) {
    View view;
    view.type = type(tree.at("type"));
    std::size_t count = 1, elements = 0;
    for (const json &size : tree.at("shape")) {
      view.shape.push_back(number(size, std::uint64_t(1) << 48));
      if (__builtin_mul_overflow(count, view.shape.back(), &count)) fail("a shape is too large");
    }
    if (view.shape.size() > 255) fail("a tensor has more than 255 dimensions");
    for (const json &run : tree.at("runs")) {
      StridedRun r;
      r.variable = static_cast<std::uint32_t>(number(run.at(0), variables_.size()));
      const Variable &variable = variables_[r.variable];
      if (popgraph::elementBytes(variable.type) != popgraph::elementBytes(view.type))
        fail("a tensor has a variable of another element size");
      r.offset = static_cast<std::int64_t>(number(run.at(1), variable.elements));
      r.count = number(run.at(2), std::uint64_t(1) << 40);
      if (!run.at(3).is_number_integer()) fail("a stride is no integer");
      r.stride = run.at(3).get<std::int64_t>();
      // In this order no product overflows.
      if (r.count == 0 || r.stride > 0xffffffffll || r.stride < -0xffffffffll ||
          (r.stride != 0 && r.count > 0xffffffffull))
        fail("a run is empty or reaches too far");
      __int128 last = r.offset + static_cast<__int128>(r.count - 1) * r.stride;
      if (last < 0 || last >= variable.elements) fail("a run leaves its variable");
      elements += r.count;
      view.runs.push_back(r);
    }
    if (elements != count) fail(fmt::format("a tensor of {} elements has runs of {}", count, elements));
    views_.push_back(std::move(view));
  }

  GraphState &state_;
  unsigned tiles_;
  std::vector<Variable> variables_;
  std::vector<View> views_;
};

/// A field of a vertex: the runs it is connected with, or its value.
json fieldTree(const GraphTables &tables, const popgraph::VertexRow &vertex, std::size_t number) {
  const popgraph::CodeletInfo &info = tables.codelets[vertex.codelet];
  const popgraph::codelets::Field &field = info.codelet().fields[number];
  json tree = {{"name", field.name}, {"type", popgraph::elementName(field.type)}};
  if (field.access == popgraph::codelets::Access::State) {
    const std::uint32_t word = vertex.firstState + info.place[number];
    json bytes = json::array();
    if (popgraph::rankOf(field) == 0)
      for (std::size_t b = 0; b < popgraph::elementBytes(field.type); ++b)
        bytes.push_back((tables.state[word + static_cast<std::uint32_t>(b / 4)] >> (8 * (b % 4))) & 0xff);
    else
      for (char byte : *tables.stateArrays[tables.state[word]]) bytes.push_back(static_cast<std::uint8_t>(byte));
    tree["bytes"] = bytes;
    return tree;
  }
  const auto edgeTree = [&](const popgraph::EdgeRow &edge) {
    json runs = json::array();
    if (edge.kind() == popgraph::EdgeRow::List || edge.kind() == popgraph::EdgeRow::None) return runs;
    popgraph::forEachRunOf(tables, edge,
                           [&](const Run &run) { runs.push_back({run.variable, run.offset, run.count}); });
    return runs;
  };
  const popgraph::EdgeRow &edge = tables.edges[vertex.firstEdge + info.place[number]];
  if (edge.kind() != popgraph::EdgeRow::List) {
    tree["runs"] = edgeTree(edge);
    return tree;
  }
  tree["rows"] = json::array();
  for (std::uint32_t i = 0; i < edge.b; ++i) tree["rows"].push_back(edgeTree(tables.subEdges[edge.a + i]));
  return tree;
}

} // namespace

void Graph::serializeTensors(std::ostream &out, ArrayRef<Tensor> tensors, SerializationFormat format) const {
  for (const Tensor &tensor : tensors) popgraph::checkOwn(*state_, tensor, "serializeTensors");
  const Written written(tensors);
  json tree = {{"format", kFormat}, {"version", 1}, {"variables", variableTrees(*state_, written)}};
  tree["tensors"] = json::array();
  for (const Tensor &tensor : tensors) tree["tensors"].push_back(tensorTree(tensor, written));
  writeTree(tree, out, format);
}

std::vector<Tensor> Graph::deserializeTensors(std::istream &in, SerializationFormat format) {
  try {
    return Reader(readTree(in, format), *state_, numTiles()).make([&](unsigned tile) { return physicalTile(tile); });
  } catch (const json::exception &error) {
    throw parse_error(std::string("Graph::deserializeTensors: this is no file of tensors: ") + error.what());
  }
}

void Graph::serialize(std::ostream &out, SerializationFormat format) const {
  const GraphTables &tables = state_->tables;
  json tree = {
      {"format", "popgraph graph"}, {"version", 1}, {"target", getTarget().getTargetArchString().cloneAsString()}};
  tree["tiles"] = state_->numTiles;
  tree["variables"] = json::array();
  for (std::uint32_t v = 0; v < tables.variables.size(); ++v) {
    const popgraph::VariableRow &row = tables.variables[v];
    tree["variables"].push_back({{"name", tables.variableName(v)},
                                 {"type", popgraph::elementName(row.type)},
                                 {"elements", row.elements},
                                 {"constant", row.isConstant},
                                 {"mapping", mappingTree(tables.mappingOf(v), 0, row.elements, 0)}});
  }
  tree["computeSets"] = json::array();
  for (std::uint32_t set = 0; set < tables.computeSets.size(); ++set)
    tree["computeSets"].push_back(tables.computeSetName(set));
  tree["vertices"] = json::array();
  for (std::uint32_t v = 0; v < tables.vertices.size(); ++v) {
    const popgraph::VertexRow &vertex = tables.vertices[v];
    json fields = json::array();
    for (std::size_t i = 0; i < tables.codeletOf(vertex).fields.size(); ++i)
      fields.push_back(fieldTree(tables, vertex, i));
    json one = {{"type", tables.codeletOf(vertex).name}, {"computeSet", vertex.computeSet}, {"fields", fields}};
    if (vertex.tile != popgraph::kNoTile) one["tile"] = vertex.tile;
    tree["vertices"].push_back(std::move(one));
  }
  writeTree(tree, out, format);
}

} // namespace poplar
