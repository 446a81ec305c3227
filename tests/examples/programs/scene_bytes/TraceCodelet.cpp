#include "Scene.hpp"
#include <poplar/Vertex.hpp>

using namespace poplar;

template <unsigned Alignment> class TracePixels : public MultiVertex {
public:
  Input<Vector<unsigned char, VectorLayout::SPAN, Alignment>> bytes;
  Output<Vector<float>> pixels;
  unsigned first, width, height;

  bool compute(unsigned worker) {
    const scene::Deserialiser<Alignment> reader(&bytes[0]);
    for (unsigned i = worker; i < pixels.size(); i += numWorkers()) {
      if (!reader.valid()) {
        pixels[i] = -1.0f;
        continue;
      }
      const unsigned x = (first + i) % width, y = (first + i) / width;
      pixels[i] = scene::trace<float>(reader, (x + 0.5f) / width - 0.5f, (y + 0.5f) / height - 0.5f);
    }
    return true;
  }
};

template class TracePixels<16>;
