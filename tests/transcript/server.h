#pragma once
// A server to hold a conversation with: the program over pipes, or the same objects within this
// process.
//
// Owned by who plays; it brings its loop, and all happens on that loop's thread. Destroying it ends
// it at once.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tests/transcript/cut_channel.h"
#include "tests/transcript/place.h"
#include "transport/channel.h"
#include "transport/loop.h"

namespace tine::transcript {

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
  virtual void signal(int number) = 0;
  /// Returns when it is gone, with its exit status (128 and more: a signal). None: it is no process
  /// and has none.
  virtual transport::Task<std::optional<int>> gone() = 0;
  /// What it wrote to stderr; all of it once it is gone.
  virtual std::string errors() const = 0;
};

/// Runs `program`. Null: it cannot be started.
std::unique_ptr<Server> start_program(const std::filesystem::path& program, const Case& what,
                                      const Place& place);

/// Builds the program's objects in this process, with a clock and randomness that are the same each
/// time.
std::unique_ptr<Server> start_inside(const Place& place, Cut cut, Reading& reading);

/// Sends back each byte that it gets.
std::unique_ptr<Server> start_echo();

}  // namespace tine::transcript
