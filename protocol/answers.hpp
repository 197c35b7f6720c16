// Which answers PostgreSQL gives to what, in which order: the transition table of a session, pure.
//
//   Query          ( [T] D* | G | H d* c | W … )  C  and so on per statement, or I, or E;   then Z
//   Parse          1                  Bind           2                  Close          3
//   Describe (S)   t then T or n      Describe (P)   T or n
//   Execute        D* then C or s, or I, or a COPY and C
//   FunctionCall   V then Z           Sync           Z      (E before the Z, if the commit failed)
//   any of them    E; after which PostgreSQL skips to Sync, but for Query, FunctionCall and Sync
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace ride::protocol {

// What stands in the queue of things to be answered.
enum class Item : std::uint8_t {
  query,
  parse,
  bind,
  describe_statement,
  describe_portal,
  execute,
  close,
  function_call,
  sync,
  maybe_sync,  // a Sync that COPY may have swallowed
  bad_flush,   // a Flush with a body: answered by an error alone
  copy_data,   // CopyData sent ahead; not answered
  copy_end,    // CopyDone or CopyFail; not answered
};

// What the server says about the item at the head of the queue.
enum class Answer : std::uint8_t {
  parse_complete,
  bind_complete,
  close_complete,
  parameter_description,
  no_data,
  row_description,
  data_row,
  command_complete,
  empty_query,
  portal_suspended,
  copy_in,
  copy_out,
  copy_both,
  copy_data,
  copy_done,
  function_result,
  error,
  ready,
};

// How far the answer to the head has come.
enum class Step : std::uint8_t {
  untouched,  // nothing has come
  results,    // in the middle of a result, or of Describe's answer
  copy_in,
  copy_out,
  copy_both,
  between,  // a statement of a Query has ended, another follows; a call has its result; or Z
  closing,  // only Z can follow
  done,     // off the queue
};

std::optional<Answer> to_answer(char tag);  // of a server message that is an answer at all
// Where this answer leads, or nothing where PostgreSQL would not give it.
std::optional<Step> next(Item item, Step step, Answer answer);

constexpr bool is_request(Item item) {
  switch (item) {
    case Item::query:
    case Item::parse:
    case Item::bind:
    case Item::describe_statement:
    case Item::describe_portal:
    case Item::execute:
    case Item::close:
    case Item::function_call:
      return true;
    case Item::sync:
    case Item::maybe_sync:
    case Item::bad_flush:
    case Item::copy_data:
    case Item::copy_end:
      return false;
  }
  return false;
}

// A ReadyForQuery is owed for it for certain.
constexpr bool owes_ready(Item item) {
  return item == Item::query || item == Item::function_call || item == Item::sync;
}

// An error here makes PostgreSQL skip whatever comes up to Sync.
constexpr bool error_skips_to_sync(Item item) {
  return (is_request(item) && !owes_ready(item)) || item == Item::bad_flush;
}

}  // namespace ride::protocol
