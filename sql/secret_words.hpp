// The words that tell secrets, and the statements that take them. Internal to redact.cpp and what
// it calls. ASCII, any case.
#pragma once

#include <cstddef>
#include <string_view>

namespace ride::sql {

bool is_name_byte(char c);  // of a setting's or an option's name: a.password, ssl-password

// The end of the next word that names a secret, with its start in `from`; npos if there is none.
std::size_t next_secret_word(std::string_view text, std::size_t& from);

// PASSWORT, PASSWRD; password_encryption is no such word.
bool is_misspelt(std::string_view word);

// What an SQL statement can begin with; anything else was meant for a shell, or is misspelt.
bool begins_statement(std::string_view word);

// CREATE and ALTER of these name a secret and then say it: role, server, subscription …
bool takes_secret(std::string_view object);

}  // namespace ride::sql
