// A libpq connection that says what it ran.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/drivers/program_output.hpp"

namespace ride::drivers {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class Session {
 public:
  explicit Session(const std::string& dsn) : connection_(PQconnectdb(dsn.c_str()), PQfinish) {
    if (PQstatus(get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(get()));
  }

  PGconn* get() const { return connection_.get(); }
  int pid() const { return PQbackendPID(get()); }
  void say(std::string_view outcome, std::string_view sql) const { ran(pid(), outcome, sql); }
  void must(bool done, const char* what) const {
    if (!done) throw std::runtime_error(std::string(what) + ": " + PQerrorMessage(get()));
  }

  Result next() const { return {PQgetResult(get()), PQclear}; }
  // "PGRES_TUPLES_OK", and the SQLSTATE of an error.
  static std::string status(const Result& result) {
    if (!result) return "none";
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return std::string(PQresStatus(PQresultStatus(result.get()))) +
           (state != nullptr ? std::string(" ") + state : "");
  }
  static std::string outcome(const Result& result) {
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    if (state != nullptr) return state;
    return PQresultStatus(result.get()) == PGRES_PIPELINE_ABORTED ? "skipped" : "ok";
  }
  static std::string value(const Result& result) {
    if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return "";
    return {PQgetvalue(result.get(), 0, 0),
            static_cast<std::size_t>(PQgetlength(result.get(), 0, 0))};
  }

  // The next result, said as that of `sql`, and the null result that ends it.
  void expect(const std::string& sql) const {
    const auto result = next();
    say(outcome(result), sql);
    show("  " + status(result), value(result));
    must(!next(), "a result too many");
  }
  void expect_sync() const { show("sync", status(next())); }

  Result run(const std::string& sql) const {
    Result result(PQexec(get(), sql.c_str()), PQclear);
    say(outcome(result), sql);
    show("  " + status(result), value(result));
    return result;
  }

  void send(const std::string& sql, const std::vector<const char*>& values = {},
            int result_format = 0) const {
    must(PQsendQueryParams(get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, result_format) == 1,
         "PQsendQueryParams");
  }
  void enter() const { must(PQenterPipelineMode(get()) == 1, "PQenterPipelineMode"); }
  void leave() const { must(PQexitPipelineMode(get()) == 1, "PQexitPipelineMode"); }
  void sync() const { must(PQpipelineSync(get()) == 1, "PQpipelineSync"); }

 private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace ride::drivers
