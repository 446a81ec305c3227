#ifndef pva_Trace_hpp
#define pva_Trace_hpp
/// \file
/// Traces of the host, which programs record with libpvti.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pva/detail/Part.hpp>

namespace pva {

namespace detail {

struct TraceData;

/// Something in a trace: the trace, which it keeps alive, and a number there.
class TracePart {
public:
  explicit TracePart(std::shared_ptr<const TraceData> data, std::size_t index = 0)
      : data_(std::move(data)), index_(index) {}

protected:
  std::shared_ptr<const TraceData> data_;
  std::size_t index_;
};

} // namespace detail

/// A span of time, or a moment.
class PVA_API Event : protected detail::TracePart {
public:
  using TracePart::TracePart;
  /// What happened.
  std::string label() const;
  /// The part of the program it belongs to.
  std::string channel() const;
  /// When it began, in microseconds since the trace did.
  double timestamp() const;
  /// How long it took, in microseconds; 0 for a moment and for what had not ended when the program did.
  double duration() const;
  /// The facts that go with it, as a JSON object; empty if there are none.
  std::string metadata() const;
  /// What happened inside it, in order.
  std::vector<Event> children() const;
};

/// A thread of a traced process.
class PVA_API Thread : protected detail::TracePart {
public:
  using TracePart::TracePart;
  /// Its number, as the system counts.
  std::int64_t id() const;
  /// What is inside nothing else, in order.
  std::vector<Event> events() const;
};

/// A traced process.
class PVA_API Process : protected detail::TracePart {
public:
  using TracePart::TracePart;
  /// Its number, as the system counts.
  std::int64_t id() const;
  /// The name of its program.
  std::string name() const;
  /// Its threads that recorded something.
  std::vector<Thread> threads() const;
  /// The thread of that number. Throws Error if there is none.
  Thread thread(std::int64_t id) const;
};

/// A trace.
class PVA_API Trace : protected detail::TracePart {
public:
  using TracePart::TracePart;
  /// Its processes; a file of libpvti holds one.
  std::vector<Process> processes() const;
  /// The process of that number. Throws Error if there is none.
  Process process(std::int64_t id) const;
};

/// Reads a trace that libpvti wrote. Throws Error, which names the file, for a missing, damaged or newer one.
PVA_API Trace openTrace(const std::string &path);

} // namespace pva

#endif
