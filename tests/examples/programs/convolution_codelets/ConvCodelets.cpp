#include <poplar/Vertex.hpp>

// Some rows of one output channel: relu(bias + weights * rows). There are two more rows of input than of output for
// each channel.
class Filter3x3 : public poplar::Vertex {
public:
  poplar::Vector<poplar::Input<poplar::Vector<float>>> rows;
  poplar::Input<poplar::Vector<float>> weights;
  poplar::Input<float> bias;
  poplar::Vector<poplar::Output<poplar::Vector<float>>> out;

  bool compute() {
    const unsigned height = out.size() + 2, channels = rows.size() / height;
    for (unsigned y = 0; y < out.size(); ++y)
      for (unsigned x = 0; x < out[y].size(); ++x) {
        float sum = *bias;
        for (unsigned c = 0; c < channels; ++c)
          for (unsigned k = 0; k < 9; ++k) sum += weights[9 * c + k] * rows[c * height + y + k / 3][x + k % 3];
        out[y][x] = sum > 0.0f ? sum : 0.0f;
      }
    return true;
  }
};
