#pragma once
// What a player asks about what it hears: whether a message is right, and what a client that only
// looks on would answer.
//
// The caller of the player owns it, and it outlives the player; no threads.

#include <string>
#include <string_view>

#include "conformance/play/pattern.h"

namespace tine::conformance {

class Judge {
 public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;

  /// What is wrong with a message of the server, in words; empty: nothing. `asked` is the method of
  /// the request that it answers, when it is an answer to one.
  virtual std::string check(std::string_view line, const std::string& asked) = 0;

  /// The same of a line that is not JSON. Empty: the player leaves it out.
  virtual std::string check_noise(std::string_view line) { return "not a message: " + shown(line); }

  /// Hears of each line that goes to the server.
  virtual void note_sent(std::string_view /*line*/) {}

  /// Hears that the server was started again: nothing is open any more.
  virtual void note_restart() {}

  /// What the client answers to a request that the case lets pass; empty: nothing.
  virtual std::string answer(std::string_view /*request*/) { return {}; }
};

}  // namespace tine::conformance
