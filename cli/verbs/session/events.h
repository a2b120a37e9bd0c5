#pragma once
// What happens in a session, a line an event: prompts, tool calls as they begin and end, questions
// with their answers, notices, how turns end. What is said in answers and thoughts is left out.
//
// On the stack of who shows it. Takes the lines of a transcript in their order.

#include <map>
#include <string>

#include "session/store/line.h"

namespace tine::cli {

class Events {
 public:
  /// A line for a terminal, without its newline; empty: nothing that is shown.
  std::string take(const session::store::Line& line);

 private:
  std::string event_of(const session::store::Line& line);
  std::string update(json::View data);
  std::string tool_call(json::View data);

  std::map<std::string, std::string> titles_;  // of the turn's tool calls, by their id
  std::map<std::string, std::string> ends_;    // the last status of each that was shown
};

}  // namespace tine::cli
