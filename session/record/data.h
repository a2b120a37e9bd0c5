#pragma once
// What stands in the `data` of each type of record (schemas/transcript.v1.schema.json): JSON that
// is written here and read by the Account.
//
// Plain functions. What comes from outside is redacted here, but for updates, which have an
// UpdateRedactor.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/redact/redactor.h"
#include "executor/usage.h"
#include "protocol/v1/types/content.h"
#include "session/git_head.h"
#include "session/meta.h"
#include "session/record/history.h"
#include "session/store/state.h"

namespace tine::session {

namespace record_type {
inline constexpr std::string_view header = "header";
inline constexpr std::string_view fork = "fork";
inline constexpr std::string_view seed = "seed";
inline constexpr std::string_view summary = "summary";
inline constexpr std::string_view backend = "backend";
inline constexpr std::string_view prompt = "prompt";
inline constexpr std::string_view sent = "sent";
inline constexpr std::string_view update = "update";
inline constexpr std::string_view question = "question";
inline constexpr std::string_view answer = "answer";
inline constexpr std::string_view error = "error";
inline constexpr std::string_view turn_end = "turn_end";
inline constexpr std::string_view turn_aborted = "turn_aborted";
}  // namespace record_type

/// The second one of a fork: how it came about.
std::string fork_data(const ForkReport& fork);

/// What is told of the session of another agent within which this one was begun. `text` holds no
/// secret.
std::string seed_data(std::string_view agent, std::string_view session, std::string_view text);

/// What a model has written of all that was before a soft fork. `text` holds no secret.
std::string summary_data(std::string_view backend, std::string_view text);

/// Within a turn the session goes on with another backend.
struct BackendChange {
  std::uint64_t turn = 0;
  std::string from;
  std::string to;
  std::string reason;  ///< the kind of the error, or "back"
  std::string mode;
  std::map<std::string, std::string> options;
  std::uint64_t told_until = 0;  ///< see store::State
  std::optional<store::Away> away;
};
std::string backend_data(const BackendChange& change);

/// What a prompt says, as JSON that is still to be redacted.
std::string content_json(const std::vector<v1::ContentBlock>& blocks);
/// `content` is JSON without secrets. `asked`: none, the prompt has no id.
std::string prompt_data(std::uint64_t turn, std::string_view message_id, std::string_view content,
                        const std::optional<AskedPrompt>& asked);
/// What prompt_data() has of the prompt's id; none: it has none.
std::optional<AskedPrompt> asked_in_prompt(std::string_view data);
/// The backend is given the prompt, which has an id, from here on.
std::string sent_data(std::uint64_t turn);

/// Where the repository of the session's directory stood.
struct TurnGit {
  std::optional<GitHead> before;  ///< as the turn began; none: there was none
  std::optional<GitHead> after;   ///< … and as it ended
  std::optional<bool> dirty;      ///< as it began; none: git had not said so by its end
};
/// What a turn's end says of it; none: nothing.
std::optional<TurnGit> turn_git_in(json::View turn_end);
/// As the state keeps it; none: there is no repository.
std::optional<store::GitState> state_of(const TurnGit& git);

struct TurnEnd {
  std::uint64_t turn = 0;
  std::string stop;  ///< a stop reason, or "error"
  std::string conversation;
  std::string provider_turn;     ///< empty: the provider has not kept it
  std::uint64_t told_until = 0;  ///< see TurnMark
  executor::TurnUsage usage;
  std::optional<ForkBill> fork;  ///< of the first turn of a fork
  std::optional<TurnGit> git;    ///< none: there is no repository, and was none
  bool owes_drift = false;       ///< a command ran: the next prompt tells how the repository moved
  /// Of a prompt that has an id, with what its answer says beside the above.
  std::optional<AskedPrompt> asked;
  executor::Tokens cumulative;
  std::optional<FailoverReport> failover;
  /// Tokens that the backend tells its model in each conversation; none: not told by this turn.
  std::optional<std::uint64_t> opening;
  std::int64_t previous = -1;  ///< where the line of the turn before begins; -1: it is the first
  std::uint64_t marker = 0;    ///< the highest number of a redaction marker
};
std::string turn_end_data(const TurnEnd& end, Redactor& redactor);

/// Of a turn that its process did not live to end.
struct TurnAborted {
  std::uint64_t turn = 0;
  std::int64_t previous = -1;
  std::vector<std::string> tool_calls;  ///< that were open
  std::optional<AskedPrompt> asked;
};
std::string turn_aborted_data(const TurnAborted& aborted);

std::string error_data(std::uint64_t turn, const Error& error, Redactor& redactor);

/// What a backend asked of the client, and what it got. `params` and `result` are JSON.
std::string question_data(std::uint64_t id, std::string_view method, std::string_view params,
                          Redactor& redactor);
std::string answer_data(std::uint64_t id, std::string_view result, Redactor& redactor);
std::string refusal_data(std::uint64_t id, const Error& error, Redactor& redactor);

/// What the end of a turn has of its prompt; none: that has no id.
std::optional<AskedPrompt> asked_in_end(json::View data);

executor::Tokens tokens_from(json::View tokens);

}  // namespace tine::session
