#ifndef pva_Memory_hpp
#define pva_Memory_hpp
/// \file
/// What the memory of tiles holds. All figures are bytes.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <pva/detail/Part.hpp>

/// The categories of tile memory, by the names of the profile's.
#define PVA_MEMORY_CATEGORIES(X)                                                                                       \
  X(variable)                                                                                                          \
  X(constant)                                                                                                          \
  X(vertexInstanceState)                                                                                               \
  X(vertexFieldData)                                                                                                   \
  X(vectorListDescriptor)                                                                                              \
  X(vertexCode)                                                                                                        \
  X(controlCode)                                                                                                       \
  X(internalExchangeCode)                                                                                              \
  X(hostExchangeCode)                                                                                                  \
  X(stack)                                                                                                             \
  X(message)                                                                                                           \
  X(hostMessage)                                                                                                       \
  X(rearrangement)                                                                                                     \
  X(temporaryVariable)

namespace pva {

/// An amount of memory with and without the gaps between what it holds. Profiles do not record gaps: both are the same.
class PVA_API MemoryAmount {
public:
  explicit MemoryAmount(std::uint64_t bytes) : bytes_(bytes) {}
  /// Bytes up to the end of the last thing.
  std::uint64_t includingGaps() const { return bytes_; }
  /// Bytes of the things alone.
  std::uint64_t excludingGaps() const { return bytes_; }

private:
  std::uint64_t bytes_;
};

/// What one category takes on a tile.
class PVA_API CategoryAmount {
public:
  explicit CategoryAmount(std::uint64_t bytes) : bytes_(bytes) {}
  /// Bytes of it, counted alone: what is not always live may lie where something else of the same kind lies.
  std::uint64_t total() const { return bytes_; }

private:
  std::uint64_t bytes_;
};

/// The memory of a tile by category: variable().total() and so on.
class PVA_API MemoryCategories : protected detail::Part {
public:
  using Part::Part;
#define PVA_CATEGORY(name)                                                                                             \
  /** What this category takes. */                                                                                     \
  CategoryAmount name() const;
  PVA_MEMORY_CATEGORIES(PVA_CATEGORY)
#undef PVA_CATEGORY
};

/// The memory of a tile.
class PVA_API TileMemory : protected detail::Part {
public:
  using Part::Part;
  /// The most that is in use at any time.
  MemoryAmount total() const;
  /// What of it lies beyond the tile's memory; 0 in a program that fits.
  MemoryAmount overflowed() const;
  /// What is in use all the time.
  std::uint64_t alwaysLiveBytes() const;
  /// What is in use beside it at the fullest moment.
  std::uint64_t notAlwaysLiveBytes() const;
  /// The parts.
  MemoryCategories category() const;
};

/// A tile.
class PVA_API Tile : protected detail::Part {
public:
  using Part::Part;
  /// Its number, counted over all IPUs.
  std::size_t id() const { return index_; }
  /// The IPU it is on.
  std::size_t ipu() const;
  /// What its memory holds.
  TileMemory memory() const;
};

/// An IPU.
class PVA_API Ipu : protected detail::Part {
public:
  using Part::Part;
  /// Its number.
  std::size_t id() const { return index_; }
  /// Its tiles.
  std::vector<Tile> tiles() const;
};

} // namespace pva

#endif
