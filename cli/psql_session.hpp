// One psql that is fed through a pipe. What was typed is known to be answered when psql echoes a
// word that was typed behind it and that nothing else can print by chance. Output is passed on in
// whole lines, behind the session's name where it has one. Used by one thread; never blocks.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/control.hpp"

namespace ride::cli {

class PsqlSession {
 public:
  // A session with a name has it as its application_name. Throws Failure where psql cannot be
  // started.
  PsqlSession(std::string name, const std::string& program, const std::string& dsn);
  ~PsqlSession();  // kills it where it still runs
  PsqlSession(const PsqlSession&) = delete;
  PsqlSession& operator=(const PsqlSession&) = delete;

  void type(const std::string& text);
  void end_input();  // once what was typed has gone out

  void add_to(std::vector<pollfd>& ready) const;
  void transfer(std::ostream& out);  // whatever can go in or come out right now

  bool idle() const { return answered_ == typed_ || ended(); }  // all that was typed is answered
  bool ended() const { return status_.has_value(); }
  int exit_code() const;  // 128 + number for a signal; only once ended

 private:
  void send_pending();
  void receive(std::ostream& out);
  void pass_lines(std::ostream& out, bool all);
  void pass_line(const std::string& line, std::ostream& out);

  std::string name_;
  std::string nonce_;
  pid_t pid_ = -1;
  Descriptor input_;
  Descriptor output_;
  std::string pending_;   // typed and not yet taken by the pipe
  std::string received_;  // the beginning of a line
  bool last_input_ = false;
  std::size_t typed_ = 0;
  std::size_t answered_ = 0;
  std::optional<int> status_;
};

}  // namespace ride::cli
