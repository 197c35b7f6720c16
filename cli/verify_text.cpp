#include "cli/verify_text.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "cli/redaction_text.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;
using journal::Finding;
using journal::ReceiptState;
using journal::Seq;
using journal::Verified;

// 1234567 → "1,234,567"
std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
    out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

std::uint64_t rate(const VerifyReport& report) {
  return static_cast<std::uint64_t>(static_cast<double>(report.record.events) /
                                    std::max(report.seconds, 0.001));
}

std::string tenths(double seconds) {
  const auto number = static_cast<std::uint64_t>(seconds * 10 + 0.5);
  return std::to_string(number / 10) + "." + std::to_string(number % 10);
}

Seq first_bad(const Verified& record) {
  Seq out = 0;
  for (const auto& finding : record.findings)
    if (finding.first > 0 && (out == 0 || finding.first < out)) out = finding.first;
  return out;
}

std::string headline(const VerifyReport& report) {
  if (report.is_sound()) return report.file + ": nothing wrong was found\n";
  const Seq first = first_bad(report.record);
  return report.file + ": NOT what was recorded" +
         (first > 0 ? "; the first bad event is " + std::to_string(first) : "") + "\n";
}

std::string line(std::string label, const std::string& text) {
  label.resize(12, ' ');
  return "  " + label + text + "\n";
}

std::string bullets(const std::vector<std::string>& lines, const std::string& bullet) {
  std::string out;
  for (const auto& one : lines) out += "  " + bullet + " " + one + "\n";
  return out;
}

std::vector<std::string> problems(const VerifyReport& report) {
  std::vector<std::string> out;
  for (const auto& finding : report.record.findings) out.push_back(finding.text);
  if (report.record.findings_more > 0)
    out.push_back("and " + std::to_string(report.record.findings_more) + " more");
  for (const auto& facts : report.facts)
    if (!facts.wrong.empty())
      out.push_back("attempt " + std::to_string(facts.attempt) + ": " + facts.wrong);
  return out;
}

std::string signed_line(const Verified& record) {
  if (record.format < 2) return line("signed", "no: format 1 has no chain");
  if (record.checkpoints == 0) return line("signed", "no");
  std::string out = line("signed", "up to event " + std::to_string(record.signed_to) +
                                       (record.mark.empty() ? "" : " (" + record.mark + ")") +
                                       ", checkpoints: " + std::to_string(record.checkpoints));
  for (const auto& vkey : record.vkeys) out += line("by", vkey);
  return out;
}

std::string receipt_line(const Verified& record) {
  switch (record.receipt) {
    case ReceiptState::none:
      return {};
    case ReceiptState::fits:
      return line("receipt", "fits");
    case ReceiptState::does_not_fit:
      return line("receipt", "does not fit");
  }
  return {};
}

std::string_view state_of(const journal::facts::FactsVerified& facts) {
  if (!facts.wrong.empty()) return "wrong";
  if (!facts.named && !facts.derived_again) return "unnamed";
  return facts.derived_again ? "follow" : "hash_alone";
}

std::string facts_line(const journal::facts::FactsVerified& facts) {
  const std::string attempt = "attempt " + std::to_string(facts.attempt) + ": ";
  if (!facts.wrong.empty()) return line("facts", attempt + "WRONG");
  if (!facts.named)
    return line("facts", attempt + (facts.derived_again
                                        ? "of a submit that was cut off; follow from the events"
                                        : "of a submit that was cut off; not compared"));
  return line("facts", attempt + (facts.derived_again
                                      ? "follow from the events (derived again)"
                                      : "as they were stored at submit (compared by hash alone)"));
}

const char* const about_the_key =
    "Whoever holds the key could have written the whole record anew, or cut its end off at a "
    "checkpoint. Against the key's holder only a receipt counts that was given away before "
    "(--receipt), or a record that somebody else's proxy made.";

void add_chain_limits(const VerifyReport& report, std::vector<std::string>& out) {
  const auto& record = report.record;
  const auto seq = [](Seq number) { return std::to_string(number); };
  if (record.receipt == ReceiptState::fits)
    out.push_back(
        "The receipt binds the events that it covers. Those behind them are as good as the key.");
  else
    out.emplace_back(about_the_key);
  if (!report.key_given)
    out.emplace_back(
        "The signatures were checked with the key that the file itself holds. Whose it is you must "
        "know from elsewhere (--key).");
  if (record.signed_to < record.last_seq)
    out.push_back("Events " + seq(record.signed_to + 1) + " to " + seq(record.last_seq) +
                  " stand behind the last checkpoint: nobody signed them.");
  if (record.mark != journal::mark_closed)
    out.push_back(record.mark == journal::mark_recovered
                      ? "The record ends where a crash was recovered, not with a clean close."
                      : "The file has no clean end: its writer is at work or died, or the end was "
                        "cut off at a checkpoint.");
  if (record.pruned_to)
    out.push_back("Events 1 to " + seq(*record.pruned_to) +
                  " were pruned: of them there is a signed hash, and nothing to look at.");
  if (record.chained_later > 0)
    out.push_back("Events 1 to " + seq(record.chained_later) +
                  " were recorded without a chain (format 1), and chained when the file was "
                  "written on.");
}

}  // namespace

bool VerifyReport::is_sound() const {
  return record.is_sound() &&
         std::ranges::all_of(facts, [](const auto& one) { return one.wrong.empty(); });
}

std::vector<std::string> unproven(const VerifyReport& report) {
  std::vector<std::string> out;
  if (report.record.format < 2)
    out.emplace_back(
        "Format 1 has no chain: any event may have been changed, put in or taken out.");
  else
    add_chain_limits(report, out);
  if (!report.redactions.empty())
    out.emplace_back(
        "This is a redacted copy. That what is left of it stood in the original, and that what was "
        "taken out is of the kinds named, is as good as the word of whoever made it: compare it "
        "with the original, which the receipt above fits.");
  for (const auto& facts : report.facts)
    if (facts.wrong.empty() && !facts.derived_again && !facts.named)
      out.push_back("The facts of attempt " + std::to_string(facts.attempt) +
                    " were left by a submit that was cut off. They do not come out again by this "
                    "version, and no event says by which they were derived; ride does not read "
                    "them.");
    else if (facts.wrong.empty() && !facts.derived_again)
      out.push_back("The facts of attempt " + std::to_string(facts.attempt) +
                    " were derived by other versions (" + facts.versions +
                    "): that they follow from the events was not looked at.");
  return out;
}

std::string to_text(const VerifyReport& report) {
  const auto& record = report.record;
  std::string out = headline(report) + bullets(problems(report), "✗");
  out += line("events", grouped(record.events) + ", format " + std::to_string(record.format) +
                            ", " + record.origin);
  out += signed_line(record) + receipt_line(record);
  for (const auto& facts : report.facts) out += facts_line(facts);
  for (const auto& redaction : report.redactions) out += to_text(redaction);
  out += line("took", tenths(report.seconds) + " s, " + grouped(rate(report)) + " events a second");
  return out + "What this does not prove\n" + bullets(unproven(report), "-");
}

std::string to_text(const std::string& folder, std::size_t files, const FileOrder& order) {
  std::string out = folder + ": " + std::to_string(files) + (files == 1 ? " file, " : " files, ");
  out += order.missing.empty() ? "none is missing between them\n" : "and NOT all there were\n";
  return out + bullets(order.missing, "✗") + bullets(order.begins, "-");
}

json::object to_json(const std::string& folder, std::size_t files, const FileOrder& order,
                     bool sound) {
  return {{"folder", folder},
          {"files", files},
          {"sound", sound},
          {"missing", json::value_from(order.missing)},
          {"begins", json::value_from(order.begins)}};
}

json::object to_json(const VerifyReport& report) {
  const auto& record = report.record;
  json::array findings;
  for (const auto& finding : record.findings)
    findings.push_back(
        json::object{{"first", finding.first}, {"last", finding.last}, {"text", finding.text}});
  json::array facts;
  for (const auto& one : report.facts)
    facts.push_back(
        json::object{{"attempt", one.attempt}, {"state", state_of(one)}, {"wrong", one.wrong}});
  json::array redactions;
  for (const auto& one : report.redactions) redactions.push_back(to_json(one));
  json::object out{{"file", report.file},
                   {"sound", report.is_sound()},
                   {"format", record.format},
                   {"origin", record.origin},
                   {"events", record.events},
                   {"last_seq", record.last_seq},
                   {"first_bad", nullptr},
                   {"findings", std::move(findings)},
                   {"findings_more", record.findings_more},
                   {"checkpoints", record.checkpoints},
                   {"signed_to", record.signed_to},
                   {"mark", record.mark},
                   {"keys", json::value_from(record.vkeys)},
                   {"pruned_to", nullptr},
                   {"receipt", nullptr},
                   {"facts", std::move(facts)},
                   {"redactions", std::move(redactions)},
                   {"unproven", json::value_from(unproven(report))},
                   {"seconds", report.seconds},
                   {"events_per_second", rate(report)}};
  if (const Seq first = first_bad(record); first > 0) out["first_bad"] = first;
  if (record.pruned_to) out["pruned_to"] = *record.pruned_to;
  if (record.receipt != ReceiptState::none) out["receipt"] = record.receipt == ReceiptState::fits;
  return out;
}

}  // namespace ride::cli
