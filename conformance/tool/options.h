#pragma once
// What a person asks of acp-conform on its command line.
//
// A value; no threads.

#include <optional>
#include <string>
#include <vector>

#include "conformance/tool/agent.h"

namespace tine::conformance {

struct Options {
  Agent agent;
  std::string scenarios;  ///< a folder; empty: those of the program
  unsigned jobs = 1;
  std::vector<std::string> only;
  bool list = false;
  std::string explain;
  bool strict = false;
  bool offline = false;
  bool measures = true;  ///< how fast the agent is, and where it leaves secrets
  std::string json;
  std::string junit;
  std::string markdown;
  std::string html;
  std::string baseline;
  std::string replay;          ///< plays this file alone
  bool judges_client = false;  ///< the command is a client, not an agent
};

/// The status to exit with, when there is nothing more to do: after --help, or a mistake.
std::optional<int> read_options(int count, char** arguments, Options& options);

}  // namespace tine::conformance
