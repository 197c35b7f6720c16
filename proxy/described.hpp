// Which columns an Execute will return: the RowDescription that the server gave when the prepared
// statement or the portal was described, for an Execute's own answer has none. Fed with answers in
// their order, so that it knows what the server knows. One session thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace ride::proxy {

class Described {
 public:
  // All rows' descriptions together; what does not fit is not kept, and its results have no
  // columns.
  explicit Described(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void parsed(std::string_view statement);  // what was known of that name is gone
  void bound(std::string_view portal, std::string_view statement);
  void statement_described(std::string_view statement, Bytes columns);
  void portal_described(std::string_view portal, Bytes columns);
  void statement_closed(std::string_view statement) { parsed(statement); }
  void portal_closed(std::string_view portal);

  Bytes columns_of(std::string_view portal) const;  // "" where unknown; until the next change

 private:
  using Map = std::map<std::string, std::string, std::less<>>;
  void set(Map& map, std::string_view name, Bytes columns);
  void forget(Map& map, std::string_view name);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  Map by_statement_;
  Map by_portal_;
};

}  // namespace ride::proxy
