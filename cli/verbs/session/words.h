#pragma once
// How the session verbs put things for a terminal.
//
// Plain functions.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/amounts.h"
#include "executor/usage.h"
#include "session/retention.h"
#include "session/store/lock.h"
#include "session/store/state.h"
#include "session/store/store.h"

namespace tine::cli {

/// Letters of a commit's name that are shown.
inline constexpr std::size_t shown_commit = 12;
/// The title, or that there is none.
std::string title_text(std::string_view title);
/// 2026-01-31 12:00, in UTC.
std::string short_time(std::int64_t wall_ms);
/// The same in the time of this place.
std::string local_time(std::int64_t wall_ms);
/// As people say it, in the time of this place: just now, 3 minutes ago, today 09:14, yesterday
/// 14:02; of older times the date.
std::string spoken_time(std::int64_t wall_ms, std::int64_t now_ms);
std::string amount(const std::optional<std::uint64_t>& count);
/// 1 session, 2 sessions.
std::string counted(std::uint64_t count, std::string_view what);
/// PID 12 on host (a turn) since 2026-01-31T12:00:00.000Z
std::string holder_text(const session::store::Holder& holder);
/// In the largest unit of which there is at least one: 1.5 MiB.
std::string size_text(std::int64_t bytes);
/// prompt/cached/output; ? for what is not known.
std::string short_tokens(const executor::Tokens& tokens);
std::string long_tokens(const executor::Tokens& tokens);

/// A session as the verbs know it.
struct SessionFacts {
  session::store::IndexEntry entry;
  session::store::State state;  ///< when it could be read; else what the index knows
  std::string fault;            ///< why not; empty: it was read
  std::string path;
};
SessionFacts facts_of(session::store::Store& store, const session::store::IndexEntry& entry);
SessionFacts facts_of(session::store::Store& store, session::store::Store::Found found);

/// The parts of a list like claude,codex.
std::vector<std::string> parts_of(std::string_view list);

/// The plan, a line a session and a sum.
std::string plan_text(const session::RetentionPlan& plan);

}  // namespace tine::cli
