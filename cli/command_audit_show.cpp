// `ride audit show FILE [N|N-M]`: statements with everything that was recorded of them.
#include <charconv>
#include <filesystem>
#include <iostream>
#include <limits>

#include "audit/show.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/redaction_text.hpp"
#include "cli/terminal.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"

namespace ride::cli {
namespace {

std::int64_t number_of(std::string_view text, const std::string& all) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    throw Failure("\"" + all + "\" is no statement number; write 14, or 14-20", exit_usage);
  return number;
}

void read_numbers(const std::string& text, audit::ShowOptions& to) {
  if (text.empty()) return;
  const auto dash = text.find('-');
  to.first = number_of(std::string_view(text).substr(0, dash), text);
  to.last = dash == std::string::npos ? to.first
                                      : number_of(std::string_view(text).substr(dash + 1), text);
  if (to.last < to.first) throw Failure("\"" + text + "\" ends before it begins", exit_usage);
}

}  // namespace

int execute(const AuditShow& options) {
  if (!std::filesystem::exists(options.file)) throw Failure("there is no file " + options.file);
  audit::ShowOptions how;
  read_numbers(options.numbers, how);
  how.attempt = options.attempt;
  how.connection = options.connection;
  how.json = options.json;
  how.width = output_columns();
  how.color = output_is_colored();
  if (options.full) how.rows_max = std::numeric_limits<std::size_t>::max();
  journal::require_drained(options.file);
  journal::Reader reader(options.file);
  for (const auto& redaction : journal::redactions_of(reader)) {
    if (options.json)
      tell(options.file + ": a redacted copy, by " + redaction.policies + ": " +
           journal::counts_text(redaction.counts));
    else
      std::cout << "This is a redacted copy\n" << to_text(redaction) << '\n';
  }
  const auto shown = audit::show(reader, how, [](const std::string& lines) { std::cout << lines; });
  std::cout.flush();
  if (shown == 0 && !options.numbers.empty())
    throw Failure(options.file + ": has no such statement: " + options.numbers);
  return exit_worked;
}

}  // namespace ride::cli
