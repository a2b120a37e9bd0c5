#pragma once
// Sessions as the JSON that the session verbs print.
//
// Plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verbs/session/words.h"
#include "session/store/lock.h"

namespace tine::cli {

/// What is found beside a session's state.
struct Surroundings {
  std::vector<std::string> forks;
  std::int64_t bytes = 0;
  bool running = false;
  std::optional<session::store::Holder> holder;
};

/// Of `tine session list`.
std::string list_json(const std::vector<SessionFacts>& listed);

/// Of `tine session show`.
std::string show_json(const SessionFacts& facts, const Surroundings& around);

/// The first line of an export.
std::string export_json(const SessionFacts& facts, std::string_view time);

}  // namespace tine::cli
