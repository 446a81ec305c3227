#pragma once

// The nine velocities of a two-dimensional lattice, their weights and the collision, for host and device.
constexpr int kDx[9] = {0, 1, 0, -1, 0, 1, -1, -1, 1};
constexpr int kDy[9] = {0, 0, 1, 0, -1, 1, 1, -1, -1};
constexpr int kOpposite[9] = {0, 3, 4, 1, 2, 7, 8, 5, 6};
constexpr float kWeight[9] = {4.0f / 9,  1.0f / 9,  1.0f / 9,  1.0f / 9, 1.0f / 9,
                              1.0f / 36, 1.0f / 36, 1.0f / 36, 1.0f / 36};

template <typename T> inline void collide(T *f, T omega, T force) {
  T density = 0, ux = 0, uy = 0;
  for (int k = 0; k < 9; ++k) {
    density += f[k];
    ux += T(kDx[k]) * f[k];
    uy += T(kDy[k]) * f[k];
  }
  ux = ux / density + force;
  uy = uy / density;
  const T square = T(1.5) * (ux * ux + uy * uy);
  for (int k = 0; k < 9; ++k) {
    const T along = T(3) * (T(kDx[k]) * ux + T(kDy[k]) * uy);
    const T equilibrium = T(kWeight[k]) * density * (T(1) + along + T(0.5) * along * along - square);
    f[k] += omega * (equilibrium - f[k]);
  }
}
