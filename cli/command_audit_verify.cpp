// `ride audit verify FILE|DIR`: is it still what was recorded?  `ride audit receipt FILE`: the line
// that lets others ask that later.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "audit/files.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/file_order.hpp"
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

VerifyReport look_at(const std::string& file, journal::Reader& reader,
                     const journal::VerifyOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  VerifyReport report{file, journal::verify(reader, options), {}, options.key.has_value(), 0};
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  sql::Analyser analyser;
  if (report.record.is_sound()) report.redactions = journal::redactions_of(reader);
  if (report.record.is_sound()) report.facts = journal::facts::verify(reader, analyser);
  return report;
}

bool verify_file(const std::string& file, const AuditVerify& told,
                 const journal::VerifyOptions& options, std::vector<FilePlace>& places) {
  auto reader = open(file);
  const auto report = look_at(file, reader, options);
  if (told.json)
    print_json(to_json(report));
  else
    std::cout << to_text(report);
  if (report.redactions.empty()) places.push_back(place_of(file, reader));
  return report.is_sound();
}

// Each file by itself, and that none is missing between them.
int verify_folder(const AuditVerify& told, const journal::VerifyOptions& options) {
  if (options.receipt)
    throw Failure("--receipt is of one file; name that instead of " + told.file, exit_usage);
  const auto files = audit::attempt_files({told.file});
  if (files.empty()) throw Failure("there is no attempt file in " + told.file);
  bool sound = true;
  std::vector<FilePlace> places;
  for (const auto& file : files) {
    try {
      sound = verify_file(file, told, options, places) && sound;
    } catch (const std::exception& error) {
      tell(error.what());  // one bad file hides no others
      sound = false;
    }
  }
  const auto order = order_of(places);
  sound = sound && order.missing.empty();
  if (told.json)
    print_json(to_json(told.file, files.size(), order, sound));
  else
    std::cout << to_text(told.file, files.size(), order);
  return sound ? exit_worked : exit_failed;
}

}  // namespace

int execute(const AuditVerify& told) {
  const auto options = options_of(told);
  if (fs::is_directory(told.file)) return verify_folder(told, options);
  std::vector<FilePlace> places;
  return verify_file(told.file, told, options, places) ? exit_worked : exit_failed;
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
