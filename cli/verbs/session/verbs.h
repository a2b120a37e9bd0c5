#pragma once
// `tine session …`: looking after the sessions in the store. The verbs work on the store itself, so
// they need no backend and no server. Each stands in a file of its own.
//
// Constants.

#include "cli/verb.h"

namespace tine::cli {

extern const Verb session_list_verb;
extern const Verb session_show_verb;
extern const Verb session_result_verb;
extern const Verb session_logs_verb;
extern const Verb session_log_verb;
extern const Verb session_artifacts_verb;
extern const Verb session_is_alive_verb;
extern const Verb session_compress_verb;
extern const Verb session_checkpoint_verb;
extern const Verb session_checkpoints_verb;
extern const Verb session_verify_verb;
extern const Verb session_export_verb;
extern const Verb session_clean_verb;
extern const Verb session_rename_verb;
extern const Verb session_seed_verb;
extern const Verb session_delete_verb;

}  // namespace tine::cli
