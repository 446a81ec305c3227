#pragma once
// A random program as data: what a seed means. It is built with the API, and interpreted by the reference on plain
// vectors of bytes; the two share nothing but this.
#include <cstdint>
#include <string>
#include <vector>

namespace fuzz {

/// splitmix64: the same numbers on every platform.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 … n-1
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  bool chance(unsigned percent) { return below(100) < percent; }

private:
  std::uint64_t state_;
};

// The element types, with the spelling of codelets and whether the codelets compute with them.
//      poplar's name      C++                 computes
#define FUZZ_TYPES(X)                                                                                                  \
  X(FLOAT, float, 1)                                                                                                   \
  X(INT, int, 1)                                                                                                       \
  X(UNSIGNED_SHORT, unsigned short, 1)                                                                                 \
  X(SIGNED_CHAR, signed char, 1)                                                                                       \
  X(BOOL, bool, 1)                                                                                                     \
  X(LONGLONG, long long, 1)                                                                                            \
  X(UNSIGNED_INT, unsigned int, 0)                                                                                     \
  X(SHORT, short, 0)                                                                                                   \
  X(CHAR, char, 0)                                                                                                     \
  X(UNSIGNED_CHAR, unsigned char, 0)                                                                                   \
  X(UNSIGNED_LONGLONG, unsigned long long, 0)                                                                          \
  X(HALF, std::uint16_t, 0)

enum class Type : unsigned {
#define X(name, cpp, computes) name,
  FUZZ_TYPES(X)
#undef X
      Count
};
inline constexpr unsigned kTypes = static_cast<unsigned>(Type::Count);
std::size_t bytesOf(Type type);
bool computes(Type type);

using Bytes = std::vector<char>;
using Shape = std::vector<std::size_t>;

struct Variable {
  Type type;
  Shape shape;
  bool isConstant = false;
  Bytes initial; ///< all elements
  struct Chunk {
    std::size_t begin, end, tile;
  };
  std::vector<Chunk> mapping; ///< tiles count modulo those of the target
  std::size_t elements() const { return initial.size() / bytesOf(type); }
};

/// A view as the calls that make it.
struct View {
  enum class Op {
    Whole,
    Slice,
    Index,
    Shuffle,
    Reverse,
    SubSample,
    Upsample,
    Broadcast,
    Reshape,
    Expand,
    Squeeze,
    Concat
  };
  Op op = Op::Whole;
  std::vector<std::size_t> numbers; ///< Whole: variable; else the call's arguments
  std::vector<View> of;
};

/// An element of a variable.
struct Place {
  std::size_t variable, element;
  auto operator<=>(const Place &) const = default;
};

/// What a view means: an element for each position.
struct Elements {
  Shape shape;
  std::vector<Place> places;
};
Elements elementsOf(const View &view, const std::vector<Variable> &variables);
/// The same, when the elements of `view.of` are known.
Elements apply(const View &view, const std::vector<Elements> &of, const std::vector<Variable> &variables);

enum class Codelet { Add, Scale, RowSums, ListSums, RowAdd, Workers, Larger, Negate, Less, CountDown };

struct Vertex {
  Codelet codelet;
  Type type;                            ///< of the template, where there is one
  std::vector<std::vector<View>> edges; ///< by field: one view, or one for each row
  std::int64_t factor = 0, step = 0;    ///< Scale; CountDown: step is whether the flag is inverted
  std::vector<std::int64_t> table;      ///< RowAdd
  std::size_t tile;
  bool hasEstimate = false;
};

using ComputeSet = std::vector<Vertex>;

struct Statement {
  enum class Kind {
    Sequence,
    Execute,
    Copy,
    StreamIn,
    StreamOut,
    Repeat,
    While,
    If,
    Switch,
    Call,
    Sync,
    Block,
    Abort,
    RemoteIn,
    RemoteOut
  };
  Kind kind = Kind::Sequence;
  std::size_t row = 0; ///< of a remote buffer
  std::size_t id = 0;  ///< compute set, stream, remote buffer, function, count of Repeat; While: 1 for RepeatWhileTrue
  std::vector<View> views; ///< Copy: source, destination; the predicate
  std::vector<Statement> parts;
  std::vector<std::int32_t> cases; ///< Switch; the default is the last part, when there is one more
};

struct Stream {
  bool toDevice, callback;
  Type type;
  std::size_t elements;
  Bytes data; ///< to the device: a whole number of transfers; to the host: zeros
};

/// Rows of host memory; written by the host after each load.
struct Remote {
  Type type;
  std::size_t elements, rows;
  Bytes data;
};

/// Something that the host does.
struct Action {
  enum class Kind { Load, Run, Write, Read };
  Kind kind;
  std::size_t id = 0; ///< program or handle
  Bytes data;
};

struct Script {
  std::uint64_t seed;
  std::size_t tilesPerIPU, ipus;
  std::vector<Variable> variables;
  std::vector<ComputeSet> computeSets;
  std::vector<Stream> streams;
  std::vector<Remote> remotes;
  std::vector<Statement> functions; ///< call only earlier ones
  std::vector<Statement> programs;
  std::vector<View> writes, reads; ///< host handles "w0" … and "r0" …
  std::vector<Action> actions;
};

Script generate(std::uint64_t seed);

/// What the host sees.
struct Outcome {
  std::vector<Bytes> reads;  ///< of each Read, in order
  std::vector<Bytes> sinks;  ///< of each stream to the host, at the end
  std::vector<bool> aborted; ///< of each Run
};
Outcome expected(const Script &script);

} // namespace fuzz
