// What has come back so far for one statement and is kept for its `ended` event: rows, COPY data
// and notices, each up to its limit, and counts of what was left out. One session thread; holds no
// memory between statements.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "protocol/observer.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

class Answer {
 public:
  explicit Answer(const Limits& limits) : limits_(&limits) {}

  // To be called with each part of an answer: begins anew where it is another statement's.
  void touch(protocol::RequestId request, std::uint32_t ordinal, std::int64_t now_us) {
    if (request != request_ || ordinal != ordinal_) begin(request, ordinal, now_us);
  }

  void set_columns(Bytes body, std::uint64_t body_bytes);
  // Which columns the rows have that come; to be told before the first of them.
  void set_row_columns(Bytes row_description);
  bool has_rows() const { return !rows.empty() || omitted_rows > 0; }
  // Kept are the first rows up to the limit, and no row behind one that was left out.
  void add_row(Bytes body, std::uint64_t body_bytes);
  void omit_row(std::uint64_t body_bytes) {  // counts it
    ++omitted_rows;
    omitted_bytes += body_bytes;
  }
  void hide_row(std::uint64_t body_bytes);  // the same, and tells that it was for its secrets
  // Whether nothing is kept of the messages of this type (rows, else COPY data) that still come;
  // and what came of them.
  bool full(char tag) const {
    return tag == row_tag ? omitted_rows > 0 : copy_data.size() >= limits_->kept_copy_bytes_max;
  }
  void omit(char tag, const protocol::Framer::Run& run) {
    if (tag == row_tag) omitted_rows += run.messages;
    omitted_bytes += run.body_bytes;
  }
  void begin_copy(std::uint8_t format);
  void redact_copy_data(bool secret_statement);  // all of it has come
  void add_copy_data(Bytes payload, std::uint64_t payload_bytes);
  void set_result(Bytes body, std::uint64_t body_bytes);  // of a function call
  // Kept are the first notices up to the limit; the others are counted, unlooked at.
  bool takes_notices() const { return omitted_notices == 0; }
  void add_notice(Bytes redacted_body);
  void omit_notice(std::uint64_t body_bytes);

  std::int64_t first_byte_us = 0;
  std::string columns;    // RowDescription body, "" if none was kept
  std::string rows;       // (u32 length, DataRow body)*
  std::string notices;    // (u32 length, NoticeResponse body)*
  std::string copy_data;  // payloads joined
  std::string result;     // FunctionCallResponse body
  bool copying = false;
  std::uint64_t told_bytes = 0;  // of a COPY, by its last `copying` event
  std::int64_t told_us = 0;      // when that was; at first, when the answer began
  std::uint8_t copy_format = 0;
  std::uint64_t omitted_rows = 0;
  std::uint64_t omitted_notices = 0;
  std::uint64_t omitted_bytes = 0;  // of rows, columns, copy_data, result and notices
  bool redacted = false;            // rows, notices, the error or COPY data were

 private:
  static constexpr char row_tag = 'D';

  std::vector<std::size_t> secret_columns_;

  void begin(protocol::RequestId request, std::uint32_t ordinal, std::int64_t now_us);

  const Limits* limits_;
  protocol::RequestId request_ = 0;
  std::uint32_t ordinal_ = 0;
};

}  // namespace ride::proxy
