#pragma once
// The past that measured sessions are given: a stock list that nobody has seen before, so that no
// cache holds it, and questions about it.
//
// Plain functions.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tine::cli {

/// Of about so many tokens. Lists with different marks have no beginning in common.
std::string stock_list(std::string_view mark, std::uint64_t tokens);

/// Questions that belong together.
inline constexpr std::array stock_questions = {
    "what is in the first lot?", "what is in the second lot?", "what is in the third lot?",
    "what is in the fourth lot?", "what is in the fifth lot?"};

/// The words of a prompt that asks one of them; `list` may be empty.
std::string stock_prompt(const std::string& list, std::string_view question);

}  // namespace tine::cli
