#include <algorithm>
#include <set>
#include <stdexcept>

#include "replay/rerun_plan.hpp"

namespace ride::replay {
namespace {

using journal::ConnectionId;
using journal::Seq;
using What = Step::What;

// The request that holds the statement.
const Request* request_with(const RerunPlan& plan, std::int64_t n) {
  for (const auto& [seq, request] : plan.requests)
    if (request.n_first <= n && n <= request.n_last) return &request;
  return nullptr;
}

}  // namespace

// Nothing is sent behind the statement's request; what was sent is waited for as far as the record
// goes.
void cut_behind(RerunPlan& plan, std::int64_t until) {
  const auto* last = request_with(plan, until);
  if (last == nullptr)
    throw std::runtime_error("the attempt has no statement " + std::to_string(until) +
                             "; its last one is " + std::to_string(plan.statements));
  const auto request = last->seq;
  const auto finished = std::find_if(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    return step.what == What::ready && step.request >= request &&
           step.connection == last->connection;
  });
  bool behind = false;
  std::vector<Step> kept;
  for (auto step = plan.steps.begin(); step != plan.steps.end(); ++step) {
    const bool answers = step->what == What::ended || step->what == What::ready;
    if (behind && !(answers && step->request <= request && step <= finished)) continue;
    kept.push_back(*step);
    if (step->what == What::send && step->request == request) behind = true;
  }
  plan.steps = std::move(kept);
  std::erase_if(plan.refusals, [&](const auto& refusal) { return refusal.seq > request; });
}

std::vector<std::int64_t> points_of_rest(const RerunPlan& plan) {
  std::vector<std::int64_t> out;
  std::set<ConnectionId> busy;  // under way, or in a transaction
  std::int64_t last = 0;
  const auto note = [&] {
    if (busy.empty() && last > 0 && (out.empty() || out.back() < last)) out.push_back(last);
  };
  std::map<ConnectionId, Seq> sent;
  for (const auto& step : plan.steps) {
    if (step.what == What::send) {
      note();
      busy.insert(step.connection);
      sent[step.connection] = step.request;
      last = std::max(last, plan.requests.at(step.request).n_last);
    }
    if (step.what == What::ready && step.request >= sent[step.connection]) {
      if (step.outcome->how == "I") busy.erase(step.connection);
    }
    if (step.what == What::leave || step.what == What::vanish || step.what == What::lost)
      busy.erase(step.connection);
  }
  note();
  return out;
}

}  // namespace ride::replay
