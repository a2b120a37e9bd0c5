#pragma once
// An agent that a benchmark has started, and the pipes to it. Does as little as it can between the
// agent's bytes and the clock: lines are counted, only answers are looked at.
//
// For one thread. What goes wrong ends the benchmark with a word on stderr.

#include <sys/types.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& why);

/// A system call's result; ends the program when that is an error.
template <class Number>
Number must(Number result, const std::string& doing) {
  if (result < 0) die(doing + ": " + std::strerror(errno));
  return result;
}

struct Answer {
  Clock::time_point when;
  std::string text;
};

class Agent {
 public:
  /// Starts `command`, a null-terminated list. The agent's stderr is ours.
  explicit Agent(char* const* command);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Sends a request and gives its id. What the agent says meanwhile is taken in.
  std::uint64_t ask(std::string_view method, std::string_view params);
  /// Takes in what the agent says until it has answered.
  Answer answer(std::uint64_t id);
  bool answered(std::uint64_t id) const { return answers_.contains(id); }
  /// Takes in what the agent says for so long, at most until it has answered.
  void listen(std::chrono::microseconds time, std::uint64_t id);

  /// The session/update messages that came.
  std::uint64_t updates() const { return updates_; }
  /// Has each further one looked at, and told when it was read.
  void on_update(std::function<void(std::string_view line, Clock::time_point when)> look) {
    look_ = std::move(look);
  }
  /// Processor time of the agent so far, in seconds.
  double cpu() const;
  /// Memory of the agent, its share of what it shares with others: the kernel's "Pss", in kB.
  std::uint64_t memory_kb() const;

 private:
  void write(std::string_view bytes);
  bool wait_readable(std::chrono::microseconds time) const;
  void read();
  void take(std::string_view line, Clock::time_point when);

  pid_t process_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::uint64_t last_id_ = 0;
  std::uint64_t updates_ = 0;
  std::function<void(std::string_view line, Clock::time_point when)> look_;
  std::map<std::uint64_t, Answer> answers_;
  std::vector<char> room_;
  std::size_t kept_ = 0;  // bytes at its start that are no whole line yet
};

}  // namespace bench
