#pragma once
// What a person at a terminal sees of a turn beside its text, on stderr: tool calls as they end,
// the plan with its ticks, and a line at the bottom that says what is going on now.
//
// One for each conversation, on the loop's thread. Where stderr is no terminal it shows nothing.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "transport/loop.h"

namespace tine::cli {

class Progress {
 public:
  explicit Progress(transport::Loop& loop);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// A turn begins: when it takes its time, the line is shown, and kept up to date.
  void begin();
  void end();

  void take_tool_call(json::View update);
  void take_plan(json::View update);
  void take_usage(json::View update);
  void take_notice(json::View update);
  /// A line that stays.
  void say(std::string_view line);

 private:
  using Clock = std::chrono::steady_clock;
  struct Tool {
    std::string title;
    Clock::time_point since;
  };
  /// Ends when the progress is gone.
  static transport::Task<void> keep_current(transport::Loop& loop, std::weak_ptr<Progress*> self);

  void show() const;
  std::string line() const;

  transport::Loop& loop_;
  bool terminal_;
  bool runs_ = false;
  bool due_ = false;  // the turn takes its time
  Clock::time_point begun_;
  std::map<std::string, Tool> open_;         // tool calls by their id
  std::vector<std::string> order_;           // … as they came
  std::map<std::string, std::string> plan_;  // entries with their status, as shown last
  std::string context_;                      // how full it is, and what was paid
  std::shared_ptr<Progress*> self_;          // for the coroutine, which may live longer
};

}  // namespace tine::cli
