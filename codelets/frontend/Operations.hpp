#pragma once
// What an instruction of canonical IR is on the device: a mathematics function, an operation on halves, so many vectors.
#include "popgraph/machine/CostTable.hpp"
#include <llvm/ADT/StringMap.h>
#include <llvm/IR/InstrTypes.h>

namespace popgraph::codelets {

/// The rows of mathematics functions, by name in the device library.
const llvm::StringMap<Cost> &mathCosts();
bool isMathCall(const llvm::CallBase &call);
/// The row of a mathematics function, for the type that it works on.
Cost mathCost(const llvm::CallBase &call);
/// Matrix instructions load and store beside what they compute: their addresses advance by themselves.
bool isMatrixStep(const llvm::User &user);

/// Words of 64 bits that a value takes: how many vector instructions work on it.
std::uint32_t words(llvm::Type *type);

bool isHalf(llvm::Type *type);
/// The constant 1.
bool isOne(const llvm::Value *value);
/// A half in a float, or a constant that is one.
bool isWidened(const llvm::Value *value);
/// On halves themselves, or widened halves in, a half out.
bool isHalfOperation(const llvm::Instruction &instruction);

} // namespace popgraph::codelets
