// From a seed to a valid program: every choice keeps the rules (ranks and types of edges, no races, no aliases where
// something is written, loops that end).
#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>

#include "tests/fuzz/Script.hpp"

namespace fuzz {

namespace {

constexpr std::size_t kMostElements = 160; ///< of a view
constexpr std::size_t kMostCost = 400;     ///< steps of a program, loops counted

struct Sized {
  View view;
  Elements elements;
  std::size_t count() const { return elements.places.size(); }
  std::size_t rank() const { return elements.shape.size(); }
};

class Generator {
public:
  explicit Generator(std::uint64_t seed) : r_(seed) {
    s_.seed = seed;
    s_.tilesPerIPU = r_.between(1, 12);
    s_.ipus = r_.chance(15) ? 2 : 1;
  }

  Script run() {
    const std::size_t variables = r_.between(3, 9);
    for (std::size_t i = 0; i < variables; ++i) addVariable(randomType(), randomShape(), r_.chance(15));
    addVariable(Type::INT, {r_.between(2, 6)}, false);
    addVariable(Type::BOOL, {r_.between(1, 4)}, false);
    pool_ = s_.variables.size();
    const std::size_t sets = r_.between(1, 5);
    for (std::size_t i = 0; i < sets; ++i) s_.computeSets.push_back(randomComputeSet());
    sets_ = sets;
    const std::size_t streams = r_.between(0, 3);
    for (std::size_t i = 0; i < streams; ++i) addStream();
    for (std::size_t i = r_.below(3); i > 0; --i) addRemote();
    const std::size_t functions = r_.below(3);
    for (std::size_t i = 0; i < functions; ++i) {
      std::size_t cost = 1;
      s_.functions.push_back(sequence(2, 60, cost));
      functionCost_.push_back(cost);
    }
    const std::size_t programs = r_.between(1, 3);
    for (std::size_t i = 0; i < programs; ++i) {
      std::size_t cost = 1;
      s_.programs.push_back(sequence(3, kMostCost, cost));
    }
    host();
    return std::move(s_);
  }

private:
  Type randomType() { return static_cast<Type>(r_.below(r_.chance(70) ? 6 : kTypes)); }
  /// A type that codelets compute with and that some variable has.
  Type computingType() {
    for (;;)
      if (const Type type = s_.variables[r_.below(pool_)].type; computes(type)) return type;
  }

  Bytes randomBytes(Type type, std::size_t elements) {
    const std::size_t size = bytesOf(type);
    Bytes bytes(elements * size);
    for (std::size_t i = 0; i < elements; ++i) {
      char *at = &bytes[i * size];
      if (type == Type::BOOL) {
        *at = static_cast<char>(r_.below(2));
      } else if (type == Type::FLOAT) {
        const float value = static_cast<float>(static_cast<int>(r_.below(200)) - 100) / 8;
        std::memcpy(at, &value, size);
      } else if (type == Type::HALF) {
        const auto value = static_cast<std::uint16_t>(0x3c00 + r_.below(0x400));
        std::memcpy(at, &value, size);
      } else if (r_.chance(70)) {
        const std::int64_t value = static_cast<std::int64_t>(r_.below(8)) - 2;
        std::memcpy(at, &value, size);
      } else {
        const std::uint64_t value = r_.next();
        std::memcpy(at, &value, size);
      }
    }
    return bytes;
  }

  Shape randomShape() {
    for (;;) {
      Shape shape(r_.below(5));
      std::size_t count = 1;
      for (std::size_t &d : shape) count *= d = r_.chance(3) ? 0 : r_.between(1, 7);
      if (count <= 60) return shape;
    }
  }

  std::size_t addVariable(Type type, const Shape &shape, bool isConstant) {
    Variable variable;
    variable.type = type;
    variable.shape = shape;
    variable.isConstant = isConstant;
    std::size_t count = 1;
    for (const std::size_t d : shape) count *= d;
    variable.initial = randomBytes(type, count);
    for (std::size_t begin = 0; begin < count;) {
      const std::size_t end = std::min(count, begin + r_.between(1, r_.chance(50) ? count : 3));
      variable.mapping.push_back({begin, end, r_.below(64)});
      begin = end;
    }
    s_.variables.push_back(std::move(variable));
    return s_.variables.size() - 1;
  }

  Sized whole(std::size_t variable) { return make(View::Op::Whole, {variable}, {}); }
  Sized make(View::Op op, std::vector<std::size_t> numbers, const std::vector<Sized> &of) {
    Sized result;
    result.view.op = op;
    result.view.numbers = std::move(numbers);
    std::vector<Elements> elements;
    for (const Sized &part : of) {
      result.view.of.push_back(part.view);
      elements.push_back(part.elements);
    }
    result.elements = apply(result.view, elements, s_.variables);
    return result;
  }

  /// One more call on a view; `repeats` allows those that mention elements twice.
  Sized change(const Sized &v, bool repeats) {
    using Op = View::Op;
    const Shape &shape = v.elements.shape;
    const std::size_t d = v.rank() > 0 ? r_.below(v.rank()) : 0, size = v.rank() > 0 ? shape[d] : 0;
    switch (r_.below(repeats ? 10 : 8)) {
    case 0:
      if (v.rank() > 0) {
        const std::size_t begin = r_.between(0, size), end = r_.between(begin, size);
        if (begin < end || r_.chance(10)) return make(Op::Slice, {d, begin, end}, {v});
      }
      break;
    case 1:
      if (v.rank() > 0 && shape[0] > 0) return make(Op::Index, {r_.below(shape[0])}, {v});
      break;
    case 2: {
      std::vector<std::size_t> order(v.rank());
      std::iota(order.begin(), order.end(), 0);
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[r_.below(i)]);
      if (v.rank() > 1) return make(Op::Shuffle, order, {v});
      break;
    }
    case 3:
      if (v.rank() > 0) return make(Op::Reverse, {d}, {v});
      break;
    case 4:
      if (v.rank() > 0 && size > 0) return make(Op::SubSample, {d, r_.between(1, 3)}, {v});
      break;
    case 5: {
      Shape to;
      for (std::size_t rest = v.count(); rest > 1;) {
        std::size_t factor = r_.between(2, rest);
        while (rest % factor != 0) ++factor;
        if (r_.chance(20)) to.push_back(1);
        to.push_back(factor);
        rest /= factor;
      }
      if (v.count() == 0) to = {0};
      if (to.size() < 6) return make(Op::Reshape, to, {v});
      break;
    }
    case 6:
      if (v.rank() < 5) return make(Op::Expand, {r_.between(0, v.rank())}, {v});
      break;
    case 7:
      if (v.rank() > 0 && size == 1) return make(Op::Squeeze, {d}, {v});
      break;
    case 8:
      if (v.rank() > 0) {
        const std::size_t times = r_.between(1, 3);
        if (v.count() * times <= kMostElements) return make(Op::Broadcast, {d, times}, {v});
      }
      break;
    case 9:
      if (v.rank() > 0) {
        const std::size_t times = r_.between(1, 3);
        if (v.count() * times <= kMostElements) return make(Op::Upsample, {d, times}, {v});
      }
      break;
    }
    return v;
  }

  Sized flat(const Sized &v) { return v.rank() == 1 ? v : make(View::Op::Reshape, {v.count()}, {v}); }

  std::vector<std::size_t> variablesOf(Type type, bool writable) {
    std::vector<std::size_t> result;
    for (std::size_t v = 0; v < pool_; ++v)
      if (s_.variables[v].type == type && !(writable && s_.variables[v].isConstant)) result.push_back(v);
    return result;
  }

  /// Something to read; false when there is no variable of the type.
  bool readable(Type type, Sized &result) {
    const auto variables = variablesOf(type, false);
    if (variables.empty()) return false;
    result = whole(variables[r_.below(variables.size())]);
    for (std::size_t i = r_.below(5); i > 0; --i) result = change(result, true);
    if (r_.chance(20)) {
      Sized other = whole(variables[r_.below(variables.size())]);
      for (std::size_t i = r_.below(3); i > 0; --i) other = change(other, true);
      if (result.count() + other.count() <= kMostElements)
        result = make(View::Op::Concat, {0}, {flat(result), flat(other)});
      for (std::size_t i = r_.below(3); i > 0; --i) result = change(result, true);
    }
    return true;
  }

  static bool repeats(const Elements &elements) {
    std::set<Place> seen;
    for (const Place &place : elements.places)
      if (!seen.insert(place).second) return true;
    return false;
  }

  /// Something to write, without aliases and constants.
  bool writable(Type type, Sized &result) {
    const auto variables = variablesOf(type, true);
    if (variables.empty()) return false;
    result = whole(variables[r_.below(variables.size())]);
    for (std::size_t i = r_.below(4); i > 0; --i) result = change(result, false);
    if (r_.chance(20)) {
      Sized other = whole(variables[r_.below(variables.size())]);
      for (std::size_t i = r_.below(3); i > 0; --i) other = change(other, false);
      const Sized both = make(View::Op::Concat, {0}, {flat(result), flat(other)});
      if (!repeats(both.elements)) result = both;
    }
    return true;
  }

  /// `count` elements to read, as rank 1.
  bool readable(Type type, std::size_t count, Sized &result) {
    if (!readable(type, result)) return false;
    result = flat(result);
    if (result.count() == 0) return count == 0;
    while (result.count() < count) {
      Sized more;
      if (r_.chance(50) || !readable(type, more) || more.count() == 0) more = result;
      result = make(View::Op::Concat, {0}, {result, flat(more)});
    }
    if (result.count() > count) {
      const std::size_t begin = r_.between(0, result.count() - count);
      result = make(View::Op::Slice, {0, begin, begin + count}, {result});
    }
    return true;
  }

  bool scalar(Type type, bool toWrite, Sized &result) {
    for (int attempt = 0; attempt < 5; ++attempt) {
      if (!(toWrite ? writable(type, result) : readable(type, result))) return false;
      if (result.count() == 0) continue;
      result = flat(result);
      result = make(View::Op::Index, {r_.below(result.count())}, {result});
      return true;
    }
    return false;
  }

  // Compute sets.

  bool randomVertex(Vertex &v) {
    v.codelet = static_cast<Codelet>(r_.below(9)); // CountDown is for loops
    v.type = v.codelet == Codelet::Less ? Type::INT : computingType();
    v.tile = r_.below(64);
    v.hasEstimate = r_.chance(10);
    const bool isSigned =
        v.type == Type::FLOAT || v.type == Type::INT || v.type == Type::SIGNED_CHAR || v.type == Type::LONGLONG;
    const auto small = [&] {
      return static_cast<std::int64_t>(v.type == Type::BOOL ? r_.below(2) : r_.below(4)) - (isSigned ? 2 : 0);
    };
    Sized a, b, out;
    const auto edge = [&](const Sized &view) { v.edges.push_back({view.view}); };
    switch (v.codelet) {
    case Codelet::Add:
      if (!writable(v.type, out) || !readable(v.type, out.count(), a) || !readable(v.type, out.count(), b))
        return false;
      edge(a);
      edge(b);
      edge(flat(out));
      return true;
    case Codelet::Scale:
      if (!writable(v.type, out)) return false;
      edge(flat(out));
      v.factor = small();
      v.step = small();
      return true;
    case Codelet::RowSums:
    case Codelet::ListSums: {
      if (!writable(v.type, out)) return false;
      if (out.count() > 8) out = make(View::Op::Slice, {0, 0, 8}, {flat(out)});
      std::vector<View> rows;
      for (std::size_t i = 0; i < out.count(); ++i) {
        if (!readable(v.type, a)) return false;
        rows.push_back(flat(a).view);
      }
      v.edges.push_back(rows);
      edge(flat(out));
      return true;
    }
    case Codelet::RowAdd: {
      if (!writable(v.type, out)) return false;
      out = flat(out);
      std::vector<View> rows;
      for (std::size_t begin = 0; begin < out.count();) {
        const std::size_t end = r_.between(begin, out.count());
        if (end == begin && !r_.chance(20)) continue;
        rows.push_back(make(View::Op::Slice, {0, begin, end}, {out}).view);
        begin = end;
      }
      if (rows.empty()) return false;
      v.edges.push_back(rows);
      for (std::size_t i = r_.between(1, 4); i > 0; --i) v.table.push_back(small());
      return true;
    }
    case Codelet::Workers:
    case Codelet::Negate:
      if (!writable(v.type, out) || !readable(v.type, out.count(), a)) return false;
      edge(a);
      edge(flat(out));
      return true;
    case Codelet::Larger:
    case Codelet::Less:
      if (!scalar(v.type, false, a) || !scalar(v.type, false, b) ||
          !scalar(v.codelet == Codelet::Less ? Type::BOOL : v.type, true, out))
        return false;
      edge(a);
      edge(b);
      edge(out);
      return true;
    case Codelet::CountDown: break;
    }
    return false;
  }

  /// The number of edges of a codelet that it only reads.
  static std::size_t inputs(Codelet codelet) {
    switch (codelet) {
    case Codelet::Add:
    case Codelet::Larger:
    case Codelet::Less: return 2;
    case Codelet::Scale:
    case Codelet::RowAdd: return 0;
    default: return 1;
    }
  }

  ComputeSet randomComputeSet() {
    ComputeSet set;
    std::set<Place> read, written;
    for (std::size_t i = r_.below(14); i > 0; --i) {
      Vertex v;
      if (!randomVertex(v)) continue;
      std::set<Place> reads, writes;
      for (std::size_t e = 0; e < v.edges.size(); ++e)
        for (const View &view : v.edges[e])
          for (const Place &place : elementsOf(view, s_.variables).places)
            (e < inputs(v.codelet) ? reads : writes).insert(place);
      const auto apart = [](const std::set<Place> &a, const std::set<Place> &b) {
        return std::none_of(a.begin(), a.end(), [&](const Place &place) { return b.count(place) > 0; });
      };
      if (!apart(writes, reads) || !apart(writes, read) || !apart(writes, written) || !apart(reads, written)) continue;
      read.insert(reads.begin(), reads.end());
      written.insert(writes.begin(), writes.end());
      set.push_back(std::move(v));
    }
    return set;
  }

  void addStream() {
    Stream stream;
    stream.toDevice = r_.chance(50);
    stream.callback = r_.chance(40);
    stream.type = s_.variables[r_.below(pool_)].type;
    stream.elements = r_.between(1, 12);
    const std::size_t elements = stream.elements * r_.between(1, 3);
    stream.data = stream.toDevice ? randomBytes(stream.type, elements) : Bytes(elements * bytesOf(stream.type));
    s_.streams.push_back(std::move(stream));
  }

  void addRemote() {
    Remote remote;
    remote.type = s_.variables[r_.below(pool_)].type;
    remote.elements = r_.between(1, 12);
    remote.rows = r_.between(1, 4);
    remote.data = randomBytes(remote.type, remote.elements * remote.rows);
    s_.remotes.push_back(std::move(remote));
  }

  // Programs.

  Statement sequence(unsigned depth, std::size_t budget, std::size_t &cost) {
    Statement s;
    s.kind = r_.chance(10) ? Statement::Kind::Block : Statement::Kind::Sequence;
    for (std::size_t i = r_.below(6); i > 0; --i) {
      std::size_t more = 1;
      Statement part;
      if (cost < budget && statement(depth, budget - cost, part, more)) {
        s.parts.push_back(std::move(part));
        cost += more;
      }
    }
    return s;
  }

  /// False when the choice cannot be had here.
  bool statement(unsigned depth, std::size_t budget, Statement &s, std::size_t &cost) {
    using Kind = Statement::Kind;
    Sized a, b;
    s.kind = static_cast<Kind>(r_.chance(60) ? r_.between(1, 4) : r_.below(15));
    if (depth == 0 && s.kind != Kind::Execute && s.kind != Kind::Copy) s.kind = Kind::Copy;
    switch (s.kind) {
    case Kind::Sequence:
    case Kind::Block: s = sequence(depth - 1, budget, cost); return true;
    case Kind::Execute: s.id = r_.below(sets_); return true;
    case Kind::Copy: {
      const Type type = s_.variables[r_.below(pool_)].type;
      if (!writable(type, b) || !readable(type, b.count(), a)) return false;
      if (b.rank() > 0 && r_.chance(30)) a = make(View::Op::Reshape, b.elements.shape, {a});
      s.views = {a.view, b.view};
      return true;
    }
    case Kind::StreamIn:
    case Kind::StreamOut: {
      if (s_.streams.empty()) return false;
      s.id = r_.below(s_.streams.size());
      const Stream &stream = s_.streams[s.id];
      s.kind = stream.toDevice ? Kind::StreamIn : Kind::StreamOut;
      if (stream.toDevice) {
        if (!writable(stream.type, a) || flat(a).count() < stream.elements) return false;
        a = make(View::Op::Slice, {0, 0, stream.elements}, {flat(a)});
      } else if (!readable(stream.type, stream.elements, a)) {
        return false;
      }
      s.views = {a.view};
      return true;
    }
    case Kind::RemoteIn:
    case Kind::RemoteOut: {
      if (s_.remotes.empty()) return false;
      s.id = r_.below(s_.remotes.size());
      const Remote &remote = s_.remotes[s.id];
      s.row = r_.below(remote.rows);
      if (s.kind == Kind::RemoteIn) {
        if (!writable(remote.type, a) || a.count() < remote.elements) return false;
        a = make(View::Op::Slice, {0, 0, remote.elements}, {flat(a)});
      } else if (!readable(remote.type, remote.elements, a)) {
        return false;
      }
      s.views = {a.view};
      return true;
    }
    case Kind::Repeat: {
      s.id = r_.below(4);
      std::size_t inner = 1;
      s.parts = {sequence(depth - 1, budget / 4, inner)};
      cost = 1 + inner * s.id;
      return true;
    }
    case Kind::While: return loop(depth, budget, s, cost);
    case Kind::If: {
      if (!scalar(r_.chance(60) ? Type::BOOL : r_.chance(80) ? Type::INT : Type::UNSIGNED_INT, false, a)) return false;
      if (r_.chance(50)) a = make(View::Op::Reshape, {1}, {a});
      s.views = {a.view};
      s.parts = {sequence(depth - 1, budget, cost), sequence(depth - 1, budget, cost)};
      return true;
    }
    case Kind::Switch: {
      if (!scalar(Type::INT, false, a)) return false;
      s.views = {a.view};
      std::set<std::int32_t> cases;
      for (std::size_t i = r_.below(4); i > 0; --i) cases.insert(static_cast<std::int32_t>(r_.below(6)) - 2);
      s.cases.assign(cases.begin(), cases.end());
      for (std::size_t i = s.cases.size() + r_.below(2); i > 0; --i)
        s.parts.push_back(sequence(depth - 1, budget, cost));
      return true;
    }
    case Kind::Call:
      s.id = s_.functions.empty() ? 0 : r_.below(s_.functions.size());
      if (s.id >= functionCost_.size() || functionCost_[s.id] > budget) return false;
      cost = 1 + functionCost_[s.id];
      return true;
    case Kind::Sync: s.id = r_.below(3); return true;
    case Kind::Abort:
      if (!r_.chance(30) || !scalar(Type::BOOL, false, a)) return false;
      s.views = {a.view};
      return true;
    }
    return false;
  }

  /// A loop with a counter of its own, set before it: at most three turns.
  bool loop(unsigned depth, std::size_t budget, Statement &s, std::size_t &cost) {
    const std::size_t counter = addVariable(Type::INT, {}, false), flag = addVariable(Type::BOOL, {}, false);
    const std::size_t start = addVariable(Type::INT, {}, true);
    const std::int32_t turns = static_cast<std::int32_t>(r_.below(4));
    std::memcpy(s_.variables[start].initial.data(), &turns, sizeof turns);
    Vertex v;
    v.codelet = Codelet::CountDown;
    v.type = Type::INT;
    v.tile = r_.below(64);
    v.edges = {{whole(counter).view}, {whole(flag).view}};
    const bool whileTrue = r_.chance(50);
    v.step = !whileTrue;
    s_.computeSets.push_back({v});
    Statement set, condition, loop;
    set.kind = Statement::Kind::Copy;
    set.views = {whole(start).view, whole(counter).view};
    condition.kind = Statement::Kind::Execute;
    condition.id = s_.computeSets.size() - 1;
    std::size_t inner = 1;
    loop.kind = Statement::Kind::While;
    loop.id = whileTrue;
    loop.views = {whole(flag).view};
    Statement body = sequence(depth - 1, budget / 4, inner);
    loop.parts = {condition, body};
    s.kind = Statement::Kind::Sequence;
    s.parts = {set, loop};
    cost = 2 + 4 * inner;
    return true;
  }

  // The host.

  void host() {
    for (std::size_t i = r_.below(3); i > 0; --i) {
      Sized view;
      if (writable(s_.variables[r_.below(pool_)].type, view)) s_.writes.push_back(view.view);
    }
    for (std::size_t v = 0; v < s_.variables.size(); ++v) s_.reads.push_back(whole(v).view);
    for (std::size_t i = r_.below(4); i > 0; --i) {
      Sized view;
      if (readable(s_.variables[r_.below(pool_)].type, view)) s_.reads.push_back(view.view);
    }
    s_.actions.push_back({Action::Kind::Load, 0, {}});
    for (std::size_t i = r_.between(2, 6); i > 0; --i) {
      const std::size_t choice = r_.below(10);
      if (choice == 0) {
        s_.actions.push_back({Action::Kind::Load, 0, {}});
      } else if (choice < 3 && !s_.writes.empty()) {
        const std::size_t id = r_.below(s_.writes.size());
        const Elements elements = elementsOf(s_.writes[id], s_.variables);
        if (elements.places.empty()) continue;
        const Type type = s_.variables[elements.places[0].variable].type;
        s_.actions.push_back({Action::Kind::Write, id, randomBytes(type, elements.places.size())});
      } else if (choice < 4) {
        s_.actions.push_back({Action::Kind::Read, r_.below(s_.reads.size()), {}});
      } else {
        s_.actions.push_back({Action::Kind::Run, r_.below(s_.programs.size()), {}});
      }
    }
    for (std::size_t i = 0; i < s_.reads.size(); ++i) s_.actions.push_back({Action::Kind::Read, i, {}});
  }

  Random r_;
  Script s_;
  std::size_t pool_ = 0, sets_ = 0; ///< variables and compute sets for all; those after them belong to loops
  std::vector<std::size_t> functionCost_;
};

} // namespace

Script generate(std::uint64_t seed) { return Generator(seed).run(); }

} // namespace fuzz
