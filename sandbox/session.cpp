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

enum class Woken { ready, interrupted, timed_out };

int milliseconds_left(SteadyClock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

Woken wait_for(int socket, short events, int interrupt_fd, SteadyClock::time_point until) {
  while (true) {
    std::array<pollfd, 2> wanted{{{socket, events, 0}, {interrupt_fd, POLLIN, 0}}};
    const int got = poll(wanted.data(), wanted.size(), milliseconds_left(until));
    if (got < 0 && errno == EINTR) continue;
    if (wanted[1].revents != 0) return Woken::interrupted;
    if (got > 0) return Woken::ready;
    return Woken::timed_out;
  }
}

std::string one_line(const char* text) {
  std::string out = text != nullptr ? text : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  std::replace(out.begin(), out.end(), '\n', ' ');
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
  if (login.own_sessions == nullptr) return connect(login);
  const auto number = login.own_sessions->opening(login.role, login.database, login.application);
  try {
    Session session = connect(login);
    login.own_sessions->open(number, session.pid());
    return session;
  } catch (const SessionError&) {
    login.own_sessions->failed(number);
    throw;
  }
}

Session Session::connect(const Login& login) {
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
  session.interrupt_fd_ = login.interrupt_fd;
  session.connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  PGconn* connection = session.connection_.get();
  const std::string doing = "connect to database " + login.database + " as " + login.role;
  if (connection == nullptr) throw SessionError(doing + ": out of memory", {});
  PQsetNoticeReceiver(connection, on_notice, session.fatal_.get());

  const auto until = SteadyClock::now() + login.limit;
  auto wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    if (wanted == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD) {
      Failure cause{"", one_line(PQerrorMessage(connection))};
      throw SessionError(doing + ": " + cause.message, cause);
    }
    const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    const auto woken = wait_for(PQsocket(connection), events, login.interrupt_fd, until);
    if (woken == Woken::interrupted) throw SessionError(doing + ": interrupted", {});
    if (woken == Woken::timed_out)
      throw SessionError(doing + ": no answer in time", {"", "no answer in time"});
    wanted = PQconnectPoll(connection);
  }
  return session;
}

bool Session::send(const std::string& sql, const std::vector<std::string>& parameters) {
  if (broken()) return false;
  if (parameters.empty()) return PQsendQuery(connection_.get(), sql.c_str()) == 1;
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  return PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0) == 1;
}

bool Session::wait(milliseconds limit) {
  const auto until = SteadyClock::now() + limit;
  while (!broken() && PQisBusy(connection_.get()) == 1) {
    if (wait_for(PQsocket(connection_.get()), POLLIN, interrupt_fd_, until) != Woken::ready)
      return false;
    if (PQconsumeInput(connection_.get()) == 0) return true;  // lost: take() tells how
  }
  return true;
}

Answer Session::take() {
  Answer answer;
  // Up to the end of all statements of the string; COPY has no place here and is refused.
  while (Result result{PQgetResult(connection_.get())}) {
    const auto status = PQresultStatus(result.get());
    answer.rows.clear();
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
      read_rows(result.get(), answer);
      continue;
    }
    if (!answer.failure) answer.failure = failure_of(result.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
      answer.failure = Failure{"", "COPY FROM STDIN or TO STDOUT is not possible here"};
      connection_.reset();
      break;
    }
  }
  if (broken() && !answer.failure) answer.failure = loss();
  return answer;
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
    const auto keep = std::exchange(interrupt_fd_, -1);
    const bool answered = wait(milliseconds(1'000));
    interrupt_fd_ = keep;
    if (answered) take();
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

bool Session::wait_for_loss(milliseconds limit) {
  const auto until = SteadyClock::now() + limit;
  while (!broken()) {
    if (wait_for(PQsocket(connection_.get()), POLLIN, interrupt_fd_, until) != Woken::ready)
      return false;
    PQconsumeInput(connection_.get());
    PQisBusy(connection_.get());  // parses the FATAL message, if one came
  }
  return true;
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
