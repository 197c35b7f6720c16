#include "fuzz/server_model.hpp"

#include <string_view>

namespace ride::fuzz {

using protocol::Ending;
using namespace std::string_view_literals;

namespace {

constexpr auto error_body = "SERROR\0VERROR\0C42601\0Mno\0\0"sv;
constexpr auto fatal_body = "SFATAL\0VFATAL\0C08P01\0Mno\0\0"sv;

// A body that the message's decoder takes.
std::string body_of(char tag) {
  switch (tag) {
    case 'C':
      return std::string("X\0"sv);
    case 'T':
    case 'D':
    case 't':
      return std::string("\0\0"sv);
    case 'G':
    case 'H':
    case 'W':
      return std::string("\0\0\0"sv);
    case 'V':
      return std::string("\xff\xff\xff\xff"sv);
    case 'd':
      return "row";
    case 'E':
      return std::string(error_body);
    default:
      return {};
  }
}

bool is_request(char tag) { return "QPBDECF"sv.find(tag) != std::string_view::npos; }

}  // namespace

void ServerModel::receive(char tag, protocol::RequestId request, bool describes_portal) {
  inbox_.push_back({tag, request, describes_portal});
}

std::optional<Said> ServerModel::act(std::uint8_t choice) {
  switch (state_) {
    case State::reading:
      return read(choice);
    case State::query:
      return choice % 4 == 0 && ordinal_ > 0 ? ready(choice / 4) : begin_statement(choice / 4);
    case State::rows:
      return go_on(choice);
    case State::describing:
      return end(choice % 2 == 0 ? 'T' : 'n', Ending::complete);
    case State::copy_in:
      return read_copy(choice);
    case State::copy_out:
    case State::copy_both:
      return send_copy(choice);
    case State::owes_commit:
      return choice % 4 == 0 ? fail_commit(at_hand_.request) : ready(choice / 4);
    case State::owes_ready:
      return ready(choice);
    case State::out_of_sync:
      return fatal();
    case State::gone:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Said> ServerModel::read(std::uint8_t choice) {
  while (!inbox_.empty()) {
    const auto message = inbox_.front();
    inbox_.pop_front();
    if (message.request != 0) read_last_ = message.request;
    if (message.tag == 'X') {
      state_ = State::gone;
      return std::nullopt;
    }
    if (message.tag == 'S') return sync(choice);
    if (skipping_ || !is_request(message.tag)) continue;
    at_hand_ = message;
    ordinal_ = 0;
    return answer(message, choice);
  }
  return std::nullopt;
}

std::optional<Said> ServerModel::answer(const Sent& message, std::uint8_t choice) {
  const bool fails = choice % 8 == 0;
  switch (message.tag) {
    case 'Q':
    case 'E':
      return begin_statement(choice);
    case 'P':
      return fails ? fail() : end('1', Ending::complete);
    case 'B':
      return fails ? fail() : end('2', Ending::complete);
    case 'C':
      return fails ? fail() : end('3', Ending::complete);
    case 'D':
      if (fails) return fail();
      if (!message.describes_portal) return say('t', State::describing);
      return end(choice % 2 == 0 ? 'T' : 'n', Ending::complete);
    default:
      return fails ? fail() : end('V', Ending::complete);
  }
}

// A statement of a Query, or what a portal executes.
std::optional<Said> ServerModel::begin_statement(std::uint8_t choice) {
  const bool simple = at_hand_.tag == 'Q';
  switch (choice % 10) {
    case 0:
      return fail();
    case 1:
      return end('I', Ending::empty);
    case 2:
    case 3:
      return begin_copy('G', State::copy_in);
    case 4:
      return begin_copy('H', State::copy_out);
    case 5:
      return simple && ordinal_ == 0 ? begin_copy('W', State::copy_both)
                                     : end('C', Ending::complete);
    case 6:
      return end('C', Ending::complete);
    default:
      return say(simple ? 'T' : 'D', State::rows);
  }
}

std::optional<Said> ServerModel::go_on(std::uint8_t choice) {
  if (choice % 4 == 0) return fail();
  if (choice % 4 == 1) return say('D', State::rows);
  if (choice % 4 == 2 && at_hand_.tag == 'E') return end('s', Ending::suspended);
  return end('C', Ending::complete);
}

// The server reads the data, one message a step or all there are, and may fail before, between and
// after.
std::optional<Said> ServerModel::read_copy(std::uint8_t choice) {
  if (choice % 8 == 0) return fail_copy();
  for (auto left = choice % 8 == 1 ? 1U : ~0U; left > 0 && !inbox_.empty(); --left) {
    const auto message = inbox_.front();
    inbox_.pop_front();
    if (message.request != 0) read_last_ = message.request;
    switch (message.tag) {
      case 'S':
        copy_read_sync_ = true;
        break;
      case 'd':
      case 'H':
        break;
      case 'c':
        in_doubt_ = in_doubt_ || (copy_read_sync_ && choice % 8 == 2);
        return choice % 8 == 2 ? fail() : end('C', Ending::complete);
      case 'f':
        in_doubt_ = in_doubt_ || copy_read_sync_;
        return fail();
      case 'X':
        state_ = State::gone;
        return std::nullopt;
      default: {
        auto out = fail_copy();
        state_ = State::out_of_sync;
        return out;
      }
    }
  }
  return std::nullopt;
}

// COPY OUT, or what START_REPLICATION does: there both sides send, and both must say that they are
// done.
std::optional<Said> ServerModel::send_copy(std::uint8_t choice) {
  const bool both = state_ == State::copy_both;
  if (both && choice % 2 == 0) {
    while (!inbox_.empty() && inbox_.front().tag == 'd') inbox_.pop_front();
    if (!inbox_.empty() && inbox_.front().tag == 'c') {
      inbox_.pop_front();
      auto out = end('C', Ending::complete);
      state_ = State::owes_ready;  // a replication command stands alone
      return out;
    }
  }
  switch (choice / 2 % 4) {
    case 0:
      return fail();
    case 1:
      return both ? say('d', state_) : end('C', Ending::complete);
    case 2:
      return Said{'c', {}, {}};
    default:
      return say('d', state_);
  }
}

// Its own error is that of a commit, for which something must have been done.
std::optional<Said> ServerModel::sync(std::uint8_t choice) {
  const bool fails = !skipping_ && batch_successes_ > 0 && choice % 8 == 0;
  skipping_ = false;
  at_hand_ = {'S', read_last_};
  return fails ? fail_commit(read_last_) : ready(choice / 8);
}

// What is said of a batch, or of a call, that has its answers.
Said ServerModel::fail_commit(protocol::RequestId last) {
  state_ = State::owes_ready;
  return {'E', body_of('E'), {Truth::About::ending, last, 1, Ending::error, true}};
}

Said ServerModel::begin_copy(char tag, State state) {
  copy_read_sync_ = false;
  return say(tag, state);
}

Said ServerModel::say(char tag, State then) {
  state_ = then;
  return {tag, body_of(tag), {Truth::About::answer, at_hand_.request, ordinal_}};
}

Said ServerModel::end(char tag, Ending how) {
  const auto about =
      tag == 'T' || tag == 'V' ? Truth::About::answer_and_ending : Truth::About::ending;
  const Said out = {tag, body_of(tag), {about, at_hand_.request, ordinal_, how}};
  ++ordinal_;
  ++batch_successes_;
  state_ = at_hand_.tag == 'Q' ? State::query : State::reading;
  if (at_hand_.tag == 'F') state_ = State::owes_commit;
  return out;
}

Said ServerModel::fail() {
  const bool simple = at_hand_.tag == 'Q' || at_hand_.tag == 'F';
  state_ = simple ? State::owes_ready : State::reading;
  skipping_ = !simple;
  return {'E', body_of('E'), {Truth::About::ending, at_hand_.request, ordinal_, Ending::error}};
}

// COPY fails before its end was read: had it read the Syncs that were on the way?
Said ServerModel::fail_copy() {
  bool sync_ahead = copy_read_sync_;
  for (const auto& message : inbox_) {
    if (message.tag == 'c' || message.tag == 'f' || is_request(message.tag)) break;
    sync_ahead = sync_ahead || message.tag == 'S';
  }
  in_doubt_ = in_doubt_ || sync_ahead;
  return fail();
}

Said ServerModel::ready(std::uint8_t choice) {
  state_ = State::reading;
  batch_successes_ = 0;
  const auto through = at_hand_.tag == 'S' ? read_last_ : at_hand_.request;
  return {'Z', std::string(1, "ITE"[choice % 3]), {Truth::About::ready, through}};
}

Said ServerModel::fatal() {
  state_ = State::gone;
  return {'E', std::string(fatal_body), {Truth::About::fatal}};
}

}  // namespace ride::fuzz
