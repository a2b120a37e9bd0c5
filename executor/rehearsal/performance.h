#pragma once
// One turn on stage: plays a script's directives, one after the other, against a client.
//
// Lives for one turn, on the loop's thread. After the cancel it stops at the next directive or
// chunk.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"
#include "executor/rehearsal/memory.h"
#include "executor/rehearsal/script.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/client.h"
#include "transport/cancel.h"
#include "transport/loop.h"

namespace tine::executor::rehearsal {

struct Stage {
  transport::Loop& loop;
  v1::Client& client;
  transport::CancelSource& cancel;
  std::string session;
  std::string backend;  ///< its configured name
  std::string cwd;
  std::string mode;    ///< of this turn
  Settings& settings;  ///< of the turns after it
  bool trusted;        ///< what the folder would start may be started
  std::string turn;    ///< id of this turn
  Branch past;
  bool thinks_first = false;
};

/// What is said behind the end of the turn.
struct Later {
  transport::Milliseconds pause;
  std::string message;  ///< its id
  std::string text;
};

class Performance {
 public:
  explicit Performance(Stage stage) : stage_(std::move(stage)) {}

  /// The script outlives the performance.
  transport::Task<Result<v1::StopReason>> play(const Script& script);

  const std::string& answer() const { return answer_; }
  std::uint64_t thought_tokens() const { return thought_tokens_; }
  /// Whether the agent is to lose the conversation, as a provider may.
  bool forgets() const { return forgets_; }
  const std::vector<Later>& later() const { return later_; }
  /// What a usage directive asked for.
  const std::optional<Tokens>& given_usage() const { return given_usage_; }

 private:
  using Step = transport::Task<void>;
  struct Cue {
    std::string_view name;
    Step (Performance::*play)(std::string argument);
  };
  static const Cue* cue_for(std::string_view name);

  Step say(std::string text);
  Step think(std::string text);
  Step slow(std::string argument);
  Step burst(std::string argument);
  Step recall(std::string argument);
  Step wait(std::string argument);
  Step hang(std::string argument);
  Step stubborn(std::string argument);
  Step plan(std::string argument);
  Step tool(std::string argument);
  Step open(std::string argument);
  Step edit(std::string argument);
  Step ask(std::string argument);
  Step choose(std::string argument);
  Step read(std::string argument);
  Step write(std::string argument);
  Step run(std::string argument);
  Step input(std::string argument);
  Step notice(std::string argument);
  Step compact(std::string argument);
  Step title(std::string argument);
  Step trust(std::string argument);
  Step usage(std::string argument);
  Step fail_with(std::string argument);
  Step later(std::string argument);
  Step stop(std::string argument);
  Step forget(std::string argument);

  bool over() const {
    return stage_.cancel.cancelled() || error_ || stop_ != v1::StopReason::end_turn;
  }
  /// False when the cancel came first.
  transport::Task<bool> pause(transport::Milliseconds time);
  /// Says a piece of the answer without a pause.
  void chunk(std::string_view text);
  void send(v1::Update update);
  /// The same for what may be long, with `text` in it: it is made beside the loop then.
  transport::Task<void> send(std::function<v1::Update()> make, std::size_t text);
  /// A new message begins with the next chunk.
  void next_message() { message_.clear(); }
  std::string next_id(std::string_view what);
  static std::string quoted_path(std::string_view path);
  std::string path(std::string_view given) const;

  /// A tool call from its first to its last update.
  v1::ToolCall begin_tool(v1::ToolKind kind, std::string title,
                          std::vector<v1::ToolContent> content, std::string location);
  void tool_status(const std::string& id, v1::ToolStatus status, std::string_view text);
  /// Whether the mode, or else the client, allows the tool call to act. Ends the tool call when
  /// not.
  transport::Task<bool> may_act(v1::ToolCall call);
  /// What is granted from now on: once, turn or session; empty: nothing.
  transport::Task<std::string> ask_client(v1::ToolCall about);

  Stage stage_;
  std::string_view text_;  // the script's, until a directive has used it
  std::string answer_;
  std::string message_;  // id of the message that is being said
  std::uint64_t thought_tokens_ = 0;
  std::uint64_t ids_ = 0;
  bool forgets_ = false;
  std::vector<Later> later_;
  std::optional<Tokens> given_usage_;
  std::optional<Error> error_;
  v1::StopReason stop_ = v1::StopReason::end_turn;
};

}  // namespace tine::executor::rehearsal
