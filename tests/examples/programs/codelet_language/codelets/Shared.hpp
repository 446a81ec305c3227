#pragma once

constexpr unsigned kMost = 32;

// Defined in every file that includes it.
inline float middle(const float *sorted, unsigned count) {
  return count % 2 ? sorted[count / 2] : 0.5f * (sorted[count / 2 - 1] + sorted[count / 2]);
}
