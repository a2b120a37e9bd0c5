#pragma once
// A server to hold a conversation with: a program over pipes, or objects within this process.
//
// Owned by who plays; it brings its loop, and all happens on that loop's thread. Destroying it ends
// it at once.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/channel.h"
#include "transport/loop.h"

namespace tine::conformance {

class Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  virtual transport::Loop& loop() = 0;
  virtual transport::Channel& channel() = 0;
  /// Whether it has read all that was written.
  virtual bool has_read_all() const { return true; }
  /// Whether nothing more that it writes fits between it and us.
  virtual bool is_full() const { return false; }
  virtual void signal(int number) = 0;
  /// Starts it again when it is gone, with another channel. False: that cannot be done.
  virtual bool restart() { return false; }
  /// Returns when it is gone, with its exit status (128 and more: a signal). None: it is no process
  /// and has none.
  virtual transport::Task<std::optional<int>> gone() = 0;
  /// What it wrote to stderr; all of it once it is gone.
  virtual std::string errors() const = 0;
};

struct Launch {
  std::vector<std::string> command;      ///< a program, by its path or found in PATH; arguments
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  std::filesystem::path cwd;             ///< empty: ours
  std::filesystem::path errors;          ///< the file that gets its stderr; empty: ours gets it
};

/// Starts it with these as its stdin and stdout; without `out` its stdout goes where its stderr
/// goes. `errors_flag`, O_TRUNC or O_APPEND, decides what becomes of what stands there already.
/// Less than 0: it cannot be started.
pid_t spawn(const Launch& launch, int in, int out, int errors_flag);

/// Returns when a process of ours has ended, with its exit status (128 and more: a signal).
transport::Task<int> ended(transport::Loop& loop, pid_t pid);

/// Null: it cannot be started.
std::unique_ptr<Server> start_program(const Launch& launch);

}  // namespace tine::conformance
