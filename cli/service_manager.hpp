// What systemd is told of a service of Type=notify: datagrams to the socket that NOTIFY_SOCKET
// names. Where there is none, nobody is told. One thread.
#pragma once

#include <string>
#include <string_view>

namespace ride::cli {

class ServiceManager {
 public:
  // Takes the variable out of the environment: children are no services.
  ServiceManager();

  // One message, lines of NAME=VALUE as sd_notify(3) lists them: "READY=1\nSTATUS=…". Nobody who
  // does not listen holds the proxy up, or ends it.
  void tell(std::string_view message) const;
  // "RELOADING=1" with the time that the manager wants beside it.
  void tell_reloading() const;

 private:
  std::string socket_;
};

}  // namespace ride::cli
