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
    if (last.to == to && last.from == from && last.variable == variable && last.end == begin &&
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
  Group group{first, last, (bytes + 3) / 4, false, false};
  const std::size_t pieces = last - first;
  if (pieces < kFewPieces || bytes >= pieces * kLongBytes) return group;
  // How many pieces there are at either end.
  const auto runs = [&](auto &&follows) {
    std::size_t count = 1;
    for (auto f = begin + 1; f != end; ++f) count += !follows(*(f - 1), *f);
    return count;
  };
  std::sort(begin, end, [](const Fragment &a, const Fragment &b) {
    return std::tie(a.variable, a.begin) < std::tie(b.variable, b.begin);
  });
  const std::size_t own =
      runs([](const Fragment &a, const Fragment &b) { return a.variable == b.variable && a.end >= b.begin; });
  std::sort(begin, end, [](const Fragment &a, const Fragment &b) { return a.other < b.other; });
  const std::size_t other = runs([&](const Fragment &a, const Fragment &b) { return a.other + bytesOf(a) == b.other; });
  const std::size_t atSource = fromOther ? other : own, atDestination = fromOther ? own : other;
  const auto together = [&](std::size_t count) { return count < kFewPieces || bytes >= count * kLongBytes; };
  group.unpack = !together(atDestination);
  group.pack = !together(atSource) || !group.unpack;
  return group;
}

std::uint32_t FragmentPacker::messageOf(const Group &group, bool &isNew) {
  std::vector<std::uint32_t> content{fragments_[group.first].from};
  for (std::size_t i = group.first; i < group.last; ++i)
    content.insert(content.end(), {fragments_[i].variable, fragments_[i].begin, fragments_[i].end});
  const auto [at, inserted] = messages_.emplace(std::move(content), nextMessage_);
  if (inserted) nextMessage_ += static_cast<std::uint32_t>(group.words) + 1; // messages do not touch
  isNew = inserted;
  return at->second;
}

void FragmentPacker::finish(bool fromOther, ExchangePhase &exchange, RearrangePhase &pack, RearrangePhase &unpack,
                            std::vector<std::uint32_t> &packed, std::vector<std::uint32_t> &landed) {
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
      if (!group.pack && !group.unpack) {
        for (std::size_t i = first; i < last; ++i)
          exchange.add(to, from, fragments_[i].variable, fragments_[i].begin, fragments_[i].end);
        continue;
      }
      // A message has the order of the receiver, unless the receiver unpacks it: then what the sender has together stays.
      bool isNew = false;
      const std::uint32_t message = messageOf(group, isNew);
      const auto words = static_cast<std::uint32_t>(group.words);
      exchange.add(to, from, kMessageVariable, message, message + words);
      std::uint64_t offset = 0;
      for (std::size_t i = first; i < last; ++i) {
        const Fragment &f = fragments_[i];
        const std::uint64_t bytes = bytesOf(f), own = f.begin * (bytes / (f.end - f.begin));
        if (group.pack && isNew) pack.add(from, (fromOther ? f.other : own) | offset, bytes);
        if (group.unpack) unpack.add(to, (fromOther ? own : f.other) | offset, bytes);
        offset += bytes;
      }
      if (group.pack && isNew) packed[from] += words * 4;
      if (group.unpack) landed[to] += words * 4;
    }
  }
  fragments_.clear();
  messages_.clear();
  nextMessage_ = 0;
  anyShort_ = false;
}

} // namespace popgraph
