#include "opcodes.h"
#include <poplar/Vertex.hpp>

using namespace poplar;

// Runs bytecode for some steps; registers and program counter stay in the tensor `machine`: [status, pc, depth, r0..r7].
class Interpreter : public Vertex {
  Input<Vector<unsigned char>> code;
  InOut<Vector<int>> machine;
  InOut<Vector<int, VectorLayout::ONE_PTR>> stack;
  unsigned steps;

  enum { STATUS, PC, DEPTH, REGISTERS };
  enum { RUNNING, HALTED, FAILED };

  void push(int value) { stack[machine[DEPTH]++] = value; }
  int pop() { return stack[--machine[DEPTH]]; }

public:
  bool compute() {
    for (unsigned i = 0; i < steps && machine[STATUS] == RUNNING; ++i) {
      if (machine[PC] < 0 || unsigned(machine[PC]) >= code.size()) {
        machine[STATUS] = FAILED;
        break;
      }
      const unsigned char op = code[machine[PC]++];
      switch (op) {
      case OP_HALT: machine[STATUS] = HALTED; break;
      case OP_PUSH: push(code[machine[PC]++]); break;
      case OP_ADD: {
        int b = pop(), a = pop();
        push(a + b);
        break;
      }
      case OP_SUB: {
        int b = pop(), a = pop();
        push(a - b);
        break;
      }
      case OP_MUL: {
        int b = pop(), a = pop();
        push(a * b);
        break;
      }
      case OP_DUP: {
        int a = pop();
        push(a);
        push(a);
        break;
      }
      case OP_SWAP: {
        int b = pop(), a = pop();
        push(b);
        push(a);
        break;
      }
      case OP_LOAD: push(machine[REGISTERS + code[machine[PC]++]]); break;
      case OP_STORE: machine[REGISTERS + code[machine[PC]++]] = pop(); break;
      case OP_JUMP: machine[PC] = code[machine[PC]]; break;
      case OP_JUMP_IF_ZERO: {
        const int target = code[machine[PC]++];
        if (pop() == 0) machine[PC] = target;
        break;
      }
      default: machine[STATUS] = FAILED;
      }
    }
    return machine[STATUS] == RUNNING;
  }
};
