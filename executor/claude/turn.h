#pragma once
// One turn of Claude Code: when it begins and ends, the questions that come in the course of it,
// and how long it may be silent. What it says is told by others.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "executor/claude/limits.h"
#include "executor/claude/process.h"
#include "executor/process_turn.h"

namespace tine::executor::claude {

class Turn final : public ProcessTurn {
 public:
  /// `uuid` is that of the line which begins it.
  Turn(transport::Loop& loop, v1::Client& client, std::shared_ptr<Process> process,
       std::string uuid, std::string session, std::string cwd, limits::Patience patience);

  /// Looks for what begins, ends or furthers it. `agents` is how many run in the background.
  void hear(json::View line, std::size_t agents);
  /// A `result` and what it says was spent. Whether it was this turn's.
  bool result(json::View line, const TurnUsage& usage, std::size_t agents);
  void ask(const std::string& id, json::View request);
  using ProcessTurn::withdraw;
  /// It was cancelled, and nobody waits for what else it does.
  void stop() { end(v1::StopReason::cancelled); }
  bool started() const { return started_; }
  /// Whether more words of the person can still be put into it.
  bool takes_words() const { return started_ && !answered_ && !over() && !hurried(); }
  /// It does not end before the line of that uuid was read and answered.
  void await_words(std::string uuid) { words_.insert(std::move(uuid)); }
  /// Its own answer has been given; what runs in the background is waited for.
  bool waits_for_agents() const { return answered_ && words_.empty() && !over(); }

  /// What the person has allowed for more than once, JSON of a permission update each.
  const std::vector<std::string>& granted() const { return granted_; }

 private:
  void lifecycle(json::View line);
  void note_words(const std::string& uuid, json::View state);
  void note_phase(json::View line);
  void set_patience();
  transport::Task<void> put_question(std::string request, std::shared_ptr<Asked> asked);

  std::shared_ptr<Process> process_;
  std::string uuid_;
  std::string cwd_;
  limits::Patience patience_;
  std::set<std::string, std::less<>> words_;  // put into it, that nobody has read yet; uuids
  std::string last_link_;                     // of the conversation's chain in this turn
  bool started_ = false;
  bool answered_ = false;
  bool model_due_ = true;  // an answer of the model is due or under way
  bool awaits_follow_up_ = false;
  std::vector<std::string> granted_;
};

}  // namespace tine::executor::claude
