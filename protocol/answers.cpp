#include "protocol/answers.hpp"

namespace ride::protocol {

namespace {

// The one answer that completes the item, or an error.
std::optional<Step> only(Answer expected, Answer answer) {
  if (answer == expected || answer == Answer::error) return Step::done;
  return std::nullopt;
}

std::optional<Step> after_describe(Step step, Answer answer, bool of_statement) {
  if (answer == Answer::error) return Step::done;
  if (of_statement && step == Step::untouched) {
    if (answer == Answer::parameter_description) return Step::results;
    return std::nullopt;
  }
  if (answer == Answer::row_description || answer == Answer::no_data) return Step::done;
  return std::nullopt;
}

bool sends_data(Step step) { return step == Step::copy_out || step == Step::copy_both; }

// Inside a COPY.
std::optional<Step> after_copy(Step step, Answer answer, Step completed, Step failed) {
  if (answer == Answer::command_complete) return completed;
  if (answer == Answer::error) return failed;
  const bool data = answer == Answer::copy_data || answer == Answer::copy_done;
  if (sends_data(step) && data) return step;
  return std::nullopt;
}

std::optional<Step> begin_copy(Answer answer) {
  if (answer == Answer::copy_in) return Step::copy_in;
  if (answer == Answer::copy_out) return Step::copy_out;
  if (answer == Answer::copy_both) return Step::copy_both;
  return std::nullopt;
}

std::optional<Step> after_query(Step step, Answer answer) {
  switch (step) {
    case Step::untouched:
    case Step::between:
      if (answer == Answer::empty_query) return Step::between;
      if (answer == Answer::ready && step == Step::between) return Step::done;
      if (const auto copy = begin_copy(answer)) return copy;
      [[fallthrough]];
    case Step::results:
      if (answer == Answer::row_description || answer == Answer::data_row) return Step::results;
      if (answer == Answer::command_complete) return Step::between;
      if (answer == Answer::error) return Step::closing;
      return std::nullopt;
    case Step::copy_in:
    case Step::copy_out:
    case Step::copy_both:
      // Those of START_REPLICATION and BASE_BACKUP may go on with a result.
      if (sends_data(step) && answer == Answer::row_description) return Step::results;
      return after_copy(step, answer, Step::between, Step::closing);
    case Step::closing:
      if (answer == Answer::ready) return Step::done;
      return std::nullopt;
    case Step::done:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Step> after_execute(Step step, Answer answer) {
  switch (step) {
    case Step::untouched:
      if (answer == Answer::empty_query) return Step::done;
      if (const auto copy = begin_copy(answer)) return copy;
      [[fallthrough]];
    case Step::results:
      if (answer == Answer::data_row) return Step::results;
      if (answer == Answer::portal_suspended) return Step::done;
      return only(Answer::command_complete, answer);
    case Step::copy_in:
    case Step::copy_out:
    case Step::copy_both:
      return after_copy(step, answer, Step::done, Step::done);
    case Step::between:
    case Step::closing:
    case Step::done:
      return std::nullopt;
  }
  return std::nullopt;
}

// Its result, then what the commit says, which may fail, and Z.
std::optional<Step> after_function_call(Step step, Answer answer) {
  const bool called = step == Step::between;
  if (step == Step::untouched && answer == Answer::function_result) return Step::between;
  if ((step == Step::untouched || called) && answer == Answer::error) return Step::closing;
  if ((step == Step::closing || called) && answer == Answer::ready) return Step::done;
  return std::nullopt;
}

std::optional<Step> after_sync(Step step, Answer answer) {
  if (step == Step::untouched && answer == Answer::error) return Step::closing;
  if (answer == Answer::ready) return Step::done;
  return std::nullopt;
}

}  // namespace

std::optional<Answer> to_answer(char tag) {
  switch (tag) {
    case '1':
      return Answer::parse_complete;
    case '2':
      return Answer::bind_complete;
    case '3':
      return Answer::close_complete;
    case 't':
      return Answer::parameter_description;
    case 'n':
      return Answer::no_data;
    case 'T':
      return Answer::row_description;
    case 'D':
      return Answer::data_row;
    case 'C':
      return Answer::command_complete;
    case 'I':
      return Answer::empty_query;
    case 's':
      return Answer::portal_suspended;
    case 'G':
      return Answer::copy_in;
    case 'H':
      return Answer::copy_out;
    case 'W':
      return Answer::copy_both;
    case 'd':
      return Answer::copy_data;
    case 'c':
      return Answer::copy_done;
    case 'V':
      return Answer::function_result;
    case 'E':
      return Answer::error;
    case 'Z':
      return Answer::ready;
    default:  // any byte may come
      return std::nullopt;
  }
}

std::optional<Step> next(Item item, Step step, Answer answer) {
  switch (item) {
    case Item::query:
      return after_query(step, answer);
    case Item::parse:
      return only(Answer::parse_complete, answer);
    case Item::bind:
      return only(Answer::bind_complete, answer);
    case Item::describe_statement:
      return after_describe(step, answer, true);
    case Item::describe_portal:
      return after_describe(step, answer, false);
    case Item::execute:
      return after_execute(step, answer);
    case Item::close:
      return only(Answer::close_complete, answer);
    case Item::function_call:
      return after_function_call(step, answer);
    case Item::sync:
    case Item::maybe_sync:
      return after_sync(step, answer);
    case Item::bad_flush:
      if (answer == Answer::error) return Step::done;
      return std::nullopt;
    case Item::copy_data:
    case Item::copy_end:
      return std::nullopt;  // never the head: nothing answers them
  }
  return std::nullopt;
}

}  // namespace ride::protocol
