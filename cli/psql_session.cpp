#include "cli/psql_session.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ostream>
#include <random>
#include <system_error>
#include <utility>

#include "cli/failure.hpp"

namespace ride::cli {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Failure("cannot make a pipe: " + std::generic_category().message(errno));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string random_word() {
  std::random_device random;
  return "ride-answered-" + std::to_string(random()) + "-" + std::to_string(random());
}

std::vector<std::string> environment_for(const std::string& name) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string pair = *entry;
    if (name.empty() || !pair.starts_with("PGAPPNAME=")) out.push_back(pair);
  }
  if (!name.empty()) out.push_back("PGAPPNAME=" + name);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

PsqlSession::PsqlSession(std::string name, const std::string& program, const std::string& dsn)
    : name_(std::move(name)), nonce_(random_word()) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.read.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDERR_FILENO);
  std::vector<std::string> words{program, "-X", "-d", dsn};
  std::vector<std::string> environment = environment_for(name_);
  const int error = ::posix_spawnp(&pid_, program.c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw Failure("cannot run " + program + ": " + std::generic_category().message(error) +
                  "; install postgresql-client");
  input_ = std::move(in.write);
  output_ = std::move(out.read);
  ::fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

PsqlSession::~PsqlSession() {
  if (ended()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

void PsqlSession::type(const std::string& text) {
  pending_ += text + "\\echo " + nonce_ + "\n";
  ++typed_;
}

void PsqlSession::end_input() { last_input_ = true; }

void PsqlSession::add_to(std::vector<pollfd>& ready) const {
  if (output_) ready.push_back({output_.get(), POLLIN, 0});
  if (input_ && !pending_.empty()) ready.push_back({input_.get(), POLLOUT, 0});
}

void PsqlSession::transfer(std::ostream& out) {
  send_pending();
  if (output_) receive(out);
  int status = 0;
  if (!output_ && !ended() && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
}

void PsqlSession::send_pending() {
  while (input_ && !pending_.empty()) {
    const ssize_t sent = ::write(input_.get(), pending_.data(), pending_.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) pending_.clear();  // psql is gone; its exit code tells
    if (sent > 0) pending_.erase(0, static_cast<std::size_t>(sent));
  }
  if (last_input_) input_ = Descriptor();
}

void PsqlSession::receive(std::ostream& out) {
  std::array<char, 65'536> chunk;
  while (true) {
    const ssize_t got = ::read(output_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      pass_lines(out, true);
      output_ = Descriptor();
      return;
    }
    received_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  pass_lines(out, false);
}

void PsqlSession::pass_lines(std::ostream& out, bool all) {
  for (auto end = received_.find('\n'); end != std::string::npos; end = received_.find('\n')) {
    pass_line(received_.substr(0, end), out);
    received_.erase(0, end + 1);
  }
  if (all && !received_.empty()) pass_line(std::exchange(received_, {}), out);
}

void PsqlSession::pass_line(const std::string& line, std::ostream& out) {
  if (line == nonce_) {
    ++answered_;
    return;
  }
  if (!name_.empty()) out << '[' << name_ << "] ";
  out << line << '\n';
}

int PsqlSession::exit_code() const {
  return WIFEXITED(*status_) ? WEXITSTATUS(*status_) : 128 + WTERMSIG(*status_);
}

}  // namespace ride::cli
