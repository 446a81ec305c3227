#include <poplar/Vertex.hpp>
using poplar::InOut;
using poplar::Input;
using poplar::Output;

struct Scan : poplar::Vertex {
  InOut<poplar::Vector<int>> data;
  Output<int> total;
  void compute() {
    int sum = 0;
    for (int &x : data) x = sum += x;
    total = sum;
  }
};

struct Keep : poplar::Vertex {
  Input<int> a;
  Output<int> out;
  void compute() { out = a; }
};

struct AddTwo : poplar::Vertex {
  Input<int> a;
  Input<int> b;
  Output<int> out;
  void compute() { out = a + b; }
};

struct Shift : poplar::Vertex {
  InOut<poplar::Vector<int>> data;
  Input<int> amount;
  void compute() {
    for (auto &x : data) x += amount;
  }
};
