#include "sandbox/session.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sandbox/own_sessions.hpp"

namespace ride::sandbox {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

int milliseconds_left(SteadyClock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// Whether it is ready before `until`.
bool wait_for(int socket, short events, SteadyClock::time_point until) {
  while (true) {
    pollfd wanted{socket, events, 0};
    const int got = poll(&wanted, 1, milliseconds_left(until));
    if (got < 0 && errno == EINTR) continue;
    return got > 0;
  }
}

std::string one_line(const char* text) {
  std::string out = text != nullptr ? text : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

// "… failed: FATAL:  53300: too many connections for role …", LOCATION on the next line.
Failure refusal_of(std::string text) {
  constexpr std::string_view marker = "FATAL:  ";
  constexpr std::size_t state_bytes = 5;
  text = text.substr(0, text.find("\nLOCATION:"));
  const auto at = text.find(marker);
  const auto state_at = at == std::string::npos ? at : at + marker.size();
  if (at == std::string::npos || text.compare(state_at + state_bytes, 2, ": ") != 0)
    return {"", one_line(text.c_str())};
  Failure out{text.substr(state_at, state_bytes), ""};
  text.erase(state_at, state_bytes + 2);
  out.message = one_line(text.c_str());
  return out;
}

Failure failure_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state != nullptr ? state : "",
          one_line(primary != nullptr ? primary : PQresultErrorMessage(result))};
}

// libpq takes an empty value for "use the environment"; a space is an empty option list.
std::string never_empty(const std::string& text) { return text.empty() ? " " : text; }

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

void read_rows(const PGresult* result, Answer& answer) {
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    auto& values = answer.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0)
        values.emplace_back();
      else
        values.emplace_back(PQgetvalue(result, row, column));
    }
  }
}

}  // namespace

std::string Answer::value() const {
  if (rows.empty() || rows[0].empty() || !rows[0][0]) return "";
  return *rows[0][0];
}

void Session::on_notice(void* self, const PGresult* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == nullptr) return;
  const std::string_view level = severity;
  if (level == "FATAL" || level == "PANIC") *static_cast<Failure*>(self) = failure_of(result);
}

Session Session::open(const Login& login) {
  Session session = begin(login);
  const auto until = SteadyClock::now() + login.limit;
  auto wanted = Wanted::writing;
  while (wanted != Wanted::nothing) {
    const short events = wanted == Wanted::reading ? POLLIN : POLLOUT;
    if (!wait_for(session.socket(), events, until)) session.give_up({"", "no answer in time"});
    wanted = session.advance();
  }
  return session;
}

Session Session::begin(const Login& login) {
  const std::string port = std::to_string(login.endpoint.port);
  const std::string options = never_empty(login.options);
  const std::array<const char*, 13> names{"host",
                                          "port",
                                          "user",
                                          "password",
                                          "dbname",
                                          "application_name",
                                          "options",
                                          "sslmode",
                                          "client_encoding",
                                          "passfile",
                                          "connect_timeout",
                                          "gssencmode",
                                          nullptr};
  const std::array<const char*, 13> values{login.endpoint.socket_directory.c_str(),
                                           port.c_str(),
                                           login.role.c_str(),
                                           login.password.reveal().c_str(),
                                           login.database.c_str(),
                                           login.application.c_str(),
                                           options.c_str(),
                                           "disable",
                                           "UTF8",
                                           "/dev/null/none",  // nobody's password file
                                           "0",
                                           "disable",
                                           nullptr};
  Session session;
  session.doing_ = "connect to database " + login.database + " as " + login.role;
  if (login.own_sessions != nullptr)
    session.opening_ = {
        login.own_sessions,
        login.own_sessions->opening(login.server, login.role, login.database, login.application)};
  session.connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  PGconn* connection = session.connection_.get();
  if (connection == nullptr) session.give_up({"", "out of memory"});
  PQsetNoticeReceiver(connection, on_notice, session.fatal_.get());
  // libpq tells the SQLSTATE of a refusal in its text alone.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  if (PQstatus(connection) == CONNECTION_BAD)
    session.give_up(refusal_of(PQerrorMessage(connection)));
  return session;
}

Session::Wanted Session::advance() {
  PGconn* connection = connection_.get();
  const auto wanted = PQconnectPoll(connection);
  if (wanted == PGRES_POLLING_READING) return Wanted::reading;
  if (wanted == PGRES_POLLING_WRITING) return Wanted::writing;
  if (wanted != PGRES_POLLING_OK) give_up(refusal_of(PQerrorMessage(connection)));
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  if (opening_.own_sessions != nullptr) opening_.own_sessions->open(opening_.number, pid());
  return Wanted::nothing;
}

void Session::give_up(Failure cause) {
  if (opening_.own_sessions != nullptr) opening_.own_sessions->failed(opening_.number);
  connection_.reset();
  const std::string what = doing_ + ": " + cause.message;
  throw SessionError(what, std::move(cause));
}

int Session::socket() const { return connection_ ? PQsocket(connection_.get()) : -1; }

bool Session::send(const std::string& sql, const std::vector<std::string>& parameters) {
  if (broken()) return false;
  answer_ = {};
  complete_ = false;
  if (parameters.empty()) return PQsendQuery(connection_.get(), sql.c_str()) == 1;
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  return PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0) == 1;
}

void Session::read() {
  if (!connection_) return;
  PQconsumeInput(connection_.get());
  if (complete_) PQisBusy(connection_.get());  // parses the FATAL message, if one came
}

// Up to the end of all statements of the string, as far as it has come; COPY has no place here and
// is refused.
bool Session::answered() {
  while (!complete_) {
    if (!broken() && PQisBusy(connection_.get()) == 1) return false;
    const Result result{connection_ ? PQgetResult(connection_.get()) : nullptr};
    if (!result) {
      complete_ = true;
      break;
    }
    const auto status = PQresultStatus(result.get());
    answer_.rows.clear();
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
      read_rows(result.get(), answer_);
      continue;
    }
    if (!answer_.failure) answer_.failure = failure_of(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      answer_.failure = Failure{"", "COPY FROM STDIN or TO STDOUT is not possible here"};
      connection_.reset();
    }
  }
  return true;
}

bool Session::wait(milliseconds limit) {
  const auto until = SteadyClock::now() + limit;
  while (!answered()) {
    if (!wait_for(socket(), POLLIN, until)) return false;
    read();
  }
  return true;
}

Answer Session::take() {
  if (broken() && !answer_.failure) answer_.failure = loss();
  return std::exchange(answer_, {});
}

Answer Session::query(const std::string& sql, milliseconds limit,
                      const std::vector<std::string>& parameters) {
  Answer answer;
  if (!send(sql, parameters)) {
    answer.failure = loss();
    return answer;
  }
  if (!wait(limit)) {
    cancel();
    if (wait(milliseconds(1'000))) take();
    connection_.reset();
    answer.failure = Failure{"57014", "no answer within " + std::to_string(limit.count()) + " ms"};
    return answer;
  }
  return take();
}

Answer Session::demand(const std::string& sql, const std::string& doing, milliseconds limit) {
  Answer answer = query(sql, limit);
  if (answer.failure)
    throw SessionError(doing + ": " + to_string(*answer.failure), *answer.failure);
  return answer;
}

bool Session::broken() const {
  return connection_ == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD;
}

Failure Session::loss() const {
  if (!fatal_->message.empty()) return *fatal_;
  return {"", connection_ ? one_line(PQerrorMessage(connection_.get())) : "connection lost"};
}

bool Session::in_transaction() const {
  const auto status = connection_ ? PQtransactionStatus(connection_.get()) : PQTRANS_UNKNOWN;
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

bool Session::in_failed_transaction() const {
  return connection_ && PQtransactionStatus(connection_.get()) == PQTRANS_INERROR;
}

int Session::pid() const { return connection_ ? PQbackendPID(connection_.get()) : 0; }

void Session::cancel() {
  if (broken()) return;
  std::unique_ptr<PGcancel, void (*)(PGcancel*)> request(PQgetCancel(connection_.get()),
                                                         PQfreeCancel);
  std::array<char, 256> error;
  if (request) PQcancel(request.get(), error.data(), static_cast<int>(error.size()));
}

std::string to_string(const Failure& failure) {
  return failure.sqlstate.empty() ? failure.message : failure.sqlstate + ": " + failure.message;
}

std::string quote_literal(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string quote_identifier(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace ride::sandbox
