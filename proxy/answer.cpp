#include "proxy/answer.hpp"

#include <algorithm>

#include "proxy/redaction.hpp"
#include "sql/redact.hpp"

namespace ride::proxy {
namespace {

void append_sized(std::string& out, Bytes body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out.push_back(static_cast<char>(size >> shift & 0xffU));
  out.append(body);
}

}  // namespace

void Answer::begin(protocol::RequestId request, std::uint32_t ordinal, std::int64_t now_us) {
  *this = Answer(*limits_);  // frees what was held
  request_ = request;
  ordinal_ = ordinal;
  first_byte_us = now_us;
  told_us = now_us;
}

void Answer::set_row_columns(Bytes row_description) {
  secret_columns_ = secret_columns(row_description);
}

void Answer::set_columns(Bytes body, std::uint64_t body_bytes) {
  set_row_columns(body);
  if (body.size() == body_bytes && body.size() <= limits_->kept_columns_bytes_max)
    columns = body;
  else
    omitted_bytes += body_bytes;
}

void Answer::add_row(Bytes body, std::uint64_t body_bytes) {
  const bool fits = body.size() == body_bytes && omitted_rows == 0 &&
                    rows.size() + 4 + body.size() <= limits_->kept_rows_bytes_max;
  if (!fits) return omit_row(body_bytes);
  const auto cleaned = redact_row(body, secret_columns_);
  redacted = redacted || cleaned.has_value();
  append_sized(rows, cleaned ? Bytes(*cleaned) : body);
}

void Answer::hide_row(std::uint64_t body_bytes) {
  redacted = true;
  omit_row(body_bytes);
}

void Answer::begin_copy(std::uint8_t format) {
  copying = true;
  copy_format = format;
}

void Answer::add_copy_data(Bytes payload, std::uint64_t payload_bytes) {
  const auto kept =
      std::min(payload.size(), limits_->kept_copy_bytes_max -
                                   std::min(copy_data.size(), limits_->kept_copy_bytes_max));
  copy_data.append(payload.substr(0, kept));
  omitted_bytes += payload_bytes - kept;
}

void Answer::redact_copy_data(bool secret_statement) {
  auto kept = secret_statement ? std::nullopt : sql::redact_copy(copy_data);
  if (!kept && !(secret_statement && !copy_data.empty())) return;
  redacted = true;
  const auto was = copy_data.size();
  copy_data = kept ? std::move(kept->text) : "";
  omitted_bytes += was - std::min(was, copy_data.size());
}

void Answer::set_result(Bytes body, std::uint64_t body_bytes) {
  const bool fits = body.size() == body_bytes && body.size() <= limits_->kept_rows_bytes_max;
  const bool secret = fits && sql::redact_message(body);
  redacted = redacted || secret;
  if (fits && !secret)
    result = body;
  else
    omitted_bytes += body_bytes;
}

void Answer::add_notice(Bytes redacted_body) {
  if (notices.size() + 4 + redacted_body.size() <= limits_->kept_notice_bytes_max)
    append_sized(notices, redacted_body);
  else
    omit_notice(redacted_body.size());
}

void Answer::omit_notice(std::uint64_t body_bytes) {
  ++omitted_notices;
  omitted_bytes += body_bytes;
}

}  // namespace ride::proxy
