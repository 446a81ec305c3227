// The Mandelbrot set with work of uneven size: rows are dealt out to tiles in turn. Host and codelets share this file.
//
// Build: g++ -std=c++11 Mandelbrot.cpp -lpoplar -o mandelbrot
// Run: ./mandelbrot
// Run: ./mandelbrot --cpu
#ifdef __POPC__

#include <poplar/Vertex.hpp>

using namespace poplar;

class MandelbrotRow : public MultiVertex {
public:
  Output<Vector<unsigned short>> counts;
  float left, step, y;
  unsigned short limit;

  bool compute(unsigned workerId) {
    for (unsigned i = workerId; i < counts.size(); i += numWorkers()) {
      const float cx = left + step * float(i), cy = y;
      float zx = 0, zy = 0;
      unsigned short n = 0;
      while (n < limit && zx * zx + zy * zy <= 4.0f) {
        const float next = zx * zx - zy * zy + cx;
        zy = 2.0f * zx * zy + cy;
        zx = next;
        ++n;
      }
      counts[i] = n;
    }
    return true;
  }
};

#else

#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cstdlib>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

static const unsigned kWidth = 64, kHeight = 32;
static const unsigned short kLimit = 100;

static unsigned short iterations(double cx, double cy) {
  double zx = 0, zy = 0;
  unsigned short n = 0;
  for (; n < kLimit && zx * zx + zy * zy <= 4; ++n) {
    const double next = zx * zx - zy * zy + cx;
    zy = 2 * zx * zy + cy;
    zx = next;
  }
  return n;
}

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 8;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets(__FILE__);

  const float left = -2.1f, step = 2.8f / kWidth, top = -1.2f, stepY = 2.4f / kHeight;
  Tensor image = graph.addVariable(UNSIGNED_SHORT, {kHeight, kWidth}, "image");
  ComputeSet cs = graph.addComputeSet("mandelbrot");
  for (unsigned row = 0; row < kHeight; ++row) {
    const unsigned tile = row % device.getTarget().getNumTiles();
    VertexRef v = graph.addVertex(cs, "MandelbrotRow", {{"counts", image[row]}});
    graph.setInitialValue(v["left"], left);
    graph.setInitialValue(v["step"], step);
    graph.setInitialValue(v["y"], top + stepY * row);
    graph.setInitialValue(v["limit"], kLimit);
    graph.setTileMapping(v, tile);
    graph.setTileMapping(image[row], tile);
  }
  graph.createHostRead("image", image);
  Engine engine(graph, Execute(cs));
  engine.loadAndRun(device);
  std::vector<unsigned short> host(kWidth * kHeight);
  engine.readTensor("image", host.data(), host.data() + host.size());

  // Rounding decides what happens near the border of the set, so a few points may differ a little.
  unsigned different = 0, inside = 0;
  for (unsigned y = 0; y < kHeight; ++y) {
    for (unsigned x = 0; x < kWidth; ++x) {
      const unsigned short count = host[y * kWidth + x];
      std::cout << (count == kLimit ? '*' : count > 10 ? '+' : count > 4 ? '.' : ' ');
      inside += count == kLimit;
      different += count != iterations(double(left) + double(step) * x, double(top) + double(stepY) * y);
    }
    std::cout << '\n';
  }
  std::cout << inside << " points inside, " << different << " differ\n";
  return different < kWidth * kHeight / 50 && inside > 200 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
