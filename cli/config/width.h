#pragma once
// What a project's file may choose, measured by how much a backend does without asking.
//
// Pure functions.

#include <string_view>

#include "cli/config/config.h"
#include "executor/width.h"

namespace tine::cli {

using executor::Width;

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
