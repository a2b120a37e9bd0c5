#pragma once
// What the user has answered to the question whether a folder is trusted, in trust.json in the
// store's root: an entry for each folder and kind of backend. What was agreed to is kept as a keyed
// digest, since a command may hold a secret.
//
// A value that knows where the file is. Its calls block, so they run on a worker's thread. Another
// process may use the file at the same time: a change holds a lock and replaces the file whole.

#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/redact/digest.h"
#include "base/result.h"
#include "session/project.h"
#include "session/store/files.h"

namespace tine::session {

struct TrustEntry {
  std::string folder;    ///< canonical, as kept_path() keeps it
  std::string backend;   ///< its kind
  bool trusted = false;  ///< false: the user wants no more questions, and nothing started
  redact::DigestKey key{};
  redact::Digest digest;  ///< of what it starts; of a trusted folder alone
  std::string since;      ///< RFC 3339

  bool is_of(const std::string& of_folder, const std::string& of_backend) const {
    return stands_for(folder, of_folder) && backend == of_backend;
  }
  /// Whether these lines are what was agreed to.
  bool agrees_to(const std::vector<std::string>& starts) const;
};

/// A new entry that agrees to these lines.
TrustEntry agreement(Env& env, std::string folder, std::string backend,
                     const std::vector<std::string>& starts);

class TrustRecord {
 public:
  /// `root`: the store's.
  TrustRecord(store::Files& files, Result<std::string> root)
      : files_(&files), root_(std::move(root)) {}

  /// All entries; none while there is no file. A file that cannot be understood is an error.
  Result<std::vector<TrustEntry>> read() const;
  /// Reads, changes and writes in one step. A damaged file is begun anew.
  Result<void> change(const std::function<void(std::vector<TrustEntry>&)>& how) const;

 private:
  store::Files* files_;
  Result<std::string> root_;
};

}  // namespace tine::session
