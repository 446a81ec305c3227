#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

// A scene as bytes: a header, then arrays whose places the header says. Both sides read it without copying.
namespace scene {

struct alignas(16) Sphere {
  float x, y, z, radius;
  std::uint32_t material;
};

struct Material {
  float albedo;
  std::uint8_t kind; // 0: matt, 1: emitting
};

struct Header {
  std::uint32_t spheres, sphereOffset, materials, materialOffset;
};

// Reads objects from bytes that are aligned to `Alignment`.
template <unsigned Alignment> class Deserialiser {
public:
  explicit Deserialiser(const unsigned char *bytes) : bytes_(bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes) % Alignment != 0) bytes_ = nullptr;
  }
  bool valid() const { return bytes_ != nullptr; }
  template <typename T> const T *at(std::uint32_t offset) const {
    static_assert(alignof(T) <= Alignment, "the bytes are not aligned for this type");
    return reinterpret_cast<const T *>(bytes_ + offset);
  }

private:
  const unsigned char *bytes_;
};

// What happens where a ray meets a surface, chosen by the kind of material.
template <typename T> struct Shader {
  virtual T shade(T cosine, T albedo) const = 0;
};
template <typename T> struct Matt final : Shader<T> {
  T shade(T cosine, T albedo) const override { return cosine > 0 ? cosine * albedo : T(0); }
};
template <typename T> struct Emitting final : Shader<T> {
  T shade(T, T albedo) const override { return albedo; }
};

// Brightness along the ray from the origin in direction (dx, dy, 1).
template <typename T, unsigned Alignment> T trace(const Deserialiser<Alignment> &bytes, T dx, T dy) {
  const Header *header = bytes.template at<Header>(0);
  const Sphere *spheres = bytes.template at<Sphere>(header->sphereOffset);
  const Material *materials = bytes.template at<Material>(header->materialOffset);
  const T length = std::sqrt(dx * dx + dy * dy + 1), d[3] = {dx / length, dy / length, 1 / length};
  T nearest = T(1e9), brightness = T(0.1);
  const Matt<T> matt;
  const Emitting<T> emitting;
  const Shader<T> *shaders[] = {&matt, &emitting};
  for (std::uint32_t i = 0; i < header->spheres; ++i) {
    const Sphere &s = spheres[i];
    const T along = d[0] * s.x + d[1] * s.y + d[2] * s.z;
    const T discriminant = along * along - (s.x * s.x + s.y * s.y + s.z * s.z - s.radius * s.radius);
    if (discriminant < 0) continue;
    const T t = along - std::sqrt(discriminant);
    if (t <= 0 || t >= nearest) continue;
    nearest = t;
    const Material &material = materials[s.material];
    const T cosine = (s.y - t * d[1]) / s.radius; // light from above, y pointing down
    brightness = shaders[material.kind]->shade(cosine, material.albedo);
  }
  return brightness;
}

} // namespace scene
