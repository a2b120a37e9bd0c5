#include "executor/claude/caller.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace tine::executor::claude {
namespace {

constexpr std::string_view session_variable = "CLAUDE_CODE_SESSION_ID";
/// What other versions may call it.
constexpr std::string_view other_session_variable = "CLAUDE_SESSION_ID";

constexpr std::array names{session_variable,
                           other_session_variable,
                           std::string_view("CLAUDECODE"),
                           std::string_view("CLAUDE_PID"),
                           std::string_view("CLAUDE_EFFORT"),
                           std::string_view("CLAUDE_CODE_ENTRYPOINT"),
                           std::string_view("CLAUDE_CODE_SESSION_ATTENDED")};
constexpr std::array beginnings{std::string_view("CLAUDE_CODE_MESSAGING_"),
                                std::string_view("CLAUDE_CODE_CHILD_")};

bool tells_of_the_caller(std::string_view entry) {
  const std::string_view name = entry.substr(0, entry.find('='));
  return std::find(names.begin(), names.end(), name) != names.end() ||
         std::any_of(beginnings.begin(), beginnings.end(),
                     [name](std::string_view each) { return name.starts_with(each); });
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char c, char place) { return place == 'x' ? is_hex(c) : c == place; });
}

std::string uuid_of(std::array<std::uint8_t, 16> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);  // variant 1
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[bytes[i] >> 4U];
    out += digits[bytes[i] & 0x0FU];
  }
  return out;
}

std::optional<std::string> caller_of(const Env& env) {
  for (const std::string_view name : {session_variable, other_session_variable}) {
    auto id = env.variable(name);
    if (id && is_uuid(*id)) return id;
  }
  return std::nullopt;
}

std::vector<std::string> stripped(const std::vector<std::string>& environment) {
  std::vector<std::string> out;
  out.reserve(environment.size());
  std::remove_copy_if(environment.begin(), environment.end(), std::back_inserter(out),
                      tells_of_the_caller);
  return out;
}

}  // namespace tine::executor::claude
