#include "tests/proxy/differential/compare.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "tests/catch.hpp"
#include "tests/proxy/differential/conversation.hpp"
#include "tests/proxy/differential/recorded_proxy.hpp"
#include "tests/proxy/differential/repeating_server.hpp"
#include "tests/proxy/differential/server_bytes.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"

namespace ride::test {
namespace {

using HangsUp = RepeatingServer::HangsUp;

constexpr std::pair<Pace, const char*> paces[] = {
    {Pace::at_once, "at once"},
    {Pace::in_blocks, "in blocks of 64 KiB"},
    {Pace::by_message, "message by message"},
    {Pace::after_answers, "message by message, each after the answers before it"},
    {Pace::byte_by_byte, "byte by byte"},
};

// Longer sequences are not sent byte by byte, their answers cut at a few of their messages only.
constexpr std::size_t small_bytes_max = 4096;
constexpr std::size_t cuts_max = 40;
constexpr std::size_t cuts_of_long_max = 3;

// Left unread in a socket, more would keep the client from sending all.
constexpr std::size_t unread_bytes_max = std::size_t{64} << 10;

// Up to and with the first ReadyForQuery.
std::size_t messages_of_start_up(const std::vector<std::string>& messages) {
  std::size_t count = 0;
  while (count < messages.size() && messages[count].front() != 'Z') ++count;
  return count + 1;
}

Told told_by(const std::vector<std::string>& messages) {
  Told told;
  for (const auto& message : messages) {
    const char type = is_whole(message) ? message.front() : '\0';
    if (type == 'Z') ++told.readies;
    if (std::string_view("CIsV").find(type) != std::string_view::npos) ++told.completions;
    if (type == 'D') ++told.rows;
  }
  return told;
}

class Comparison {
 public:
  Comparison(const Sequence& sequence, const Address& server, RecordedProxy& proxy,
             const RepeatingServer& script, RecordedProxy& repeated_proxy)
      : sequence_(sequence),
        server_(server),
        proxy_(proxy),
        script_(script),
        repeated_proxy_(repeated_proxy),
        single_bytes_(static_cast<std::size_t>(
            std::count_if(sequence.steps.begin(), sequence.steps.end(),
                          [](const Step& step) { return step.awaits_byte; }))) {
    for (const auto& step : sequence.steps) client_bytes_ += step.bytes.size();
  }

  // How many conversations with the proxy there were.
  std::size_t run() {
    INFO("sequence: " << sequence_.name);
    listen_to_server();
    cut_off_by_client();
    whole_at_every_pace();
    if (!sequence_.proxy_answers && !sequence_.not_relayed) cut_off_by_server();
    return conversations_;
  }

 private:
  std::string seen(std::string_view bytes) const {
    if (sequence_.proxy_answers) return comparable_words(bytes, single_bytes_);
    const auto all = comparable(bytes, single_bytes_);
    return sequence_.tells_wal_position ? without_wal_positions(all) : all;
  }

  void same(const Heard& direct, const Heard& through) const {
    const bool equal = seen(through.bytes) == seen(direct.bytes);
    if (equal && !direct.stuck && !through.stuck) return;
    INFO("PostgreSQL said:\n" << to_text(server_messages(direct.bytes, single_bytes_)));
    INFO("the proxy said:\n" << to_text(server_messages(through.bytes, single_bytes_)));
    REQUIRE_FALSE(direct.stuck);
    REQUIRE_FALSE(through.stuck);
    CHECK(equal);
  }

  Heard visit(RecordedProxy& proxy, const Manner& manner, const std::string& how) {
    ++conversations_;
    auto heard = converse(proxy.address(), sequence_, manner);
    Visit visit{sequence_.name + ", " + how, heard.own_address, sequence_.unreadable, {}};
    if (manner.finish != Finish::reset && !sequence_.unreadable && !sequence_.proxy_answers)
      visit.told = told_by(server_messages(heard.bytes, single_bytes_));
    proxy.note(std::move(visit));
    return heard;
  }

  // What PostgreSQL says, twice, the second time with a look at who closes.
  void listen_to_server() {
    INFO("directly, again");
    const auto finish = sequence_.server_closes ? Finish::wait : Finish::half_close;
    expected_ = converse(server_, sequence_, {.finish = finish});
    whole_ = {.finish = finish, .awaits_bytes = common_bytes(expected_.bytes)};
    const auto again = converse(server_, sequence_, whole_);
    same(expected_, again);
    if (!sequence_.server_closes) CHECK_FALSE(again.closed_early);
  }

  void whole_at_every_pace() {
    for (const auto& [pace, name] : paces) {
      if (pace == Pace::byte_by_byte && client_bytes_ > small_bytes_max) continue;
      if (pace != Pace::at_once && sequence_.all_at_once) continue;
      INFO("sent " << name);
      auto manner = whole_;
      manner.pace = pace;
      manner.awaited_before = awaited_before_;
      const auto heard = visit(proxy_, manner, name);
      same(expected_, heard);
      if (!sequence_.server_closes) CHECK_FALSE(heard.closed_early);
    }
  }

  void cut_off_by_client() {
    awaited_before_.assign(1, 0);
    for (std::size_t steps = 0; steps < sequence_.steps.size(); ++steps) {
      const auto where = "cut off by the client behind message " + std::to_string(steps);
      INFO(where);
      const auto direct = converse(server_, sequence_, {.steps = steps});
      same(direct, visit(proxy_, {.steps = steps}, where));
      if (steps > 0) awaited_before_.push_back(common_bytes(direct.bytes));
      visit(proxy_, {.steps = steps, .finish = Finish::reset}, where + ", gone");
    }
  }

  // How many bytes of an answer cut off by the client are also those of the whole answer, and come
  // without that end: what PostgreSQL has to say of the end itself is not among them.
  std::size_t common_bytes(std::string_view cut) const {
    const auto of_cut = server_messages(comparable(cut, single_bytes_), single_bytes_);
    const auto of_whole =
        server_messages(comparable(expected_.bytes, single_bytes_), single_bytes_);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < std::min(of_cut.size(), of_whole.size()); ++i) {
      if (of_cut[i] != of_whole[i] || of_cut[i].find("unexpected EOF") != std::string::npos) break;
      bytes += of_cut[i].size();
    }
    return bytes;
  }

  void cut_off_by_server() {
    const auto messages = server_messages(expected_.bytes, single_bytes_);
    // The start-up, which is the same in most sequences, is cut where it is what they are about.
    const auto first = sequence_.behind_start_up ? messages_of_start_up(messages) : single_bytes_;
    const auto bytes = std::max(client_bytes_, expected_.bytes.size());
    const auto last = first + (bytes > small_bytes_max ? cuts_of_long_max : cuts_max);
    std::string words;
    for (std::size_t count = single_bytes_; count <= messages.size(); ++count) {
      if (count > single_bytes_) words += messages[count - 1];
      const bool among_the_first = count >= first && count <= last;
      if (!among_the_first && count < messages.size()) continue;
      INFO("cut off by the server behind its message " << count);
      repeat({.words = words});
      if (client_bytes_ < unread_bytes_max) repeat({.words = words, .hangs_up = HangsUp::unread});
    }
    INFO("from the server byte by byte");
    if (words.size() <= small_bytes_max) repeat({.words = words, .byte_by_byte = true});
  }

  void repeat(RepeatingServer::Turn turn) {
    turn.client_bytes = client_bytes_;
    for (const auto& step : sequence_.steps)
      if (step.awaits_byte) turn.client_bytes -= step.bytes.size();
    const Heard direct{.bytes = std::string(single_bytes_, 'N') + turn.words};
    auto server = script_.play(std::move(turn));
    const auto through = visit(repeated_proxy_, {.finish = Finish::wait}, "cut off by the server");
    server.join();
    same(direct, through);
  }

  const Sequence& sequence_;
  const Address& server_;
  RecordedProxy& proxy_;
  const RepeatingServer& script_;
  RecordedProxy& repeated_proxy_;
  std::size_t single_bytes_;  // encryption requests, all of which are declined
  std::size_t client_bytes_ = 0;
  Heard expected_;
  Manner whole_;
  std::vector<std::size_t> awaited_before_;
  std::size_t conversations_ = 0;
};

bool no_backend_is_left() {
  return Postgres::instance().value(
             "SELECT count(*) FROM pg_stat_activity WHERE backend_type IN "
             "('client backend', 'walsender') AND pid <> pg_backend_pid()") == "0";
}

}  // namespace

void check_same(const std::vector<Sequence>& sequences) {
  const auto directory = Postgres::instance().socket_directory();
  const Address server(directory + "/.s.PGSQL." + std::to_string(Postgres::port));
  const RepeatingServer script;
  RecordedProxy proxy({directory, Postgres::port});
  RecordedProxy repeated_proxy(script.upstream());
  std::size_t conversations = 0;
  for (const auto& sequence : sequences) {
    conversations += Comparison(sequence, server, proxy, script, repeated_proxy).run();
    INFO("sequence: " << sequence.name);
    REQUIRE(eventually(no_backend_is_left));
  }
  proxy.check_record();
  repeated_proxy.check_record();
  std::cout << sequences.size() << " sequences, " << conversations
            << " conversations with the proxy\n";
}

}  // namespace ride::test
