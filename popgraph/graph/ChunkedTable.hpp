#pragma once
// Append-only tables of trivially copyable rows in chunks, indexed by 32-bit ids. Copying a table is a snapshot: it
// shares the chunks, and a row of a shared chunk is copied only when the graph changes it afterwards. Rows appended
// after a snapshot go to memory that the snapshot does not look at.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace popgraph {

template <typename Row> class ChunkedTable {
  static_assert(std::is_trivially_copyable_v<Row>);

public:
  static constexpr std::uint32_t kChunkBits = 14, kChunkRows = 1u << kChunkBits;

  std::uint32_t size() const { return size_; }
  const Row &operator[](std::uint32_t i) const { return chunks_[i >> kChunkBits].get()[i & (kChunkRows - 1)]; }

  std::uint32_t append(const Row &row) {
    if ((size_ & (kChunkRows - 1)) == 0 && (size_ >> kChunkBits) == chunks_.size()) addChunk();
    chunks_[size_ >> kChunkBits].get()[size_ & (kChunkRows - 1)] = row;
    return size_++;
  }
  /// `count` copies of a row, consecutive ids; returns the first.
  std::uint32_t appendN(std::uint32_t count, const Row &row) {
    const std::uint32_t first = size_;
    for (std::uint32_t i = 0; i < count; ++i) append(row);
    return first;
  }
  /// The row for writing.
  Row &edit(std::uint32_t i) {
    auto &chunk = chunks_[i >> kChunkBits];
    if (chunk.use_count() > 1) {
      auto own = std::make_shared_for_overwrite<Row[]>(kChunkRows);
      const std::uint32_t first = (i >> kChunkBits) << kChunkBits;
      std::copy_n(chunk.get(), std::min(kChunkRows, size_ - first), own.get());
      chunk = std::move(own);
    }
    return chunk.get()[i & (kChunkRows - 1)];
  }
  std::uint64_t bytes() const { return std::uint64_t(chunks_.size()) * kChunkRows * sizeof(Row); }

private:
  void addChunk() { chunks_.push_back(std::make_shared_for_overwrite<Row[]>(kChunkRows)); }
  std::vector<std::shared_ptr<Row[]>> chunks_;
  std::uint32_t size_ = 0;
};

} // namespace popgraph
