#include <pva/Trace.hpp>

#include <map>
#include <pva/Report.hpp>

#include "profiler/Reader.hpp"
#include "profiler/TraceFile.hpp"

namespace pva {

namespace detail {

struct TraceData {
  profiler::Trace trace;
  std::vector<std::vector<std::size_t>> children; ///< of each span
  std::vector<std::int64_t> threads;
  std::vector<std::vector<std::size_t>> roots; ///< of each thread
};

} // namespace detail

std::string Event::label() const { return data_->trace.spans[index_].label; }
std::string Event::channel() const { return data_->trace.spans[index_].channel; }
double Event::timestamp() const { return data_->trace.spans[index_].start; }
double Event::duration() const { return data_->trace.spans[index_].duration; }
std::string Event::metadata() const { return data_->trace.spans[index_].metadata; }
std::vector<Event> Event::children() const {
  std::vector<Event> result;
  for (const std::size_t child : data_->children[index_]) result.emplace_back(data_, child);
  return result;
}

std::int64_t Thread::id() const { return data_->threads[index_]; }
std::vector<Event> Thread::events() const {
  std::vector<Event> result;
  for (const std::size_t root : data_->roots[index_]) result.emplace_back(data_, root);
  return result;
}

std::int64_t Process::id() const { return data_->trace.process; }
std::string Process::name() const { return data_->trace.program; }
std::vector<Thread> Process::threads() const {
  std::vector<Thread> result;
  for (std::size_t i = 0; i < data_->threads.size(); ++i) result.emplace_back(data_, i);
  return result;
}
Thread Process::thread(std::int64_t id) const {
  for (std::size_t i = 0; i < data_->threads.size(); ++i)
    if (data_->threads[i] == id) return Thread(data_, i);
  throw Error(data_->trace.path + ": has no thread " + std::to_string(id));
}

std::vector<Process> Trace::processes() const { return {Process(data_)}; }
Process Trace::process(std::int64_t id) const {
  if (id != data_->trace.process)
    throw Error(data_->trace.path + ": has no process " + std::to_string(id) + ", but process " +
                std::to_string(data_->trace.process));
  return Process(data_);
}

Trace openTrace(const std::string &path) {
  auto data = std::make_shared<detail::TraceData>();
  try {
    data->trace = profiler::readTrace(path);
  } catch (const profiler::ReadError &error) {
    throw Error(error.what());
  }
  const std::vector<profiler::Trace::Span> &spans = data->trace.spans;
  data->children.resize(spans.size());
  std::map<std::int64_t, std::size_t> byId, threads;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    byId[spans[i].id] = i;
    const auto parent = byId.find(spans[i].parent);
    if (parent != byId.end()) {
      data->children[parent->second].push_back(i);
      continue;
    }
    const auto [thread, isNew] = threads.try_emplace(spans[i].thread, data->threads.size());
    if (isNew) {
      data->threads.push_back(spans[i].thread);
      data->roots.emplace_back();
    }
    data->roots[thread->second].push_back(i);
  }
  return Trace(std::move(data));
}

} // namespace pva
