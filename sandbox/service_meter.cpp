#include "sandbox/service_meter.hpp"

#include <algorithm>

namespace ride::sandbox {
namespace {

std::int64_t us_between(ServiceMeter::Time from, ServiceMeter::Time to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

std::uint64_t count_since(const std::deque<ServiceMeter::Time>& times, ServiceMeter::Time from) {
  return static_cast<std::uint64_t>(
      std::count_if(times.begin(), times.end(), [from](auto time) { return time > from; }));
}

}  // namespace

template <typename T>
void ServiceMeter::keep(std::deque<T>& samples, T sample) {
  samples.push_back(sample);
  if (samples.size() > samples_max) samples.pop_front();
}

void ServiceMeter::wanted(int sessions) {
  const std::lock_guard held(mutex_);
  sessions_wanted_ = sessions;
}

void ServiceMeter::connected(int pid) {
  const std::lock_guard held(mutex_);
  pids_.insert(pid);
}

void ServiceMeter::gone(int pid) {
  const std::lock_guard held(mutex_);
  pids_.erase(pid);
  under_way_.erase(pid);
}

void ServiceMeter::statement_began(int pid, Time now) {
  const std::lock_guard held(mutex_);
  under_way_[pid] = now;
}

void ServiceMeter::statement_ended(int pid, Time now) {
  const std::lock_guard held(mutex_);
  const auto began = under_way_.find(pid);
  if (began == under_way_.end()) return;
  keep(statements_, Sample{now, us_between(began->second, now)});
  under_way_.erase(began);
}

void ServiceMeter::operation_done(Time now) {
  const std::lock_guard held(mutex_);
  ++operations_;
  keep(done_, now);
}

void ServiceMeter::failed(const std::string& sqlstate, Time now) {
  const std::lock_guard held(mutex_);
  ++errors_[sqlstate];
  keep(failures_, now);
}

ServiceReading ServiceMeter::read(Time now) const {
  const std::lock_guard held(mutex_);
  ServiceReading out;
  out.sessions_wanted = sessions_wanted_;
  out.pids = pids_;
  out.operations = operations_;
  out.errors = errors_;
  out.operations_lately = count_since(done_, now - window);
  out.errors_lately = count_since(failures_, now - window);
  for (const auto& sample : statements_)
    if (sample.at > now - window) out.statements_us_lately.push_back(sample.us);
  for (const auto& [pid, began] : under_way_)
    out.statements_us_lately.push_back(us_between(began, now));
  return out;
}

std::optional<std::int64_t> p95(std::vector<std::int64_t> values) {
  if (values.empty()) return std::nullopt;
  const auto nth = (values.size() * 95 + 99) / 100 - 1;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(nth);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace ride::sandbox
