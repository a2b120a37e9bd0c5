#pragma once
// A conversation in the terminal: prompts that a person types, and what the agent answers, in one
// session until the person leaves or forks it.
//
// Made by the verb, on the loop's thread; it outlives its local agent.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/converse/errand.h"
#include "cli/converse/listener.h"
#include "cli/converse/opened.h"
#include "cli/converse/prompt_history.h"
#include "cli/converse/prompter.h"

namespace tine::cli {

class Chat final : public v1::ClientHandler {
 public:
  Chat(World& world, Errand errand, std::string cwd, std::vector<session::PermissionRule> rules,
       transport::CancelSource shutdown);
  ~Chat() override;

  /// Holds it to its end; gives the exit code.
  transport::Task<int> hold(LocalAgent& agent);
  /// A Ctrl-C. False: the program is to end.
  bool interrupt();
  /// When all has ended.
  void say_how_to_go_on() const;

  void on_update(std::string_view session_id, const v1::ToldUpdate& told) override;

 private:
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& context) override;
  /// The session that is gone on with; none: a new one, or a fork.
  transport::Task<Result<std::optional<KnownSession>>> find_session();
  transport::Task<void> show_last_exchange();
  void greet() const;
  transport::Task<void> converse(LocalAgent& agent);
  transport::Task<std::optional<std::string>> next_prompt();
  transport::Task<void> play(LocalAgent& agent, std::vector<v1::ContentBlock> prompt);
  static void tell_end(const TurnEnd& end);
  transport::Task<void> fork(LocalAgent& agent, std::string command);
  void take_commands(std::string_view session, json::View update);
  void take_words(json::View update);
  void say_words();
  static transport::Task<void> say_soon(transport::Loop& loop, std::weak_ptr<Chat*> self);

  World& world_;
  Errand errand_;
  std::string cwd_;
  transport::CancelSource shutdown_;
  Listener listener_;
  OpenedSession session_;
  std::optional<Prompter> prompter_;  // from when the session is open
  std::map<std::string, std::vector<std::string>, std::less<>> commands_;  // of each session
  std::optional<transport::CancelSource> under_way_;                       // a turn, or a fork
  bool in_turn_ = false;
  bool is_begun_ = false;   // there is a session to go on with
  bool has_lines_ = false;  // of a prompt that goes on
  bool may_leave_ = false;  // with the next Ctrl-C
  bool leaves_ = false;
  std::string words_;            // that the agent has said between turns
  std::uint64_t spoken_ = 0;     // how often it has
  std::shared_ptr<Chat*> self_;  // for the coroutine, which may live longer
};

/// Does it; gives the exit code.
int run_chat(Program& program, Errand errand);

}  // namespace tine::cli
