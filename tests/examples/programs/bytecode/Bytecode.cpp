// An interpreter of bytecode as a vertex: every tile runs the same program with its own registers, the host lets all of
// them run in slices of some steps until they have halted.
//
// Build: g++ -std=c++11 Bytecode.cpp -lpoplar -o bytecode
// Run: ./bytecode
// Run: ./bytecode cpu
#include "opcodes.h"
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>
#include <iostream>
#include <vector>

using namespace poplar;
using namespace poplar::program;

int main(int argc, char **) {
  IPUModel model;
  model.tilesPerIPU = 4;
  Device device = argc > 1 ? Device::createCPUDevice() : model.createDevice();
  Graph graph(device);
  graph.addCodelets("Interpreter.cpp", CodeletFileType::Auto, "-I.");

  // r1 = factorial of r0.
  const std::vector<unsigned char> code = {OP_PUSH,  1,  OP_STORE,        1,                       // r1 = 1
                                           OP_LOAD,  0,  OP_JUMP_IF_ZERO, 22,                      // 4: while r0 != 0
                                           OP_LOAD,  1,  OP_LOAD,         0,  OP_MUL,              //   r1 * r0
                                           OP_LOAD,  0,  OP_PUSH,         1,  OP_SUB, OP_STORE, 0, // r0 = r0 - 1
                                           OP_JUMP,  23,                                           // 20
                                           OP_HALT,                                                // 22
                                           OP_STORE, 1,  OP_JUMP,         4};                      // 23
  const unsigned machines = 8;

  Tensor codeTensor = graph.addConstant(UNSIGNED_CHAR, {code.size()}, code.data(), "code");
  graph.setTileMapping(codeTensor, 0);
  Tensor state = graph.addVariable(INT, {machines, 11}, "state"),
         stack = graph.addVariable(INT, {machines, 16}, "stack");
  ComputeSet slice = graph.addComputeSet("slice");
  for (unsigned m = 0; m < machines; ++m) {
    const unsigned tile = m % graph.getTarget().getNumTiles();
    VertexRef v =
        graph.addVertex(slice, "Interpreter", {{"code", codeTensor}, {"machine", state[m]}, {"stack", stack[m]}});
    graph.setInitialValue(v["steps"], 25);
    graph.setTileMapping(v, tile);
    graph.setTileMapping(state[m], tile);
    graph.setTileMapping(stack[m], tile);
  }
  graph.setInitialValue(stack, ArrayRef<int>(std::vector<int>(machines * 16, 0)));
  graph.createHostWrite("set", state);
  graph.createHostRead("get", state);
  Engine engine(graph, Execute(slice));
  engine.load(device);

  std::vector<int> host(machines * 11, 0);
  for (unsigned m = 0; m < machines; ++m) host[m * 11 + 3] = int(m) + 3;
  engine.writeTensor("set", host.data(), host.data() + host.size());
  unsigned slices = 0, running = machines;
  for (; running > 0 && slices < 100; ++slices) {
    engine.run();
    engine.readTensor("get", host.data(), host.data() + host.size());
    running = 0;
    for (unsigned m = 0; m < machines; ++m) running += host[m * 11] == 0;
  }
  bool right = slices > 2;
  for (unsigned m = 0; m < machines; ++m) {
    int factorial = 1;
    for (unsigned i = 2; i <= m + 3; ++i) factorial *= int(i);
    right = right && host[m * 11] == 1 && host[m * 11 + 4] == factorial && host[m * 11 + 2] == 0;
    std::cout << m + 3 << "! = " << host[m * 11 + 4] << '\n';
  }
  return right ? 0 : 1;
}
