#pragma once
// The goals, decisions and milestones of a project, as a person changes them.
//
// Plain functions. On any thread.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "session/memory/project_state.h"

namespace tine::session {

enum class FactKind : std::uint8_t { goal, decision, milestone };
inline constexpr std::array<FactKind, 3> fact_kinds{FactKind::goal, FactKind::decision,
                                                    FactKind::milestone};
std::string_view name_of(FactKind kind);

std::vector<Fact>& facts_of(ProjectState& state, FactKind kind);
const std::vector<Fact>& facts_of(const ProjectState& state, FactKind kind);

/// As many of the last letters of their ids as tell all of them apart.
std::size_t letters_of_facts(const ProjectState& state);
/// The one whose id begins or ends so, or the newest whose text is that.
Result<std::string> find_fact(const ProjectState& state, std::string_view named);

/// Refuses an empty text, one that is longer than limits::fact_text, and more than limits::facts.
Result<void> add_fact(ProjectState& state, FactKind kind, Fact fact);
/// Of a goal or a milestone; invalid_params: a decision is neither open nor done.
Result<void> set_status(ProjectState& state, const std::string& id, TaskStatus status,
                        std::int64_t now_ms);
void remove_fact(ProjectState& state, const std::string& id);

}  // namespace tine::session
