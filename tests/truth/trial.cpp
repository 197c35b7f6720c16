#include "tests/truth/trial.hpp"

#include <sstream>
#include <stdexcept>

#include "journal/facts/stream.hpp"
#include "journal/facts/wire.hpp"
#include "journal/reader.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

proxy::Options towards(const Postgres& server) {
  proxy::Options options;
  options.upstream = {server.socket_directory(), Postgres::port};
  return options;
}

std::string start_up_for(std::string_view database) {
  std::string parameters("user\0oncall\0database\0", 21);
  parameters.append(database).append(1, '\0');
  std::string bytes;
  protocol::encode(protocol::StartupMessage{.parameters = parameters}, bytes);
  return bytes;
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

std::unique_ptr<Postgres> make_trial_server() {
  auto server = std::make_unique<Postgres>(
      std::vector<std::string>{"max_prepared_transactions=50", "max_connections=60"});
  server->value(R"(
CREATE TABLE mark (n int);
CREATE TABLE parent (n int PRIMARY KEY);
CREATE TABLE child (n int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION put(n int) RETURNS int LANGUAGE sql AS 'INSERT INTO mark VALUES ($1) RETURNING n';
CREATE PROCEDURE put_for_good(n int) LANGUAGE plpgsql AS
  'BEGIN INSERT INTO mark VALUES (n); COMMIT; END';
CREATE PROCEDURE put_and_fail(n int) LANGUAGE plpgsql AS
  'BEGIN INSERT INTO mark VALUES (n); PERFORM 1 / 0; END';
-- A commit that takes long: a deferred trigger that sleeps.
CREATE TABLE slow (n int);
CREATE FUNCTION sleep_on_commit() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_sleep(NEW.n); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION sleep_on_commit();
)");
  return server;
}

void forget_prepared(const Postgres& server) {
  while (true) {
    const auto gid = server.value("SELECT quote_literal(gid) FROM pg_prepared_xacts LIMIT 1");
    if (gid.empty()) return;
    server.value("ROLLBACK PREPARED " + gid);
  }
}

std::string put(int mark) {
  const auto n = std::to_string(mark);
  return "INSERT /*" + n + "*/ INTO mark VALUES (" + n + ")";
}

std::string call_put(int mark) {
  const auto n = std::to_string(mark);
  return "SELECT /*" + n + "*/ put(" + n + ")";
}

int mark_of(const journal::facts::StatementRow& row) {
  const auto text = row.text.value_or("");
  const auto at = text.find("/*");
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + 2);
}

Talk::Talk(Recording& recording, std::string_view database) : client_(recording.proxy().port()) {
  client_.send(start_up_for(database));
  answers();
}

bool Talk::take() {
  constexpr std::size_t header = 5;
  const auto whole = [&] {
    return unread_.size() >= header &&
           unread_.size() >= 1 + big_endian(std::string_view(unread_).substr(1));
  };
  while (!whole()) {
    const auto part = client_.receive_some();
    over_ = part.empty();
    if (over_) return false;
    unread_ += part;
  }
  const auto size = 1 + big_endian(std::string_view(unread_).substr(1));
  const auto body = std::string_view(unread_).substr(header, size - header);
  type_ = unread_[0];
  word_ = type_;
  if (type_ == 'E') word_ += journal::facts::error_field(body, 'C').value_or("");
  if (type_ == 'K') pid_ = static_cast<int>(big_endian(body));
  if (type_ == 'Z') --owed_;
  unread_.erase(0, size);
  return true;
}

std::string Talk::answers() {
  std::string out;
  while (owed_ > 0 && take()) out += word_;
  return out;
}

void Talk::until(char type, int count) {
  while (count > 0 && take()) count -= type_ == type ? 1 : 0;
}

Trial::Trial(const Postgres& server) : server_(server), recording_(towards(server)) {
  server_.value("TRUNCATE mark, parent, child, slow");
}

void Trial::until(int pid, const std::string& wait_event) {
  const auto query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = '" + wait_event +
                     "' AND pid = " + std::to_string(pid);
  if (!eventually([&] { return server_.value(query) == "1"; }))
    throw std::runtime_error("no backend " + std::to_string(pid) + " waits for " + wait_event);
}

void Trial::end() {
  const bool gone = eventually([&] {
    return recording_.proxy().sessions().empty() &&
           server_.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'oncall'") == "0";
  });
  if (!gone) throw std::runtime_error("a client is still there");
  recording_.writer().flush();
  journal::Reader reader(recording_.writer().file());
  const auto events = reader.all();
  sql::Analyser analyser;
  facts_ = journal::facts::derive(events, analyser);
  journal::facts::StatementStream stream(
      analyser, [&](const auto& one) { streamed_[one.stmt.row.n] = one.stmt.row.outcome; });
  for (const auto& event : events) stream.add(event);
  stream.finish();
  std::istringstream marks(server_.value("SELECT string_agg(n::text, ' ') FROM mark"));
  for (int n = 0; marks >> n;) there_.insert(n);
}

std::vector<std::string> Trial::told() const {
  std::vector<std::string> out;
  for (const auto& row : facts_.statements) {
    const auto mark = mark_of(row);
    if (mark == 0) continue;
    auto line = std::to_string(mark) + " " + row.outcome;
    if (row.sqlstate) line += " " + *row.sqlstate;
    out.push_back(std::move(line));
  }
  return out;
}

std::string Trial::untruth() const {
  std::ostringstream out;
  std::map<int, std::set<std::string>> said;  // a portal can be asked once more than it has rows
  for (const auto& row : facts_.statements)
    if (const auto mark = mark_of(row); mark != 0) said[mark].insert(row.outcome);
  for (const auto& row : facts_.statements)
    if (streamed_.at(row.n) != row.outcome)
      out << "statement " << row.n << " is " << row.outcome << " and streamed as "
          << streamed_.at(row.n) << "; ";
  for (const auto& [mark, outcomes] : said) {
    const bool there = there_.contains(mark);
    if (!outcomes.contains("unknown") && there != outcomes.contains("committed"))
      out << "mark " << mark << " is said to be " << *outcomes.begin() << " and is "
          << (there ? "there" : "not there") << "; ";
  }
  for (const auto mark : there_)
    if (!said.contains(mark)) out << "mark " << mark << " is there and not in the record; ";
  return out.str();
}

}  // namespace ride::test
