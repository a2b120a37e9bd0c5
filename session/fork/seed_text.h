#pragma once
// What was said in another agent's session, as a text that the first prompt of a session that was
// begun within it carries: the person's and the agent's words in quotes, the newest for certain.
//
// A plain function on the loop's thread; it works in slices.

#include <cstdint>
#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "executor/caller/past.h"
#include "transport/loop.h"

namespace tine::session {

/// `said`: the newest first. At most `most_tokens`; what does not fit is left out, the oldest
/// first, and of a long message the middle. Secrets are taken out before anything is cut. Empty:
/// nothing was said.
transport::Task<std::string> seed_text(transport::Loop& loop, Redactor& redactor,
                                       std::vector<executor::Said> said, std::string agent,
                                       std::uint64_t most_tokens);

}  // namespace tine::session
