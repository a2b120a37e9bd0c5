#pragma once
// A session that a verb has opened at its local agent: new, resumed, or forked from another one.
//
// A value, and coroutines that refer to what they are given.

#include <optional>
#include <string>
#include <vector>

#include "cli/converse/local_agent.h"
#include "cli/converse/session_choice.h"

namespace tine::cli {

struct OpenedSession {
  std::string id;
  std::string cwd;
  std::string backend;
  std::string fork;  ///< JSON of how it was forked; empty: it was not
  std::optional<v1::ModeState> modes;
  std::vector<v1::ConfigOption> options;
};

/// Begins a session in `cwd`. `meta` is the request's `_meta`, here and below.
transport::Task<Result<OpenedSession>> begin_session(LocalAgent& agent, std::string cwd,
                                                     std::string meta);
/// Resumes a session of the store.
transport::Task<Result<OpenedSession>> resume_session(LocalAgent& agent, KnownSession known,
                                                      std::string meta);
/// Forks a session of the store; the fork works in `cwd`.
inline constexpr const char* own_directory = "";
/// `cancel`: nobody wants it any more.
transport::Task<Result<OpenedSession>> fork_session(LocalAgent& agent, KnownSession known,
                                                    std::string cwd, std::string meta,
                                                    transport::CancelSource cancel = {});
/// The session of the store that the command line means; none: a new one is to begin.
transport::Task<Result<std::optional<KnownSession>>> session_meant(World& world, SessionWish wish,
                                                                   std::string cwd);
/// As the command line has it.
transport::Task<Result<OpenedSession>> open_session(World& world, LocalAgent& agent,
                                                    SessionWish wish, std::string cwd,
                                                    ForkChoice choice);

/// What a session may do without asking, by a word for all backends or by the backend's own name
/// of a mode.
inline constexpr const char* mode_words = "read-only, auto, full, or a mode of the backend";
/// Chooses mode and model; an empty one stays as it is. A failure names what can be chosen.
transport::Task<Result<void>> set_up(World& world, LocalAgent& agent, OpenedSession& session,
                                     std::string mode, std::string model);

}  // namespace tine::cli
