#include "tests/support/browser.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "journal/base64.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

namespace json = boost::json;

constexpr int answer_ms_max = 120'000;
// Where --remote-debugging-pipe reads commands and writes answers.
constexpr int commands_at = 3, answers_at = 4;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("browser: " + what + ": " + std::strerror(errno));
}

struct Pipe {
  int out = -1, in = -1;  // the ends to read and to write
};

// Out of the way of the numbers that the child's ends are put at.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  Pipe out{fcntl(ends[0], F_DUPFD_CLOEXEC, 10), fcntl(ends[1], F_DUPFD_CLOEXEC, 10)};
  close(ends[0]);
  close(ends[1]);
  return out;
}

[[noreturn]] void become(std::vector<std::string> argv, int commands, int answers) {
  std::vector<char*> pointers;
  for (auto& word : argv) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) dup2(nothing, standard);
  dup2(commands, commands_at);
  dup2(answers, answers_at);
  execv(pointers.front(), pointers.data());
  _exit(127);
}

std::string text_at(const json::object& object, const char* key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string bytes_of(const json::object& answer) {
  return journal::from_base64(text_at(answer, "data")).value();
}

}  // namespace

std::string browser_program() {
  for (const auto* path : {"/usr/bin/chromium-headless-shell", "/usr/bin/chromium"})
    if (std::filesystem::exists(path)) return path;
  return {};
}

Browser::Browser() {
  const auto commands = make_pipe(), answers = make_pipe();
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0)
    become({browser_program(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars",
            "--force-color-profile=srgb", "--remote-debugging-pipe",
            "--user-data-dir=" + profile_.path().string()},
           commands.out, answers.in);
  close(commands.out);
  close(answers.in);
  to_ = commands.in;
  from_ = answers.out;
  const auto target = send("Target.createTarget", {{"url", "about:blank"}}, "");
  const auto attached =
      send("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}}, "");
  session_ = attached.at("sessionId").as_string();
  for (const auto* domain : {"Page", "Runtime", "Log", "Network", "Accessibility"})
    call(std::string(domain) + ".enable");
  look({});
}

Browser::~Browser() {
  close(to_);  // it ends with its pipe
  close(from_);
  if (!eventually([&] { return waitpid(pid_, nullptr, WNOHANG) == pid_; })) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Browser::look(const Viewport& viewport) {
  call("Emulation.setDeviceMetricsOverride", {{"width", viewport.width},
                                              {"height", viewport.height},
                                              {"deviceScaleFactor", viewport.phone ? 2 : 1},
                                              {"mobile", viewport.phone}});
  const json::object scheme{{"name", "prefers-color-scheme"}, {"value", viewport.scheme}};
  const json::object motion{{"name", "prefers-reduced-motion"},
                            {"value", viewport.less_motion ? "reduce" : "no-preference"}};
  call("Emulation.setEmulatedMedia",
       {{"media", viewport.media}, {"features", json::array{scheme, motion}}});
}

void Browser::open(const std::filesystem::path& page) {
  loaded_ = false;
  page_ = "file://" + page.string();
  call("Page.navigate", {{"url", page_}});
  while (!loaded_) note(receive());
  evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

json::value Browser::evaluate(const std::string& expression) {
  const auto answer =
      call("Runtime.evaluate",
           {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (const auto* thrown = answer.if_contains("exceptionDetails"))
    throw std::runtime_error(expression + ": " + json::serialize(*thrown));
  const auto* value = answer.at("result").as_object().if_contains("value");
  return value == nullptr ? json::value() : *value;
}

std::string Browser::text(const std::string& expression) {
  return std::string(evaluate("String(" + expression + ")").as_string());
}

std::int64_t Browser::number(const std::string& expression) {
  return evaluate("Math.round(" + expression + ")").to_number<std::int64_t>();
}

bool Browser::until(const std::string& expression) {
  return eventually([&] { return evaluate("Boolean(" + expression + ")").as_bool(); });
}

void Browser::click(const std::string& selector) {
  const auto box = evaluate(
      "(() => { const node = document.querySelector(" + json::serialize(json::value(selector)) +
      "); node.scrollIntoView({block: 'center'}); const box = node.getBoundingClientRect();"
      " return [box.x + box.width / 2, box.y + box.height / 2]; })()");
  for (const auto* type : {"mouseMoved", "mousePressed", "mouseReleased"})
    call("Input.dispatchMouseEvent",
         {{"type", type},
          {"x", box.at(0)},
          {"y", box.at(1)},
          {"button", std::string(type) == "mouseMoved" ? "none" : "left"},
          {"clickCount", 1}});
}

void Browser::move(int x, int y) {
  call("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", x}, {"y", y}});
}

void Browser::press(const std::string& key) {
  json::object event{{"type", "keyDown"}, {"key", key}};
  if (key.size() == 1) event["text"] = key;
  if (key == "Enter") {
    event["text"] = "\r";
    event["windowsVirtualKeyCode"] = 13;
  }
  if (key == "Tab") event["windowsVirtualKeyCode"] = 9;
  call("Input.dispatchKeyEvent", event);
  event["type"] = "keyUp";
  event.erase("text");
  call("Input.dispatchKeyEvent", event);
}

void Browser::type(const std::string& words) { call("Input.insertText", {{"text", words}}); }

void Browser::save_picture(const std::filesystem::path& file) {
  const auto answer = call("Page.captureScreenshot", {{"format", "png"}});
  std::ofstream(file, std::ios::binary) << bytes_of(answer);
}

void Browser::save_print(const std::filesystem::path& file) {
  const auto answer = call("Page.printToPDF", {{"printBackground", true}});
  std::ofstream(file, std::ios::binary) << bytes_of(answer);
}

json::object Browser::call(const std::string& method, json::object parameters) {
  return send(method, std::move(parameters), session_);
}

json::object Browser::send(const std::string& method, json::object parameters,
                           const std::string& session) {
  const auto id = ++last_id_;
  json::object command{{"id", id}, {"method", method}, {"params", std::move(parameters)}};
  if (!session.empty()) command["sessionId"] = session;
  const auto line = json::serialize(command) + '\0';
  for (std::size_t done = 0; done < line.size();) {
    const auto count = write(to_, line.data() + done, line.size() - done);
    if (count < 0) fail("cannot send " + method);
    done += static_cast<std::size_t>(count);
  }
  for (;;) {
    auto answer = receive();
    const auto* answered = answer.if_contains("id");
    if (answered == nullptr) {
      note(answer);
    } else if (answered->to_number<std::int64_t>() == id) {
      if (const auto* error = answer.if_contains("error"))
        throw std::runtime_error("browser: " + method + ": " + json::serialize(*error));
      return std::move(answer.at("result").as_object());
    }
  }
}

json::object Browser::receive() {
  for (;;) {
    if (const auto end = received_.find('\0'); end != std::string::npos) {
      auto message = json::parse(received_.substr(0, end)).as_object();
      received_.erase(0, end + 1);
      return message;
    }
    pollfd wanted{from_, POLLIN, 0};
    if (poll(&wanted, 1, answer_ms_max) <= 0) throw std::runtime_error("browser: says nothing");
    std::array<char, 65'536> piece{};
    const auto count = read(from_, piece.data(), piece.size());
    if (count <= 0) throw std::runtime_error("browser: is gone");
    received_.append(piece.data(), static_cast<std::size_t>(count));
  }
}

void Browser::note(const json::object& event) {
  const auto method = text_at(event, "method");
  const auto* found = event.if_contains("params");
  if (found == nullptr) return;
  const auto& what = found->as_object();
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Runtime.exceptionThrown") complaints_.push_back(json::serialize(what));
  if (method == "Log.entryAdded") complaints_.push_back(json::serialize(what));
  if (method == "Runtime.consoleAPICalled") complaints_.push_back(json::serialize(what));
  if (method == "Network.requestWillBeSent") {
    const auto url = text_at(what.at("request").as_object(), "url");
    if (url != page_) requests_.push_back(url);
  }
  if (method == "Page.javascriptDialogOpening") {
    dialogs_.push_back(text_at(what, "message"));
    // Its answer is of no interest, and must not be waited for here.
    const json::object close{{"id", ++last_id_},
                             {"sessionId", session_},
                             {"method", "Page.handleJavaScriptDialog"},
                             {"params", {{"accept", false}}}};
    const auto line = json::serialize(close) + '\0';
    if (write(to_, line.data(), line.size()) < 0) fail("cannot close a dialog");
  }
}

}  // namespace ride::test
