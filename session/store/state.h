#pragma once
// state.toml: who a session is and how it stands, for people and for quick answers. All of it can
// be rebuilt from the transcript; keys that this program does not know survive a rewrite.
//
// Values and plain functions. docs/transcript.md and schemas/state.v1.schema.json describe the
// file.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "executor/usage.h"
#include "session/fork/cost.h"

namespace tine::session::store {

inline constexpr std::int64_t state_version = 1;

/// active: in use or lately used; available: its context was compressed, it can be gone on with;
/// retired: it takes no further prompt, as it was concluded or deleted.
enum class Status : std::uint8_t { active, available, retired };
std::string_view name_of(Status status);
/// A retired session stays retired; all else may become anything but skip `available` on the way
/// out.
bool may_become(Status from, Status to);

struct GitState {
  std::string branch;  ///< empty: HEAD is detached
  std::string commit;  ///< at HEAD as the last turn began
  std::string after;   ///< … and as it ended; empty: not known
  /// The branch as it ended; none: the same.
  std::optional<std::string> after_branch;
  std::optional<bool> dirty;  ///< none: git has not said so, or not yet
  bool operator==(const GitState&) const = default;
};

struct BackendState {
  std::string provider_id;
  std::string last_action;
  std::string updated;
  executor::Tokens tokens;
  std::uint64_t turns = 0;
  std::string provider_turn;            ///< the provider's name for the last turn that it keeps
  std::uint64_t provider_turn_seq = 0;  ///< where that turn ends in the transcript
  std::string model;  ///< that has read the most of the last turn; empty: not known
  /// Tokens that the backend tells its model in each conversation, its tools among them.
  std::optional<std::uint64_t> opening;
  bool operator==(const BackendState&) const = default;
};

/// A session has gone on with another backend, as the limit of its own was used up.
struct Away {
  std::string from;   ///< the backend that it left
  std::string until;  ///< when the limit ends, or is supposed to
  bool operator==(const Away&) const = default;
};

struct State {
  std::string id;
  std::string description;
  std::string project;  ///< canonical path, without secrets: see kept_path()
  std::string cwd;      ///< as the client spelled it, without secrets
  std::string backend;  ///< by its configured name
  std::string created;
  std::string accessed;
  Status status = Status::active;
  bool deleted = false;  ///< hidden; kept for the sessions that were forked from it
  std::string mode;
  std::map<std::string, std::string> options;
  std::string system_prompt;  ///< JSON; empty: none
  std::string loads;          ///< what its backend is to load by itself: JSON; empty: as it does
  bool has_tools = false;     ///< its agent is given the program's own tools, whoever opens it
  /// False: no list shows the session, as there is nothing to come back to. A new session begins
  /// so. Its first prompt changes that, or the `fork` record of a fork or an adopted session, with
  /// which it is complete. A crash before that leaves nothing that is listed; retention removes
  /// what is left.
  bool prompted = true;

  std::string parent;  ///< empty: not a fork
  std::uint64_t depth = 0;
  std::uint64_t fork_seq = 0;
  std::uint64_t fork_turn = 0;
  std::string fork_strategy;
  ForkCost expected;  ///< of a fork's first call of the model
  ForkCost actual;    ///< … and what it did cost, once there was one
  /// The provider's names for the conversation that was begun without us, and for the last of its
  /// turns, with which the history begins; empty: with nothing.
  std::string adopted;
  std::string adopted_turn;

  /// Up to this record the conversation of the session's backend has at most been told of what
  /// happened, as the session came to that backend later; 0: it has been there all the time.
  std::uint64_t told_until = 0;
  std::optional<Away> away;

  bool compacted = false;
  std::string compacted_at;
  std::optional<GitState> git;
  /// What the next prompt carries of how the repository has moved; empty: nothing.
  std::string drift;

  std::uint64_t turns = 0;
  /// How far the transcript was written when this was: what comes behind is read from there.
  std::uint64_t last_seq = 0;
  std::int64_t transcript_bytes = 0;
  std::int64_t last_turn_offset = -1;  ///< of the line of the last turn's end; -1: none
  std::uint64_t marker = 0;            ///< the highest number of a redaction marker
  std::map<std::string, BackendState> backends;
  executor::Tokens total;

  bool operator==(const State&) const = default;
};

/// `where` names the file in errors, which say line and column. A known key with a value of another
/// type is damage.
Result<State> parse_state(std::string_view text, std::string_view where);

/// `before` is what stands in the file now; what it holds beyond the known keys is kept. A damaged
/// one is as good as none, and so is one with which the result would be too large to be read back.
/// The result reads back as `state`, but for counts beyond the 63 bits of TOML, which become the
/// greatest, and strings that are not UTF-8. A state that is too large in itself is refused.
Result<std::string> write_state(const State& state, std::string_view before);

}  // namespace tine::session::store
