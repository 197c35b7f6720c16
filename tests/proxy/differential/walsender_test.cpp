// Replication connections, as far as their answers are the same each time.
#include "tests/catch.hpp"
#include "tests/proxy/differential/compare.hpp"

using namespace ride::protocol;
using namespace ride::test;
using namespace std::string_literals;

namespace {

template <typename... Messages>
Sequence physical(std::string name, const Messages&... messages) {
  auto out = raw_sequence(std::move(name), start_up("replication\0true\0"s), messages...);
  out.behind_start_up = true;
  return out;
}

}  // namespace

TEST_CASE("wire 28: a walsender's commands and refusals", "[postgres][proxy][wire]") {
  check_same({
      physical("who it is", Query{"IDENTIFY_SYSTEM"}, Terminate{})
          .closed_by_server()
          .with_wal_position(),
      physical("settings", Query{"SHOW wal_level"}, Query{"SHOW nothing"}),
      physical("no SQL", Query{"SELECT 1"}, Query{"SHOW wal_level"}),
      physical("no command", Query{"IDENTIFY"}, Query{""}, Query{"SHOW wal_level"}),
      physical("no extended protocol", Parse{"", "SELECT 1"}, Bind{}, Execute{}, Sync{},
               Query{"SHOW wal_level"}),
      physical("no calls", FunctionCall{177}, Query{"SHOW wal_level"}),
      physical("a slot nobody made", Query{"READ_REPLICATION_SLOT nobody"},
               Query{"START_REPLICATION SLOT nobody PHYSICAL 0/0"}),
      physical("a position in the future", Query{"START_REPLICATION PHYSICAL FFFF/0"},
               Query{"SHOW wal_level"})
          .with_wal_position(),
      physical("history that there is none of", Query{"TIMELINE_HISTORY 9"},
               Query{"SHOW wal_level"}),
      physical("a backup with an option nobody knows", Query{"BASE_BACKUP (PAINT 'blue')"},
               Query{"SHOW wal_level"}),
      raw_sequence("logical: commands and SQL", start_up("replication\0database\0"s),
                   Query{"SELECT 1; SELECT 2"}, Query{"SHOW wal_level"},
                   Query{"DROP_REPLICATION_SLOT nobody"}, Parse{"", "SELECT 1"}, Sync{}),
      raw_sequence("neither", start_up("replication\0sometimes\0"s)).closed_by_server(),
  });
}
