// The table of the session verbs.

#include <array>

#include "cli/verbs/session/verbs.h"

namespace tine::cli {
namespace {

std::span<const Verb> below() {
  static const std::array all{session_list_verb,        search_verb,
                              session_show_verb,        session_result_verb,
                              session_logs_verb,        session_log_verb,
                              session_artifacts_verb,   session_is_alive_verb,
                              session_compress_verb,    session_checkpoint_verb,
                              session_checkpoints_verb, session_verify_verb,
                              session_export_verb,      session_clean_verb,
                              session_rename_verb,      session_seed_verb,
                              session_delete_verb};
  return all;
}

}  // namespace

const Verb session_verb{.name = "session",
                        .help = "List, watch, compress, export and remove sessions",
                        .examples = "Example:\n  tine session list --tree",
                        .verbs = below};

}  // namespace tine::cli
