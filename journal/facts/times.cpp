#include "journal/facts/times.hpp"

#include <algorithm>

namespace ride::journal::facts {
namespace {

struct Answered {
  const Answer* answer = nullptr;
  Stmt* stmt = nullptr;
};

std::vector<Answered> answers_of(const std::vector<Batch>& batches) {
  std::vector<Answered> all;
  for (const auto& batch : batches)
    for (auto* stmt : batch.statements)
      for (const auto* answer : stmt->answers)
        if (answer->ends()) all.push_back({answer, stmt});
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.answer->seq < b.answer->seq; });
  return all;
}

void add(Number& sum, std::int64_t us) { sum = sum.value_or(0) + std::max<std::int64_t>(us, 0); }

// Walks one connection's answers; `free_us` is when the server had nothing more to say to those
// before.
class ConnectionTimes {
 public:
  explicit ConnectionTimes(const Connection& connection)
      : connection_(connection), free_us_(connection.ready_us) {}

  void one(const Answered& answered) {
    const auto& answer = *answered.answer;
    for (; next_ready_ < connection_.readies.size() &&
           connection_.readies[next_ready_].seq < answer.seq;
         ++next_ready_)
      free_us_ = connection_.readies[next_ready_].at_us;
    auto& row = answered.stmt->row;
    // A second answer to one request of one statement is its commit's, which failed: no new wait.
    const bool goes_on = answered.stmt == last_.stmt && answer.request == last_.answer->request;
    auto began = answer.asked_us;
    if (free_us_ && (goes_on || *free_us_ > began)) began = *free_us_;
    if (!row.server_us && free_us_)
      row.think_us = std::max<std::int64_t>(answer.asked_us - *free_us_, 0);
    const auto first = std::clamp(answer.first_byte_us.value_or(answer.at_us), began,
                                  std::max(began, answer.at_us));
    add(row.queued_us, goes_on ? 0 : began - answer.asked_us);
    add(row.server_us, first - began);
    add(row.transfer_us, answer.at_us - first);
    free_us_ = answer.at_us;
    last_ = answered;
  }

 private:
  const Connection& connection_;
  Number free_us_;
  std::size_t next_ready_ = 0;
  Answered last_;
};

}  // namespace

void settle_times(Replay& replay, const Timeline& timeline) {
  for (const auto& [id, batches] : replay.batches) {
    ConnectionTimes times(timeline.connections.at(id));
    for (const auto& answered : answers_of(batches)) times.one(answered);
  }
}

}  // namespace ride::journal::facts
