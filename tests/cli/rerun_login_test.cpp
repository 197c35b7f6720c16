#include "cli/rerun_login.hpp"

#include "cli/failure.hpp"
#include "tests/catch.hpp"

using namespace ride::cli;

namespace {

ride::replay::RerunConnection recorded() {
  ride::replay::RerunConnection out;
  out.user = "oncall";
  out.database = "app";
  out.parameters = {{"user", "oncall"},
                    {"database", "app"},
                    {"application_name", "psql"},
                    {"options", "-c lock_timeout=1s"},
                    {"DateStyle", "ISO, DMY"}};
  return out;
}

}  // namespace

TEST_CASE("a session logs in as recorded, with all its settings") {
  const auto words = login_words({{"host", "h"}, {"port", "1"}}, recorded());
  CHECK(word(words, "host") == "h");
  CHECK(word(words, "user") == "oncall");
  CHECK(word(words, "dbname") == "app");
  CHECK(word(words, "application_name") == "psql");
  CHECK(word(words, "options") == "-c lock_timeout=1s -c DateStyle=ISO,\\ DMY");
}

TEST_CASE("what the connection string says of user and database counts") {
  const auto words = login_words(words_of("postgresql://me:secret@h:1/other"), recorded());
  CHECK(word(words, "user") == "me");
  CHECK(word(words, "password") == "secret");
  CHECK(word(words, "dbname") == "other");
}

TEST_CASE("what is no connection string is refused without showing it") {
  CHECK_THROWS_WITH(words_of("host=h password='secret"),
                    "--target is no connection string, like postgresql://user@host:5432/database");
}
