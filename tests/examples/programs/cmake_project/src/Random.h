#ifndef LATTICE_RANDOM_H
#define LATTICE_RANDOM_H

// The same random numbers on host and device.
inline unsigned nextRandom(unsigned &state) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

#endif
