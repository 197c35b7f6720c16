#include "cli/facts.hpp"

#include "journal/facts/facts.hpp"
#include "journal/facts/store.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"

namespace ride::cli {

StoredFacts derive_and_store_facts(journal::Writer& writer, std::uint32_t attempt) {
  namespace facts = journal::facts;
  sql::Analyser analyser;
  facts::Facts derived;
  {
    journal::Reader reader(writer.file());
    derived = facts::derive(reader, attempt, analyser);
  }
  StoredFacts out;
  writer.on_database([&](journal::Database& database) {
    facts::store(database, attempt, derived);
    out.digest = facts::digest(database, attempt);
  });
  out.versions = facts::versions();
  return out;
}

}  // namespace ride::cli
