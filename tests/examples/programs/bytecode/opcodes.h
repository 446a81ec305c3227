#ifndef OPCODES_H
#define OPCODES_H

/* A stack machine: push takes the next byte, jumps take the next byte as the target. */
enum Opcode { OP_HALT, OP_PUSH, OP_ADD, OP_MUL, OP_SUB, OP_DUP, OP_SWAP, OP_LOAD, OP_STORE, OP_JUMP, OP_JUMP_IF_ZERO };

#endif
