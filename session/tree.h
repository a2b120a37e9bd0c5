#pragma once
// Draws sessions as the tree that forking made of them.
//
// Plain functions.

#include <string>
#include <vector>

#include "session/store/index.h"

namespace tine::session {

struct TreeNode {
  std::string id;
  std::string parent;  ///< empty, or not among the nodes: a root
  std::string label;   ///< what stands on its line
};

/// A line a node, children below their parent in the order of `nodes`.
std::string draw_tree(const std::vector<TreeNode>& nodes);

/// The tree to which the session `id` belongs.
std::string family_tree(const store::Index::Entries& all, const std::string& id);

}  // namespace tine::session
