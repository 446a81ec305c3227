#include <nlohmann/json.hpp>
#include <pvti/pvti.hpp>

#include "profiler/pvti/Recorder.hpp"

namespace pvti {

namespace {

std::string asJson(const nlohmann::json &value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const std::string &nameOf(const TraceChannel *channel) {
  static const std::string none;
  return channel ? channel->name() : none;
}

} // namespace

bool checkTracingEnabled() { return Recorder::get() != nullptr; }

Metadata &Metadata::add(const std::string &name, const std::string &value) { return set(name, asJson(value)); }
Metadata &Metadata::add(const std::string &name, double value) { return set(name, asJson(value)); }
Metadata &Metadata::add(const std::string &name, std::int64_t value) { return set(name, asJson(value)); }
Metadata &Metadata::add(const std::string &name, bool value) { return set(name, asJson(value)); }

Metadata &Metadata::set(const std::string &name, std::string json) {
  for (auto &entry : json_)
    if (entry.first == name) {
      entry.second = std::move(json);
      return *this;
    }
  json_.emplace_back(name, std::move(json));
  return *this;
}

std::string Metadata::toJson() const {
  std::string text;
  for (const auto &[name, value] : json_) {
    text += text.empty() ? "{" : ", ";
    text += asJson(name) + ": " + value;
  }
  return text.empty() ? text : text + "}";
}

Tracepoint::Tracepoint(const TraceChannel *channel, const std::string &label, const Metadata &metadata) {
  if (Recorder *recorder = Recorder::get()) span_ = recorder->begin(nameOf(channel), label, metadata.toJson());
}

Tracepoint::~Tracepoint() {
  if (span_ != 0) Recorder::get()->end(span_);
}

void Tracepoint::begin(const TraceChannel *channel, const std::string &label, const Metadata &metadata) {
  if (Recorder *recorder = Recorder::get()) recorder->begin(nameOf(channel), label, metadata.toJson());
}

void Tracepoint::end(const TraceChannel *channel, const std::string &label, const Metadata &metadata) {
  if (Recorder *recorder = Recorder::get()) recorder->end(nameOf(channel), label, metadata.toJson());
}

void Tracepoint::event(const TraceChannel *channel, const std::string &label, const Metadata &metadata) {
  if (Recorder *recorder = Recorder::get()) recorder->event(nameOf(channel), label, metadata.toJson());
}

Series Graph::addSeries(const std::string &name) {
  Recorder *recorder = Recorder::get();
  return Series(recorder ? recorder->addSeries(name_, unit_, name) : 0);
}

void Series::add(double value) {
  if (Recorder *recorder = Recorder::get()) recorder->value(id_, value);
}

} // namespace pvti
