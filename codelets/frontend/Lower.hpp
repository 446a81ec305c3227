#pragma once
// LLVM IR of codelets to the object file that runs them: canonical optimisation, costs, hidden context, per-tile
// globals, host optimisation. The steps are in the order of their declarations; Lower.cpp says why.
#include "codelets/frontend/FrontEnd.hpp"
#include <llvm/Target/TargetMachine.h>
#include <stdexcept>

namespace popgraph::codelets {

/// The code refers to what a codelet cannot have; what() names it.
struct LowerError : std::runtime_error { using runtime_error::runtime_error; };
/// The source holds what cannot be run here; what() is an error as the compiler prints it.
struct RefusedError : std::runtime_error { using runtime_error::runtime_error; };

/// Names that the rest of the IR passes give a meaning to.
inline constexpr char kContextFunction[] = "__popgraph_context"; ///< `VertexContext *()` in device headers
inline constexpr char kPrintFunction[] = "popgraph_print";       ///< `int (VertexContext *, const char *, ...)`, import
inline constexpr char kCycleFunction[] = "__popgraph_cycles"; ///< `uint64_t ()` in device headers
inline constexpr char kLaunchPrefix[] = "__popgraph_launch_"; ///< + compute() symbol: `void (state, VertexContext *)`
inline constexpr char kMathPrefix[] = "__popgraph_";
inline constexpr char kMatrixPrefix[] = "__popgraph_matrix_";    ///< steps, and
inline constexpr char kMatrixLoad[] = "__popgraph_matrix_load";  ///< `void (const void *, unsigned cycles)`

inline constexpr char kStochasticSuffix[] = ".sr"; ///< of functions that round to half at random

inline constexpr char kHandScheduledMark[] = "__popgraph_hand_scheduled"; ///< `void ()` in device headers
inline constexpr char kPacedStoresMark[] = "__popgraph_paced_stores";     ///< the same

/// What costs depend on beside the code.
struct CostOptions {
  /// Share of the instructions of the less busy pipe that the compiler issues together with one of the other.
  double pairingCredit = 0;
};

/// Exceptions and type information go; host code in the same file may have used them.
void removeHostedParts(llvm::Module &module);

/// Inline assembly that starts workers becomes calls of launchers.
void mapAssembly(llvm::Module &module, const std::vector<FoundVertex> &vertices);

/// Mathematics and memory functions become device functions or intrinsics; printf and assertions become prints.
void mapLibraryCalls(llvm::Module &module);

/// Target-independent optimisation without vectorisation: the code that is costed. Keeps the functions
/// named, which are compute() functions, or with `deviceLibrary` ordinary ones.
void optimiseCanonically(llvm::Module &module, const std::vector<std::string> &keep, bool deviceLibrary = false);

/// Throws RefusedError when inline assembly is left.
void refuseAssembly(llvm::Module &module);

/// Code that runs before everything goes, unless it initialises what `roots` use: LowerError.
void dropInitialisers(llvm::Module &module, const std::vector<std::string> &roots);

/// What codelets call and is not defined, demangled; empty when all is well.
std::vector<std::string> undefinedSymbols(const llvm::Module &module);

/// Gives every function the context as last argument and makes it add the worker slots it issues to context->slots;
/// beside each stands a copy that counts nothing. Fills in what the vertices cost: code, stack, whether their cycles
/// come from their state, and the compute() that does not count.
void addContextAndCosts(llvm::Module &module, std::vector<FoundVertex> &vertices, const CostOptions &options);

/// Moves mutable globals into a block found through context->globals.
void moveGlobals(llvm::Module &module, CodeletModule &result);

/// Defines the launchers that mapAssembly() called. A worker issues once in `slotCycles` cycles.
void addLaunchers(llvm::Module &module, const std::vector<FoundVertex> &vertices, unsigned slotCycles);

/// Adds to each function that rounds to half a variant that rounds at random.
void addStochasticVariants(llvm::Module &module);

/// Adds the RunRows functions of each vertex, which choose the variant that context->stochastic asks for, and makes
/// everything else internal.
void addRunFunctions(llvm::Module &module, std::vector<FoundVertex> &vertices, unsigned slotCycles);

/// Optimises for the host and returns the ELF object.
std::string emitObject(llvm::Module &module, bool optimise);

/// All of the above.
CodeletModule lower(std::unique_ptr<llvm::Module> module, std::vector<FoundVertex> vertices, const std::string &target,
                    bool optimise, const CostOptions &costs);

/// `printed`: IR text after the canonical optimisation instead of a module (popc -S).
std::string canonicalText(std::unique_ptr<llvm::Module> module, const std::vector<FoundVertex> &vertices);

/// Optimised bitcode of the device mathematics library.
std::string lowerDeviceLibrary(llvm::Module &module);

} // namespace popgraph::codelets
