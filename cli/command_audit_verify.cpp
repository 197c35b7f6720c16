// `ride audit verify FILE`: is it still what was recorded?  `ride audit receipt FILE`: the line
// that lets others ask that later.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/receipt.hpp"
#include "cli/terminal.hpp"
#include "cli/verify_text.hpp"
#include "journal/liveness.hpp"
#include "sql/worker.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

journal::Reader open(const std::string& file) {
  if (!fs::exists(file)) throw Failure("there is no file " + file);
  journal::require_drained(file);
  return journal::Reader(file);
}

// The key itself, or a file that holds it.
std::string first_line_of(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

journal::PublicKey key_of(const std::string& told) {
  auto key = journal::PublicKey::parse(told);
  if (!key) key = journal::PublicKey::parse(first_line_of(told));
  if (!key)
    throw Failure("--key " + told +
                      " is no public key; say one, ride+…, or a file that holds one "
                      "(journal.vkey, beside the key)",
                  exit_usage);
  return *key;
}

journal::VerifyOptions options_of(const AuditVerify& told) {
  journal::VerifyOptions out;
  if (!told.key.empty()) out.key = key_of(told.key);
  if (!told.receipt.empty()) {
    out.receipt = journal::parse_receipt(told.receipt);
    if (!out.receipt)
      throw Failure("--receipt is no receipt; say the whole line, ride-receipt:1 …", exit_usage);
  }
  if (const auto progress = terminal_progress())
    out.progress = [progress](journal::Seq done, journal::Seq of) {
      progress("event " + std::to_string(done) + " of " + std::to_string(of));
    };
  return out;
}

}  // namespace

int execute(const AuditVerify& told) {
  const auto options = options_of(told);
  auto reader = open(told.file);
  const auto began = std::chrono::steady_clock::now();
  VerifyReport report{told.file, journal::verify(reader, options), {}, options.key.has_value(), 0};
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  sql::Analyser analyser;
  if (report.record.is_sound()) report.redactions = journal::redactions_of(reader);
  if (report.record.is_sound()) report.facts = journal::facts::verify(reader, analyser);
  if (told.json)
    print_json(to_json(report));
  else
    std::cout << to_text(report);
  return report.is_sound() ? exit_worked : exit_failed;
}

int execute(const AuditReceipt& told) {
  auto reader = open(told.file);
  const auto last = last_receipt(reader);
  if (!last)
    throw Failure(told.file +
                  ": holds no checkpoint to give a receipt for; see `ride audit verify`");
  if (told.json)
    print_json({{"file", told.file},
                {"receipt", last->line},
                {"size", last->size},
                {"last_seq", reader.last_seq()}});
  else
    std::cout << last->line << '\n';
  return exit_worked;
}

}  // namespace ride::cli
