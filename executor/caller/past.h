#pragma once
// What was said in the session of a calling agent, read from the file in which the agent keeps it.
// The file is read and never written: a regular file of this user's inside the agent's own folder,
// with no link on the way to it.
//
// Values and plain functions, which block for as long as the disk does.

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "executor/caller/caller.h"

namespace tine::executor {

/// A message of the person or of the agent. What tools were asked and said is left out.
struct Said {
  bool by_person = false;
  std::string text;

  bool operator==(const Said&) const = default;
};

/// The last messages, the newest first, of at least `bytes` altogether, or all. Lines that cannot
/// be read are passed over. `environment`: where the agent keeps its sessions (NAME=value each).
/// session_not_found: there is no such file; unsupported: the agent's sessions cannot be read.
Result<std::vector<Said>> past_of(const Caller& caller, const std::vector<std::string>& environment,
                                  std::size_t bytes);

}  // namespace tine::executor
