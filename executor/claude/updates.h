#pragma once
// What Claude Code's stream tells, as updates for the client: messages, thoughts, tool calls,
// plans, compactions, notices. docs/claude.md has the table of the lines.
//
// One for each conversation, on the loop's thread: tool calls may outlast a turn. The sink is
// called from within hear().

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "base/log.h"
#include "executor/claude/plan.h"
#include "protocol/v1/update.h"

namespace tine::executor::claude {

class Updates {
 public:
  using Sink = std::function<void(v1::Update)>;
  Updates(Log& log, std::string cwd, Sink sink)
      : log_(log), cwd_(std::move(cwd)), sink_(std::move(sink)) {}

  void hear(json::View line);
  /// A turn of which `result` tells the end: says what has only been told there.
  void end_turn(json::View result);
  /// Nothing more comes of what had begun: its process is gone.
  void break_off();

 private:
  struct Block {
    std::string id;  // of the message, for the client
    v1::UpdateKind kind = v1::UpdateKind::other;
    bool said = false;
  };
  struct Kind {
    std::string_view name;
    void (Updates::*take)(json::View line);
  };

  void stream_event(json::View line);
  void begin_message(json::View message);
  void begin_block(json::View event);
  void continue_block(json::View event);
  void assistant(json::View line);
  void whole_block(json::View line, json::View block);
  void whole_text(json::View message, json::View block);
  void call(json::View block, std::string_view parent);
  void user(json::View line);
  void returned(json::View line, json::View block);
  void system(json::View line);
  void status(json::View line);
  void retry(json::View line);
  void task_ended(json::View line);
  void abandon_message();
  void say(v1::UpdateKind kind, std::string_view text, const std::string& id);

  Log& log_;
  std::string cwd_;
  Sink sink_;
  std::string message_;                   // the id of the one that is streamed
  std::map<std::int64_t, Block> blocks_;  // of it, that are not whole yet, by their index
  std::map<std::string, std::size_t>
      unstreamed_;                             // whole blocks that were not streamed, by message
  std::set<std::string, std::less<>> calls_;   // that the client knows and that run
  std::set<std::string, std::less<>> left_;    // … that run in the background
  std::set<std::string, std::less<>> hidden_;  // that only change the plan
  std::string synthetic_;                      // what the CLI said in the model's place
  std::string compaction_;                     // the id of the one that runs
  std::size_t compactions_ = 0;
  Plan plan_;
};

}  // namespace tine::executor::claude
