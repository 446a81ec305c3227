#pragma once
#include <cstddef>
#include <vector>

// A matrix in compressed rows.
template <typename T> struct Csr {
  std::size_t rows = 0, columns = 0;
  std::vector<unsigned> offsets = {0}, indices;
  std::vector<T> values;

  void endRow() {
    offsets.push_back(unsigned(indices.size()));
    ++rows;
  }
  void add(unsigned column, T value) {
    indices.push_back(column);
    values.push_back(value);
  }
  std::vector<double> times(const std::vector<T> &x) const {
    std::vector<double> y(rows, 0.0);
    for (std::size_t r = 0; r < rows; ++r)
      for (unsigned i = offsets[r]; i < offsets[r + 1]; ++i) y[r] += double(values[i]) * double(x[indices[i]]);
    return y;
  }
};
