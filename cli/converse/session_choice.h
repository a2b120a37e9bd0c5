#pragma once
// Chooses the session that a verb converses in: a new session, a session of the store, or a fork.
//
// Values and plain functions.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/world.h"

namespace tine::cli {

/// Rules that narrow what a session's agent may do without a question.
struct Narrowing {
  std::vector<std::string> deny;
  std::vector<std::string> ask;
};

/// What the command line says of it.
struct SessionWish {
  std::string id;    ///< go on in this one
  std::string name;  ///< … in the one with this title, or begin it
  bool last = false;
  std::string fork_from;  ///< ID or ID@POINT
  bool fork_last = false;
  bool fork_from_caller = false;
  std::string backend;  ///< of a session that is begun; empty: as configured
  std::string title;    ///< of a session that is begun or forked
  bool ephemeral = false;
  bool is_there = false;  ///< none is begun
  /// What the backend of a session that is begun is to load by itself: see context_words.h.
  std::vector<std::string> context;
  Narrowing narrowing;

  /// At most one way may be chosen.
  Result<void> check() const;
};

void add_session_options(Options& options, SessionWish& wish);

/// The arguments of a verb that goes on in a session: ID and a text, or --last or --name, with
/// which the one argument is the text.
struct GoingOn {
  bool last = false;
  std::string name;
  std::string first;
  std::string second;

  /// Where the text goes. A failure says what is wrong.
  Result<void> settle(SessionWish& session, std::string& text) const;
};
/// `text`: what the help says of it.
void add_going_on(Options& options, GoingOn& asked, const char* text);

/// A session that is in the store.
struct KnownSession {
  std::string id;
  std::string cwd;  ///< its own, as it was begun
};
/// By its id, or the beginning of one.
transport::Task<Result<KnownSession>> session_by_id(World& world, std::string id);
/// The one of the project of `cwd` that was used last.
transport::Task<Result<KnownSession>> last_session(World& world, std::string cwd);
/// The one of the project of `cwd` that has this title; none: there is none. Several are a failure,
/// which lists them.
transport::Task<Result<std::optional<KnownSession>>> session_by_title(World& world,
                                                                      std::string title,
                                                                      std::string cwd);

/// ID@POINT, taken apart: `point` is a number of a turn or the id of a message; empty: the end.
struct ForkOrigin {
  std::string id;
  std::string point;
};
ForkOrigin fork_origin(const std::string& text);
/// How a fork is to be made; what is empty is as the configuration has it.
struct ForkChoice {
  std::string backend;
  std::string strategy;
};
/// The `_meta` of session/new,
std::string new_meta(const SessionWish& wish);
/// of session/resume,
std::string resume_meta(const SessionWish& wish);
/// and of session/fork.
struct ForkWords {
  std::string point;
  ForkChoice choice;
  bool dry_run = false;
  bool strict = false;  ///< no other way than the one of the choice
  std::string title;
  Narrowing narrowing;
};
std::string fork_meta(const ForkWords& words);

}  // namespace tine::cli
