#pragma once
// What was chosen for a session (mode, model and other options): how it is kept, offered and
// changed.
//
// Plain functions.

#include <vector>

#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/types.h"
#include "session/store/state.h"

namespace tine::session {

/// The backend's settings with what the state says was chosen. A mode that the backend does not
/// offer any more becomes the strictest; what else it does not offer is left as it is.
executor::Settings chosen(executor::Settings offered, const store::State& state);
/// Writes down what is chosen.
void keep_chosen(const executor::Settings& settings, store::State& state);

/// The options of `now` for which something else is chosen than in `before`.
std::vector<v1::ConfigOption> chosen_anew(const executor::Settings& before,
                                          const executor::Settings& now);

/// All options, the mode among them.
std::vector<v1::ConfigOption> all_options(const executor::Settings& settings);
/// Whether the value is one of the option, in a group or not.
bool offers(const v1::ConfigOption& option, std::string_view value);
bool offers_mode(const executor::Settings& settings, std::string_view mode);
/// The option that the request names, with the value that it sets; `shown` is what the client was
/// offered.
Result<v1::ConfigOption> changed_option(const std::vector<v1::ConfigOption>& shown,
                                        const v1::SetConfigOptionRequest& request);

/// The id of the option that is the mode.
inline constexpr std::string_view mode_option_id = "mode";

}  // namespace tine::session
