#pragma once
// The verbs of the command line: the table of them, and what one is.
//
// Constants and values.

#include <functional>
#include <span>
#include <string_view>

#include "cli/options.h"
#include "cli/program.h"

namespace tine::cli {

/// Runs a verb whose options have been read; gives the exit code.
using Run = std::function<int(Program&)>;

struct Verb {
  const char* name;
  const char* help;
  /// Says which options there are and gives what runs the verb; null: it only has verbs of its own.
  Run (*declare)(Options& options) = nullptr;
  const char* examples = "";                   ///< shown below the options
  std::span<const Verb> (*verbs)() = nullptr;  ///< below it; null: none
};

/// All of them, in the order of the help.
std::span<const Verb> all_verbs();

// Each in a file of its own, in verbs/.
extern const Verb acp_verb;
extern const Verb run_verb;
extern const Verb reply_verb;
extern const Verb chat_verb;
extern const Verb fork_verb;
extern const Verb measure_verb;
extern const Verb wait_verb;
extern const Verb cancel_verb;
extern const Verb follow_verb;
extern const Verb conclude_verb;
extern const Verb completions_verb;
extern const Verb demo_verb;
extern const Verb doctor_verb;
extern const Verb config_verb;
extern const Verb redact_verb;
extern const Verb search_verb;
extern const Verb session_verb;
extern const Verb tasks_verb;
extern const Verb memory_verb;
extern const Verb mcp_verb;
extern const Verb context_verb;
extern const Verb trust_verb;
extern const Verb backends_verb;

}  // namespace tine::cli
