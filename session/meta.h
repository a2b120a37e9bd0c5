#pragma once
// What tine says under `_meta.tine` (schemas/meta.v1.schema.json): the JSON of whole `_meta`
// objects, and what it reads there.
//
// Plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "executor/usage.h"
#include "session/fork/cost.h"
#include "session/fork/plan.h"

namespace tine::session {

/// How a fork came about.
struct ForkReport {
  struct Attempt {
    std::string strategy;
    bool worked = false;
    std::string reason;  ///< why not, or what there is to say
    std::int64_t ms = 0;
  };
  std::string strategy;
  std::vector<Attempt> attempts;
  std::string parent;      ///< empty: not a session of ours
  std::string adopted;     ///< … but that conversation, by the provider's name
  std::uint64_t at = 0;    ///< seq in the parent
  std::uint64_t turn = 0;  ///< the parent's turn that is the last common one; 0: none
  std::uint64_t depth = 0;
  bool is_new_session = false;      ///< nobody asked for a fork: it began from a seed
  ForkCost expected;                ///< of the past, in the first call of the model
  std::optional<bool> warm;         ///< whether the provider's cache still has it; none: not known
  std::vector<std::string> advice;  ///< what speaks against it, in sentences
};

/// How a session went on with another backend within a turn.
struct FailoverReport {
  struct Attempt {
    std::string backend;
    bool worked = false;
    std::string reason;
  };
  std::string from;           ///< the backend that it was on
  std::string backend;        ///< … that it is on now
  std::string strategy;       ///< how that one knows the past
  std::string limited_until;  ///< when the limit of `from` ends; empty: not known
  std::vector<Attempt> attempts;
};

/// How a session went on as the repository had moved since its last turn.
struct DriftReport {
  std::string_view way;  ///< a constant
  std::string session;   ///< the fork in which the prompt is played; empty: it was played here
};

void write_fork(json::Writer& writer, const ForkReport& fork);
void write_failover(json::Writer& writer, const FailoverReport& failover);
void write_bill(json::Writer& writer, const ForkBill& bill);

/// What a replay has left out of the history.
struct LeftOut {
  std::uint64_t parts = 0;
  std::uint64_t bytes = 0;
};
/// Where all of a session's history is, as a command for people.
std::string export_command(std::string_view session);

struct UsageReport {
  const executor::TurnUsage& turn;
  const executor::Tokens& cumulative;
  std::optional<ForkBill> fork;  ///< of the first turn of a fork
  std::optional<FailoverReport> failover;
  std::optional<DriftReport> drift;
  std::string_view prompt_id;  ///< as the client has given it; empty: it has given none
  bool replayed = false;       ///< the answer was given before
};

struct SessionFacts {
  std::string_view backend;
  std::string_view parent;   ///< empty: not a fork of another session
  std::string_view adopted;  ///< empty: begun here
  std::uint64_t depth = 0;
  std::uint64_t turns = 0;
  const executor::Tokens* cumulative = nullptr;
};

/// Of the capabilities in the answer to initialize: what of ours a client can ask for.
std::string abilities_meta();
/// Of new, load and resume; a new session that adopts is told of as a fork.
std::string opened_meta(std::string_view backend, std::uint64_t seq);
/// Of a load, of at most `max_bytes`.
std::string loaded_meta(std::string_view backend, std::uint64_t seq, std::uint64_t max_bytes,
                        const LeftOut& left_out, std::string_view session);
std::string forked_meta(std::string_view backend, std::uint64_t seq, const ForkReport& fork);
/// Of a new session that was to have a past and has none.
std::string warned_meta(std::string_view backend, std::string_view warning);
/// Of a fork that is not made.
std::string planned_meta(std::string_view backend, const ForkPlan& plan);
/// `turn` 0: the prompt became no turn.
std::string prompt_meta(std::uint64_t seq, std::uint64_t turn, const UsageReport& usage);
/// Of a session in a list.
std::string listed_meta(const SessionFacts& facts);
/// `,"_meta":{…}`-free JSON of token counts: unknown parts are null.
std::string tokens_json(const executor::Tokens& tokens);

/// `_meta.tine` of a request; no value when there is none.
json::View ours(std::string_view meta);

}  // namespace tine::session
