#pragma once
// What app-server notifies of in a turn, as updates for the client: messages, thoughts, tool calls,
// plans, compactions, notices. docs/codex.md has the table of the notifications.
//
// One for each turn, on the loop's thread. The sink is called from within hear().

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "protocol/v1/types.h"
#include "protocol/v1/update.h"

namespace tine::executor::codex {

class Updates {
 public:
  using Sink = std::function<void(v1::Update)>;
  explicit Updates(Sink sink) : sink_(std::move(sink)) {}

  /// Whether it is a notification that can be told.
  bool hear(std::string_view method, json::View params);

  /// The changes of files that an item is about.
  std::vector<v1::ToolContent> changes_of(const std::string& item) const;
  /// The last call of a tool of that MCP server; empty: there was none.
  std::string call_of_server(const std::string& name) const;

 private:
  struct Notification {
    std::string_view method;
    void (Updates::*take)(json::View params);
  };
  struct Output {
    std::string text;
    std::size_t shown = 0;
    bool begun = false;  // its first line is over
  };

  void item_started(json::View params);
  void item_completed(json::View params);
  void message_delta(json::View params);
  void thought_delta(json::View params);
  void thought_part(json::View params);
  void command_output(json::View params);
  void patch_updated(json::View params);
  void tool_progress(json::View params);
  void plan_updated(json::View params);
  void error(json::View params);
  void warning(json::View params);
  void rerouted(json::View params);
  void renamed(json::View params);
  void abandon_messages();
  void say(v1::UpdateKind kind, std::string_view text, const std::string& id);

  Sink sink_;
  std::map<std::string, v1::UpdateKind> messages_;               // begun and not completed, by item
  std::map<std::string, Output> outputs_;                        // of commands that run
  std::map<std::string, std::vector<v1::ToolContent>> changes_;  // of files, by item
  std::map<std::string, std::string> mcp_calls_;  // the last of each server, by its name
};

}  // namespace tine::executor::codex
