#pragma once
// Decides how data that lies in many short pieces goes from tile to tile:
//
//   few or long pieces                         each is a transfer of its own
//   many short ones, together where they go    the sender packs them, one message            copy ── exchange
//   many short ones, together where they are   one message, the receiver unpacks it          exchange ── copy
//   many short ones, apart at both ends        both                                          copy ── exchange ── copy
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
  /// to `packed` by sender, of those to be unpacked to `landed` by receiver.
  void finish(bool fromOther, ExchangePhase &exchange, RearrangePhase &pack, RearrangePhase &unpack,
              std::vector<std::uint32_t> &packed, std::vector<std::uint32_t> &landed);

private:
  struct Fragment {
    std::uint32_t to, from, variable, begin, end;
    std::uint64_t other;
  };
  /// Fragments of one sender and receiver, in the order in which they would be in a message.
  struct Group {
    std::size_t first, last;
    std::uint64_t words;
    bool pack, unpack; ///< neither: each fragment is sent as it is
  };
  std::uint64_t bytesOf(const Fragment &fragment) const {
    return (fragment.end - fragment.begin) * elementBytes(tables_.variables[fragment.variable].type);
  }
  Group judge(std::size_t first, std::size_t last, bool fromOther);
  /// The number of a message: the same for all receivers of equal content.
  std::uint32_t messageOf(const Group &group, bool &isNew);

  const GraphTables &tables_;
  std::vector<Fragment> fragments_;
  bool anyShort_ = false;
  std::map<std::vector<std::uint32_t>, std::uint32_t> messages_; ///< sender and ranges -> first word
  std::uint32_t nextMessage_ = 0;
};

} // namespace popgraph
