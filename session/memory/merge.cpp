#include "session/memory/merge.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/json/document.h"
#include "session/memory/acyclic.h"
#include "session/memory/facts.h"
#include "session/memory/limits.h"

namespace tine::session {
namespace {

using How = Unreconciled::How;

/// Whose value stands; both: each has changed it in its own way.
enum class Side : std::uint8_t { ours, theirs, both };

template <class Value>
Side changed_by(const Value& base, const Value& ours, const Value& theirs) {
  if (ours == theirs || theirs == base) return Side::ours;
  return ours == base ? Side::theirs : Side::both;
}

// --- what all kinds of things have
// --------------------------------------------------------------------

const std::string& id_of(const Fact& of) { return of.id; }
const std::string& id_of(const CommitMade& of) { return of.commit; }
const std::string& id_of(const Task& of) { return of.id; }
const std::string& title_of(const Fact& of) { return of.text; }
const std::string& title_of(const CommitMade& of) { return of.subject; }
const std::string& title_of(const Task& of) { return of.title; }

/// Merges the members of one thing, and names what it cannot reconcile.
class MergedMembers {
 public:
  MergedMembers(std::string what, std::string id, std::vector<Unreconciled>& all)
      : what_(std::move(what)), id_(std::move(id)), all_(all) {}

  void note(const char* member, How how, std::string other) {
    all_.push_back({.what = what_,
                    .id = id_,
                    .title = title,
                    .member = member,
                    .how = how,
                    .other = std::move(other)});
  }

  std::string text(const char* member, const std::string& base, const std::string& ours,
                   const std::string& theirs) {
    const Side side = changed_by(base, ours, theirs);
    if (side == Side::both) note(member, How::ours, theirs);
    return side == Side::theirs ? theirs : ours;
  }

  /// The same words in another writing are no matter.
  std::string words(const char* member, const std::string& base, const std::string& ours,
                    const std::string& theirs) {
    if (changed_by(base, ours, theirs) == Side::both && title_key(ours) == title_key(theirs))
      return ours;
    return text(member, base, ours, theirs);
  }

  Evidence evidence(const char* member, const Evidence& base, const Evidence& ours,
                    const Evidence& theirs) {
    const Side side = changed_by(base, ours, theirs);
    if (side == Side::both) {
      note(member, How::ours,
           "session " + theirs.session + ", turn " + std::to_string(theirs.turn));
    }
    return side == Side::theirs ? theirs : ours;
  }

  /// What is over stays over, and what has begun has begun.
  TaskStatus status(TaskStatus base, TaskStatus ours, TaskStatus theirs) {
    const Side side = changed_by(base, ours, theirs);
    if (side != Side::both) return side == Side::theirs ? theirs : ours;
    const bool is_theirs = weight(theirs) > weight(ours);
    const TaskStatus less = is_theirs ? ours : theirs;
    const bool was_taken_back = weight(less) < weight(base);
    if (was_taken_back || is_over(less))
      note("status", is_theirs ? How::theirs : How::ours, std::string(name_of(less)));
    return is_theirs ? theirs : ours;
  }

  std::int64_t first_time(std::int64_t base, std::int64_t ours, std::int64_t theirs) {
    const Side side = changed_by(base, ours, theirs);
    if (side != Side::both) return side == Side::theirs ? theirs : ours;
    return ours == 0 || theirs == 0 ? std::max(ours, theirs) : std::min(ours, theirs);
  }
  std::int64_t last_time(std::int64_t base, std::int64_t ours, std::int64_t theirs) {
    const Side side = changed_by(base, ours, theirs);
    if (side != Side::both) return side == Side::theirs ? theirs : ours;
    return std::max(ours, theirs);
  }

  /// Those that this version does not know, one by one.
  std::string more(const std::string& base, const std::string& ours, const std::string& theirs);

  std::string title;  ///< once it is known

 private:
  static int weight(TaskStatus of) {
    if (of == TaskStatus::done) return 3;  // it was done, whoever else has given it up
    return of == TaskStatus::dropped ? 2 : of == TaskStatus::active ? 1 : 0;
  }

  std::string what_;
  std::string id_;
  std::vector<Unreconciled>& all_;
};

std::optional<json::Document> member_of(const json::Document& object, const std::string& name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : std::optional<json::Document>(*found);
}

std::string MergedMembers::more(const std::string& base, const std::string& ours,
                                const std::string& theirs) {
  const Side whole = changed_by(base, ours, theirs);
  if (whole != Side::both) return whole == Side::theirs ? theirs : ours;
  const json::Document of_base = json::parsed("{" + base + "}");
  const json::Document of_ours = json::parsed("{" + ours + "}");
  const json::Document of_theirs = json::parsed("{" + theirs + "}");
  json::Document out = json::Document::object();
  const auto add = [&](const std::string& name) {
    const auto own = member_of(of_ours, name);
    const auto other = member_of(of_theirs, name);
    const Side side = changed_by(member_of(of_base, name), own, other);
    if (side == Side::both)
      note(name.c_str(), own ? How::ours : How::theirs, other && own ? other->dump() : "");
    const auto& stands = side == Side::theirs || (side == Side::both && !own) ? other : own;
    if (stands) out[name] = *stands;
  };
  for (const auto& [name, value] : of_ours.items()) add(name);
  for (const auto& [name, value] : of_theirs.items())
    if (!of_ours.contains(name)) add(name);
  const std::string text = json::text_of(out);
  return text.substr(1, text.size() - 2);
}

std::string_view key_of(const std::string& text) { return text; }
auto key_of(const Evidence& each) { return std::tie(each.session, each.turn, each.commit); }

/// What both have and what one of them has added, without what one of them has removed; of more
/// than `most` the oldest makes room.
template <class Each>
std::vector<Each> merged_set(const std::vector<Each>& base, const std::vector<Each>& ours,
                             const std::vector<Each>& theirs, std::size_t most) {
  const Side side = changed_by(base, ours, theirs);
  if (side != Side::both) return side == Side::theirs ? theirs : ours;
  using Keys = std::set<decltype(key_of(std::declval<const Each&>()))>;
  const auto keys = [](const std::vector<Each>& of) {
    Keys out;
    for (const Each& each : of) out.insert(key_of(each));
    return out;
  };
  const Keys in_base = keys(base);
  const Keys in_ours = keys(ours);
  const Keys in_theirs = keys(theirs);
  std::vector<Each> out;
  for (const Each& each : ours)
    if (in_theirs.contains(key_of(each)) || !in_base.contains(key_of(each))) out.push_back(each);
  for (const Each& each : theirs)
    if (!in_ours.contains(key_of(each)) && !in_base.contains(key_of(each))) out.push_back(each);
  if (out.size() > most) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  return out;
}

// --- one thing
// ----------------------------------------------------------------------------------------

Fact merged(const Fact& base, const Fact& ours, const Fact& theirs, MergedMembers& members) {
  Fact out = ours;
  members.title = ours.text;
  members.title = out.text = members.words("text", base.text, ours.text, theirs.text);
  out.status = members.status(base.status, ours.status, theirs.status);
  out.from = members.evidence("from", base.from, ours.from, theirs.from);
  out.made_ms = members.first_time(base.made_ms, ours.made_ms, theirs.made_ms);
  out.changed_ms = members.last_time(base.changed_ms, ours.changed_ms, theirs.changed_ms);
  out.more = members.more(base.more, ours.more, theirs.more);
  return out;
}

CommitMade merged(const CommitMade& base, const CommitMade& ours, const CommitMade& theirs,
                  MergedMembers& members) {
  CommitMade out = ours;
  members.title = ours.subject;
  members.title = out.subject = members.text("subject", base.subject, ours.subject, theirs.subject);
  out.branch = members.text("branch", base.branch, ours.branch, theirs.branch);
  out.by = members.evidence("by", base.by, ours.by, theirs.by);
  out.made_ms = members.first_time(base.made_ms, ours.made_ms, theirs.made_ms);
  out.more = members.more(base.more, ours.more, theirs.more);
  return out;
}

/// Goes with the status; where that is the same the one that came later has it.
std::string owner(const Task& base, const Task& ours, const Task& theirs, TaskStatus status,
                  MergedMembers& members) {
  const Side side = changed_by(base.owner, ours.owner, theirs.owner);
  if (side != Side::both) return side == Side::theirs ? theirs.owner : ours.owner;
  const bool is_same = ours.status == theirs.status;
  const bool is_theirs = is_same ? theirs.changed_ms > ours.changed_ms : theirs.status == status;
  const std::string& other = is_theirs ? ours.owner : theirs.owner;
  if (is_same && !other.empty()) members.note("owner", is_theirs ? How::theirs : How::ours, other);
  return is_theirs ? theirs.owner : ours.owner;
}

Task merged(const Task& base, const Task& ours, const Task& theirs, MergedMembers& members) {
  Task out = ours;
  members.title = ours.title;
  members.title = out.title = members.words("title", base.title, ours.title, theirs.title);
  out.status = members.status(base.status, ours.status, theirs.status);
  out.owner = owner(base, ours, theirs, out.status, members);
  out.target = members.text("target", base.target, ours.target, theirs.target);
  out.needs = merged_set(base.needs, ours.needs, theirs.needs, limits::tasks);
  std::sort(out.needs.begin(), out.needs.end());
  out.evidence = merged_set(base.evidence, ours.evidence, theirs.evidence, limits::task_evidence);
  out.told_in = merged_set(base.told_in, ours.told_in, theirs.told_in, limits::task_evidence);
  out.made_ms = members.first_time(base.made_ms, ours.made_ms, theirs.made_ms);
  out.changed_ms = members.last_time(base.changed_ms, ours.changed_ms, theirs.changed_ms);
  out.more = members.more(base.more, ours.more, theirs.more);
  return out;
}

// --- all of a kind
// ------------------------------------------------------------------------------------

template <class Each>
struct Lists {
  std::vector<Each> base;
  std::vector<Each> ours;
  std::vector<Each> theirs;
};

template <class Each>
std::set<std::string> ids_of(const std::vector<Each>& all) {
  std::set<std::string> out;
  for (const Each& each : all) out.insert(id_of(each));
  return out;
}

using Renames = std::map<std::string, std::string>;

void rename(std::vector<Fact>& all, const Renames& renames) {
  for (Fact& each : all)
    if (const auto found = renames.find(each.id); found != renames.end()) each.id = found->second;
}

void rename(std::vector<Task>& all, const Renames& renames) {
  for (Task& each : all) {
    if (const auto found = renames.find(each.id); found != renames.end()) each.id = found->second;
    for (std::string& needed : each.needs)
      if (const auto found = renames.find(needed); found != renames.end()) needed = found->second;
    std::sort(each.needs.begin(), each.needs.end());
  }
}

/// What both sides have made with the same words is one: it has the id of the older one.
template <class Each>
void join_same(Lists<Each>& lists) {
  const auto in_base = ids_of(lists.base);
  using ByWords = std::map<std::string, std::set<std::string>>;
  const auto made_only_by = [&](const std::vector<Each>& side, const std::vector<Each>& other) {
    const auto in_other = ids_of(other);
    ByWords out;
    for (const Each& each : side) {
      const std::string key = title_key(title_of(each));
      if (!key.empty() && !in_base.contains(id_of(each)) && !in_other.contains(id_of(each)))
        out[key].insert(id_of(each));
    }
    return out;
  };
  const ByWords by_ours = made_only_by(lists.ours, lists.theirs);
  const ByWords by_theirs = made_only_by(lists.theirs, lists.ours);
  Renames in_ours;
  Renames in_theirs;
  for (const auto& [key, ids] : by_ours) {
    const auto same = by_theirs.find(key);
    if (same == by_theirs.end()) continue;
    auto other = same->second.begin();
    for (auto own = ids.begin(); own != ids.end() && other != same->second.end(); ++own, ++other) {
      if (*own < *other) {
        in_theirs[*other] = *own;
      } else {
        in_ours[*own] = *other;
      }
    }
  }
  rename(lists.ours, in_ours);
  rename(lists.theirs, in_theirs);
}

/// An id, and which one with that id: a person may have written one twice.
using Key = std::pair<std::string, std::size_t>;

template <class Each>
std::vector<Key> keys_of(const std::vector<Each>& all) {
  std::map<std::string, std::size_t> seen;
  std::vector<Key> out;
  out.reserve(all.size());
  for (const Each& each : all) out.emplace_back(id_of(each), seen[id_of(each)]++);
  return out;
}

template <class Each>
std::map<Key, const Each*> by_key(const std::vector<Each>& all) {
  std::map<Key, const Each*> out;
  const auto keys = keys_of(all);
  for (std::size_t i = 0; i < all.size(); ++i) out.emplace(keys[i], &all[i]);
  return out;
}

template <class Each>
const Each* find(const std::map<Key, const Each*>& in, const Key& key) {
  const auto found = in.find(key);
  return found == in.end() ? nullptr : found->second;
}

/// Two lists as one by when things were made; each keeps its order.
template <class Each>
std::vector<Each> by_time(std::vector<Each> ours, std::vector<Each> theirs) {
  std::vector<Each> out;
  auto other = theirs.begin();
  for (Each& each : ours) {
    while (other != theirs.end() && other->made_ms < each.made_ms)
      out.push_back(std::move(*other++));
    out.push_back(std::move(each));
  }
  out.insert(out.end(), std::make_move_iterator(other), std::make_move_iterator(theirs.end()));
  return out;
}

template <class Each>
bool is_as_before(const Each& base, const Each& now, const std::set<std::string>& /*removed*/) {
  return base == now;
}
/// A link to a task that a side has removed is no change of the task that has it.
bool is_as_before(Task base, Task now, const std::set<std::string>& removed) {
  for (Task* const each : {&base, &now})
    std::erase_if(each->needs, [&](const std::string& needed) { return removed.contains(needed); });
  return base == now;
}

template <class Each>
std::vector<Each> merged_all(const Lists<Each>& lists, const std::string& what,
                             std::vector<Unreconciled>& notes) {
  const auto in_base = by_key(lists.base);
  const auto in_ours = by_key(lists.ours);
  const auto in_theirs = by_key(lists.theirs);
  const Each none{};
  std::set<std::string> removed;
  for (const auto& [key, each] : in_base)
    if (!in_ours.contains(key) || !in_theirs.contains(key)) removed.insert(key.first);
  // One side has it alone.
  const auto stays = [&](const Each& each, const Each* base) {
    if (base == nullptr) return true;
    if (is_as_before(*base, each, removed)) return false;
    MergedMembers members(what, id_of(each), notes);
    members.title = title_of(each);
    members.note("", How::kept, "");
    return true;
  };
  std::vector<Each> own;
  const auto own_keys = keys_of(lists.ours);
  for (std::size_t i = 0; i < lists.ours.size(); ++i) {
    const Each& each = lists.ours[i];
    const Each* const base = find(in_base, own_keys[i]);
    if (const Each* const other = find(in_theirs, own_keys[i])) {
      MergedMembers members(what, id_of(each), notes);
      own.push_back(merged(base != nullptr ? *base : none, each, *other, members));
    } else if (stays(each, base)) {
      own.push_back(each);
    }
  }
  std::vector<Each> added;
  const auto their_keys = keys_of(lists.theirs);
  for (std::size_t i = 0; i < lists.theirs.size(); ++i) {
    if (in_ours.contains(their_keys[i])) continue;
    if (stays(lists.theirs[i], find(in_base, their_keys[i]))) added.push_back(lists.theirs[i]);
  }
  return by_time(std::move(own), std::move(added));
}

// --- the whole
// ----------------------------------------------------------------------------------------

Error too_many(std::size_t most, std::string_view of) {
  return Error(ErrorKind::queue_full, "together both sides have more than " + std::to_string(most) +
                                          " " + std::string(of) + ", and a project takes no more");
}

Result<std::vector<Fact>> merged_facts(FactKind kind, Lists<Fact> lists,
                                       std::vector<Unreconciled>& notes) {
  const Side side = changed_by(lists.base, lists.ours, lists.theirs);
  if (side != Side::both) return side == Side::theirs ? lists.theirs : lists.ours;
  join_same(lists);
  auto out = merged_all(lists, std::string(name_of(kind)), notes);
  if (out.size() > limits::facts) {
    return fail(too_many(limits::facts, std::string(name_of(kind)) + "s")
                    .with_hint("Remove some on one side: tine memory forget."));
  }
  return out;
}

std::vector<CommitMade> merged_checkpoints(const Lists<CommitMade>& lists,
                                           std::vector<Unreconciled>& notes) {
  const Side side = changed_by(lists.base, lists.ours, lists.theirs);
  if (side != Side::both) return side == Side::theirs ? lists.theirs : lists.ours;
  auto out = merged_all(lists, "commit", notes);
  if (out.size() > limits::checkpoints)
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(limits::checkpoints));
  return out;
}

std::vector<Task> tasks_of(const ProjectState& state) {
  std::vector<Task> out;
  for (const auto& [id, task] : state.tasks.tasks()) out.push_back(task);
  return out;
}

/// Takes what the tasks need out of them, without the links that cannot stand; ours come first.
std::vector<TaskLink> take_links(std::vector<Task>& tasks, const Lists<Task>& lists,
                                 std::vector<Unreconciled>& notes) {
  const auto in_base = by_key(lists.base);
  const auto in_ours = by_key(lists.ours);
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < tasks.size(); ++i) places.emplace(tasks[i].id, i);
  const auto note = [&](const Task& task, How how, const Task& needed) {
    MergedMembers members("task", task.id, notes);
    members.title = task.title;
    members.note("needs", how, needed.id + " \"" + needed.title + "\"");
  };
  std::vector<Edge> own;
  std::vector<Edge> added;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Task* const ours = find(in_ours, {tasks[i].id, 0});
    for (const std::string& needed : std::exchange(tasks[i].needs, {})) {
      const auto place = places.find(needed);
      if (place == places.end()) {
        const Task* const gone = find(in_base, {needed, 0});
        if (gone != nullptr && !is_over(gone->status)) note(tasks[i], How::gone, *gone);
        continue;
      }
      const bool is_ours =
          ours != nullptr && std::binary_search(ours->needs.begin(), ours->needs.end(), needed);
      (is_ours ? own : added).push_back({.from = i, .to = place->second});
    }
  }
  own.insert(own.end(), added.begin(), added.end());
  const std::vector<bool> closes = closing_edges(tasks.size(), own);
  std::vector<TaskLink> out;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Task& from = tasks[own[i].from];
    const Task& to = tasks[own[i].to];
    if (closes[i]) {
      note(from, How::circle, to);
    } else {
      out.push_back({.id = from.id, .needed = to.id});
    }
  }
  return out;
}

Result<TaskGraph> merged_tasks(const ProjectState& base, const ProjectState& ours,
                               const ProjectState& theirs, std::vector<Unreconciled>& notes) {
  const Side side = changed_by(base.tasks.tasks(), ours.tasks.tasks(), theirs.tasks.tasks());
  if (side != Side::both) return side == Side::theirs ? theirs.tasks : ours.tasks;
  Lists<Task> lists{.base = tasks_of(base), .ours = tasks_of(ours), .theirs = tasks_of(theirs)};
  join_same(lists);
  auto tasks = merged_all(lists, "task", notes);
  if (tasks.size() > limits::tasks) {
    return fail(too_many(limits::tasks, "tasks")
                    .with_hint("Remove those that are over on one side: tine tasks clear."));
  }
  const auto links = take_links(tasks, lists, notes);
  TaskGraph out;
  for (Task& task : tasks)
    if (auto added = out.add(std::move(task)); !added) return fail(std::move(added.error()));
  if (auto refused = out.link_all(links)) return fail(std::move(refused->error));
  return out;
}

}  // namespace

Result<Merged> merge(const ProjectState& base, const ProjectState& ours,
                     const ProjectState& theirs) {
  Merged out;
  for (const FactKind kind : fact_kinds) {
    auto facts = merged_facts(kind,
                              {.base = facts_of(base, kind),
                               .ours = facts_of(ours, kind),
                               .theirs = facts_of(theirs, kind)},
                              out.unreconciled);
    if (!facts) return fail(std::move(facts.error()));
    facts_of(out.state, kind) = std::move(*facts);
  }
  out.state.checkpoints = merged_checkpoints(
      {.base = base.checkpoints, .ours = ours.checkpoints, .theirs = theirs.checkpoints},
      out.unreconciled);
  auto tasks = merged_tasks(base, ours, theirs, out.unreconciled);
  if (!tasks) return fail(std::move(tasks.error()));
  out.state.tasks = std::move(*tasks);
  MergedMembers file("file", "", out.unreconciled);
  out.state.more = file.more(base.more, ours.more, theirs.more);
  return out;
}

}  // namespace tine::session
