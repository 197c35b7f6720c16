#include "tests/proxy/flow.hpp"

#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"

namespace ride::test {

std::string start_up() {
  std::string bytes;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)},
      bytes);
  return bytes;
}

std::string converse_bytes(Recording& recording, std::string messages) {
  protocol::encode(protocol::Terminate{}, messages);
  const RawClient client(recording.proxy().port());
  client.send(start_up() + messages);
  client.finish_sending();
  return client.receive_all();
}

journal::facts::Facts facts_of(Recording& recording) {
  recording.writer().flush();
  journal::Reader reader(recording.writer().file());
  sql::Analyser analyser;
  return journal::facts::derive(reader.all(), analyser);
}

std::vector<std::string> told(const journal::facts::Facts& facts) {
  std::vector<std::string> out;
  for (const auto& row : facts.statements)
    out.push_back(row.outcome + " " + row.sqlstate.value_or(row.tag.value_or("-")) + " " +
                  row.text.value_or("?"));
  return out;
}

std::string raw(Recording& recording, journal::Kind kind, journal::Field field) {
  recording.writer().flush();
  journal::Reader reader(recording.writer().file());
  const auto events = reader.all({.attempt = {}, .kinds = {kind}, .after = 0});
  return events.empty() ? "" : std::string(journal::Fields(events.front().body).get_bytes(field));
}

}  // namespace ride::test
