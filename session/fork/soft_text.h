#pragma once
// What a digest says, as a text that a backend is given before a person's next prompt: in quotes,
// with a frame that tells what it is, and never more of it than was asked for.
//
// A plain function: the same digest gives the same text.

#include <cstddef>
#include <cstdint>
#include <string>

#include "session/fork/digest.h"

namespace tine::session {

struct SoftContext {
  std::string text;
  std::string documents;           ///< of the project, as the session was given them; not in text
  std::uint64_t tokens = 0;        ///< of the text, as tokens::estimate() has them
  std::size_t turns = 0;           ///< that the past has
  std::size_t turns_left_out = 0;  ///< of which nothing is told
  std::uint64_t said_bytes = 0;    ///< of the past: what was asked and answered
  std::uint64_t tool_bytes = 0;    ///< … and what tools have put out
};

/// Writes as much of the digest as `most_tokens` allow, frame and all. An empty text: they are too
/// few for anything.
SoftContext soft_text(const Digest& digest, std::uint64_t most_tokens);

}  // namespace tine::session
