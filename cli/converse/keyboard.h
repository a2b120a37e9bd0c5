#pragma once
// A person's answers, from the terminal.
//
// On the loop's thread. Reads nothing before it is asked to.

#include <memory>
#include <optional>
#include <string>

#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/loop.h"

namespace tine::cli {

/// Somebody to ask: a person at a terminal, for example.
class Person {
 public:
  Person() = default;
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  virtual ~Person() = default;

  /// What is answered to the question, which is a line or the end of one; none: nothing, or
  /// `cancel` has fired.
  virtual transport::Task<std::optional<std::string>> answer(std::string question,
                                                             transport::CancelSource cancel) = 0;
};

/// The person's terminal: reads from stdin and writes to stderr, without closing them at its end.
std::shared_ptr<transport::Channel> terminal_channel(transport::Loop& loop);

class Keyboard final : public Person {
 public:
  explicit Keyboard(transport::Loop& loop) : loop_(loop) {}
  /// Whether there is a person to ask: stdin and stderr are terminals.
  static bool is_there();
  /// The next line, without its end; none: the input is over, or `cancel` has fired.
  transport::Task<std::optional<std::string>> line(transport::CancelSource cancel);
  transport::Task<std::optional<std::string>> answer(std::string question,
                                                     transport::CancelSource cancel) override;

 private:
  transport::Loop& loop_;
  std::shared_ptr<transport::Channel> terminal_;
  std::string read_;  // what came behind the last line
};

}  // namespace tine::cli
