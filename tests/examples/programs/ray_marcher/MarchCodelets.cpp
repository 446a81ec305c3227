#include <poplar/Vertex.hpp>
#include <algorithm>
#include <cmath>

namespace {

struct V3 {
  float x, y, z;
  V3 operator+(const V3 &o) const { return {x + o.x, y + o.y, z + o.z}; }
  V3 operator*(float f) const { return {x * f, y * f, z * f}; }
};

inline float dot(const V3 &a, const V3 &b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline V3 unit(const V3 &v) { return v * (1.0f / std::sqrt(dot(v, v))); }

// Distance to the scene: a ball that hovers over a floor.
inline float distance(const V3 &p) {
  const float ball = std::sqrt(p.x * p.x + p.y * p.y + p.z * p.z) - 1.0f;
  return std::min(ball, p.y + 1.2f);
}

} // namespace

class March : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> camera; // x, y, z
  poplar::Output<poplar::Vector<unsigned char>> pixels;
  unsigned first, width, height;

  bool compute() {
    const V3 light = unit({0.6f, 0.8f, -0.5f});
    for (unsigned i = 0; i < pixels.size(); ++i) {
      const unsigned px = (first + i) % width, py = (first + i) / width;
      const V3 direction = unit({(px + 0.5f) / width - 0.5f, 0.5f - (py + 0.5f) / height, 1.0f});
      V3 p{camera[0], camera[1], camera[2]};
      float brightness = 0.0f;
      for (int step = 0; step < 300; ++step) {
        const float d = distance(p);
        if (d < 1e-4f) {
          const float e = 1e-2f;
          const V3 normal = unit({distance(p + V3{e, 0, 0}) - distance(p + V3{-e, 0, 0}),
                                  distance(p + V3{0, e, 0}) - distance(p + V3{0, -e, 0}),
                                  distance(p + V3{0, 0, e}) - distance(p + V3{0, 0, -e})});
          brightness = 0.15f + 0.85f * std::max(0.0f, dot(normal, light));
          break;
        }
        p = p + direction * d;
        if (p.z > 20.0f) break;
      }
      pixels[i] = static_cast<unsigned char>(255.0f * std::min(1.0f, brightness));
    }
    return true;
  }
};
