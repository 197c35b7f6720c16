// How the commands talk to the supervisor: a unix socket in RIDE_HOME/run, one JSON object a line
// each way. A request is one line, {"command": "submit", …}; the answer is any number of lines
// {"progress": "…"} and one last line {"ok": true, …} or {"error": "one line"}.
//
// The socket is opened through its folder's descriptor, so that the length of RIDE_HOME does not
// matter (a socket's path may have 107 bytes). Single-threaded, both sides.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "cli/paths.hpp"

namespace ride::cli {

using Progress = std::function<void(std::string_view)>;

// The peer went away before it answered: its process died, or is about to.
class Vanished : public Failure {
 public:
  using Failure::Failure;
};

// A file descriptor that is closed once.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// Writes one line; a peer that went away is ignored, since there is nobody left to tell.
void send_line(int descriptor, const boost::json::object& line);

// Reads lines until the last one, hands progress on, and returns the last. Throws Failure with the
// text of an {"error"}, and Vanished where the peer went away without a last line.
boost::json::object receive_answer(int descriptor, const Progress& progress);

// Sends a request to the supervisor and waits for its answer. Throws as above, and Vanished where
// nobody listens.
boost::json::object request(const Home& home, const boost::json::object& what,
                            const Progress& progress = {});

// The supervisor's end of one request. Destroyed without an answer, it says that there was none.
class Conversation {
 public:
  explicit Conversation(Descriptor socket) : socket_(std::move(socket)) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation();

  void progress(std::string_view line);
  void answer(boost::json::object result);  // adds "ok"; call once
  void fail(std::string_view line);         // instead of answer

 private:
  Descriptor socket_;
  bool answered_ = false;
};

struct Request {
  boost::json::object what;
  std::unique_ptr<Conversation> conversation;
};

// The listening side. Requests are handed out one at a time in the order in which they came.
class ControlServer {
 public:
  explicit ControlServer(const Home& home);

  // The next request, or nothing after `wait_ms` or once `wake` (a descriptor or -1) is readable.
  // A client that speaks anything but one line of JSON, or no whole line for a second, is answered
  // with an error and dropped.
  std::optional<Request> next(int wait_ms, int wake);

 private:
  Descriptor listener_;
};

}  // namespace ride::cli
