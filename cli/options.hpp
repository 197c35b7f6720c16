// What a person typed, checked: one plain struct for each subcommand. Command-line syntax stays in
// options.cpp, so that no command depends on the library that parses it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "audit/search.hpp"
#include "cli/config_file.hpp"
#include "proxy/options.hpp"

namespace ride::cli {

// Where a file set an option: its name, FILE:LINE.
using Origins = std::map<std::string, std::string>;

struct List {
  bool json = false;
};

struct Next {
  std::string path;  // empty: that of what was worked on last
  bool json = false;
};

struct Show {
  std::string scenario;
  bool json = false;
};

struct Start {
  std::string scenario;
  std::string sandbox = "auto";        // auto | docker | local | server
  std::uint16_t port = 0;              // 0: any that is free
  std::string listen;                  // numeric; empty: 127.0.0.1
  std::string learner;                 // empty: the name of the operating system's user
  std::string postgres;                // a major version or an image; empty: any that fits
  bool offline = false;                // never pull an image
  std::string durability = "process";  // process | power
  std::optional<std::uint32_t> seed;   // of what the scenario draws; nothing: any
  int hint_cost = 0;                   // points taken from the total for each hint
  bool foreground = false;
  bool json = false;
};

struct Status {
  bool brief = false;  // one line, no probes; exit code 1 unless a run is alive
  bool watch = false;  // live, until the run ends
  bool json = false;
};

struct Psql {
  std::string server;                  // of the scenario; "": the main one
  std::vector<std::string> arguments;  // handed to psql behind the connection string
};

struct Log {
  bool json = false;
};

struct Hint {
  bool json = false;
};

struct Submit {
  bool json = false;
};

struct Reset {
  std::optional<std::uint32_t> seed;  // as Start's; nothing: another one, unless it was asked for
  bool json = false;
};

struct Stop {
  bool json = false;
};

struct Gc {
  bool json = false;
};

struct Postmortem {
  bool spoil = false;  // shown although nothing was submitted yet
  bool json = false;
};

struct Score {
  std::string file;
  std::optional<std::uint32_t> attempt;
  std::string scenario_folder;  // empty: by the rules inside the file
  bool verdict = false;         // only what ten equal runs have in common
  bool json = false;
};

struct Replay {
  std::string file;
  std::optional<std::uint32_t> attempt;
  bool tool_queries = false;         // clients' own catalog queries in full
  bool txt = false;                  // print, even on a terminal
  std::string cast;                  // write an asciicast there; empty: do not
  std::string html;                  // write a page there; empty: do not
  std::vector<std::string> comment;  // a statement's number, and what to say about it
  bool paused = false;
  std::optional<double> speed;    // nothing: as it was played; carried out again: without pauses
  double idle_limit_seconds = 2;  // 0: none
  bool run = false;               // carry it out again, in a fresh sandbox
  std::optional<std::int64_t> until;  // the last statement of that
  std::optional<std::int64_t> fork;   // carry it out up to this statement, and hand it over
  std::string target;                 // a server instead of a sandbox, as a connection string
  bool json = false;
};

struct Regrade {
  std::vector<std::string> paths;
  std::string scenario_folder;  // empty: the installed scenario of each file
  bool json = false;
};

struct Review {
  std::vector<std::string> paths;
  std::string learner, scenario, outcome, rule;  // empty: any
  std::string since, until;                      // as typed, see read_moment()
  std::string show;                              // LEARNER/RULE
  std::vector<std::string> compare;              // two files
  bool json = false;
};

struct Recover {
  std::string file;
  bool json = false;
};

struct AuditList {
  std::vector<std::string> paths;  // files and folders; empty: the attempts of this RIDE_HOME
  bool json = false;
};

struct AuditShow {
  std::string file;
  std::string numbers;  // "14" or "14-20"; empty: all
  std::optional<std::uint32_t> attempt;
  std::optional<std::uint32_t> connection;
  bool full = false;  // results with all rows that were kept
  bool json = false;
};

struct AuditSearch {
  std::vector<std::string> words;  // files and folders, and at the end what to search for
  audit::SearchOptions filters;
  std::string since, until;  // as typed, see read_moment()
  bool json = false;
};

struct AuditPrune {
  std::string path;
  std::string older_than;  // as typed, see read_moment()
  std::optional<std::size_t> keep;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

struct AuditExport {
  std::vector<std::string> paths;
  std::string format = "ndjson";  // ndjson | csv | ocsf
  std::string since, until;       // as typed, see read_moment()
  std::string output;             // empty: standard output
  bool follow = false;
  bool json = false;
};

struct AuditVerify {
  std::string file;
  std::string receipt;  // the line; empty: none
  std::string key;      // a public key, or a file that holds one; empty: those in the file
  bool json = false;
};

struct AuditReceipt {
  std::string file;
  bool json = false;
};

struct AuditRedact {
  std::string file;
  std::vector<std::string> policies;  // as typed, see audit/redact_policy.hpp
  std::string output;                 // empty: NAME.redacted.ride beside the file
  bool json = false;
};

struct Play {
  std::string script;
  std::string dsn;  // empty: the current run's
  std::uint32_t limit_seconds = 60;
  bool json = false;
};

struct ScenarioCheck {
  std::vector<std::string> scenarios;  // folders or ids
  bool all = false;
  bool quick = false;             // without second runs, partial work and much reading
  unsigned jobs = 0;              // 0: as many as processors and memory allow
  std::string sandbox = "local";  // as Start's
  std::string postgres;
  std::optional<std::uint32_t> seed;  // only this drawing; nothing: several
  bool json = false;
};

struct ScenarioNew {
  std::string id;
  std::string folder = "scenarios";  // the root it goes under
  bool json = false;
};

struct ScenarioSchema {
  bool json = false;  // it is JSON either way
};

struct Proxy {
  std::vector<std::string> listen;          // addresses as typed; the command reads them
  std::vector<std::string> proxy_protocol;  // networks as typed, likewise
  std::string socket_mode = "0700";         // octal digits
  std::string upstream;
  std::string journal;                 // folder
  std::string durability = "process";  // process | power
  proxy::Options relay;                // everything else that the proxy is told
  std::string client_tls = "auto";
  std::string upstream_tls = "prefer";
  std::string config;  // file
  bool print_config = false;
  std::string log_file;  // "": standard error
  std::string log_level = "info";
  bool quiet = false;             // as log_level "warning"
  std::string rotate_size = "0";  // as typed, see cli/units.hpp; 0: never
  std::string rotate_age = "0";
  std::string drain_timeout = "0";
  std::string metrics;            // address; "": none
  bool metrics_anywhere = false;  // beyond this machine
  bool explain = false;
  bool foreground = false;
  bool json = false;

  std::vector<std::string> words;  // of the command line, to be read again with its file
  Origins origins;
  std::vector<Setting> effective;
};

using Command =
    std::variant<List, Next, Show, Start, Status, Psql, Log, Hint, Submit, Reset, Stop, Gc,
                 Postmortem, Score, Replay, Regrade, Review, Recover, AuditList, AuditShow,
                 AuditSearch, AuditExport, AuditPrune, AuditVerify, AuditReceipt, AuditRedact, Play,
                 ScenarioCheck, ScenarioNew, ScenarioSchema, Proxy>;

struct Parsed {
  std::optional<Command> command;
  int exit_code =
      0;  // where there is no command: help and version were printed, or the usage is bad
};

// A time as people type it (audit/moment.hpp), counted from now; nothing for "". Throws Failure.
std::optional<std::int64_t> read_moment(const std::string& text);

Parsed parse(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

// One function for each command, each in a file of its own. They print, and return the exit code.
int execute(const List& options);
int execute(const Next& options);
int execute(const Show& options);
int execute(const Start& options);
int execute(const Status& options);
int execute(const Psql& options);
int execute(const Log& options);
int execute(const Hint& options);
int execute(const Submit& options);
int execute(const Reset& options);
int execute(const Stop& options);
int execute(const Gc& options);
int execute(const Postmortem& options);
int execute(const Score& options);
int execute(const Replay& options);
int execute(const Regrade& options);
int execute(const Review& options);
int execute(const Recover& options);
int execute(const AuditList& options);
int execute(const AuditShow& options);
int execute(const AuditSearch& options);
int execute(const AuditExport& options);
int execute(const AuditPrune& options);
int execute(const AuditVerify& options);
int execute(const AuditReceipt& options);
int execute(const AuditRedact& options);
int execute(const Play& options);
int execute(const ScenarioCheck& options);
int execute(const ScenarioNew& options);
int execute(const ScenarioSchema& options);
int execute(const Proxy& options);

}  // namespace ride::cli
