// make_journal FILE STATEMENTS [submitted [results]]: an attempt file of so many statements, by the
// real writer, for bench/journal and bench/report. Eight sessions; most statements are one prepared
// statement executed again, some are texts of their own, some stand in transactions, some fail; one
// says needle_in_the_haystack; with results, every fourth has ten rows. Prints one JSON object:
// seconds, processor seconds and bytes.
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

namespace {

using ride::journal::Field;
using ride::journal::FieldWriter;
using ride::journal::Kind;
using ride::scorer::Recording;

constexpr std::uint32_t sessions = 8;

void open_sessions(Recording& recording) {
  for (std::uint32_t id = 1; id <= sessions; ++id) {
    if (id > 1) {
      recording.add(Kind::connection_opened, id);
      recording.add(Kind::connection_started, id, [](FieldWriter& out) {
        out.put(Field::user, "app").put(Field::database, "app").put(Field::application, "pgbench");
      });
      recording.add(Kind::connection_ready, id,
                    [&](FieldWriter& out) { out.put(Field::pid, std::uint64_t{4711} + id); });
    }
    recording.add(Kind::parse, id, [](FieldWriter& out) {
      out.put(Field::name, "p");
      out.put(Field::text, "SELECT abalance FROM pgbench_accounts WHERE aid = $1 AND bid = 1");
    });
  }
}

void executed(Recording& recording, std::uint32_t id, const std::string& value) {
  const std::string count("\0\0\0\1\0\0\0", 7);
  recording.add(Kind::bind, id, [&](FieldWriter& out) {
    out.put(Field::name, "p");
    out.put(Field::parameters, count + static_cast<char>(value.size()) + value);
  });
  const auto request = recording.add(Kind::execute, id);
  recording.answer(request, 0, "SELECT 1", id);
  recording.ready(request, "I", id);
}

void asked(Recording& recording, std::uint32_t id, const std::string& text, const char* tag,
           const char* status) {
  const auto request = recording.ask(text, id);
  recording.answer(request, 0, tag, id);
  recording.ready(request, status, id);
}

void make(Recording& recording, std::int64_t statements, bool results) {
  open_sessions(recording);
  for (std::int64_t i = 0; i < statements; ++i) {
    const auto id = static_cast<std::uint32_t>(i % sessions) + 1;
    const auto number = std::to_string(i * 7'919 % 100'000);
    if (i == statements * 9 / 10) {
      asked(recording, id, "SELECT 'needle_in_the_haystack'", "SELECT 1", "I");
    } else if (results && i % 4 == 0) {
      recording.select("SELECT note FROM log WHERE id > " + number + " LIMIT 10",
                       std::vector<std::string>(10, "a note of the usual length, " + number));
    } else if (i % 100 == 1) {
      const auto request = recording.ask("SELECT nope_" + number, 1);
      recording.fail(request, 0, "42703", "column \"nope_" + number + "\" does not exist");
      recording.ready(request);
    } else if (i % 20 == 2 && i + 2 < statements) {
      asked(recording, id, "BEGIN", "BEGIN", "T");
      asked(recording, id,
            "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = " + number, "UPDATE 1",
            "T");
      asked(recording, id, "COMMIT", "COMMIT", "I");
      i += 2;
    } else {
      executed(recording, id, number);
    }
  }
}

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc < 3) {
    std::cerr << "usage: make_journal FILE STATEMENTS [submitted [results]]\n";
    return 2;
  }
  const auto began = std::chrono::steady_clock::now();
  ride::journal::WriterOptions options;
  const auto folder = std::filesystem::absolute(argv[1]).parent_path();
  options.key = ride::journal::SigningKey::ensure(folder / "key");
  Recording recording(argv[1], ride::scorer::sample_rules(), options);
  make(recording, std::strtoll(argv[2], nullptr, 10), argc > 4);
  if (argc > 3) recording.submit();
  recording.close();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << "{\"seconds\":" << took.count() << ",\"processor_seconds\":" << processor_seconds()
            << ",\"bytes\":" << std::filesystem::file_size(argv[1]) << "}\n";
}
