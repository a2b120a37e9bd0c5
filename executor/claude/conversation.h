#pragma once
// A conversation of Claude Code: its process, which comes and goes, and its turns.
//
// Owned by a session, on the loop's thread; the executor outlives it. What runs for it between its
// turns is shared with the coroutines that do it.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "executor/claude/granted.h"
#include "executor/claude/launch.h"
#include "executor/claude/meter.h"
#include "executor/claude/process.h"
#include "executor/claude/updates.h"
#include "executor/executor.h"

namespace tine::executor::claude {

class Claude;
class Turn;

class ClaudeConversation final : public Conversation, public ProcessListener {
 public:
  ClaudeConversation(Claude& claude, Beginning beginning, ConversationSpec spec);
  ~ClaudeConversation() override;

  std::string provider_id() const override { return beginning_.id; }
  transport::Task<Result<void>> get_ready(transport::CancelSource& cancel) override;
  transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt, v1::Client& client,
                                      transport::CancelSource& cancel) override;
  transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> words) override;
  Result<void> set_mode(const std::string& mode) override;
  Result<void> set_option(const v1::ConfigOption& option) override;
  bool is_live() const override { return process_ != nullptr || going_ != nullptr; }
  /// Returns when its process is gone, also one that was still starting: within the time that
  /// executor::limits::ending gives it.
  transport::Task<void> close() override;

  void on_line(json::View line) override;
  void on_question(const std::string& id, json::View request) override;
  void on_withdrawn(const std::string& id) override;
  void on_gone(const Error& why) override;

  /// Has its process run and greeted; whoever comes meanwhile waits for the same one.
  transport::Task<Result<void>> wake();
  /// Whether it is a fork that has not begun: its past is still its parent's.
  bool is_pending_fork_of(const std::string& id) const;
  /// Its past will be nowhere but in its process until the first prompt is written down.
  void stay_awake() { holds_past_ = true; }
  /// Has a process that does nothing.
  bool is_idle() const;
  /// When it was last prompted: it sleeps the sooner the longer that is ago.
  std::chrono::steady_clock::time_point last_used() const { return last_used_; }
  /// Lets its process go until the next prompt.
  void sleep();

 private:
  transport::Task<Result<void>> launch();
  transport::Task<void> fall_asleep(std::shared_ptr<Process> process,
                                    std::shared_ptr<transport::Event> gone);
  transport::Task<Result<void>> wake_unless(transport::CancelSource& cancel);
  transport::Task<Result<void>> choose();
  void drop_process();
  /// A prompt on its way to the process.
  struct Order {
    std::string uuid;
    bool compacts = false;
    std::shared_ptr<const std::string> line;
  };
  transport::Task<Order> order_of(std::vector<v1::ContentBlock> prompt);
  transport::Task<Result<void>> get_ready_for(const Order& order, transport::CancelSource& cancel);
  transport::Task<bool> play(const Order& order, TurnOutcome& outcome, v1::Client& client,
                             transport::CancelSource& cancel);
  transport::Task<void> run(const Order& order, Turn& turn, transport::CancelSource& cancel);
  transport::Task<void> finish(Turn& turn, bool cancelled);
  void interrupt(Turn& turn);
  void request(std::string control);
  void say(v1::Update update);
  void note(json::View line);
  void note_tasks(json::View tasks);
  void note_retry(json::View line);
  void note_mode(const std::string& mode);
  void note_spent(json::View result);
  void add_time_to_wait(Error& error);

  Claude& claude_;
  ConversationSpec spec_;
  Beginning beginning_;
  std::shared_ptr<Process> process_;   // none: it sleeps, or has not begun
  std::shared_ptr<Process> starting_;  // has not greeted yet
  std::shared_ptr<transport::Event> waking_;
  transport::CancelSource unwanted_;  // takes the process that is to be started out of its line
  std::shared_ptr<transport::Event> going_;  // while the last process ends
  Granted granted_;
  Result<void> woken_;  // how that went
  Updates updates_;
  Meter meter_;
  Choices known_;     // what the process has been told
  TurnUsage unpaid_;  // in turns that Claude has begun by itself since the last prompt
  Turn* turn_ = nullptr;
  std::vector<std::string> agents_;  // tasks in the background that are sub-agents
  std::size_t tasks_ = 0;            // all that run in the background
  std::optional<std::int64_t> limited_until_;
  std::optional<transport::Milliseconds> retry_delay_;  // before the last try of the turn's call
  std::optional<Error> doomed_;                         // why the turn is not left to end by itself
  std::chrono::steady_clock::time_point last_used_ = std::chrono::steady_clock::now();
  bool holds_past_ = false;  // the process does, and nobody else
  bool kept_;                // Claude Code has written it down
  bool prompted_ = false;    // from before its turn to after it
  bool wanted_ = false;      // its process is, by a turn
  bool closed_ = false;
  const std::shared_ptr<bool> there_ = std::make_shared<bool>(true);  // false once it is destroyed
};

}  // namespace tine::executor::claude
