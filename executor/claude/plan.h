#pragma once
// The list of what the model means to do, as its tools have told it: TodoWrite tells the whole list
// each time, TaskCreate and TaskUpdate one entry of it. The calls of sub-agents are not for this
// list.
//
// A value of one conversation.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "protocol/v1/types.h"

namespace tine::executor::claude {

class Plan {
 public:
  using Entries = std::vector<v1::PlanEntry>;

  /// Takes a tool_use block whose input is whole.
  void called(json::View tool_use);
  /// Takes a tool_result block with the `tool_use_result` beside its message. The list, when it is
  /// another one now.
  std::optional<Entries> returned(json::View tool_result, json::View tool_use_result);

 private:
  struct Task {
    std::string id;
    v1::PlanEntry entry;
  };
  struct Call {
    std::string tool;
    std::string subject;  ///< empty: it stays
  };

  bool create(json::View task);
  bool update(const Call& call, json::View given);
  bool replace(json::View tasks, std::string_view name_of_text);
  Entries entries() const;

  std::vector<Task> tasks_;
  std::map<std::string, Call, std::less<>> open_;  ///< by the id of the tool_use
};

}  // namespace tine::executor::claude
