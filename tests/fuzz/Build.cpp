// A script as calls of the API.
#include <poplar/Engine.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/fuzz/Codelets.hpp"
#include "tests/fuzz/Device.hpp"

namespace fuzz {

using namespace poplar;
using namespace poplar::program;

poplar::Type typeOf(Type type) {
  switch (type) {
#define X(name, cpp, computes)                                                                                         \
  case Type::name: return poplar::name;
    FUZZ_TYPES(X)
#undef X
  case Type::Count: break;
  }
  throw std::logic_error("no type");
}

Tensor tensorOf(const View &view, const std::vector<Tensor> &variables) {
  const auto &n = view.numbers;
  if (view.op == View::Op::Whole) return variables[n[0]];
  const Tensor of = tensorOf(view.of[0], variables);
  const auto u = [&](std::size_t i) { return static_cast<unsigned>(n[i]); };
  switch (view.op) {
  case View::Op::Whole: break;
  case View::Op::Slice: return of.slice(n[1], n[2], u(0));
  case View::Op::Index: return of[n[0]];
  case View::Op::Shuffle: return of.dimShuffle(std::vector<unsigned>(n.begin(), n.end()));
  case View::Op::Reverse: return of.reverse(u(0));
  case View::Op::SubSample: return of.subSample(u(1), u(0));
  case View::Op::Upsample: return of.upsample(u(1), u(0), UpsampleMethod::REPEAT);
  case View::Op::Broadcast: return of.broadcast(u(1), u(0));
  case View::Op::Reshape: return of.reshape(n);
  case View::Op::Expand: return of.expand({n[0]});
  case View::Op::Squeeze: return of.squeeze({n[0]});
  case View::Op::Concat: return concat(of, tensorOf(view.of[1], variables), u(0));
  }
  throw std::logic_error("no view");
}

namespace {

class Builder {
public:
  Builder(const Script &script, const Target &target) : s_(script), graph_(target), tiles_(target.getNumTiles()) {}

  Executable build() {
    std::stringstream source(kCodelets);
    graph_.addCodelets(source);
    for (std::size_t v = 0; v < s_.variables.size(); ++v) variable(s_.variables[v], "v" + std::to_string(v));
    for (const ComputeSet &set : s_.computeSets) {
      sets_.push_back(graph_.addComputeSet("set" + std::to_string(sets_.size())));
      for (const Vertex &v : set) vertex(sets_.back(), v);
    }
    for (std::size_t i = 0; i < s_.streams.size(); ++i) {
      const Stream &stream = s_.streams[i];
      const std::string name = "s" + std::to_string(i);
      streams_.push_back(stream.toDevice ? graph_.addHostToDeviceFIFO(name, typeOf(stream.type), stream.elements)
                                         : graph_.addDeviceToHostFIFO(name, typeOf(stream.type), stream.elements));
    }
    for (std::size_t i = 0; i < s_.remotes.size(); ++i) {
      const Remote &remote = s_.remotes[i];
      remotes_.push_back(
          graph_.addRemoteBuffer("b" + std::to_string(i), typeOf(remote.type), remote.elements, remote.rows));
    }
    for (const Statement &function : s_.functions) functions_.push_back(graph_.addFunction(program(function)));
    for (std::size_t i = 0; i < s_.writes.size(); ++i)
      graph_.createHostWrite("w" + std::to_string(i), view(s_.writes[i]));
    for (std::size_t i = 0; i < s_.reads.size(); ++i) graph_.createHostRead("r" + std::to_string(i), view(s_.reads[i]));
    std::vector<Program> programs;
    for (const Statement &p : s_.programs) programs.push_back(program(p));
    return compileGraph(graph_, programs);
  }

private:
  Tensor view(const View &v) {
    const Tensor tensor = tensorOf(v, variables_);
    check(tensor, elementsOf(v, s_.variables));
    return tensor;
  }

  /// What the API says about a view.
  void check(const Tensor &tensor, const Elements &elements) {
    const auto require = [&](bool good, const char *what) {
      if (!good)
        throw std::runtime_error(std::string("a view is wrong about its ") + what + ": " + tensor.getDebugStr());
    };
    require(tensor.shape() == elements.shape && tensor.numElements() == elements.places.size(), "shape");
    std::set<Place> distinct(elements.places.begin(), elements.places.end());
    bool constant = false, contiguous = true;
    for (std::size_t i = 0; i < elements.places.size(); ++i) {
      const Place &place = elements.places[i];
      constant = constant || s_.variables[place.variable].isConstant;
      contiguous = contiguous && (i == 0 || (place.variable == elements.places[i - 1].variable &&
                                             place.element == elements.places[i - 1].element + 1));
    }
    const bool aliases = distinct.size() != elements.places.size();
    require(tensor.containsAliases() == aliases, "aliases");
    require(tensor.containsConstant() == constant, "constants");
    require(tensor.isParallelWriteable() == (!aliases && !constant), "parallel writes");
    require(tensor.isContiguous() == contiguous, "contiguity");
    std::vector<Place> regions;
    for (const VariableInterval &region : tensor.getVarRegions())
      for (std::size_t i = region.interval.begin(); i < region.interval.end(); ++i)
        regions.push_back({region.var.id(), i});
    for (Place &place : regions) place.variable -= firstId_;
    require(regions == elements.places, "regions");
  }

  void variable(const Variable &v, const std::string &name) {
    Tensor tensor;
    switch (v.type) {
#define X(type, cpp, computes)                                                                                         \
  case Type::type: tensor = make<cpp>(v, name); break;
      FUZZ_TYPES(X)
#undef X
    case Type::Count: break;
    }
    if (variables_.empty()) firstId_ = tensor.numElements() ? tensor.getVarRegions()[0].var.id() : firstId_;
    variables_.push_back(tensor);
    const Tensor flat = tensor.flatten();
    for (const Variable::Chunk &chunk : v.mapping)
      graph_.setTileMapping(flat.slice(chunk.begin, chunk.end), static_cast<unsigned>(chunk.tile % tiles_));
  }
  template <typename T> Tensor make(const Variable &v, const std::string &name) {
    const T *values = reinterpret_cast<const T *>(v.initial.data());
    const poplar::Type type = typeOf(v.type);
    if (v.isConstant) {
      if (v.type == Type::HALF)
        return graph_.addConstantHalf(type, v.shape, reinterpret_cast<const std::uint16_t *>(values), name);
      return graph_.addConstant(type, v.shape, values, name);
    }
    const Tensor tensor = graph_.addVariable(type, v.shape, name);
    if (v.elements() == 0) return tensor;
    if (v.type == Type::HALF) { // all in [1, 2)
      std::vector<float> numbers;
      for (std::size_t i = 0; i < v.elements(); ++i)
        numbers.push_back(1 + static_cast<float>(values[i] - 0x3c00) / 1024);
      graph_.setInitialValue(tensor, ArrayRef<float>(numbers));
    } else {
      graph_.setInitialValue(tensor, ArrayRef<T>(values, v.elements()));
    }
    return tensor;
  }

  void vertex(const poplar::ComputeSet &set, const Vertex &v) {
    struct Info {
      const char *name;
      bool isTemplate;
      std::vector<const char *> fields;
    };
    static const Info infos[] = {{"Add", true, {"a", "b", "out"}},    {"Scale", true, {"x"}},
                                 {"RowSums", true, {"rows", "sums"}}, {"ListSums", true, {"rows", "sums"}},
                                 {"RowAdd", true, {"rows"}},          {"Workers", true, {"in", "out"}},
                                 {"Larger", true, {"a", "b", "out"}}, {"Negate", true, {"in", "out"}},
                                 {"Less", false, {"a", "b", "out"}},  {"CountDown", false, {"n", "flag"}}};
    const Info &info = infos[static_cast<std::size_t>(v.codelet)];
    std::string name = info.name;
    if (info.isTemplate) name += "<" + std::string(typeOf(v.type).toString()) + ">";
    const VertexRef ref = graph_.addVertex(set, name);
    graph_.setTileMapping(ref, static_cast<unsigned>(v.tile % tiles_));
    for (std::size_t e = 0; e < v.edges.size(); ++e) {
      const bool rank2 =
          e == 0 && (v.codelet == Codelet::RowSums || v.codelet == Codelet::ListSums || v.codelet == Codelet::RowAdd);
      if (!rank2) {
        graph_.connect(ref[info.fields[e]], view(v.edges[e][0]));
        continue;
      }
      std::vector<Tensor> rows;
      for (const View &row : v.edges[e]) rows.push_back(view(row));
      graph_.connect(ref[info.fields[e]], rows);
    }
    if (v.codelet == Codelet::Scale) {
      graph_.setInitialValue(ref["factor"], v.factor);
      graph_.setInitialValue(ref["step"], v.step);
    } else if (v.codelet == Codelet::RowAdd) {
      graph_.setInitialValue(ref["table"], ArrayRef<std::int64_t>(v.table));
    } else if (v.codelet == Codelet::CountDown) {
      graph_.setInitialValue(ref["inverted"], v.step != 0);
    }
    if (v.hasEstimate) graph_.setPerfEstimate(ref, 100 + v.tile);
  }

  Program program(const Statement &s) {
    const auto part = [&](std::size_t i) { return program(s.parts[i]); };
    switch (s.kind) {
    case Statement::Kind::Sequence:
    case Statement::Kind::Block: {
      Sequence sequence;
      for (const Statement &p : s.parts) sequence.add(program(p));
      if (s.kind == Statement::Kind::Block) return Block(sequence, "block");
      return sequence;
    }
    case Statement::Kind::Execute: return Execute(sets_[s.id]);
    case Statement::Kind::Copy: return Copy(view(s.views[0]), view(s.views[1]));
    case Statement::Kind::StreamIn: return Copy(streams_[s.id], view(s.views[0]));
    case Statement::Kind::StreamOut: return Copy(view(s.views[0]), streams_[s.id]);
    case Statement::Kind::RemoteIn:
    case Statement::Kind::RemoteOut: {
      const bool in = s.kind == Statement::Kind::RemoteIn;
      const Tensor data = view(s.views[0]);
      if (s.row == 0) return in ? Copy(remotes_[s.id], data) : Copy(data, remotes_[s.id]);
      const Tensor offset = graph_.addConstant<unsigned>(UNSIGNED_INT, {1}, {static_cast<unsigned>(s.row)});
      graph_.setTileMapping(offset, 0);
      return in ? Copy(remotes_[s.id], data, offset) : Copy(data, remotes_[s.id], offset);
    }
    case Statement::Kind::Repeat: return Repeat(static_cast<unsigned>(s.id), part(0));
    case Statement::Kind::While:
      if (s.id == 1) return RepeatWhileTrue(part(0), view(s.views[0]), part(1));
      return RepeatWhileFalse(part(0), view(s.views[0]), part(1));
    case Statement::Kind::If: return If(view(s.views[0]), part(0), part(1));
    case Statement::Kind::Switch: {
      std::vector<std::pair<std::int32_t, Program>> cases;
      for (std::size_t i = 0; i < s.cases.size(); ++i) cases.emplace_back(s.cases[i], part(i));
      if (s.parts.size() > s.cases.size()) return Switch(view(s.views[0]), cases, program(s.parts.back()));
      return Switch(view(s.views[0]), cases);
    }
    case Statement::Kind::Call: return Call(functions_[s.id]);
    case Statement::Kind::Sync: return Sync(static_cast<SyncType>(s.id));
    case Statement::Kind::Abort: return AbortOnCondition(view(s.views[0]), "fuzz");
    }
    throw std::logic_error("no statement");
  }

  const Script &s_;
  Graph graph_;
  std::size_t tiles_;
  std::size_t firstId_ = 0; ///< number of the first variable in the graph
  std::vector<Tensor> variables_;
  std::vector<poplar::ComputeSet> sets_;
  std::vector<DataStream> streams_;
  std::vector<RemoteBuffer> remotes_;
  std::vector<Function> functions_;
};

} // namespace

Executable build(const Script &script, const Target &target) { return Builder(script, target).build(); }

} // namespace fuzz
