#pragma once
// Draws sessions as the tree that forking made of them.
//
// A plain function.

#include <string>
#include <vector>

namespace tine::session {

struct TreeNode {
  std::string id;
  std::string parent;  ///< empty, or not among the nodes: a root
  std::string label;   ///< what stands on its line
};

/// A line a node, children below their parent in the order of `nodes`.
std::string draw_tree(const std::vector<TreeNode>& nodes);

}  // namespace tine::session
