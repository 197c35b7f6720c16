// The PostgreSQL server of one attempt: a child process from local binaries, a container, or a
// service that others run (service_server.hpp). It is reached by one unix socket in a private
// directory (mode 0700) and nothing else, and writes jsonlog into a private folder. Only the server
// itself knows whether ride sees its data directory.
//
// A Server is owned and used by one thread (see process.hpp: the main thread, for local ones).
// Failures throw std::runtime_error or std::system_error with one line that says what to do.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "sandbox/leftovers.hpp"
#include "sandbox/process.hpp"

namespace ride::sandbox {

using Progress = std::function<void(const std::string& line)>;

struct Endpoint {
  std::string socket_directory;
  int port = 5432;  // only part of the socket's file name; nothing listens on TCP
};

// The folders of one server: root/{data,socket,log}.
struct PrivateDirectory {
  std::filesystem::path root;
  std::filesystem::path data() const { return root / "data"; }
  std::filesystem::path socket() const { return root / "socket"; }
  std::filesystem::path log() const { return root / "log"; }
};

// What goes into a data directory beside what initdb puts there.
struct DataContents {
  Secret password;             // of superuser `postgres`
  std::string configuration;   // behind what postgresql.conf says
  std::string authentication;  // the whole pg_hba.conf
};

// "17" → 17; nothing for what is no version's number.
std::optional<int> major_version(const std::string& postgres);

struct ServerOptions {
  int postgres_min = 15;
  int postgres_max = 18;
  // "" (any that fits, by default), a major version, or, for Docker alone, an image.
  std::string postgres;
  bool offline = false;                         // never pull an image
  std::string home;                             // the RIDE_HOME whose run this is
  std::filesystem::path cache;                  // what is known of images is kept here
  std::function<void(const Remains&)> created;  // called before the first start
  Progress progress;
};

class Server {
 public:
  virtual ~Server() = default;

  virtual const char* mode() const = 0;
  // "15.20": asked of the binary or image, before anything runs.
  virtual std::string version() = 0;
  // What the template depends on beside the version: binary folder or image id.
  virtual std::string build_identity() = 0;
  // Whom data directories belong to.
  virtual std::optional<Identity> identity() const = 0;
  // Where its socket and log are to stand; made anew where it is the server's own. `for_template`:
  // its data will become a template, and nobody but ride will have been there.
  virtual PrivateDirectory make_directory(bool for_template) = 0;
  // initdb into the directory's data, with these contents, and a start as by launch().
  virtual void launch_new(const PrivateDirectory& directory, const DataContents& contents) = 0;
  // Starts the server on its data directory (a copy of `data_template` unless that is empty) and
  // returns while it starts up; see wait_until_ready().
  virtual void launch(const PrivateDirectory& directory,
                      const std::filesystem::path& data_template) = 0;
  // Whether directory.data() can be copied into a template and back. Where not, every start seeds.
  virtual bool keeps_templates() const = 0;
  // Whether the sandbox may go on in the directory its template was made in. A container may not:
  // it copies the template into memory of bounded size.
  virtual bool runs_in_place() const = 0;
  // Of a data directory whose server was stopped cleanly: moves its transaction ids forward until
  // only `left` remain before the server refuses to give out more. Throws where it cannot.
  virtual void advance_transaction_ids(const PrivateDirectory& directory, std::uint32_t left);
  // Ends it: quickly (SIGQUIT: the cluster is thrown away) or cleanly (SIGINT: a template). What
  // remains() names afterwards is for clean_up().
  virtual void stop(bool cleanly) noexcept = 0;
  // Nothing while it runs, else one line about its end.
  virtual std::optional<std::string> ended() = 0;
  virtual Remains remains() const = 0;
  // One like it for the next attempt, without asking again for what was found out. Nothing where
  // there cannot be two at a time.
  virtual std::unique_ptr<Server> another(const ServerOptions&) const { return nullptr; }
  // One line for people: "local PostgreSQL 15.20 (/usr/lib/postgresql/15/bin)".
  virtual std::string describe() = 0;
};

enum class Mode { automatic, docker, local, server };

struct Choice {
  std::unique_ptr<Server> server;
  std::string why;  // "local: no Docker engine answers"
};

// Picks and makes a server; `automatic` takes the service that RIDE_SERVER names, else Docker where
// an engine answers and the image is at hand. A scenario that runs in Docker runs in a service too.
Choice choose_server(Mode mode, const ServerOptions& options, bool allow_local, bool allow_docker);

// Makes ride-<8 hex>/{data,socket,log} in /tmp, owned by `identity`, for a run of `home`; with
// `in_memory` in /dev/shm where there is plenty of room, which makes a start several times cheaper
// (a cluster is 2,000 small files).
PrivateDirectory make_private_directory(const std::optional<Identity>& identity, bool in_memory,
                                        const std::string& home);

// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" → "15.20"; "18beta1" stays as it is. Empty
// where the text says no version.
std::string version_in(const std::string& said);

// Puts configuration and authentication into what initdb made.
void write_contents(const std::filesystem::path& data, const DataContents& contents,
                    const std::optional<Identity>& owner);

}  // namespace ride::sandbox
