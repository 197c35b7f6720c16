// Attempt files for the tests of scorer and replay, made by the real writer from events that the
// test names one by one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/store.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "journal/sha256.hpp"
#include "journal/writer.hpp"
#include "scorer/rules.hpp"
#include "sql/worker.hpp"

namespace ride::scorer {

class Recording {
 public:
  using Field = journal::Field;
  using Kind = journal::Kind;

  // One attempt of `rules` is under way, its learner connected as connection 1.
  Recording(const std::filesystem::path& file, const Rules& rules,
            const journal::WriterOptions& options = {}, const std::string& drawn = "",
            const std::string& policy = "")
      : writer_(file, options) {
    const auto snapshot = to_json(rules);
    const auto digest = journal::sha256(snapshot);
    add(Kind::run_began, 0, [&](journal::FieldWriter& out) {
      out.put(Field::name, rules.id)
          .put(Field::text, snapshot)
          .put(Field::digest, journal::as_bytes(digest))
          .put(Field::tag, "0.1.0")
          .put(Field::learner, "ana");
    });
    begin_attempt(1, drawn, policy);
  }

  // `drawn`: JSON of the values of its parameters.
  void begin_attempt(std::uint64_t number, const std::string& drawn = "",
                     const std::string& policy = "") {
    attempt_ = static_cast<std::uint32_t>(number);
    add(Kind::attempt_began, 0, [&](journal::FieldWriter& out) {
      out.put(Field::number, number).put(Field::mode, "local").put(Field::tag, "15.18");
      if (!policy.empty()) out.put(Field::name, policy);
      if (!drawn.empty()) out.put(Field::seed, 118).put(Field::text, drawn);
    });
    add(Kind::connection_opened, 1);
    add(Kind::connection_started, 1, [](journal::FieldWriter& out) {
      out.put(Field::user, "oncall").put(Field::database, "app").put(Field::application, "psql");
    });
    add(Kind::connection_ready, 1, [](journal::FieldWriter& out) { out.put(Field::pid, 4711); });
  }

  template <typename Fill>
  journal::Seq add(Kind kind, journal::ConnectionId connection, Fill&& fill) {
    std::string body;
    journal::FieldWriter out(body);
    fill(out);
    now_us_ += 250'000;
    return writer_.shared().append(kind, connection, now_us_, body);
  }
  journal::Seq add(Kind kind, journal::ConnectionId connection) {
    return add(kind, connection, [](journal::FieldWriter&) {});
  }

  journal::Seq ask(const std::string& text, journal::ConnectionId connection = 1) {
    return add(Kind::query, connection,
               [&](journal::FieldWriter& out) { out.put(Field::text, text); });
  }
  void answer(journal::Seq request, std::uint64_t ordinal, const std::string& tag,
              journal::ConnectionId connection = 1) {
    add(Kind::ended, connection, [&](journal::FieldWriter& out) {
      out.put(Field::request, request)
          .put(Field::ordinal, ordinal)
          .put(Field::how, "complete")
          .put(Field::tag, tag)
          .put(Field::rows, 0);
    });
  }
  // A result of one text column, "value".
  void result(journal::Seq request, const std::vector<std::string>& values) {
    const auto row_description =
        std::string("\0\1value\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0", 26);
    std::string data;
    for (const auto& value : values) {
      const auto field = std::string("\0\1", 2) + u32(value.size()) + value;
      data += u32(field.size()) + field;
    }
    add(Kind::ended, 1, [&](journal::FieldWriter& out) {
      out.put(Field::request, request)
          .put(Field::ordinal, 0)
          .put(Field::how, "complete")
          .put(Field::tag, "SELECT " + std::to_string(values.size()))
          .put(Field::rows, values.size())
          .put(Field::columns, row_description)
          .put(Field::data, data);
    });
  }
  void fail(journal::Seq request, std::uint64_t ordinal, const std::string& sqlstate,
            const std::string& message) {
    const auto error = "SERROR" + std::string(1, '\0') + "C" + sqlstate + std::string(1, '\0') +
                       "M" + message + std::string(2, '\0');
    add(Kind::ended, 1, [&](journal::FieldWriter& out) {
      out.put(Field::request, request).put(Field::ordinal, ordinal).put(Field::how, "error");
      out.put(Field::error, error);
    });
  }
  void ready(journal::Seq request, const std::string& status = "I",
             journal::ConnectionId connection = 1) {
    add(Kind::ready, connection, [&](journal::FieldWriter& out) {
      out.put(Field::request, request).put(Field::status, status);
    });
  }
  // A whole exchange: one statement that returns these values.
  void select(const std::string& text, const std::vector<std::string>& values) {
    const auto request = ask(text);
    result(request, values);
    ready(request);
  }

  void actor(const std::string& name, const std::string& state, const std::string& sqlstate = "") {
    add(Kind::actor, 0, [&](journal::FieldWriter& out) {
      out.put(Field::actor, name).put(Field::state, state).put(Field::pid, 11031);
      out.put(Field::started_us, std::uint64_t{1}).put(Field::application, name);
      if (!sqlstate.empty()) out.put(Field::sqlstate, sqlstate);
    });
  }

  // One line of the server's log.
  void log(std::uint64_t pid, const std::string& message, const std::string& detail = "") {
    add(Kind::log_line, 0, [&](journal::FieldWriter& out) {
      out.put(Field::pid, pid);
      out.put(Field::text, R"({"error_severity":"LOG","message":")" + message +
                               (detail.empty() ? "" : R"(","detail":")" + detail) + "\"}");
    });
  }

  // Checks as given, workload "writer" complete, facts stored and signed as ride does at submit.
  void submit(const std::string& check_state = "pass") {
    add(Kind::submit_began, 0);
    for (const auto* moment : {"before", "after"})
      add(Kind::check, 0, [&](journal::FieldWriter& out) {
        out.put(Field::name, "filled").put(Field::how, moment);
        out.put(Field::state, check_state).put(Field::text, "1");
      });
    add(Kind::workload, 0, [](journal::FieldWriter& out) {
      out.put(Field::actor, "writer").put(Field::number, 20).put(Field::rows, 20);
    });
    add(Kind::fence, 0, [](journal::FieldWriter& out) { out.put(Field::name, "nonce"); });
    writer_.flush();
    const auto facts = derive();
    journal::Digest digest{};
    writer_.on_database([&](journal::Database& database) {
      journal::facts::store(database, attempt_, facts);
      digest = journal::facts::digest(database, attempt_);
    });
    add(Kind::submit_ended, 0, [&](journal::FieldWriter& out) {
      out.put(Field::digest, journal::as_bytes(digest));
      out.put(Field::text, journal::facts::versions());
    });
  }
  void end_attempt(const std::string& how) {
    add(Kind::attempt_ended, 0, [&](journal::FieldWriter& out) { out.put(Field::how, how); });
  }
  void flush() { writer_.flush(); }  // what was added is committed
  void close() { writer_.close(); }

 private:
  static std::string u32(std::size_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
      out += static_cast<char>(static_cast<unsigned char>((value >> shift) & 0xFFU));
    return out;
  }

  journal::facts::Facts derive() {
    sql::Analyser analyser;
    journal::Reader reader(writer_.file());
    return journal::facts::derive(reader, attempt_, analyser);
  }

  journal::Writer writer_;
  std::uint32_t attempt_ = 1;
  std::int64_t now_us_ = 1'780'000'000'000'000;
};

// Of an attempt that just began: `writer` waits 1.75 s for a lock, 1.25 of them for statement 2,
// which takes it inside a transaction.
inline void record_wait(Recording& recording) {
  recording.actor("writer", "connected");
  const auto begin = recording.ask("BEGIN");
  recording.answer(begin, 0, "BEGIN");
  recording.ready(begin, "T");
  const auto lock = recording.ask("LOCK TABLE t");
  recording.answer(lock, 0, "LOCK TABLE");
  recording.log(11031,
                "process 11031 still waiting for RowExclusiveLock on relation 1 of database 5 "
                "after 250.000 ms",
                "Process holding the lock: 4711. Wait queue: 11031.");
  recording.ready(lock, "T");
  const auto end = recording.ask("COMMIT");
  recording.add(journal::Kind::probe, 0);
  recording.answer(end, 0, "COMMIT");
  recording.ready(end);
  recording.log(11031,
                "process 11031 acquired RowExclusiveLock on relation 1 of database 5 after "
                "1750.000 ms");
}

}  // namespace ride::scorer
