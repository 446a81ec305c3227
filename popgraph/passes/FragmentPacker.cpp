#include "popgraph/passes/FragmentPacker.hpp"

#include <algorithm>
#include <tuple>

namespace popgraph {

namespace {

// Pieces of this many bytes on the average cost no more code than they have data, and are sent as they are.
constexpr std::uint64_t kLongBytes = 16;
// So are fewer pieces than these: a copy on the tile has a fixed cost of its own.
constexpr std::size_t kFewPieces = 8;

} // namespace

void FragmentPacker::add(std::uint32_t to, std::uint32_t from, std::uint32_t variable, std::uint32_t begin,
                         std::uint32_t end, std::uint64_t other) {
  if (!fragments_.empty()) {
    Fragment &last = fragments_.back();
    // What is repeated stays apart from what follows.
    const Fragment *before = fragments_.size() > 1 ? &last - 1 : nullptr;
    const bool repeats =
        before && before->variable == last.variable && before->begin == last.begin && before->end == last.end;
    if (last.to == to && last.from == from && last.variable == variable && last.end == begin && !repeats &&
        last.other + bytesOf(last) == other) {
      last.end = end;
      return;
    }
    anyShort_ = anyShort_ || bytesOf(last) < kLongBytes;
  }
  fragments_.push_back({to, from, variable, begin, end, other});
}

FragmentPacker::Group FragmentPacker::judge(std::size_t first, std::size_t last, bool fromOther) {
  const auto begin = fragments_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = fragments_.begin() + static_cast<std::ptrdiff_t>(last);
  std::uint64_t bytes = 0;
  for (auto f = begin; f != end; ++f) bytes += bytesOf(*f);
  Group group{first, last, bytes, false, false, false};
  const std::size_t pieces = last - first;
  const auto together = [](std::size_t count, std::uint64_t total) {
    return count < kFewPieces || total >= count * kLongBytes;
  };
  if (together(pieces, bytes)) return group;
  std::sort(begin, end, [](const Fragment &a, const Fragment &b) {
    return std::tie(a.variable, a.begin) < std::tie(b.variable, b.begin);
  });
  sent_.clear();
  for (auto f = begin; f != end; ++f) {
    if (!sent_.empty() && sent_.back().variable == f->variable && sent_.back().end >= f->begin)
      sent_.back().end = std::max(sent_.back().end, f->end);
    else
      sent_.push_back({f->variable, f->begin, f->end, 0});
  }
  const std::size_t own = sent_.size();
  std::uint64_t distinct = 0;
  for (Range &range : sent_) {
    range.offset = distinct;
    distinct += (range.end - range.begin) * elementBytesOf(range.variable);
  }
  std::sort(begin, end, [](const Fragment &a, const Fragment &b) { return a.other < b.other; });
  group.repeats = !fromOther && 2 * distinct <= bytes;
  if (group.repeats) {
    group.bytes = distinct;
    group.unpack = true;
    group.pack = !together(own, distinct);
    return group;
  }
  std::size_t other = 1; // how many pieces there are at that end
  for (auto f = begin + 1; f != end; ++f) other += (f - 1)->other + bytesOf(*(f - 1)) != f->other;
  const std::size_t atSource = fromOther ? other : own, atDestination = fromOther ? own : other;
  group.unpack = !together(atDestination, bytes);
  group.pack = !together(atSource, bytes) || !group.unpack;
  // A message has the order of the other end, which the receiver's pieces have unless it unpacks them.
  sent_.clear();
  std::uint64_t offset = 0;
  for (auto f = begin; f != end; offset += bytesOf(*f++)) sent_.push_back({f->variable, f->begin, f->end, offset});
  return group;
}

std::uint32_t FragmentPacker::messageOf(std::uint32_t from, std::uint32_t words, bool &isNew) {
  std::vector<std::uint32_t> content{from};
  for (const Range &range : sent_) content.insert(content.end(), {range.variable, range.begin, range.end});
  const auto [at, inserted] = messages_.emplace(std::move(content), nextMessage_);
  if (inserted) nextMessage_ += words + 1; // messages do not touch
  isNew = inserted;
  return at->second;
}

void FragmentPacker::send(const Group &group, bool fromOther, bool inPlace, ExchangePhase &exchange,
                          RearrangePhase &pack, RearrangePhase &unpack, std::vector<std::uint32_t> &packed,
                          std::vector<std::uint32_t> &landed) {
  const std::uint32_t from = fragments_[group.first].from, to = fragments_[group.first].to;
  const auto words = static_cast<std::uint32_t>((group.bytes + 3) / 4);
  bool isNew = false;
  if (group.repeats && !group.pack) {
    for (const Range &range : sent_) exchange.add(to, from, range.variable, range.begin, range.end);
  } else {
    const std::uint32_t message = messageOf(from, words, isNew);
    exchange.add(to, from, kMessageVariable, message, message + words);
  }
  // Messages from each tile lie apart from others.
  const std::uint64_t place = addressOf(from, 0);
  const auto named = [&](std::uint32_t variable, std::uint32_t element) {
    return addressOf(variable, element * elementBytesOf(variable));
  };
  if (group.pack && isNew) {
    for (std::size_t i = 0; i < sent_.size(); ++i)
      pack.add(from,
               fromOther ? fragments_[group.first + i].other : named(sent_[i].variable, sent_[i].begin),
               place + sent_[i].offset, (sent_[i].end - sent_[i].begin) * elementBytesOf(sent_[i].variable));
    packed[from] += words * 4;
  }
  if (!group.unpack) return;
  std::uint64_t unpacked = 0;
  for (std::size_t i = group.first; i < group.last; ++i) {
    const Fragment &f = fragments_[i];
    const Range &range =
        group.repeats ? *(std::upper_bound(sent_.begin(), sent_.end(), f, [](const Fragment &x, const Range &y) {
          return std::tie(x.variable, x.begin) < std::tie(y.variable, y.begin);
        }) - 1)
                      : sent_[i - group.first];
    const std::uint64_t offset = range.offset + (f.begin - range.begin) * elementBytesOf(f.variable);
    unpack.add(to, place + offset, fromOther ? named(f.variable, f.begin) : f.other, bytesOf(f));
    unpacked += bytesOf(f);
  }
  landed[to] += inPlace ? words * 4 : static_cast<std::uint32_t>((unpacked + 3) / 4 * 4);
}

void FragmentPacker::finish(bool fromOther, bool inPlace, ExchangePhase &exchange, RearrangePhase &pack,
                            RearrangePhase &unpack, std::vector<std::uint32_t> &packed,
                            std::vector<std::uint32_t> &landed) {
  if (!fragments_.empty()) anyShort_ = anyShort_ || bytesOf(fragments_.back()) < kLongBytes;
  if (!anyShort_ || fragments_.size() < kFewPieces) {
    for (const Fragment &f : fragments_) exchange.add(f.to, f.from, f.variable, f.begin, f.end);
  } else {
    std::stable_sort(fragments_.begin(), fragments_.end(), [](const Fragment &a, const Fragment &b) {
      return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
    for (std::size_t first = 0, last; first < fragments_.size(); first = last) {
      const std::uint32_t from = fragments_[first].from, to = fragments_[first].to;
      for (last = first + 1; last < fragments_.size() && fragments_[last].from == from && fragments_[last].to == to;)
        ++last;
      const Group group = judge(first, last, fromOther);
      if (group.pack || group.unpack) {
        send(group, fromOther, inPlace, exchange, pack, unpack, packed, landed);
        continue;
      }
      for (std::size_t i = first; i < last; ++i)
        exchange.add(to, from, fragments_[i].variable, fragments_[i].begin, fragments_[i].end);
    }
  }
  fragments_.clear();
  messages_.clear();
  nextMessage_ = 0;
  anyShort_ = false;
}

} // namespace popgraph
