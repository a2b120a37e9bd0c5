// `tine session list`.

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/facts_json.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/tree.h"

namespace tine::cli {
namespace {

using session::store::IndexEntry;

/// Sessions whose states are read before others on the loop get their turn.
constexpr std::size_t slice = 64;

std::string line_of(const SessionFacts& facts) {
  std::string line = facts.entry.id + "  " + short_time(facts.entry.updated_ms) + "  ";
  if (!facts.fault.empty())
    return line + "(its state cannot be read)  " + title_text(facts.entry.title);
  return line + counted(facts.state.turns, "turn") + "  " + short_tokens(facts.state.total) + "  " +
         visible_line(facts.state.backend) + "  " + title_text(facts.state.description);
}

/// Hidden ones are drawn where a fork of them is listed, so that a family stays together.
std::string drawn(const std::vector<SessionFacts>& listed, const std::vector<IndexEntry>& all) {
  std::map<std::string_view, const IndexEntry*> known;
  for (const IndexEntry& each : all) known.emplace(each.id, &each);
  std::vector<session::TreeNode> nodes;
  std::set<std::string> drawn_ids;
  for (const SessionFacts& each : listed) {
    nodes.push_back({.id = each.entry.id, .parent = each.entry.parent, .label = line_of(each)});
    drawn_ids.insert(each.entry.id);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto parent = known.find(nodes[i].parent);
    if (parent == known.end() || !parent->second->deleted) continue;
    if (!drawn_ids.insert(parent->second->id).second) continue;
    nodes.push_back({.id = parent->second->id,
                     .parent = parent->second->parent,
                     .label = parent->second->id + "  (deleted)"});
  }
  return session::draw_tree(nodes);
}

std::string nothing(const std::string& project) {
  return (project.empty() ? std::string("There are no sessions yet.")
                          : "There are no sessions of " + visible_line(project) + " yet.") +
         "\nBegin one with: tine run \"…\", or in an editor that runs tine acp." +
         (project.empty() ? "" : "\nThose of all projects: tine session list --all") + "\n";
}

struct Asked {
  bool tree = false;
  bool all = false;
  bool json = false;
};

/// A line a session, the last used first; as a tree; as a JSON array.
transport::Task<int> list_sessions(World& world, Asked asked, transport::CancelSource shutdown) {
  std::string project;
  if (!asked.all) {
    const auto here = working_directory({});
    if (!here) co_return failed(here.error());
    project = session::kept_path(session::canonical(*here), world.redactor);
  }
  auto entries = co_await world.store.list(project);
  const auto all = co_await world.store.all();
  if (!entries || !all) co_return failed(entries ? all.error() : entries.error());
  std::sort(entries->begin(), entries->end(), [](const IndexEntry& a, const IndexEntry& b) {
    return a.updated_ms != b.updated_ms ? a.updated_ms > b.updated_ms : a.id > b.id;
  });
  std::vector<SessionFacts> listed;
  for (const IndexEntry& each : *entries) {
    listed.push_back(facts_of(world.store, each));
    if (listed.size() % slice == 0) co_await transport::yield(world.loop);
    if (shutdown.cancelled()) co_return exit_code::failed;
  }
  if (asked.json) {
    print(list_json(listed));
  } else if (listed.empty()) {
    print(nothing(project));
  } else if (asked.tree) {
    print(drawn(listed, *all));
  } else {
    std::string text;
    for (const SessionFacts& each : listed) text += line_of(each) + "\n";
    print(text);
  }
  co_return exit_code::good;
}

}  // namespace

const Verb session_list_verb{
    .name = "list",
    .help = "List the sessions of this directory's project",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<Asked>();
      options.flag("--tree", asked->tree, "Show forks below their parents")
          .flag("--all", asked->all, "Include the sessions of all projects");
      return [asked](Program& program) {
        asked->json = program.common.json;
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return list_sessions(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n  tine session list --tree\n  tine session list --all --json | jq length"};

}  // namespace tine::cli
