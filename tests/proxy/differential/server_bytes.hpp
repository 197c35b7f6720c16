// What a server said, cut into its messages, and made comparable with what it said another time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ride::test {

// Whole messages. The first `single_bytes` are pieces of their own: answers to encryption requests.
// What is no message, as a refusal in the way of protocol 2, is one piece to the end.
std::vector<std::string> server_messages(std::string_view bytes, std::size_t single_bytes);

// Whether a piece is a message, and all of it.
bool is_whole(std::string_view piece);

// Without what must differ between two sessions: pid and key in BackendKeyData, the sender's pid in
// NotificationResponse, the oids of tables in RowDescription, and the number in the name of a
// schema for temporary tables. Nothing else is taken out.
std::string comparable(std::string_view bytes, std::size_t single_bytes);

// Also without what looks like a position in the write-ahead log: 0/15D6E28.
std::string without_wal_positions(const std::string& comparable_bytes);

// For errors that the proxy must write itself: also without the place in PostgreSQL's source (F, L,
// R) and the versions it speaks, which stand behind "unsupported frontend protocol x.y".
std::string comparable_words(std::string_view bytes, std::size_t single_bytes);

// For the eye: a line a message.
std::string to_text(const std::vector<std::string>& messages);

}  // namespace ride::test
