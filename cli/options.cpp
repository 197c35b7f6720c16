#include "cli/options.hpp"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/failure.hpp"
#include "cli/proxy_options.hpp"

namespace ride::cli {
namespace {

constexpr const char* version_line = "ride " RIDE_VERSION;

// CLI11 stores into variables it was given; each command's options live here while parsing lasts.
struct Storage {
  List list;
  Next next;
  Show show;
  Start start;
  Status status;
  Psql psql;
  Log log;
  Hint hint;
  Submit submit;
  Reset reset;
  Stop stop;
  Gc gc;
  Postmortem postmortem;
  Score score;
  Replay replay;
  Regrade regrade;
  Review review;
  Recover recover;
  AuditList audit_list;
  AuditShow audit_show;
  AuditSearch audit_search;
  AuditExport audit_export;
  AuditPrune audit_prune;
  AuditVerify audit_verify;
  AuditReceipt audit_receipt;
  AuditRedact audit_redact;
  Play play;
  ScenarioCheck scenario_check;
  ScenarioNew scenario_new;
  ScenarioSchema scenario_schema;
  Proxy proxy;
};

template <class Options>
CLI::App* add(CLI::App& parent, const char* name, const char* what, Options& options,
              std::optional<Command>& chosen) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->callback([&options, &chosen] { chosen = options; });
  if constexpr (requires { options.json; })
    command->add_flag("--json", options.json, "print one JSON object for programs");
  return command;
}

void add_postgres(CLI::App& app, Storage& to, std::optional<Command>& chosen) {
  CLI::App* postgres = app.add_subcommand("postgres", "Incidents in a real PostgreSQL");
  postgres->require_subcommand(1);
  add(*postgres, "list", "The scenarios there are, and how far you have come", to.list, chosen);
  CLI::App* next = add(*postgres, "next", "What to do next, and why", to.next, chosen);
  next->add_option("PATH", to.next.path, "a path of list's; default: that of your last attempt");
  CLI::App* show = add(*postgres, "show", "One scenario's brief", to.show, chosen);
  show->add_option("ID", to.show.scenario, "for example stage-12/02-release-fallout")->required();

  CLI::App* start =
      add(*postgres, "start", "Boot a sandbox with the incident in it", to.start, chosen);
  start->add_option("ID", to.start.scenario, "for example stage-12/02-release-fallout")->required();
  start->add_option("--sandbox", to.start.sandbox, "auto, docker, local or server")
      ->check(CLI::IsMember({"auto", "docker", "local", "server"}));
  start->add_option("--port", to.start.port, "the port to listen on; default: one that is free");
  start->add_option("--listen", to.start.listen, "the address to listen on; default: 127.0.0.1");
  start->add_option("--learner", to.start.learner, "who works on it; recorded, never graded");
  start->add_option("--postgres", to.start.postgres,
                    "a major version (in Docker, image postgres:NN), or an image");
  start->add_flag("--offline", to.start.offline, "never pull an image");
  add_durability(*start, to.start.durability);
  start->add_option("--seed", to.start.seed,
                    "repeats what was drawn in an attempt; default: drawn at random");
  start->add_option("--hint-cost", to.start.hint_cost, "points that each hint costs; default: 0")
      ->check(CLI::Range(0, 100));
  start->add_flag("--foreground", to.start.foreground, "stay, and stop on Ctrl-C");

  CLI::App* status =
      add(*postgres, "status", "What is running, and the symptoms", to.status, chosen);
  CLI::Option* brief = status->add_flag("--brief", to.status.brief,
                                        "one line, no symptoms; fails unless a run is alive");
  status
      ->add_flag("--watch", to.status.watch,
                 "live, until the run ends, or q or Ctrl-C; in a pipe a line for each change")
      ->excludes(brief);
  CLI::App* psql = add(*postgres, "psql", "Open psql on the incident", to.psql, chosen);
  psql->add_option("--server", to.psql.server, "one beside the main one, as `status` names it");
  psql->prefix_command();  // what follows is psql's: ride postgres psql -c "SELECT 1"
  psql->callback([psql, &to, &chosen] {
    to.psql.arguments = psql->remaining();
    chosen = to.psql;
  });
  add(*postgres, "log", "The server's log, as someone on call sees it", to.log, chosen);
  add(*postgres, "hint", "The next of the staged hints", to.hint, chosen);
  add(*postgres, "submit", "Grade what was done", to.submit, chosen);
  CLI::App* reset =
      add(*postgres, "reset", "Begin another attempt on a fresh cluster", to.reset, chosen);
  reset->add_option("--seed", to.reset.seed,
                    "repeats a drawing; default: draws anew, unless start had one");
  add(*postgres, "stop", "End the run and keep its file", to.stop, chosen);
  add(*postgres, "gc", "Remove what dead runs left behind", to.gc, chosen);
  CLI::App* post =
      add(*postgres, "postmortem", "Cause, fix and lesson, after submit", to.postmortem, chosen);
  post->add_flag("--spoil", to.postmortem.spoil, "show it before submit as well");
}

void add_audit(CLI::App& audit, Storage& to, std::optional<Command>& chosen) {
  CLI::App* list = add(audit, "list", "Attempt files and their state", to.audit_list, chosen);
  list->add_option("PATH", to.audit_list.paths, "files and folders; default: this RIDE_HOME's");

  CLI::App* show =
      add(audit, "show", "Statements with all that was recorded", to.audit_show, chosen);
  show->add_option("FILE", to.audit_show.file, "an attempt file, NAME.ride")->required();
  show->add_option("NUMBER", to.audit_show.numbers, "a statement's number, or a range: 14-20");
  show->add_option("--attempt", to.audit_show.attempt, "default: the last submitted one");
  show->add_option("--connection", to.audit_show.connection, "only what this session sent");
  show->add_flag("--full", to.audit_show.full, "results with all rows that were kept");
}

void add_replay(CLI::App& app, Replay& to, std::optional<Command>& chosen) {
  CLI::App* replay =
      add(app, "replay", "Play what was done, in order; without a terminal, print it", to, chosen);
  replay->add_option("FILE", to.file, "an attempt file, NAME.ride")->required();
  replay->add_option("--attempt", to.attempt, "default: the last submitted one");
  replay
      ->add_option("--comment", to.comment,
                   "a statement's number and a text: kept in FILE.comments.ndjson")
      ->type_name("N TEXT")
      ->expected(2);
  CLI::Option* txt = replay->add_flag("--txt", to.txt, "print, on a terminal too");
  replay
      ->add_option("--cast", to.cast,
                   "write a terminal recording for asciinema there; -: to standard output")
      ->excludes(txt)
      ->excludes(replay->get_option("--json"));
  replay
      ->add_option("--html", to.html,
                   "write a report there, a page that needs nothing else; -: to standard output")
      ->excludes(txt)
      ->excludes(replay->get_option("--json"))
      ->excludes(replay->get_option("--cast"));
  replay->add_flag("--tools", to.tool_queries,
                   "the catalog queries that clients send by themselves, too");
  replay->add_flag("--paused", to.paused, "begin at the beginning, and wait");
  replay->add_option("--speed", to.speed, "so many times as fast as it was")
      ->check(CLI::Range(0.0625, 1024.0));
  CLI::Option* run =
      replay->add_flag("--run", to.run, "carry it out again in a fresh sandbox, and compare");
  replay->add_option("--until", to.until, "carry it out up to this statement")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
      ->needs(run);
  replay->add_option("--target", to.target, "carry it out on this server: a connection string")
      ->needs(run);
  CLI::Option* fork =
      replay
          ->add_option("--fork", to.fork,
                       "carry it out up to this statement, as a run of your own to go on with")
          ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
          ->excludes(run);
  for (const auto* const shown : {"--comment", "--txt", "--cast", "--html", "--paused"})
    for (CLI::Option* const again : {run, fork}) again->excludes(replay->get_option(shown));
  replay
      ->add_option("--idle-limit", to.idle_limit_seconds,
                   "seconds that nothing may happen; default: 2; 0: as it was")
      ->check(CLI::Range(0.0, 86'400.0));
}

void add_audit_search(CLI::App& audit, AuditSearch& to, std::optional<Command>& chosen) {
  CLI::App* search =
      add(audit, "search", "Statements by words of text, parameters, result, error", to, chosen);
  search
      ->add_option("PATH… QUERY", to.words,
                   "files and folders, then the words; \"\" for all that the options choose")
      ->required();
  auto& filters = to.filters;
  search->add_option("--learner", filters.learner, "who recorded it");
  search->add_option("--scenario", filters.scenario, "for example stage-12/02-release-fallout");
  search->add_option("--attempt", filters.attempt, "only of this attempt");
  search->add_option("--since", to.since,
                     "sent from then on: 2026-11-25, 2026-11-25T03:14:58, 90d");
  search->add_option("--until", to.until, "sent before then");
  search->add_option("--database", filters.database, "of the session");
  search->add_option("--role", filters.role, "that logged in");
  search->add_option("--application", filters.application, "application_name at that moment");
  search->add_option("--outcome", filters.outcome, "what became of it")
      ->check(CLI::IsMember({"committed", "rolled back", "failed", "skipped", "unknown"}));
  search->add_option("--sqlstate", filters.sqlstate, "of its error, for example 40P01");
  search->add_option("--relation", filters.relation, "that its text reads, writes or changes");
  search->add_option("--function", filters.function, "that its text calls");
}

void add_audit_prune(CLI::App& audit, AuditPrune& to, std::optional<Command>& chosen) {
  CLI::App* prune = add(audit, "prune", "Remove what is older than it must be kept", to, chosen);
  prune->add_option("PATH", to.path, "a folder of files, or one of the proxy's files")->required();
  prune->add_option("--older-than", to.older_than, "what ended before then: 90d, or a date");
  prune->add_option("--keep", to.keep, "all but the newest so many files of the folder");
  prune->add_flag("--dry-run", to.dry_run, "only say what would go");
  prune->add_flag("--yes", to.yes, "remove it");
}

void add_audit_export(CLI::App& audit, AuditExport& to, std::optional<Command>& chosen) {
  CLI::App* out = add(audit, "export", "The record for other systems, a line each", to, chosen);
  out->add_option("PATH", to.paths, "files and folders")->required();
  out->add_option("--format", to.format, "ndjson, csv (pgAudit's columns) or ocsf")
      ->check(CLI::IsMember({"ndjson", "csv", "ocsf"}));
  out->add_option("--since", to.since, "sent from then on: 2026-11-25, 2026-11-25T03:14:58, 90d");
  out->add_option("--until", to.until, "sent before then");
  out->add_option("-o,--output", to.output, "a file; default: standard output");
  out->add_flag("--follow", to.follow, "go on as the record grows, until Ctrl-C or its end");
}

void add_audit_proof(CLI::App& audit, Storage& to, std::optional<Command>& chosen) {
  CLI::App* verify =
      add(audit, "verify", "Whether a file is still what was recorded", to.audit_verify, chosen);
  verify
      ->add_option("FILE", to.audit_verify.file,
                   "an attempt file, NAME.ride, or a folder of them: is one missing?")
      ->required();
  verify->add_option("--receipt", to.audit_verify.receipt, "a receipt of it: ride-receipt:1 ...");
  verify->add_option("--key", to.audit_verify.key,
                     "the recorder's public key, ride+..., or a file that holds it");
  CLI::App* receipt = add(audit, "receipt", "The line to keep elsewhere, for verify --receipt",
                          to.audit_receipt, chosen);
  receipt->add_option("FILE", to.audit_receipt.file, "an attempt file, NAME.ride")->required();
}

void add_scenario(CLI::App& app, Storage& to, std::optional<Command>& chosen) {
  CLI::App* scenario = app.add_subcommand("scenario", "Tools for those who write scenarios");
  scenario->require_subcommand(1);
  CLI::App* play = add(*scenario, "play", "Type a script into the current run", to.play, chosen);
  play->add_option("SCRIPT", to.play.script, "psql input, with -- @session and -- @wait")
      ->required();
  play->add_option("--dsn", to.play.dsn, "where to connect; default: the current run");
  play->add_option("--limit", to.play.limit_seconds, "seconds that each wait may take")
      ->check(CLI::Range(1U, 3600U));

  CLI::App* check = add(*scenario, "check", "Prove scenarios: lint them, play their scripts",
                        to.scenario_check, chosen);
  check->add_option("SCENARIO", to.scenario_check.scenarios, "folders or ids");
  check->add_flag("--all", to.scenario_check.all, "all scenarios there are");
  check->add_flag("--quick", to.scenario_check.quick,
                  "no second runs, no partial work, no reading besides");
  check->add_option("-j,--jobs", to.scenario_check.jobs, "attempts side by side")
      ->check(CLI::Range(1U, 64U));
  check->add_option("--sandbox", to.scenario_check.sandbox, "as for start; default: local")
      ->check(CLI::IsMember({"auto", "docker", "local", "server"}));
  check->add_option("--postgres", to.scenario_check.postgres, "as for start");
  check->add_option("--seed", to.scenario_check.seed, "only this drawing; default: several");
  CLI::App* fresh =
      add(*scenario, "new", "A skeleton that passes the lint", to.scenario_new, chosen);
  fresh->add_option("ID", to.scenario_new.id, "for example stage-02/01-blocking-transaction")
      ->required();
  fresh->add_option("--in", to.scenario_new.folder, "the root it goes under; default: scenarios");
  add(*scenario, "schema", "A JSON Schema of scenario.yaml, for editors", to.scenario_schema,
      chosen);
}

void add_audit_redact(CLI::App& audit, AuditRedact& to, std::optional<Command>& chosen) {
  CLI::App* redact =
      add(audit, "redact", "A copy to hand on, without what a policy names", to, chosen);
  redact->add_option("FILE", to.file, "an attempt file, NAME.ride; it stays as it is")->required();
  redact
      ->add_option("--policy", to.policies,
                   "results, parameters, values, identities, all, by commas; pattern=REGEX; @FILE")
      ->type_name("POLICY")
      ->allow_extra_args(false)
      ->required();
  redact->add_option("-o,--output", to.output, "the copy; default: NAME.redacted.ride beside it");
}

void add_review(CLI::App& app, Review& to, std::optional<Command>& chosen) {
  CLI::App* review =
      add(app, "review", "A class's attempts and what each rule says of them", to, chosen);
  CLI::Option* paths = review->add_option("PATH", to.paths, "attempt files, and folders of them");
  review->add_option("--learner", to.learner, "only this learner's");
  review->add_option("--scenario", to.scenario, "only of this scenario: its id, or the end of it");
  review->add_option("--rule", to.rule, "only this rule");
  review
      ->add_option(
          "--outcome", to.outcome,
          "only attempts in which a rule shown has this verdict, or: submitted, unsubmitted")
      ->check(CLI::IsMember({"pass", "fail", "unknown", "submitted", "unsubmitted"}));
  review->add_option("--since", to.since, "begun since: a date, a time (UTC), or an age, 7d");
  review->add_option("--until", to.until, "begun before");
  CLI::Option* show = review->add_option(
      "--show", to.show, "LEARNER/RULE: the statements that prove it, with their results");
  review->add_option("--compare", to.compare, "two attempts (FILE, or FILE:ATTEMPT), side by side")
      ->type_name("A B")
      ->expected(2)
      ->excludes(paths)
      ->excludes(show);
}

void add_files(CLI::App& app, Storage& to, std::optional<Command>& chosen) {
  CLI::App* score = add(app, "score", "The card again, from the file alone", to.score, chosen);
  score->add_option("FILE", to.score.file, "an attempt file, NAME.ride")->required();
  score->add_option("--attempt", to.score.attempt, "default: the last submitted one");
  score->add_option("--scenario", to.score.scenario_folder, "grade by the rules of this folder");
  score->add_flag("--verdict", to.score.verdict, "only what equal runs have in common");

  add_replay(app, to.replay, chosen);
  add_review(app, to.review, chosen);
  CLI::App* regrade =
      add(app, "regrade", "Old attempts under the rules as they are now", to.regrade, chosen);
  regrade->add_option("PATH", to.regrade.paths, "attempt files, and folders of them")->required();
  regrade->add_option("--scenario", to.regrade.scenario_folder,
                      "the folder with the rules; default: the installed scenario of each file");

  CLI::App* audit = app.add_subcommand("audit", "Look after attempt files");
  audit->require_subcommand(1);
  CLI::App* recover = add(*audit, "recover", "Finish a file whose writer died", to.recover, chosen);
  recover->add_option("FILE", to.recover.file, "an attempt file, NAME.ride")->required();

  add_audit(*audit, to, chosen);
  add_audit_search(*audit, to.audit_search, chosen);
  add_audit_export(*audit, to.audit_export, chosen);
  add_audit_prune(*audit, to.audit_prune, chosen);
  add_audit_proof(*audit, to, chosen);
  add_audit_redact(*audit, to.audit_redact, chosen);

  add_scenario(app, to, chosen);
}

}  // namespace

Parsed parse(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  Storage storage;
  std::optional<Command> chosen;
  CLI::App app("Database incidents to practise on, recorded and graded.", "ride");
  app.set_version_flag("--version", version_line);
  app.require_subcommand(1);
  add_postgres(app, storage, chosen);
  add_files(app, storage, chosen);
  CLI::App* proxy =
      add(app, "proxy", "Record any PostgreSQL, without a scenario", storage.proxy, chosen);
  add_proxy_options(*proxy, storage.proxy);
  const ConfiguredWords words = with_config(*proxy, {argv + 1, argv + argc});
  try {
    app.parse(words.reversed());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error, out, err);
      return {std::nullopt, exit_worked};
    }
    err << "ride: " << with_origin(error.what(), words.origins) << "; see `ride --help`\n";
    return {std::nullopt, exit_usage};
  }
  if (auto* command = std::get_if<Proxy>(&*chosen)) {
    command->words.assign(argv + 1, argv + argc);
    command->origins = words.origins;
    command->effective = effective_settings(*proxy);
  }
  return {chosen, exit_worked};
}

}  // namespace ride::cli
