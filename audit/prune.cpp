#include "audit/prune.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <stdexcept>
#include <system_error>

#include "audit/files.hpp"
#include "journal/copy.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"

namespace ride::audit {
namespace {

namespace fs = std::filesystem;
using journal::Kind;
using journal::Seq;

void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw std::system_error(error, std::system_category(), path.string() + ": fsync");
}

std::optional<Pruned> look_at(const fs::path& file) {
  if (journal::liveness(file) != journal::Liveness::closed) return std::nullopt;
  try {
    journal::Reader reader(file);
    const auto last_us =
        reader.database().integer("SELECT at_us FROM events ORDER BY seq DESC LIMIT 1");
    return Pruned{file, bytes_on_disk(file), last_us};
  } catch (const std::runtime_error&) {
    return std::nullopt;  // what cannot be read may be somebody's
  }
}

journal::WriterLock lock(const fs::path& file) {
  auto held = journal::WriterLock::acquire(file);
  if (!held) throw std::runtime_error(file.string() + ": is being written; stop that first");
  return std::move(*held);
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return !b.empty() && fs::equivalent(a, b, error) && !error;
}

}  // namespace

std::vector<Pruned> files_to_prune(const std::vector<fs::path>& files, const PruneRule& rule,
                                   const fs::path& current) {
  std::vector<Pruned> out;
  for (const auto& file : files)
    if (!is_same(file, current))
      if (auto one = look_at(file)) out.push_back(std::move(*one));
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.last_us < b.last_us; });
  if (rule.keep) out.resize(out.size() - std::min(out.size(), *rule.keep));
  if (rule.before_us)
    std::erase_if(out, [&](const Pruned& one) { return one.last_us >= *rule.before_us; });
  return out;
}

bool remove_file(const fs::path& file) {
  const auto held = journal::WriterLock::acquire(file);
  if (!held) return false;
  for (const auto* suffix : {"-wal", "-shm", ""}) fs::remove(file.string() + suffix);
  return true;
}

Seq prune_point(const fs::path& file, std::int64_t before_us) {
  journal::Reader reader(file);
  auto last = reader.database().prepare(
      "SELECT coalesce(max(seq), 0) FROM events WHERE at_us < ? AND seq < (SELECT "
      "coalesce(min(seq), "
      "9223372036854775807) FROM events WHERE at_us >= ?)");
  last.bind(1, before_us).bind(2, before_us);
  auto point = last.step() ? static_cast<Seq>(last.integer(0)) : 0;
  const auto sessions = reader.all(
      {.attempt = {}, .kinds = {Kind::connection_opened, Kind::connection_closed}, .after = 0});
  std::map<journal::ConnectionId, Seq> opened;
  std::vector<std::pair<Seq, Seq>> spans;  // from opened to closed
  for (const auto& event : sessions) {
    if (event.kind == Kind::connection_opened) {
      opened[event.connection] = event.seq;
    } else if (const auto begun = opened.extract(event.connection)) {
      spans.emplace_back(begun.mapped(), event.seq);
    }
  }
  for (const auto& [connection, seq] : opened) spans.emplace_back(seq, ~Seq{0});
  std::sort(spans.rbegin(), spans.rend());
  // From the latest to begin: each may move the point to before it, and so into an earlier one.
  for (const auto& [begun, ended] : spans)
    if (begun <= point && point < ended) point = begun - 1;
  return point;
}

void prune_file(const fs::path& file, Seq point, const journal::SigningKey& key) {
  const auto held = lock(file);
  const auto rough = fs::path(file.string() + ".pruning");
  journal::Database::remove(rough);
  {
    journal::Reader from(file);
    if (!origin_of(from).scenario.empty())
      throw std::runtime_error(file.string() +
                               ": is of a run, and could not be graded without its beginning; "
                               "prune whole files by their folder");
    if (from.database().integer("PRAGMA user_version") < 2)
      throw std::runtime_error(file.string() +
                               ": is of format 1, which has no chain to go on from; keep or remove "
                               "it whole");
    journal::Copy copy(rough, {.key = key, .same_as = &from.database(), .pruned_to = point});
    auto cursor = from.events({.attempt = {}, .kinds = {}, .after = point});
    for (journal::Event event; cursor.next(event);) copy.add(event);
    copy.close();
  }
  sync(rough);
  fs::rename(rough, file);
  sync(fs::absolute(file).parent_path());
}

}  // namespace ride::audit
