// Where a text names sessions by their pids, so that a statement recorded on one server can be
// sent to another: arguments of pg_terminate_backend, pg_cancel_backend and pg_blocking_pids, and
// what is compared with a column called pid. By the parse tree, and by tokens inside DO blocks,
// whose bodies are text to the parser. A number anywhere else is no pid, whatever its value.
//
// Text that is not parsed has no places. Any thread may call: the parser runs on a thread made for
// the call, because its trees are as deep as the text wants (see worker.hpp). That costs little:
// few texts mention a pid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {

// Digits in the text, or a parameter of the protocol.
struct PidPlace {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::int64_t pid = 0;
  std::uint32_t parameter = 0;  // above 0: $n, and nothing else is said
  bool operator==(const PidPlace&) const = default;
};

struct SessionPids {
  std::vector<PidPlace> places;  // literals by offset, then parameters

  // PREPARE name AS …: which of its $n are pids.
  struct Prepared {
    std::string name;
    std::vector<std::uint32_t> parameters;
  };
  std::vector<Prepared> prepared;

  // EXECUTE name (…): what stands at $1, $2 …; whether it is a pid says the PREPARE.
  struct Executed {
    std::string name;
    std::vector<std::optional<PidPlace>> arguments;
  };
  std::vector<Executed> executed;
};

// Throws std::system_error when the thread cannot be made.
SessionPids session_pids(std::string_view text);

}  // namespace ride::sql
