#pragma once
// Decides how data that lies in many short pieces goes from tile to tile:
//
//   few or long pieces                         each is a transfer of its own
//   many short ones, together where they go    the sender packs them, one message            copy ── exchange
//   many short ones, together where they are   one message, the receiver unpacks it          exchange ── copy
//   many short ones, apart at both ends        both                                          copy ── exchange ── copy
//   many short ones that repeat few bytes      these are sent, the receiver repeats them     exchange ── copy
//
// A transfer costs its receiver 8 bytes of code and its sender 4, so short pieces would take more code than they have
// data. What several tiles want in the same pieces is packed once.
#include <cstdint>
#include <map>
#include <vector>

#include "popgraph/passes/ExchangePhase.hpp"
#include "popgraph/passes/RearrangePhase.hpp"

namespace popgraph {

class FragmentPacker {
public:
  explicit FragmentPacker(const GraphTables &tables) : tables_(tables) {}

  /// Elements [begin, end) of a variable go from a tile to another. At the other end, which is where they go, or with
  /// `fromOther` where they come from, they lie at byte `other` of memory that has no name yet.
  void add(std::uint32_t to, std::uint32_t from, std::uint32_t variable, std::uint32_t begin, std::uint32_t end,
           std::uint64_t other);
  /// Hands everything to the exchange, with packing before it and unpacking after it. Bytes of packed messages are added
  /// to `packed` by sender, of those to be unpacked to `landed` by receiver; unless the data goes to its own place
  /// (`inPlace`), the exchange counts the message, and `landed` what it is unpacked to.
  void finish(bool fromOther, bool inPlace, ExchangePhase &exchange, RearrangePhase &pack, RearrangePhase &unpack,
              std::vector<std::uint32_t> &packed, std::vector<std::uint32_t> &landed);

private:
  struct Fragment {
    std::uint32_t to, from, variable, begin, end;
    std::uint64_t other;
  };
  /// Fragments of one sender and receiver, in the order in which they would be in a message.
  struct Group {
    std::size_t first, last;
    std::uint64_t bytes;
    bool pack, unpack; ///< neither: each fragment is sent as it is
    bool repeats;      ///< the message has the ranges of `sent_`, of which the fragments are parts
  };
  /// Bytes of a message: elements [begin, end) of a variable.
  struct Range {
    std::uint32_t variable, begin, end;
    std::uint64_t offset;
  };
  std::uint64_t bytesOf(const Fragment &fragment) const {
    return (fragment.end - fragment.begin) * elementBytesOf(fragment.variable);
  }
  std::uint64_t elementBytesOf(std::uint32_t variable) const { return elementBytes(tables_.variables[variable].type); }
  Group judge(std::size_t first, std::size_t last, bool fromOther);
  void send(const Group &group, bool fromOther, bool inPlace, ExchangePhase &exchange, RearrangePhase &pack,
            RearrangePhase &unpack, std::vector<std::uint32_t> &packed, std::vector<std::uint32_t> &landed);
  /// The number of a message of the ranges of `sent_`: the same for all receivers of equal content.
  std::uint32_t messageOf(std::uint32_t from, std::uint32_t words, bool &isNew);

  const GraphTables &tables_;
  std::vector<Fragment> fragments_;
  std::vector<Range> sent_; ///< the message of the group at hand
  bool anyShort_ = false;
  std::map<std::vector<std::uint32_t>, std::uint32_t> messages_; ///< sender and ranges -> first word
  std::uint32_t nextMessage_ = 0;
};

} // namespace popgraph
