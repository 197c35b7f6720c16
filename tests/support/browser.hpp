// Chromium without a window, with one page, driven through its DevTools protocol over two pipes:
// no port, no library. For tests of what people see in a browser. Everything that goes wrong in the
// driving itself throws std::runtime_error; what the page complains of is collected.
// One thread; dies with the test.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

// The program, or "" where none is installed: Debian's chromium-headless-shell, else chromium.
std::string browser_program();

struct Viewport {
  int width = 1280;
  int height = 1000;
  bool phone = false;
  std::string scheme = "light";
  std::string media = "screen";
  bool less_motion = false;
};

class Browser {
 public:
  Browser();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  void look(const Viewport& viewport);
  // Returns once it is loaded and drawn.
  void open(const std::filesystem::path& page);

  // The value of an expression (a promise is waited for). What it throws is thrown here.
  boost::json::value evaluate(const std::string& expression);
  std::string text(const std::string& expression);
  std::int64_t number(const std::string& expression);
  // Waits until an expression is true; false where it never is.
  bool until(const std::string& expression);

  void click(const std::string& selector);  // its middle, with the mouse
  void move(int x, int y);
  // A key by its DOM name: "j", "Enter", "ArrowRight", "Tab".
  void press(const std::string& key);
  void type(const std::string& words);

  void save_picture(const std::filesystem::path& file);
  void save_print(const std::filesystem::path& file);  // PDF

  // A command of the protocol for the page; its result.
  boost::json::object call(const std::string& method, boost::json::object parameters = {});

  // Errors and warnings on the console, exceptions, refused content.
  const std::vector<std::string>& complaints() const { return complaints_; }
  // Of everything that was asked for but the pages opened here.
  const std::vector<std::string>& requests() const { return requests_; }
  // Dialogs that a page opened (alert, prompt), which are closed.
  const std::vector<std::string>& dialogs() const { return dialogs_; }

 private:
  boost::json::object send(const std::string& method, boost::json::object parameters,
                           const std::string& session);
  boost::json::object receive();
  void note(const boost::json::object& event);

  TemporaryDirectory profile_;
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string received_;
  std::string session_;
  std::string page_;
  std::int64_t last_id_ = 0;
  bool loaded_ = false;
  std::vector<std::string> complaints_, requests_, dialogs_;
};

}  // namespace ride::test
