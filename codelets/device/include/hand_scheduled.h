#ifndef POPGRAPH_HAND_SCHEDULED_H
#define POPGRAPH_HAND_SCHEDULED_H
// For the codelets of the libraries only, whose counterparts on hardware are written in assembly.
extern "C" void __popgraph_hand_scheduled() __attribute__((nothrow));
extern "C" void __popgraph_paced_stores() __attribute__((nothrow));

namespace popgraph {

/// Costs the calling codelet as hand-scheduled code: both pipes are filled, and loops that go through memory in order
/// read, compute and write 64 bits at a time. Results do not change.
inline void handScheduled() { __popgraph_hand_scheduled(); }

/// In hand-scheduled code: an instruction that loads stores as well (ld2xst64pace), as the published loops of casts do.
inline void pacedStores() { __popgraph_paced_stores(); }

} // namespace popgraph
#endif
