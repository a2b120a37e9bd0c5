#pragma once
// The bounds of what tine tells a session of its project's documents, and what happens beyond them.

#include <cstdint>

namespace tine::session::limits {

/// Bytes of a project's documents that the first prompt of a session carries, as many as Codex
/// reads. What is beyond is cut off, and said.
inline constexpr std::uint64_t documents_given = std::uint64_t{32} * 1024;

}  // namespace tine::session::limits
