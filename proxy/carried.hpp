// What another file has to know of a connection whose record moves there while it lives: how it
// began, what the server reported of it, and the prepared statements that a later Bind or Execute
// may name. Kept as the bodies of the events that said so; secrets are cut from them already. One
// session thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "journal/event.hpp"

namespace ride::proxy {

class Carried {
 public:
  // All prepared statements together; of those that do not fit, the number alone is kept.
  explicit Carried(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void opened(Bytes body, std::int64_t at_us);
  void started(Bytes body) { started_ = body; }
  void ready(Bytes body) { ready_ = body; }
  void changed(Bytes setting, Bytes body);

  // The server has taken a statement, and what is known of its parameters' types since.
  void parsed(std::string_view name, std::string body);
  void typed(std::string_view name, Bytes parameter_types);
  // A query string in which a PREPARE was carried out; "": one whose text was not kept.
  void prepared_by_sql(Bytes body);
  void closed(std::string_view name);
  void all_closed();

  // Hands out the events that say it all again, in the order of a connection's life, each marked.
  using Write = std::function<void(journal::Kind, Bytes body)>;
  void restate(const Write& write) const;
  std::size_t statements() const { return statements_.size() + by_sql_.size(); }
  std::size_t unkept() const { return unkept_.size() + by_sql_unkept_; }

  // What restate() hands out needs at most so much of a ring: bytes of bodies, and how many.
  std::size_t bytes() const;
  std::size_t events() const;

 private:
  struct Statement {
    std::string body;
    std::string parameter_types;
  };
  bool fits(std::size_t bytes) const { return bytes_ + bytes <= bytes_max_; }

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // of statements_ and by_sql_
  std::int64_t opened_us_ = 0;
  std::string opened_;
  std::string started_;
  std::string ready_;
  std::map<std::string, std::string, std::less<>> settings_;
  std::map<std::string, Statement, std::less<>> statements_;
  std::set<std::string, std::less<>> unkept_;  // names
  std::vector<std::string> by_sql_;
  std::size_t by_sql_unkept_ = 0;
};

}  // namespace ride::proxy
