#include "cli/rerun_message.hpp"

#include <algorithm>

#include "protocol/frontend.hpp"

namespace ride::cli {
namespace {

using journal::Kind;
using replay::PidUse;
using replay::Request;

constexpr std::size_t copy_piece_bytes = 32U << 10U;

// Digits for digits, from the end so that offsets hold.
std::string with_pids(std::string text, const Request& request,
                      const std::vector<std::int64_t>& pids) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < request.pids.size(); ++i)
    if (request.pids[i].parameter == 0) order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return request.pids[a].offset > request.pids[b].offset; });
  for (const auto i : order)
    text.replace(request.pids[i].offset, request.pids[i].length, std::to_string(pids[i]));
  return text;
}

// Binary: an int2 to int8 of that value, wherever the value holds one (an array has several).
void replace_binary(std::string& value, std::int64_t from, std::int64_t to) {
  const auto bytes_of = [&](std::int64_t number, std::size_t size) {
    std::string out;
    for (std::size_t i = size; i-- > 0;)
      out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xffU));
    return out;
  };
  if (value.size() == 4 || value.size() == 8) {
    if (value == bytes_of(from, value.size())) value = bytes_of(to, value.size());
    return;
  }
  const std::string element = std::string("\0\0\0\4", 4) + bytes_of(from, 4);
  constexpr std::size_t array_header_bytes = 20;
  for (auto at = array_header_bytes; at + element.size() <= value.size(); at += element.size())
    if (value.compare(at, element.size(), element) == 0) value.replace(at + 4, 4, bytes_of(to, 4));
}

void replace_text(std::string& value, std::int64_t from, std::int64_t to) {
  const auto digits = std::to_string(from);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (auto at = value.find(digits); at != std::string::npos; at = value.find(digits, at)) {
    const auto end = at + digits.size();
    const bool whole =
        (at == 0 || !is_digit(value[at - 1])) && (end == value.size() || !is_digit(value[end]));
    const auto put = whole ? std::to_string(to) : digits;
    value.replace(at, digits.size(), put);
    at += put.size();
  }
}

// From the count of format codes to the end of the values, as Bind has them.
std::string parameters_of(const Request& request, const std::vector<std::int64_t>& pids) {
  if (request.pids.empty() || request.kind != Kind::bind) return request.parameters;
  protocol::Reader in(protocol::Bind::tag, request.parameters);
  std::string out;
  const auto put = [&](std::uint64_t number, int size) {
    for (int i = size; i-- > 0;) out.push_back(static_cast<char>(number >> (8 * i) & 0xffU));
  };
  std::vector<std::uint16_t> formats(in.u16());
  put(formats.size(), 2);
  for (auto& format : formats) put(format = in.u16(), 2);
  const auto count = in.u16();
  put(count, 2);
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto length = in.u32();
    if (length == 0xffffffff) {
      put(length, 4);
      continue;
    }
    std::string value(in.bytes(length));
    const bool binary = !formats.empty() && formats[formats.size() == 1 ? 0 : i] == 1;
    for (std::size_t k = 0; k < request.pids.size(); ++k) {
      const auto& use = request.pids[k];
      if (use.parameter != i + 1U) continue;
      if (binary)
        replace_binary(value, use.pid, pids[k]);
      else
        replace_text(value, use.pid, pids[k]);
    }
    put(value.size(), 4);
    out += value;
  }
  return out;
}

}  // namespace

std::string message_of(const Request& request, const std::vector<std::int64_t>& pids) {
  std::string out;
  const char what = request.describes_portal ? 'P' : 'S';
  const auto& name = request.describes_portal ? request.portal : request.name;
  const auto text = with_pids(request.text, request, pids);
  const auto parameters = parameters_of(request, pids);
  const auto kind = request.kind;
  if (kind == Kind::query) protocol::encode(protocol::Query{text}, out);
  if (kind == Kind::parse)
    protocol::encode(protocol::Parse{request.name, text, request.parameter_types}, out);
  if (kind == Kind::bind)
    protocol::encode(
        protocol::Bind{request.portal, request.name, parameters, request.result_formats}, out);
  if (kind == Kind::describe) protocol::encode(protocol::Describe{what, name}, out);
  if (kind == Kind::execute)
    protocol::encode(protocol::Execute{request.portal, request.number}, out);
  if (kind == Kind::close) protocol::encode(protocol::Close{what, name}, out);
  if (kind == Kind::function_call)
    protocol::encode(protocol::FunctionCall{request.number, parameters}, out);
  if (request.sync) protocol::encode(protocol::Sync{}, out);
  return out;
}

std::string message_of(const replay::CopyIn& copy) {
  std::string out;
  for (std::size_t at = 0; at < copy.data.size(); at += copy_piece_bytes)
    protocol::encode(protocol::CopyData{Bytes(copy.data).substr(at, copy_piece_bytes)}, out);
  if (copy.given_up)
    protocol::encode(protocol::CopyFail{"given up, as recorded"}, out);
  else
    protocol::encode(protocol::CopyDone{}, out);
  return out;
}

}  // namespace ride::cli
