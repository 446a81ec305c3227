#pragma once
// Codelets are compiled from what users write and may divide by zero, leave their data or recurse without end. Such a
// fault ends the run with an exception; it does not take the process down.
#include <csetjmp>

namespace popgraph {

/// Signal number of a fault, as text for messages.
const char *describeFault(int signal);

/// Takes over the fault signals of the process while it lives, and gives them back to whoever had them. Nests, also over
/// threads.
class FaultHandlers {
public:
  FaultHandlers();
  ~FaultHandlers();
  FaultHandlers(const FaultHandlers &) = delete;
  FaultHandlers &operator=(const FaultHandlers &) = delete;
};

/// Makes faults of this thread come back to a sigsetjmp point while it lives (and a FaultHandlers does):
///
///     FaultGuard guard;
///     if (const int signal = sigsetjmp(guard.point(), 0)) …fault…; else …codelets…;
///
/// Only code without destructors may run between the two. Faults outside a guard go where they went before.
class FaultGuard {
public:
  FaultGuard();
  ~FaultGuard();
  FaultGuard(const FaultGuard &) = delete;
  FaultGuard &operator=(const FaultGuard &) = delete;
  sigjmp_buf &point() { return point_; }

private:
  sigjmp_buf point_;
  FaultGuard *outer_;
};

} // namespace popgraph
