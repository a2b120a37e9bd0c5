#include "executor/pty/for_person.h"

#include <algorithm>
#include <array>

namespace tine::executor::pty {
namespace {

constexpr std::array<std::string_view, 17> asking = {
    "trust",   "permission", "permit",      "allow",   "approv", "authoriz",
    "consent", "bypass",     "dangerous",   "sandbox", "yolo",   "full access",
    "api key", "password",   "credentials", "log in",  "sign in"};

/// Parts of flags, of their values and of variables, as the known programs have them.
constexpr std::array<std::string_view, 14> bypassing = {
    "dangerous",       "danger-full-access", "bypass",         "yolo",
    "skip-permission", "skip_permission",    "trust",          "full-auto",
    "allow-all",       "auto-approve",       "always-approve", "approval_policy",
    "sandbox_mode",    "skip-git-repo-check"};

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& each : out)
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  return out;
}

template <std::size_t count>
bool has_any(std::string_view text, const std::array<std::string_view, count>& words) {
  const std::string small = in_small_letters(text);
  return std::any_of(words.begin(), words.end(), [&small](std::string_view word) {
    return small.find(word) != std::string::npos;
  });
}

}  // namespace

bool may_ask_person(std::string_view text) { return has_any(text, asking); }

bool is_bypass(std::string_view variable) { return has_any(variable, bypassing); }

std::string word_that_bypasses(const std::vector<std::string>& command) {
  constexpr std::array<std::string_view, 4> whole = {"-y", "--yes", "--auto", "never"};
  for (std::size_t i = 1; i < command.size(); ++i) {
    const std::string& word = command[i];
    if (is_bypass(word) || word.ends_with("=never")) return word;
    if (std::find(whole.begin(), whole.end(), word) != whole.end()) return word;
  }
  return {};
}

}  // namespace tine::executor::pty
