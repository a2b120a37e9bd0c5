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

class Keyboard {
 public:
  explicit Keyboard(transport::Loop& loop) : loop_(loop) {}
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  /// Whether there is a person to ask: stdin and stderr are terminals.
  static bool is_there();
  /// The next line, without its end; none: the input is over, or `cancel` has fired.
  transport::Task<std::optional<std::string>> line(transport::CancelSource cancel);

 private:
  transport::Loop& loop_;
  std::shared_ptr<transport::Channel> terminal_;
  std::string read_;  // what came behind the last line
};

}  // namespace tine::cli
