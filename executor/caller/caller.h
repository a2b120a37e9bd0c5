#pragma once
// The session of another agent within which this program was started, as the environment of the
// command tells: which agent it is, and what it calls the session.
//
// Values and plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace tine::executor {

enum class CallingAgent : std::uint8_t { claude, codex, gemini, opencode };
/// As the kind of a backend is called.
std::string_view kind_of(CallingAgent agent);
/// As a person calls it.
std::string_view name_of(CallingAgent agent);

struct Caller {
  CallingAgent agent = CallingAgent::claude;
  std::string session;  ///< its id; empty: the agent does not tell

  bool operator==(const Caller&) const = default;
};

/// All that the environment tells of: an agent that was started by another one inherits what that
/// had.
std::vector<Caller> callers(const Env& env);

/// The one caller, or of several the one of that kind; none: there is none, or several are left.
std::optional<Caller> caller_for(const Env& env, std::string_view kind);

}  // namespace tine::executor
