#ifndef POPGRAPH_PRINT_H
#define POPGRAPH_PRINT_H
// Text output of codelets. It appears in the engine's print stream at the end of the superstep, in tile order.
#ifdef __cplusplus
extern "C"
#endif
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
#endif
