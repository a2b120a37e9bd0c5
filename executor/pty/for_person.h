#pragma once
// What is left to the person before a terminal: questions of trust and permission, which nobody
// else answers, and words of a command line by which a program leaves them out.
//
// Pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace tine::executor::pty {

/// Whether a text may be such a question. Rather too often than too rarely.
bool may_ask_person(std::string_view text);

/// The first word that has the program leave out such a question; empty: none does.
std::string word_that_bypasses(const std::vector<std::string>& command);
/// The same of a variable, NAME=value.
bool is_bypass(std::string_view variable);

}  // namespace tine::executor::pty
