#ifndef poplar_StackSizeDefs_hpp
#define poplar_StackSizeDefs_hpp
/// \file
/// Declared stack sizes of codelets. The compiler measures stacks itself, so these macros do nothing.

/// Accepted and without effect.
#define DEF_STACK_SIZE_OWN(size, symbol)
#define DEF_STACK_USAGE(size, symbol)
#define DEF_STACK_SIZE_DEP_DIRECT(size, symbol)
#define DEF_FUNC_CALL_PTRS(symbol, pointers)
#define DEF_FUNC_CALLS(symbol, callees)
#define RECURSIVE_FUNCTION_SIZE(size, symbol)

#endif
