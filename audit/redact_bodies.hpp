// Message bodies of PostgreSQL's protocol with each value changed by a function, put together
// again. What is cut off at the end, or damaged, is left out where something was changed. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace ride::audit {

// Gives what becomes of a value; nullopt: it stays.
using Change = std::function<std::optional<std::string>(Bytes)>;

// (length, DataRow body)*.
std::optional<std::string> change_rows(Bytes data, const Change& change);
std::uint64_t count_rows(Bytes data);

// RowDescription: the columns' names.
std::optional<std::string> change_columns(Bytes row_description, const Change& change);

// Bind's parameters, from the count of format codes on; NULL stays NULL.
std::optional<std::string> change_parameters(Bytes parameters, const Change& change);

// Start-up parameters: (name NUL value NUL)*, by name and value.
std::optional<std::string> change_pairs(
    Bytes pairs, const std::function<std::optional<std::string>(Bytes name, Bytes value)>& change);

// (length, NoticeResponse body)*.
std::optional<std::string> change_notices(Bytes notices, const Change& change);

// FunctionCallResponse: length (-1: NULL), value.
std::optional<std::string> change_result(Bytes result, const Change& change);

}  // namespace ride::audit
