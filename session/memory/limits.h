#pragma once
// The bounds of what is remembered of a project, and what happens beyond them.

#include <cstddef>

namespace tine::session::limits {

/// Tasks of a project; more are refused.
inline constexpr std::size_t tasks = 10'000;

/// What a task keeps of where it was worked on; the oldest makes room.
inline constexpr std::size_t task_evidence = 32;

/// Steps of a plan that become tasks; the rest of a longer plan is left out.
inline constexpr std::size_t plan_steps = 256;

/// Bytes of a task's title. A longer step of a plan is left out; from a person it is refused.
inline constexpr std::size_t task_title = 512;

/// Letters of a task's id that may name it, at least.
inline constexpr std::size_t task_letters = 4;

/// Bytes of project_state.json. A larger one is not read, and none is written.
inline constexpr std::size_t project_state = std::size_t{16} * 1024 * 1024;

}  // namespace tine::session::limits
