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

std::string family_tree(const store::Index::Entries& all, const std::string& id) {
  const auto listed = [&all](const std::string& each) -> const store::IndexEntry* {
    const auto found = all.find(each);
    return found != all.end() && store::is_listed(found->second) ? &found->second : nullptr;
  };
  // Of sessions that name each other as parents the way up ends at the last new one.
  std::set<std::string_view> seen;
  const store::IndexEntry* root = nullptr;
  for (auto* each = listed(id); each != nullptr && seen.insert(each->id).second;
       each = listed(each->parent)) {
    root = each;
  }
  if (root == nullptr) return {};
  std::map<std::string_view, std::vector<const store::IndexEntry*>> forks;
  for (const auto& [key, entry] : all) {
    if (!entry.parent.empty() && store::is_listed(entry)) forks[entry.parent].push_back(&entry);
  }
  std::map<std::string_view, const store::IndexEntry*> family;
  std::vector<const store::IndexEntry*> open{root};
  while (!open.empty()) {
    const store::IndexEntry* const each = open.back();
    open.pop_back();
    if (!family.emplace(each->id, each).second) continue;
    const auto& below = forks[each->id];
    open.insert(open.end(), below.begin(), below.end());
  }
  std::vector<TreeNode> nodes;
  for (const auto& [key, entry] : family) {
    std::string label = entry->id + "  " + (entry->title.empty() ? "(no title)" : entry->title);
    if (entry->id == id) label += "  <- this session";
    nodes.push_back({.id = entry->id,
                     .parent = entry == root ? std::string() : entry->parent,
                     .label = std::move(label)});
  }
  return draw_tree(nodes);
}

}  // namespace tine::session
