#include "cli/exit_code.h"

namespace tine::cli::exit_code {

int of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_params:
      return usage;
    case ErrorKind::config_invalid:
      return config;
    case ErrorKind::cancelled:
      return cancelled;
    case ErrorKind::session_not_found:
      return not_found;
    case ErrorKind::session_ambiguous:
      return ambiguous;
    case ErrorKind::session_locked:
      return locked;
    case ErrorKind::usage_limit:
    case ErrorKind::rate_limited:
      return limit_reached;
    case ErrorKind::auth_required:
      return login_needed;
    case ErrorKind::backend_not_installed:
    case ErrorKind::backend_too_old:
      return backend_missing;
    case ErrorKind::timeout:
      return timed_out;
    case ErrorKind::backend_gone:
    case ErrorKind::backend_failed:
    case ErrorKind::conversation_lost:
    case ErrorKind::overloaded:
    case ErrorKind::context_exceeded:
    case ErrorKind::model_unavailable:
    case ErrorKind::connection_failed:
      return backend_failed;
    case ErrorKind::turn_interrupted:
      return interrupted;
    case ErrorKind::memory_low:
      return memory_low;
    case ErrorKind::depth_exceeded:
      return too_deep;
    default:
      return failed;
  }
}

}  // namespace tine::cli::exit_code
