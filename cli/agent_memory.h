#pragma once
// What an ACP agent said of itself when it ran last, in agent-NAME.json in the store's root, so
// that a client is told what it can before it runs again. It counts for the command that it was
// started with alone.
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
