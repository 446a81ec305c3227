// Lesson 5: a matrix-vector product in two ways. The first has a vertex for each row; the second a vertex for each
// tile, whose workers share its rows. Data arrives and leaves through streams.
//
// Build: g++ -std=c++11 Lesson5MatrixVector.cpp -lpoplar -o lesson5
// Run: ./lesson5 24 16
// Run: ./lesson5 100 37
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

using namespace poplar;
using namespace poplar::program;

// Row r lives on the tile that computes with it: rows in equal shares.
unsigned tileOfRow(unsigned row, unsigned rows, unsigned tiles) {
  const unsigned rowsPerTile = (rows + tiles - 1) / tiles;
  return row / rowsPerTile;
}

Program vertexForEachRow(Graph &graph, Tensor matrix, Tensor in, Tensor out) {
  ComputeSet cs = graph.addComputeSet("vertexForEachRow");
  const unsigned rows = matrix.dim(0), tiles = graph.getTarget().getNumTiles();
  for (unsigned r = 0; r < rows; ++r) {
    VertexRef v = graph.addVertex(cs, "DotProductVertex", {{"a", matrix[r]}, {"b", in}, {"out", out[r]}});
    graph.setTileMapping(v, tileOfRow(r, rows, tiles));
  }
  return Execute(cs);
}

Program vertexForEachTile(Graph &graph, Tensor matrix, Tensor in, Tensor out) {
  ComputeSet cs = graph.addComputeSet("vertexForEachTile");
  const unsigned rows = matrix.dim(0), tiles = graph.getTarget().getNumTiles();
  for (unsigned begin = 0, end; begin < rows; begin = end) {
    const unsigned tile = tileOfRow(begin, rows, tiles);
    for (end = begin; end < rows && tileOfRow(end, rows, tiles) == tile;) ++end;
    VertexRef v = graph.addVertex(cs, "RowsVertex");
    // A field of vectors takes a two-dimensional tensor: each row becomes a vector.
    graph.connect(v["rows"], matrix.slice(begin, end));
    graph.connect(v["b"], in);
    graph.connect(v["out"], out.slice(begin, end));
    graph.setTileMapping(v, tile);
  }
  return Execute(cs);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " rows columns\n";
    return EXIT_FAILURE;
  }
  const unsigned rows = std::atoi(argv[1]), columns = std::atoi(argv[2]);

  IPUModel ipuModel;
  ipuModel.tilesPerIPU = 16;
  Device device = ipuModel.createDevice();
  Graph graph(device.getTarget());
  graph.addCodelets("Lesson5Codelets.cpp");

  Tensor matrix = graph.addVariable(FLOAT, {rows, columns}, "matrix");
  Tensor in = graph.addVariable(FLOAT, {columns}, "in");
  Tensor out = graph.addVariable(FLOAT, {rows}, "out");
  for (unsigned r = 0; r < rows; ++r) {
    const unsigned tile = tileOfRow(r, rows, device.getTarget().getNumTiles());
    graph.setTileMapping(matrix[r], tile);
    graph.setTileMapping(out[r], tile);
  }
  // The vector is read by all tiles; wherever it lives, it is broadcast when a compute set needs it.
  graph.setTileMapping(in, 0);

  // Streams carry data while a program runs; handles of createHostWrite and createHostRead work between runs.
  DataStream matrixStream = graph.addHostToDeviceFIFO("matrix", FLOAT, rows * columns);
  DataStream inStream = graph.addHostToDeviceFIFO("in", FLOAT, columns);
  DataStream outStream = graph.addDeviceToHostFIFO("out", FLOAT, rows);

  Sequence byRow{Copy(matrixStream, matrix), Copy(inStream, in), vertexForEachRow(graph, matrix, in, out),
                 Copy(out, outStream)};
  Sequence byTile{Copy(matrixStream, matrix), Copy(inStream, in), vertexForEachTile(graph, matrix, in, out),
                  Copy(out, outStream)};
  Engine engine(graph, {byRow, byTile});
  engine.load(device);

  std::vector<float> hMatrix(rows * columns), hIn(columns), hOut(rows);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (float &value : hMatrix) value = uniform(random);
  for (float &value : hIn) value = uniform(random);
  engine.connectStream("matrix", hMatrix.data());
  engine.connectStream("in", hIn.data());
  engine.connectStream("out", hOut.data());

  for (unsigned way = 0; way < 2; ++way) {
    std::fill(hOut.begin(), hOut.end(), NAN);
    engine.run(way);
    for (unsigned r = 0; r < rows; ++r) {
      double sum = 0;
      for (unsigned c = 0; c < columns; ++c) sum += double(hMatrix[r * columns + c]) * hIn[c];
      if (!(std::fabs(sum - hOut[r]) < 1e-5 * columns)) {
        std::cerr << "row " << r << " of way " << way << ": " << hOut[r] << " instead of " << sum << "\n";
        return EXIT_FAILURE;
      }
    }
  }
  std::cout << "Multiplied " << rows << " x " << columns << " in two ways\n";
  return EXIT_SUCCESS;
}
