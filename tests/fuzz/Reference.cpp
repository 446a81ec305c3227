// Interprets a script on plain vectors of bytes.
#include <cstring>

#include "tests/fuzz/Script.hpp"

namespace fuzz {

namespace {

struct Aborted {};

template <typename T> T add(T a, T b) {
  if constexpr (std::is_same_v<T, float>)
    return a + b;
  else
    return static_cast<T>(static_cast<unsigned long long>(a) + static_cast<unsigned long long>(b));
}
template <typename T> T times(T a, T b) {
  if constexpr (std::is_same_v<T, float>)
    return a * b;
  else
    return static_cast<T>(static_cast<unsigned long long>(a) * static_cast<unsigned long long>(b));
}

class Interpreter {
public:
  explicit Interpreter(const Script &script) : s_(script) {
    for (const Stream &stream : s_.streams) outcome_.sinks.push_back(stream.toDevice ? Bytes() : stream.data);
  }

  Outcome run() {
    for (const Action &action : s_.actions) {
      switch (action.kind) {
      case Action::Kind::Load: load(); break;
      case Action::Kind::Run:
        outcome_.aborted.push_back(false);
        try {
          execute(s_.programs[action.id]);
        } catch (const Aborted &) {
          outcome_.aborted.back() = true;
        }
        break;
      case Action::Kind::Write: put(s_.writes[action.id], action.data.data()); break;
      case Action::Kind::Read: outcome_.reads.push_back(get(s_.reads[action.id])); break;
      }
    }
    return outcome_;
  }

private:
  void load() {
    memory_.clear();
    for (const Variable &variable : s_.variables) memory_.push_back(variable.initial);
    computeSets_ = s_.computeSets;
    position_.assign(s_.streams.size(), 0);
    remotes_.clear();
    for (const Remote &remote : s_.remotes) remotes_.push_back(remote.data);
  }

  char *at(const Place &place) {
    return &memory_[place.variable][place.element * bytesOf(s_.variables[place.variable].type)];
  }
  Bytes get(const View &view) {
    Bytes result;
    for (const Place &place : elementsOf(view, s_.variables).places)
      result.insert(result.end(), at(place), at(place) + bytesOf(s_.variables[place.variable].type));
    return result;
  }
  void put(const View &view, const char *data) {
    for (const Place &place : elementsOf(view, s_.variables).places) {
      const std::size_t size = bytesOf(s_.variables[place.variable].type);
      std::memcpy(at(place), data, size);
      data += size;
    }
  }
  template <typename T> std::vector<T> values(const View &view) {
    const Bytes bytes = get(view);
    std::vector<T> result;
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T)) {
      T value;
      std::memcpy(&value, &bytes[i], sizeof value);
      result.push_back(value);
    }
    return result;
  }
  template <typename T> void putValues(const View &view, const std::vector<T> &values) {
    Bytes bytes;
    for (const T value : values)
      bytes.insert(bytes.end(), reinterpret_cast<const char *>(&value), reinterpret_cast<const char *>(&value + 1));
    put(view, bytes.data());
  }

  std::int64_t scalar(const View &view) {
    const Place place = elementsOf(view, s_.variables).places.at(0);
    switch (s_.variables[place.variable].type) {
    case Type::BOOL: return *at(place);
    case Type::INT: return values<int>(view)[0];
    default: return values<unsigned>(view)[0];
    }
  }

  template <typename T> void compute(Vertex &v) {
    const auto &edges = v.edges;
    switch (v.codelet) {
    case Codelet::Add: {
      std::vector<T> a = values<T>(edges[0][0]);
      const std::vector<T> b = values<T>(edges[1][0]);
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = add<T>(a[i], b[i]);
      putValues(edges[2][0], a);
      break;
    }
    case Codelet::Scale: {
      std::vector<T> x = values<T>(edges[0][0]);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = add<T>(times<T>(x[i], static_cast<T>(v.factor)), static_cast<T>(v.step));
      putValues(edges[0][0], x);
      v.step = static_cast<std::int64_t>(add<T>(static_cast<T>(v.step), static_cast<T>(1)));
      break;
    }
    case Codelet::RowSums:
    case Codelet::ListSums: {
      std::vector<T> sums;
      for (const View &row : edges[0]) {
        T sum = static_cast<T>(0);
        for (const T value : values<T>(row)) sum = add<T>(sum, value);
        sums.push_back(sum);
      }
      putValues(edges[1][0], sums);
      break;
    }
    case Codelet::RowAdd:
      for (std::size_t r = 0; r < edges[0].size(); ++r) {
        std::vector<T> row = values<T>(edges[0][r]);
        for (std::size_t i = 0; i < row.size(); ++i)
          row[i] = add<T>(row[i], static_cast<T>(v.table[(r + i) % v.table.size()]));
        putValues(edges[0][r], row);
      }
      break;
    case Codelet::Workers: {
      std::vector<T> x = values<T>(edges[0][0]);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = times<T>(x[i], static_cast<T>(i));
      putValues(edges[1][0], x);
      break;
    }
    case Codelet::Larger: {
      const T a = values<T>(edges[0][0])[0], b = values<T>(edges[1][0])[0];
      putValues(edges[2][0], std::vector<T>{a > b ? a : b});
      break;
    }
    case Codelet::Negate: {
      std::vector<T> x = values<T>(edges[0][0]);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = times<T>(x[i], static_cast<T>(-1));
      putValues(edges[1][0], x);
      break;
    }
    case Codelet::Less:
      putValues(edges[2][0], std::vector<char>{values<int>(edges[0][0])[0] < values<int>(edges[1][0])[0]});
      break;
    case Codelet::CountDown: {
      const int n = values<int>(edges[0][0])[0] - 1;
      putValues(edges[0][0], std::vector<int>{n});
      putValues(edges[1][0], std::vector<char>{(n > 0) != (v.step != 0)});
      break;
    }
    }
  }

  void compute(ComputeSet &set) {
    for (Vertex &vertex : set) {
      switch (vertex.type) {
#define X(name, cpp, computes)                                                                                         \
  case Type::name: compute<cpp>(vertex); break;
        FUZZ_TYPES(X)
#undef X
      case Type::Count: break;
      }
    }
  }

  void stream(const Statement &s) {
    const Stream &stream = s_.streams[s.id];
    const std::size_t bytes = stream.elements * bytesOf(stream.type);
    std::size_t &position = position_[s.id];
    if (stream.toDevice)
      put(s.views[0], stream.data.data() + position);
    else if (const Bytes data = get(s.views[0]); !data.empty())
      std::memcpy(&outcome_.sinks[s.id][position], data.data(), bytes);
    position += bytes;
    if (position >= stream.data.size()) position = 0;
  }

  void execute(const Statement &s) {
    switch (s.kind) {
    case Statement::Kind::Sequence:
    case Statement::Kind::Block:
      for (const Statement &part : s.parts) execute(part);
      break;
    case Statement::Kind::Execute: compute(computeSets_[s.id]); break;
    case Statement::Kind::Copy: put(s.views[1], get(s.views[0]).data()); break;
    case Statement::Kind::StreamIn:
    case Statement::Kind::StreamOut: stream(s); break;
    case Statement::Kind::RemoteIn:
    case Statement::Kind::RemoteOut: {
      const Bytes row = get(s.views[0]);
      char *remote = &remotes_[s.id][s.row * row.size()];
      if (s.kind == Statement::Kind::RemoteIn)
        put(s.views[0], remote);
      else
        std::memcpy(remote, row.data(), row.size());
      break;
    }
    case Statement::Kind::Repeat:
      for (std::size_t i = 0; i < s.id; ++i) execute(s.parts[0]);
      break;
    case Statement::Kind::While:
      for (;;) {
        execute(s.parts[0]);
        if ((scalar(s.views[0]) != 0) != (s.id == 1)) break;
        execute(s.parts[1]);
      }
      break;
    case Statement::Kind::If: execute(s.parts[scalar(s.views[0]) != 0 ? 0 : 1]); break;
    case Statement::Kind::Switch: {
      const std::int64_t value = scalar(s.views[0]);
      for (std::size_t i = 0; i < s.cases.size(); ++i)
        if (s.cases[i] == value) return execute(s.parts[i]);
      if (s.parts.size() > s.cases.size()) execute(s.parts.back());
      break;
    }
    case Statement::Kind::Call: execute(s_.functions[s.id]); break;
    case Statement::Kind::Sync: break;
    case Statement::Kind::Abort:
      if (scalar(s.views[0]) != 0) throw Aborted();
      break;
    }
  }

  const Script &s_;
  std::vector<Bytes> memory_;
  std::vector<ComputeSet> computeSets_; ///< with the state of their vertices
  std::vector<std::size_t> position_;
  std::vector<Bytes> remotes_;
  Outcome outcome_;
};

} // namespace

Outcome expected(const Script &script) { return Interpreter(script).run(); }

} // namespace fuzz
