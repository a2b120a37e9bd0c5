#pragma once
// How the turns and processes of Claude Code end, as our stop reasons and errors. A `result` that
// calls itself a success may be an error: only `is_error` tells. The structured fields decide
// wherever there are any; sentences are looked at for what has none.
//
// Plain functions. What they are given goes into the error's text: the caller takes the secrets
// out.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json/view.h"
#include "protocol/v1/types/prompt.h"

namespace tine::executor::claude {

/// Of a `result` line. None when the turn went well, and when it ended in a way that has a stop
/// reason: see stop_of_result().
std::optional<Error> error_of_result(json::View result);

/// Why a turn without an error ended.
v1::StopReason stop_of_result(json::View result);

/// Whether the model itself has ended it early. The CLI calls that an error once it has tried again
/// in vain, and its words are all that tells more than the stop reason.
bool is_stop_of_model(json::View result);

/// Gives an error of an end its kind and hint, where what the process `said` tells more than that
/// it is gone.
void explain_end(Error& error, std::string_view said);

/// Of a service that refuses the key, which the CLI would try for minutes.
Error not_let_in();

/// When the limit that is used up begins anew, in seconds since 1970, as the `rate_limit_info` of a
/// rate_limit_event tells it; none when there is something left, or nobody says.
std::optional<std::int64_t> limited_until_of(json::View rate_limit_info);

}  // namespace tine::executor::claude
