#pragma once
// Draws sessions as the tree that forking made of them.
//
// Plain functions.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "session/store/index.h"
#include "session/store/state.h"

namespace tine::session {

struct TreeNode {
  std::string id;
  std::string parent;  ///< empty, or not among the nodes: a root
  std::string label;   ///< what stands on its line
};

/// A line a node, children below their parent in the order of `nodes`.
std::string draw_tree(const std::vector<TreeNode>& nodes);

/// The beginning of a session's id, with which no other one's begins; at least so many letters.
std::string short_id(const store::Index::Entries& all, const std::string& id, std::size_t letters);

/// Sessions that belong together by their forks.
struct Relatives {
  struct Member {
    store::IndexEntry entry;
    std::string short_id;  ///< no other session's id begins so
  };
  std::vector<Member>
      members;               ///< in the order of their ids; each but one has its parent among them
  std::size_t left_out = 0;  ///< that are related as well
};

/// Those that are nearest to the session `id`, by steps to a parent or to a fork, the last used
/// fork first; no more than `most`. Hidden ones are among them where a fork of theirs is listed.
/// Empty: the session is not there.
Relatives relatives_of(const store::Index::Entries& all, const std::string& id, std::size_t most);

/// The line of a session, with what its state tells of it.
std::string tree_label(const Relatives::Member& member, const Result<store::State>& state);

}  // namespace tine::session
