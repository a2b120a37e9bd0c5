#pragma once
// The record of how the repository has moved since the session's last turn, and of how the session
// goes on.
//
// Plain functions.

#include <string>
#include <string_view>

#include "base/json/view.h"
#include "session/git_head.h"
#include "session/store/state.h"

namespace tine::session {

namespace record_type {
inline constexpr std::string_view drift = "drift";
}  // namespace record_type

/// `way` is how the session goes on, by its name. `text` is what the next prompt carries of it,
/// without secrets; empty where no text is kept.
std::string drift_data(std::string_view way, const GitHead& before, const GitHead& now,
                       std::string_view text);

/// From that record on the session goes by where the repository stands now, and its next prompt
/// carries the text.
void take_drift(json::View data, store::State& state);

}  // namespace tine::session
