#include "session/tree.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace tine::session {

std::string draw_tree(const std::vector<TreeNode>& nodes) {
  std::set<std::string_view> ids;
  for (const TreeNode& node : nodes) ids.insert(node.id);
  std::map<std::string, std::vector<const TreeNode*>> children;
  for (const TreeNode& node : nodes) {
    children[ids.contains(node.parent) ? node.parent : std::string()].push_back(&node);
  }

  struct Step {
    const TreeNode* node;
    std::string indent;  // of its children
    std::string line;    // of itself
  };
  std::vector<Step> open;
  const auto descend = [&](const std::string& id, const std::string& indent, bool root) {
    const auto& below = children[id];
    // The last one first: the stack gives them back in order.
    for (auto each = below.rbegin(); each != below.rend(); ++each) {
      const bool last = each == below.rbegin();
      const std::string branch = root ? "" : (last ? "└─ " : "├─ ");
      const std::string deeper = root ? "" : (last ? "   " : "│  ");
      open.push_back({*each, indent + deeper, indent + branch + (*each)->label + "\n"});
    }
  };
  std::string out;
  descend("", "", true);
  while (!open.empty()) {
    const Step step = std::move(open.back());
    open.pop_back();
    out += step.line;
    descend(step.node->id, step.indent, false);
  }
  return out;
}

std::string family_tree(const std::vector<store::IndexEntry>& all, const std::string& id) {
  std::map<std::string_view, std::string_view> parents;
  for (const store::IndexEntry& each : all) parents.emplace(each.id, each.parent);
  const auto root_of = [&](std::string_view of) {
    for (auto known = parents.find(of); known != parents.end() && parents.contains(known->second);
         known = parents.find(of)) {
      of = known->second;
    }
    return of;
  };
  const std::string_view root = root_of(id);
  std::vector<TreeNode> nodes;
  for (const store::IndexEntry& each : all) {
    if (root_of(each.id) != root) continue;
    std::string label = each.id + "  " + (each.title.empty() ? "(no title)" : each.title);
    if (each.id == id) label += "  <- this session";
    nodes.push_back({.id = each.id, .parent = each.parent, .label = std::move(label)});
  }
  return draw_tree(nodes);
}

}  // namespace tine::session
