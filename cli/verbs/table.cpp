// The table of verbs.

#include <array>

#include "cli/verb.h"

namespace tine::cli {

std::span<const Verb> all_verbs() {
  static const std::array all{
      acp_verb,     run_verb,    reply_verb,    chat_verb,   fork_verb,       conclude_verb,
      measure_verb, wait_verb,   cancel_verb,   follow_verb, search_verb,     session_verb,
      tasks_verb,   memory_verb, context_verb,  mcp_verb,    demo_verb,       doctor_verb,
      config_verb,  redact_verb, backends_verb, trust_verb,  completions_verb};
  return all;
}

}  // namespace tine::cli
