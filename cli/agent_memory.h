#pragma once
// Keeps what an ACP agent said of itself when it ran last, in agent-NAME.json in the store's root.
// The next tine offers its client what the agent can do, before the agent runs again. Another
// command in the configuration makes the file void.
//
// A value that knows where the file is. Its calls block; keep() runs on a worker's thread.

#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "cli/config/settings.h"
#include "session/store/files.h"

namespace tine::cli {

class AgentMemory {
 public:
  /// `root`: the store's.
  AgentMemory(session::store::Files& files, Result<std::string> root, const BackendConfig& backend);

  /// The agent's answer to initialize, as JSON; empty: nothing is known of it.
  std::string recall() const;
  Result<void> keep(std::string_view greeting) const;

 private:
  session::store::Files* files_;
  Result<std::string> root_;
  std::string file_;
  std::string command_;  // a checksum, as a command may hold a secret
};

}  // namespace tine::cli
