#include "tests/truth/script.hpp"

#include <array>

#include "protocol/messages.hpp"
#include "tests/truth/trial.hpp"

namespace ride::test {

using namespace protocol;

namespace {

template <typename Message>
void add(Step& step, const Message& message) {
  encode(message, step.bytes);
}

void add_execute(Step& step, const std::string& text) {
  add(step, Parse{"", text});
  add(step, Bind{});
  add(step, Execute{});
}

}  // namespace

std::string name_in(std::string_view text) {
  const auto from = text.find('\'');
  if (text.find("PREPARE") == std::string_view::npos || from == std::string_view::npos) return "";
  return std::string(text.substr(from + 1, text.find('\'', from + 1) - from - 1));
}

Step Script::next() {
  Step step;
  switch (random_() % 8) {
    case 0:
    case 1:
    case 2:
      string(step);
      break;
    case 3:
    case 4:
    case 5:
      pipeline(step);
      break;
    case 6:
      portal(step);
      break;
    default:
      copy(step);
  }
  step.then_vanish = one_in(25);
  return step;
}

std::string Script::name() { return "g" + std::to_string(random_() % 4); }

std::string Script::work() {
  switch (random_() % 10) {
    case 0:
      return "SELECT /*" + std::to_string(mark_++) + "*/ 1/0";
    case 1:
      return "INSERT INTO child VALUES (99)";  // fails at commit
    case 2:
      return call_put(mark_++);
    case 3:
      return call_put(mark_++) + " FROM pg_sleep(0.01)";
    case 4:
      return one_in(4) ? "SELECT pg_terminate_backend(pg_backend_pid())"
                       : "SELECT 1 FROM nowhere /*" + std::to_string(mark_++) + "*/";
    default:
      return put(mark_++);
  }
}

std::string Script::control() {
  constexpr auto words = std::to_array<const char*>(
      {"BEGIN", "BEGIN", "BEGIN", "COMMIT", "COMMIT", "COMMIT", "ROLLBACK", "COMMIT AND CHAIN",
       "ROLLBACK AND CHAIN", "SAVEPOINT a", "SAVEPOINT b", "SAVEPOINT A", "ROLLBACK TO a",
       "ROLLBACK TO b", "ROLLBACK TO SAVEPOINT a", "RELEASE a", "RELEASE SAVEPOINT b",
       "SET CONSTRAINTS ALL IMMEDIATE", "VACUUM parent"});
  constexpr auto two_phase =
      std::to_array<const char*>({"PREPARE TRANSACTION '", "PREPARE TRANSACTION '",
                                  "COMMIT PREPARED '", "ROLLBACK PREPARED '"});
  if (one_in(4)) return two_phase[random_() % two_phase.size()] + name() + "'";
  return words[random_() % words.size()];
}

std::string Script::statement() { return one_in(2) ? work() : control(); }

void Script::string(Step& step) {
  auto text = statement();
  for (auto more = random_() % 4; more > 1; --more) text += "; " + statement();
  add(step, Query{text});
}

// Up to six executes, with Syncs among them or not, and perhaps a query in the place of the last.
void Script::pipeline(Step& step) {
  for (auto left = 1 + random_() % 6; left > 0; --left) {
    add_execute(step, statement());
    if (one_in(8)) add(step, Close{'P', ""});
    if (one_in(4)) add(step, Sync{});
    if (one_in(10)) add(step, Query{statement()});
  }
  if (one_in(20)) step.then_vanish = true;  // without its Sync
  add(step, Sync{});
}

// Read one row at a time, with other things between.
void Script::portal(Step& step) {
  const auto mark = std::to_string(mark_++);
  if (one_in(2)) add(step, Query{"BEGIN"});
  add(step, Parse{"", "INSERT /*" + mark + "*/ INTO mark VALUES (" + mark + "), (" + mark +
                          ") RETURNING n"});
  add(step, Bind{"p", ""});
  for (int row = 0; row < 3; ++row) {
    add(step, Execute{"p", 1});
    if (one_in(3)) add_execute(step, statement());
    if (one_in(3)) add(step, Sync{});
  }
  add(step, Close{'P', "p"});
  add(step, Sync{});
}

void Script::copy(Step& step) {
  const auto mark = std::to_string(mark_++);
  auto text = "COPY /*" + mark + "*/ mark FROM STDIN";
  if (one_in(3)) text = statement() + "; " + text;
  if (one_in(3)) text += "; " + statement();
  add(step, Query{text});
  add(step, CopyData{mark + "\n"});
  if (one_in(4)) {
    add(step, CopyFail{"no more"});
  } else {
    add(step, CopyDone{});
  }
}

}  // namespace ride::test
