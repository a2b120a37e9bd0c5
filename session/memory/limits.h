#pragma once
// The bounds of what is remembered of a project, and what happens beyond them.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tine::session::limits {

/// Tasks of a project; more are refused.
inline constexpr std::size_t tasks = 10'000;

/// What a task keeps of where it was worked on; the oldest makes room.
inline constexpr std::size_t task_evidence = 32;

/// Steps of a plan that become tasks; the rest of a longer plan is left out.
inline constexpr std::size_t plan_steps = 256;

/// Bytes of a task's title. A longer step of a plan is left out; from a person it is refused.
inline constexpr std::size_t task_title = 512;

/// Tasks that /tine-tasks shows: those that come first. It tells how many more there are.
inline constexpr std::size_t shown_tasks = 50;

/// Tasks of a circle that an error names; of a longer one those at its beginning, and the last.
inline constexpr std::size_t shown_circle = 20;

/// Letters of a task's id that may name it, at least.
inline constexpr std::size_t task_letters = 4;

/// Bytes of project_state.json. A larger one is not read, and none is written.
inline constexpr std::size_t project_state = std::size_t{16} * 1024 * 1024;

/// Members of one object in a file of the memory. A file with more is refused: to read an object
/// takes the square of their number, and others may have written it.
inline constexpr std::size_t memory_members = 1'000;

/// How often a project_state.json in a work tree is read that is damaged, and the pause in between:
/// git may be writing it. Then it counts as damaged.
inline constexpr int tree_reads = 5;
inline constexpr std::chrono::milliseconds tree_pause{20};

/// Commits of sessions in project_state.json; the oldest makes room.
inline constexpr std::size_t checkpoints = 1'000;

/// Goals, decisions and milestones, of each kind; more are refused.
inline constexpr std::size_t facts = 1'000;

/// Bytes of the text of one of them; a longer one is refused.
inline constexpr std::size_t fact_text = 4'096;

/// Turns, files and commits in the short memory of a session on a branch; the oldest makes room.
inline constexpr std::size_t session_turns = 64;
inline constexpr std::size_t session_files = 256;
inline constexpr std::size_t session_commits = 256;

/// Bytes that are kept of the answer of a turn: its beginning and its end.
inline constexpr std::size_t turn_answer = 1'024;

/// Bytes of a subject or a path there; the rest of a longer one is left out.
inline constexpr std::size_t session_label = 512;

/// Bytes of a file of the short memory. A larger one is not read, and none is written.
inline constexpr std::size_t session_memory = std::size_t{1} * 1024 * 1024;

/// Files of the short memory in a project; that of the session that began first makes room.
inline constexpr std::size_t session_memories = 256;

/// Tokens of the brief with which a session begins, by memory.inject, its frame included; what
/// matters least is left out.
inline constexpr std::uint64_t brief_tokens = 1'000;
inline constexpr std::uint64_t full_brief_tokens = 8'000;

/// Bytes of what an agent is told when the repository has moved; what comes last is left out.
inline constexpr std::size_t drift_text = 4'096;

/// New commits and changed files that are named there. Of more it is only told that there are.
inline constexpr std::size_t drift_commits = 5;
inline constexpr std::size_t drift_files = 10;

/// Bytes of a branch, a subject or a path there; the rest of a longer one is left out.
inline constexpr std::size_t drift_label = 200;

/// Bytes of the list of files that a session has changed, for comparison; the newest count.
inline constexpr std::size_t drift_changed = std::size_t{64} * 1024;

}  // namespace tine::session::limits
