#include "session/tree.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/visible.h"
#include "session/limits.h"

namespace tine::session {
namespace {

/// Letters that two ids have in common at their beginning.
std::size_t common(std::string_view one, std::string_view other) {
  const auto end = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  return static_cast<std::size_t>(end.first - one.begin());
}

/// Of sessions that name each other as parents the one at which the way up from `id` begins anew
/// has none.
void cut_circle(Relatives& relatives, const std::string& id) {
  std::map<std::string_view, store::IndexEntry*> known;
  for (Relatives::Member& each : relatives.members) known.emplace(each.entry.id, &each.entry);
  std::set<std::string_view> seen;
  auto each = known.find(id);
  for (auto up = each; up != known.end() && seen.insert(up->first).second;
       up = known.find(up->second->parent)) {
    each = up;
  }
  each->second->parent.clear();
}

std::string tokens_text(const executor::Tokens& tokens) {
  const auto read = tokens.prompt();
  if (!read) return "tokens not known";
  std::string text = std::to_string(*read + tokens.output.value_or(0)) + " tokens";
  const auto ratio = tokens.cache_hit_ratio();
  if (!tokens.cache_read || !ratio) return text;
  constexpr double percent = 100.0;
  return text + ", cache read " + std::to_string(*tokens.cache_read) + " (" +
         std::to_string(std::lround(*ratio * percent)) + " % hit rate)";
}

}  // namespace

std::string short_id(const store::Index::Entries& all, const std::string& id, std::size_t letters) {
  const auto found = all.find(id);
  if (found != all.begin()) letters = std::max(letters, common(id, std::prev(found)->first) + 1);
  if (std::next(found) != all.end())
    letters = std::max(letters, common(id, std::next(found)->first) + 1);
  return id.substr(0, letters);
}

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

Relatives relatives_of(const store::Index::Entries& all, const std::string& id, std::size_t most) {
  std::set<std::string_view> there;  // listed ones, and all that these were forked from
  std::map<std::string_view, std::vector<const store::IndexEntry*>> forks;
  for (const auto& [key, entry] : all) {
    const store::IndexEntry* each = store::is_listed(entry) ? &entry : nullptr;
    while (each != nullptr && there.insert(each->id).second) {
      const auto parent = all.find(each->parent);
      if (parent != all.end()) forks[parent->first].push_back(each);
      each = parent == all.end() ? nullptr : &parent->second;
    }
  }
  Relatives out;
  if (!there.contains(id)) return out;
  std::set<std::string_view> seen = {all.find(id)->first};
  std::vector<const store::IndexEntry*> nearest = {&all.find(id)->second};
  const auto add = [&](const store::IndexEntry& entry) {
    if (seen.insert(entry.id).second) nearest.push_back(&entry);
  };
  // The loop adds to what it walks.
  for (std::size_t next = 0; next < nearest.size();) {
    const store::IndexEntry& entry = *nearest[next++];
    const auto parent = all.find(entry.parent);
    if (parent != all.end()) add(parent->second);
    auto& below = forks[entry.id];
    std::sort(below.begin(), below.end(), [](const auto* one, const auto* other) {
      return one->updated_ms != other->updated_ms ? one->updated_ms > other->updated_ms
                                                  : one->id > other->id;
    });
    for (const store::IndexEntry* const each : below) add(*each);
  }
  out.left_out = nearest.size() - std::min(nearest.size(), most);
  nearest.resize(nearest.size() - out.left_out);
  std::sort(nearest.begin(), nearest.end(),
            [](const auto* one, const auto* other) { return one->id < other->id; });
  for (const store::IndexEntry* const each : nearest)
    out.members.push_back({.entry = *each, .short_id = short_id(all, each->id, limits::short_id)});
  cut_circle(out, id);
  return out;
}

std::string tree_label(const Relatives::Member& member, const Result<store::State>& state) {
  if (member.entry.deleted) return member.short_id + "  (deleted)";
  const std::string& title = state ? state->description : member.entry.title;
  const std::string label =
      member.short_id + "  " + (title.empty() ? "(no title)" : visible_line(title));
  if (!state) return label + "  (its state cannot be read)";
  std::string facts = visible_line(state->backend);
  if (!state->fork_strategy.empty()) facts += ", " + state->fork_strategy;
  const std::uint64_t turns = state->turns - std::min(state->turns, state->fork_turn);
  facts += ", " + std::to_string(turns) + (turns == 1 ? " turn" : " turns");
  return label + "  " + facts + ", " + tokens_text(state->total);
}

}  // namespace tine::session
