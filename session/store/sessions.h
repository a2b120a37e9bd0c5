#pragma once
// What the folders of the sessions hold, whatever an index says of them.
//
//     ROOT/<project>/sessions/<ULID>/{state.toml, transcript.jsonl, locks/, forks/}
//
// `forks/` has an empty file for each session that was forked from this one, named by its id. It is
// there before the fork is, so that a removal never has to trust an index.
//
// Plain functions on any thread.

#include <optional>
#include <string>
#include <vector>

#include "session/store/folder.h"
#include "session/store/index_entry.h"
#include "session/store/state.h"

namespace tine::session::store {

inline constexpr const char* state_name = "state.toml";

/// Below the root.
std::string session_path(const IndexEntry& entry);

Result<State> read_state(const Folder& root, const IndexEntry& entry);

/// The ids of the sessions of a project. `project` is any name in the root; what is no folder of a
/// project has none. Also ends the removals that lost processes have begun.
Result<std::vector<std::string>> session_ids(const Folder& root, const std::string& project);
Result<std::vector<std::string>> session_ids_in_any_order(const Folder& root,
                                                          const std::string& project);

/// What its own files say of the session; none when it has no folder.
Result<std::optional<IndexEntry>> look_at(const Folder& root, const std::string& project,
                                          const std::string& id);
/// The same for a session of which only the id is known. `likely`: the project to look at first.
Result<std::optional<IndexEntry>> find_session(const Folder& root, const std::string& id,
                                               const std::string& likely);
/// Every session: the long way, for when there is no index.
Result<std::vector<IndexEntry>> walk(const Folder& root);

/// Notes in the parent's folder that it has a fork, whose own folder is there already.
/// session_not_found: the parent is not there, or has gone meanwhile.
Result<void> note_fork(const Folder& root, const IndexEntry& parent, const std::string& fork);
/// The titles of the forks that are noted in a session's folder and still there; at most
/// limits::titled_forks, the newest ones.
std::vector<std::string> titles_of_forks(const Folder& root, const IndexEntry& parent);
/// Notes that the session is hidden, though its state cannot be read.
Result<void> note_hidden(const Folder& root, const IndexEntry& entry);
Result<bool> is_noted_hidden(const Folder& session);

/// Removes the session's files unless a fork is noted that still has a folder. False: there is one.
/// `forks`: ids that are known from elsewhere.
Result<bool> remove_files(const Folder& root, const IndexEntry& entry,
                          const std::vector<std::string>& forks);

}  // namespace tine::session::store
