#pragma once
// One turn at a command line: what is asked for, played, and told of at its end.
//
// Values and plain functions; the coroutines refer to what they are given.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/converse/listener.h"
#include "cli/converse/local_agent.h"
#include "cli/converse/session_choice.h"
#include "cli/options.h"

namespace tine::cli {

/// What the command line says of a turn.
struct TurnWish {
  std::string prompt;  ///< `-`, or nothing where stdin is no terminal: from stdin
  std::string prompt_file;
  std::string prompt_id;           ///< under which it runs once; empty: it has none
  std::vector<std::string> files;  ///< that the prompt refers to
  std::int64_t timeout = 0;        ///< in seconds; 0: none
  std::vector<std::string> allow;
  std::vector<std::string> ask;
  std::vector<std::string> deny;
  bool approve = false;
  bool stream_json = false;
  bool raw = false;
};

/// The rules that answer the agent's questions for permission.
void add_rule_options(Options& options, TurnWish& wish);
void add_raw_option(Options& options, TurnWish& wish);
void add_timeout_option(Options& options, TurnWish& wish);
/// All of it; the prompt itself is an argument of the verb.
void add_turn_options(Options& options, TurnWish& wish);

/// Of the verbs that can send a prompt again.
void add_prompt_id(Options& options, TurnWish& wish);

/// The words of the prompt, and links to the files. Reads them.
Result<std::vector<v1::ContentBlock>> prompt_of(const TurnWish& wish);
/// The rules that the flags give.
Result<std::vector<session::PermissionRule>> rules_of(const TurnWish& wish);
/// Of them what the session is told, so that no configuration allows what they deny.
Narrowing narrowing_of(const TurnWish& wish);
Form form_of(const TurnWish& wish, const Common& common);

struct TurnEnd {
  Result<v1::PromptResponse> response;
  bool timed_out = false;

  int exit_code() const;
};

/// The `_meta` of its request; empty: there is none.
std::string prompt_meta_of(const TurnWish& wish);

/// `shutdown` cancels the turn, and so does the end of the time. `listener` may be null. `meta` is
/// that of the request.
transport::Task<TurnEnd> play_turn(World& world, LocalAgent& agent, Listener* listener,
                                   std::string session, std::vector<v1::ContentBlock> prompt,
                                   std::int64_t timeout, transport::CancelSource shutdown,
                                   std::string meta = {});

/// What is told of a turn beside its text.
struct TurnAccount {
  std::string session;
  std::string fork;  ///< JSON: how the session began as a fork; empty: it did not
  std::vector<std::string> artifacts;
};
/// One JSON object with its newline.
std::string result_json(const TurnAccount& account, const std::string& output, const TurnEnd& end);
/// Prints how it ended, in the form that is asked for; gives the exit code.
int tell_end(Form form, const TurnAccount& account, Listener& listener, const TurnEnd& end);

/// The files in the session's folder for what was made in it.
std::vector<std::string> artifacts_of(World& world, const std::string& session);

}  // namespace tine::cli
