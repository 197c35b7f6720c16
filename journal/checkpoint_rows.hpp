// Steps through the checkpoints of a file by their size, and says of each whether a key that counts
// has signed it. The caller's Database, which must outlive it, and the caller's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/checkpoint.hpp"
#include "journal/database.hpp"

namespace ride::journal {

class CheckpointRows {
 public:
  // With a `key` its signatures alone count, and what others signed is passed over; else those of
  // all keys in the file.
  CheckpointRows(const Database& database, const std::optional<PublicKey>& key);

  struct Row {
    Seq size = 0;
    std::optional<Checkpoint> valid;  // nothing: for another size or file, or not signed
  };

  // nullopt at the end.
  const std::optional<Row>& here() const { return here_; }
  void advance();

  // Whose signatures were found so far.
  const std::vector<std::string>& vkeys() const { return vkeys_; }

 private:
  bool step(Row& row);  // false: to be passed over
  const PublicKey* signer_of(const Note& note) const;
  bool names_a_key(const Note& note) const;

  std::string origin_;
  std::vector<PublicKey> keys_;
  bool others_are_passed_over_;
  Statement rows_;
  std::optional<Row> here_;
  std::vector<std::string> vkeys_;
};

}  // namespace ride::journal
