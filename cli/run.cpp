#include "cli/run.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/recording.hpp"
#include "journal/appender.hpp"
#include "journal/fields.hpp"
#include "journal/sha256.hpp"
#include "proxy/certificate.hpp"
#include "scorer/rules.hpp"
#include "scorer/score.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
using journal::Field;
using journal::FieldWriter;
using journal::Kind;

// Well above what the server takes, so that it is the server that refuses, and well below what one
// process can hold.
constexpr std::size_t sessions_max = 200;

// ".../socket/.s.PGSQL.5432" → {".../socket", 5432}
proxy::Upstream upstream_of(const fs::path& socket) {
  const std::string port = socket.extension().string().substr(1);
  return {socket.parent_path().string(), static_cast<std::uint16_t>(std::stoul(port))};
}

// What a connection string says: an address to connect to, not one to listen on.
std::string reached_at(const std::string& listen) {
  if (listen == "0.0.0.0" || listen == "::") return "127.0.0.1";
  return listen.find(':') == std::string::npos ? listen : "[" + listen + "]";
}

}  // namespace

sandbox::Mode sandbox_mode(std::string_view word) {
  if (word == "docker") return sandbox::Mode::docker;
  if (word == "local") return sandbox::Mode::local;
  if (word == "server") return sandbox::Mode::server;
  return sandbox::Mode::automatic;
}

sandbox::Drawing drawing_of(const RunState& state) {
  sandbox::Drawing out{state.seed, std::nullopt};
  if (!state.values.empty()) out.recorded = scorer::values_from_json(state.values);
  return out;
}

Run::Run(Home home, RunState state)
    : home_(std::move(home)),
      state_(std::move(state)),
      scenario_(sandbox::load_scenario(state_.scenario_folder, drawing_of(state_))) {}

Run::~Run() {
  if (proxy_) proxy_->stop();
  if (sandbox_) sandbox_->stop();
}

void Run::begin(const Progress& progress) {
  const bool first = state_.attempt == 1;
  try {
    auto options = recording_options(state_.durability, home_key(home_));
    options.extend = !first;
    writer_ = std::make_unique<journal::Writer>(state_.file, options);
    if (first) record_run();
    boot(progress);
    start_proxy();
  } catch (...) {
    if (sandbox_) sandbox_->stop();
    sandbox_.reset();
    if (phase_ == Phase::open) end_attempt("stopped");
    proxy_.reset();
    if (writer_) writer_->close();
    writer_.reset();
    if (first) remove_attempt_file(state_.file);  // nobody worked on it yet
    throw;
  }
  state_.phase = RunPhase::running;
  save_run_state(home_, state_);
}

void Run::boot(const Progress& progress, const sandbox::Sandbox* previous) {
  sandbox::Options options;
  options.previous = previous;
  options.mode = sandbox_mode(state_.requested_sandbox);
  options.postgres = state_.postgres;
  options.offline = state_.offline;
  options.home = home_.root.string();
  options.cache = home_.cache();
  options.progress = [&progress](const std::string& line) {
    if (progress) progress(line);
  };
  options.created = [this](const sandbox::Remains& remains) {
    state_.sandbox = remains.mode;
    state_.private_folder = remains.private_directory;
    state_.container = remains.container;
    save_run_state(home_, state_);
  };
  options.on_actor = [this](const sandbox::ActorNote& note) { watch_.on_actor(note); };
  options.on_log = [this](const sandbox::LogNote& note) {
    watch_.on_log(note);
    bypasses_.on_log(note);
  };
  watch_.clear();
  bypasses_.clear();
  sandbox_ = sandbox::Sandbox::boot(scenario_, options, writer_->shared(), clock_);
  options.progress(sandbox_->describe());
  record_attempt();
  sandbox_->record_servers();
  sandbox_->inject();
  sandbox_->confirm();
  sandbox_->record_start();
}

void Run::record_run() {
  const std::string rules = scorer::to_json(scenario_.rules_as_written);
  const auto digest = journal::sha256(rules);
  std::string body;
  FieldWriter(body)
      .put(Field::name, state_.name)
      .put(Field::text, rules)
      .put(Field::digest, journal::as_bytes(digest))
      .put(Field::tag, RIDE_VERSION)
      .put(Field::learner, state_.learner);
  append(Kind::run_began, body);
}

void Run::record_attempt() {
  std::string body;
  FieldWriter(body)
      .put(Field::number, std::uint64_t{state_.attempt})
      .put(Field::seed, std::uint64_t{state_.seed})
      .put(Field::mode, sandbox_->mode())
      .put(Field::tag, sandbox_->server_version());
  if (!scenario_.values.empty())
    FieldWriter(body).put(Field::text, scorer::to_json(scenario_.values));
  if (state_.hint_cost > 0)
    FieldWriter(body).put(Field::name, scorer::hint_policy(state_.hint_cost));
  if (state_.attempt == 1 && !state_.parent.empty())
    FieldWriter(body).put(Field::message, state_.parent);
  append(Kind::attempt_began, body);
  phase_ = Phase::open;
  hints_shown_ = 0;
  probes_asked_ = {};
  nudged_.clear();
}

// With the ports that they had in an earlier attempt.
std::vector<RunServer> Run::asked_servers() const {
  std::vector<RunServer> out;
  for (const auto& spec : scenario_.environment.servers) {
    const auto before = std::find_if(state_.servers.begin(), state_.servers.end(),
                                     [&](const RunServer& one) { return one.name == spec.name; });
    out.push_back(
        {spec.name, before == state_.servers.end() ? std::uint16_t{0} : before->port, ""});
  }
  return out;
}

std::string Run::dsn(std::uint16_t port) const {
  return std::string("postgresql://") + sandbox::Sandbox::learner_role() + "@" +
         reached_at(state_.listen) + ":" + std::to_string(port) + "/" + scenario_.learner.database;
}

void Run::start_proxy() {
  const auto certificate = proxy::ensure_certificate(home_.tls().string());
  proxy::Options options;
  options.listen = {{state_.listen, state_.requested_port}};
  options.limits.sessions_max = sessions_max;
  options.upstream = upstream_of(sandbox_->socket_path());
  state_.servers = asked_servers();
  for (const auto& one : state_.servers)
    options.others.push_back(
        {one.name, {{state_.listen, one.port}}, upstream_of(sandbox_->socket_path(one.name))});
  options.tls_certificate_file = certificate.certificate;
  options.tls_key_file = certificate.key;
  proxy_ = std::make_unique<proxy::Proxy>(options, clock_, *writer_);
  try {
    proxy_->start();
  } catch (const std::system_error& error) {
    if (state_.requested_port == 0) throw;
    throw Failure("cannot listen on port " + std::to_string(state_.requested_port) + ": " +
                  error.code().message() + "; choose another --port, or none for one that is free");
  }
  state_.port = proxy_->port();
  state_.requested_port = state_.port;  // a later attempt has the same connection string
  state_.dsn = dsn(state_.port);
  for (auto& one : state_.servers) {
    one.port = proxy_->port(one.name);
    one.dsn = dsn(one.port);
  }
}

void Run::append(Kind kind, const std::string& body) {
  writer_->shared().append(kind, 0, clock_.now_us(), body);
}

void Run::end_attempt(std::string_view how) {
  std::string body;
  FieldWriter(body).put(Field::how, how);
  append(Kind::attempt_ended, body);
  phase_ = Phase::none;
}

sandbox::Sandbox& Run::sandbox() {
  if (!sandbox_)
    throw Failure(
        "this run has no sandbox, because the last reset failed; "
        "try `ride postgres reset` again, or `ride postgres stop`");
  if (const auto end = sandbox_->server_ended())
    throw Failure("the sandbox's server is gone: " + *end +
                  "; `ride postgres reset` begins another attempt");
  return *sandbox_;
}

boost::json::object Run::describe() const {
  const std::string_view phase = phase_ == Phase::submitted ? "submitted"
                                 : phase_ == Phase::open    ? "open"
                                                            : "over";
  boost::json::array servers;
  for (const auto& one : state_.servers)
    servers.push_back(boost::json::object{{"name", one.name}, {"dsn", one.dsn}});
  return {{"run", state_.name},
          {"scenario", state_.scenario},
          {"dsn", state_.dsn},
          {"servers", std::move(servers)},
          {"sandbox", state_.sandbox},
          {"file", state_.file},
          {"sandbox_detail", sandbox_ ? sandbox_->describe() : ""},
          {"phase", phase},
          {"attempt", state_.attempt},
          {"seed", state_.seed}};
}

boost::json::object Run::drawn() const {
  boost::json::object values;
  for (const auto& [name, value] : scenario_.values) values.emplace(name, value);
  return {{"seed", state_.seed}, {"values", std::move(values)}};
}

// Where something is drawn the folder is read again, and must still be the scenario that the file
// carries.
sandbox::Scenario Run::draw_next(std::optional<std::uint32_t> seed) {
  RunState next = state_;
  next.keeps_seed = seed || state_.keeps_seed;
  next.values.clear();
  if (seed)
    next.seed = *seed;
  else if (!next.keeps_seed)
    next.seed = sandbox::draw_seed(scenario_.parameters, scenario_.values);
  if (scenario_.parameters.empty()) {
    state_ = std::move(next);
    return scenario_;
  }
  auto scenario = sandbox::load_scenario(next.scenario_folder, drawing_of(next));
  if (scorer::hash(scenario.rules_as_written) != scorer::hash(scenario_.rules_as_written))
    throw Failure("the scenario in " + next.scenario_folder +
                  " is another one since this run began; `ride postgres stop`, then start it");
  state_ = std::move(next);
  return scenario;
}

boost::json::object Run::reset(const Progress& progress, std::optional<std::uint32_t> seed) {
  auto next = draw_next(seed);
  proxy_->close_sessions();
  notice_bypasses(journal::facts::Record::ended);
  if (phase_ == Phase::open) end_attempt("reset");
  // The old actors go on looking at their own part of the old scenario until they are gone.
  const auto old = std::exchange(scenario_, std::move(next));
  const auto previous = std::move(sandbox_);  // ends while the next one starts
  if (previous) previous->stop_in_background();
  phase_ = Phase::none;
  writer_->checkpoint();
  ++state_.attempt;
  save_run_state(home_, state_);
  try {
    boot(progress, previous.get());
  } catch (...) {
    if (phase_ == Phase::open) end_attempt("stopped");
    if (sandbox_) sandbox_->stop();
    sandbox_.reset();
    throw;
  }
  proxy_->set_upstream(upstream_of(sandbox_->socket_path()));
  for (const auto& one : state_.servers)
    proxy_->set_upstream(upstream_of(sandbox_->socket_path(one.name)), one.name);
  save_run_state(home_, state_);
  return describe();
}

boost::json::object Run::stop() {
  proxy_->stop();
  notice_bypasses(journal::facts::Record::ended);
  if (sandbox_) sandbox_->stop();
  sandbox_.reset();
  if (phase_ == Phase::open) end_attempt("stopped");
  phase_ = Phase::none;
  writer_->close();
  remove_run_state(home_);
  return describe();
}

}  // namespace ride::cli
