#pragma once
// How much a backend does without asking, on one scale for all kinds: what a project's file may
// choose is measured by it.
//
// Pure functions.

#include <cstdint>
#include <string_view>

#include "cli/config/config.h"

namespace tine::cli {

/// From the narrowest to the widest.
enum class Width : std::uint8_t {
  nothing,   ///< runs no model
  reads,     ///< asks before it changes or runs anything
  edits,     ///< edits files in the project without asking
  project,   ///< also runs commands, in a sandbox around the project
  judges,    ///< also runs commands without a sandbox, when it judges them to be safe
  anything,  ///< asks nothing
};

/// "edits files in the project without asking"
std::string_view describe(Width width);

/// Between which widths something lies: both are the same where it is known exactly.
struct WidthRange {
  Width least;
  Width most;

  bool operator==(const WidthRange&) const = default;
};

/// A mode of a kind. An unknown one may be anything.
WidthRange width_of_mode(BackendKind kind, std::string_view mode);

/// What sessions of the backend begin with. `mode` is the mode that is set for them; empty: the
/// backend's own. What cannot be judged, as are flags in its command, may be anything.
WidthRange width_at_start(const BackendConfig& backend, std::string_view mode);

/// The widest mode that can be chosen in a session of the backend.
Width widest_mode(const BackendConfig& backend);

/// Whether a project's file may choose `backend` in place of the default of `user`, which is the
/// configuration without that file. A failure says what stands against it, and what to do; `origin`
/// is where the file chooses.
Result<void> check_project_backend(const Config& user, const BackendConfig& backend,
                                   const Origin& origin);

}  // namespace tine::cli
