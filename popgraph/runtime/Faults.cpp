#include "popgraph/runtime/Faults.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace popgraph {

namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
struct sigaction gPrevious[std::size(kSignals)];
thread_local FaultGuard *tGuard = nullptr;

/// The handler runs on a stack of its own: a codelet may have used up the thread's.
struct AlternateStack {
  static constexpr std::size_t kBytes = 64 << 10;
  std::unique_ptr<char[]> memory{new char[kBytes]};
  stack_t old{};
  AlternateStack() {
    stack_t stack{};
    stack.ss_sp = memory.get();
    stack.ss_size = kBytes;
    sigaltstack(&stack, &old);
  }
  ~AlternateStack() { sigaltstack(&old, nullptr); }
};

void handle(int signal, siginfo_t *info, void *context) {
  if (tGuard) siglongjmp(tGuard->point(), signal);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    if (kSignals[i] != signal) continue;
    const struct sigaction &previous = gPrevious[i];
    if (previous.sa_flags & SA_SIGINFO) return previous.sa_sigaction(signal, info, context);
    if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(signal);
    // Not ours: returning repeats the instruction, now with the default action.
    std::signal(signal, SIG_DFL);
  }
}

std::mutex gMutex;
unsigned gHandlers = 0;

} // namespace

const char *describeFault(int signal) {
  switch (signal) {
  case SIGSEGV: case SIGBUS: return "it accessed memory outside its data, or its stack overflowed";
  case SIGFPE: return "it divided an integer by zero, or the smallest integer by -1";
  case SIGILL: return "it called abort, failed an assertion or reached an instruction that must not be executed";
  default: return "it raised a signal";
  }
}

FaultHandlers::FaultHandlers() {
  const std::lock_guard lock(gMutex);
  if (gHandlers++ > 0) return;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action {};
    action.sa_sigaction = &handle;
    // NODEFER, so that leaving by siglongjmp does not leave the signal blocked.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(kSignals[i], &action, &gPrevious[i]);
  }
}

FaultHandlers::~FaultHandlers() {
  const std::lock_guard lock(gMutex);
  if (--gHandlers > 0) return;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &gPrevious[i], nullptr);
}

FaultGuard::FaultGuard() : outer_(tGuard) {
  thread_local AlternateStack stack;
  tGuard = this;
}

FaultGuard::~FaultGuard() { tGuard = outer_; }

} // namespace popgraph
