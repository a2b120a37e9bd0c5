#pragma once
// One turn of Claude Code: when it begins and ends, the questions that come in the course of it,
// and how long it may be silent. What it says is told by others.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "executor/claude/limits.h"
#include "executor/claude/process.h"
#include "executor/executor.h"
#include "transport/event.h"

namespace tine::executor::claude {

class Turn {
 public:
  /// `uuid` is that of the line which begins it.
  Turn(transport::Loop& loop, v1::Client& client, std::shared_ptr<Process> process,
       std::string uuid, std::string session, std::string cwd, limits::Patience patience);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Passes it on; the process is not read while the client has too much to read.
  void say(v1::Update update);
  /// Looks for what begins, ends or furthers it. `agents` is how many run in the background.
  void hear(json::View line, std::size_t agents);
  /// A `result` and what it says was spent. Whether it was this turn's.
  bool result(json::View line, const TurnUsage& usage, std::size_t agents);
  void ask(const std::string& id, json::View request);
  void withdraw(const std::string& id);
  /// It is over without a result.
  void fail(Error why);
  /// It was cancelled, and nobody waits for what else it does.
  void stop();
  /// It ends with `why`, whatever else is said of its end.
  void overrule(Error why);
  /// It has been asked to end, and gets little time for it.
  void hurry();
  bool hurried() const { return hurried_; }
  bool started() const { return started_; }
  /// Its own answer has been given; what runs in the background is waited for.
  bool waits_for_agents() const { return answered_ && !over_; }

  /// Waits for its end. False when the process was silent for too long; then it still runs.
  transport::Task<bool> ended();
  /// Ends the questions that are open, and waits for the client to catch up. To be awaited before
  /// the turn is destroyed.
  transport::Task<void> close();

  const TurnOutcome& outcome() const { return outcome_; }
  /// What the person has allowed for more than once, JSON of a permission update each.
  const std::vector<std::string>& granted() const { return granted_; }

 private:
  struct Asked {
    std::string id;
    transport::CancelSource cancel;
    bool withdrawn = false;
  };

  void lifecycle(json::View line);
  void note_phase(json::View line);
  void end();
  transport::Milliseconds patience_now() const;
  transport::Task<void> put_question(std::string request, std::shared_ptr<Asked> asked);
  transport::Task<void> let_catch_up();

  transport::Loop& loop_;
  v1::Client& client_;
  std::shared_ptr<Process> process_;
  std::string uuid_;
  std::string session_;
  std::string cwd_;
  limits::Patience patience_;
  TurnOutcome outcome_;
  std::string last_link_;  // of the conversation's chain in this turn
  bool started_ = false;
  bool answered_ = false;
  bool over_ = false;
  bool hurried_ = false;
  bool model_due_ = true;  // an answer of the model is due or under way
  bool awaits_follow_up_ = false;
  std::uint64_t signs_ = 0;  // of life
  transport::Event woken_;
  transport::Event no_question_;
  transport::Event not_holding_;  // the process back, for the client to catch up
  std::map<std::string, std::shared_ptr<Asked>> asked_;
  std::vector<std::string> granted_;
};

}  // namespace tine::executor::claude
