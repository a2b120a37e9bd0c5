#pragma once
// Opens files for what only the user may read: the mirror and the log.
//
// A plain function; the descriptor is the caller's.

#include <string>

#include "base/result.h"
#include "transport/fd.h"

namespace tine::cli {

enum class PrivateFile : std::uint8_t {
  anew,      ///< in place of a file of that name, which others may have open
  appended,  ///< goes on in a file of that name
};

/// The file at `path`, with no rights for anybody but its owner. Refuses symbolic links, files of
/// other users, and what is neither a regular file nor a character device: somebody else may have
/// put it there so that it is written elsewhere. A failure says why, without the path.
Result<transport::Fd> open_private(const std::string& path, PrivateFile how);

}  // namespace tine::cli
