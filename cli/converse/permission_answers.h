#pragma once
// Answers an agent's questions for permission at a command line: by rules, by asking the person at
// the terminal, or with a no where nobody is there.
//
// One for each connection of a verb, on the loop's thread.

#include <string>
#include <vector>

#include "cli/converse/keyboard.h"
#include "protocol/v1/types/client_calls.h"
#include "session/permission_rules.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::cli {

class PermissionAnswers {
 public:
  PermissionAnswers(transport::Loop& loop, std::vector<session::PermissionRule> rules);

  /// The directory of the sessions, to which paths in rules are relative.
  void work_in(std::string cwd) { cwd_ = std::move(cwd); }

  /// Asks `person`, who outlives this.
  void ask_at(Person& person) { person_ = &person; }

  transport::Task<v1::PermissionResponse> answer(v1::PermissionRequest request,
                                                 transport::CancelSource cancel);
  /// Whether a question was answered with no as nobody was there to be asked.
  bool refused() const { return refused_; }

 private:
  transport::Task<v1::PermissionResponse> ask(v1::PermissionRequest request,
                                              transport::CancelSource cancel);

  std::vector<session::PermissionRule> rules_;
  std::string cwd_;
  Keyboard keyboard_;
  Person* person_ = &keyboard_;
  transport::Event free_;  // nobody is being asked
  bool refused_ = false;
};

}  // namespace tine::cli
