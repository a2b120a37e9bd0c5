#pragma once
// Files that a backend's program keeps for its user, opened so that nothing else is read: no link
// is followed on the way from the folder where the search begins.
//
// Plain functions, which block for as long as the disk does.

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "transport/fd.h"

namespace tine::executor {

/// The folder where a search begins: links on the way to it are the user's own.
transport::Fd open_root(const std::string& path);
transport::Fd open_folder(const transport::Fd& in, const std::string& name);
/// Names in a folder, but for those that begin with a dot; in no order.
std::vector<std::string> names_in(const transport::Fd& folder);

/// A regular file of this user's, and what is known of it.
struct OwnFile {
  transport::Fd fd;
  struct stat facts {};

  bool is_later_than(const OwnFile& other) const;
};
std::optional<OwnFile> open_file(const transport::Fd& in, const std::string& name);

}  // namespace tine::executor
