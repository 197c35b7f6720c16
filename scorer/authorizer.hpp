// What a rule's SQL may do, asked by SQLite while it prepares the statement. An allowlist: SELECT,
// the vocabulary's views (and what stands behind them through them alone), json_each and json_tree,
// and functions that give the same answer on every machine at every time.
#pragma once

#include <sqlite3.h>

#include <string>

namespace ride::scorer {

class Vocabulary;

// In force on the connection for as long as it lives, which is while one rule is prepared or steps.
class Authorizer {
 public:
  explicit Authorizer(const Vocabulary& vocabulary);
  ~Authorizer();
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;

  const std::string& refusal() const { return refusal_; }  // "may not call random()"; or empty
  bool depends_on_assignment() const { return depends_; }

 private:
  static int callback(void* self, int action, const char* first, const char* second,
                      const char* database, const char* accessor);
  int decide(int action, const std::string& first, const std::string& second,
             const std::string& database, const std::string& accessor);
  int read(const std::string& table, const std::string& column, const std::string& database,
           const std::string& accessor);
  int refuse(std::string what);

  const Vocabulary& vocabulary_;
  std::string refusal_;
  bool depends_ = false;
};

}  // namespace ride::scorer
