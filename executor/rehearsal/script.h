#pragma once
// What a prompt tells the rehearsal agent to do: directives in double brackets, and the text around
// them.
//
// Plain functions and values.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tine::executor::rehearsal {

struct Directive {
  std::string name;
  std::string argument;  ///< all behind the first colon
};

struct Script {
  std::vector<Directive> directives;
  std::string text;  ///< what stands outside of directives, trimmed
};

/// Only names that the agent knows make a directive; other double brackets are text, and so is all
/// in a line that begins with "> ".
Result<Script> parse_script(std::string_view prompt);

/// `argument` cut at each `separator`, at most `most` parts; the last one takes the rest.
std::vector<std::string> fields(std::string_view argument, char separator, std::size_t most);

/// The number that `text` is, at most `most`; `otherwise` when it is none.
std::size_t number_or(std::string_view text, std::size_t otherwise, std::size_t most);

}  // namespace tine::executor::rehearsal
