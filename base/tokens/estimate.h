#pragma once
// Tells how many tokens a text has for a language model, without a tokenizer: of the program's
// budgets for what is sent to a model, each is kept by this estimate.
//
// Two promises make it safe to build texts piece by piece, whatever bytes they hold:
//   estimate(a + b) <= estimate(a) + estimate(b)   a sum over pieces is never below the whole
//   estimate(a) <= estimate(a + b)                 more text never has fewer tokens
// The first holds wherever the text is cut, the second where a is not cut inside of a character. A
// line of its own counts at most three tokens more than as part of a text, so it is better to
// estimate many lines as one text. The empty text has no tokens, any other one has two or more.
//
// How near it is to real counts: docs/sessions.md, "How tokens are estimated".
//
// Plain functions; no memory of their own, one pass.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tine::tokens {

/// Estimates the tokens of a text.
std::uint64_t estimate(std::string_view text);

/// Finds the length of the longest prefix that is estimated at `most` tokens at most. It ends where
/// a line does, if one ends in its last quarter; else where a word does, if one ends there; else
/// before a whole character.
std::size_t prefix_within(std::string_view text, std::uint64_t most);

}  // namespace tine::tokens
