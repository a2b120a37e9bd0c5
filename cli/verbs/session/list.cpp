// `tine session list`.

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verbs/session/facts_json.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/store/glance.h"
#include "session/store/project_folder.h"
#include "session/tree.h"

namespace tine::cli {
namespace {

using session::store::Glance;
using session::store::IndexEntry;
using session::store::Store;

/// Sessions whose states are read at a time; then a signal can end the verb.
constexpr std::size_t page = 1024;
/// Sessions that are shown unless more are asked for. JSON has all of them.
constexpr std::int64_t default_limit = 50;
constexpr std::int64_t most_limit = 1'000'000;
/// Letters of an id that are shown at least: those of the time when the session was made.
constexpr std::size_t id_letters = 10;

struct ListAsked {
  bool tree = false;
  bool all = false;
  bool json = false;
  std::string project;
  std::string backends;
  std::string branch;
  std::int64_t limit = 0;  ///< 0: as the form has it

  bool filters() const { return !backends.empty() || !branch.empty(); }
  std::size_t most() const {
    const std::int64_t form = json ? most_limit : default_limit;
    return static_cast<std::size_t>(limit > 0 ? limit : form);
  }
};

/// Which sessions are shown, and what the index has to say of them.
struct Listed {
  std::shared_ptr<const Glance> glance;
  std::string folder;               ///< of the project; empty: all
  std::vector<SessionFacts> shown;  ///< the last used first
  std::size_t seen = 0;             ///< sessions that were looked at
  std::size_t all = 0;              ///< of the project, whatever else was asked for
  std::map<std::string, std::string> short_ids;
  std::vector<IndexEntry> ancestors;  ///< of those that are shown, and not among them
};

bool fits(const SessionFacts& facts, const ListAsked& asked) {
  if (!asked.filters()) return true;
  if (!facts.fault.empty()) return false;
  const std::vector<std::string> backends = parts_of(asked.backends);
  const bool is_of_backend = backends.empty() || std::find(backends.begin(), backends.end(),
                                                           facts.state.backend) != backends.end();
  const bool is_on_branch =
      asked.branch.empty() || (facts.state.git && facts.state.git->branch == asked.branch);
  return is_of_backend && is_on_branch;
}

/// Reads no more states than it takes to find those that are shown.
transport::Task<void> choose(World& world, ListAsked asked, transport::CancelSource shutdown,
                             Listed& listed) {
  Glance::Place after;
  while (listed.shown.size() < asked.most()) {
    const std::size_t count =
        asked.filters() ? page : std::min(page, asked.most() - listed.shown.size());
    std::vector<Store::Found> found =
        co_await world.store.read_states(listed.glance->page(listed.folder, after, count));
    if (found.empty() || shutdown.cancelled()) break;
    after = {.updated_ms = found.back().entry.updated_ms, .id = found.back().entry.id};
    const bool is_last = found.size() < count;
    for (Store::Found& each : found) {
      if (listed.shown.size() == asked.most()) break;
      ++listed.seen;
      SessionFacts facts = facts_of(world.store, std::move(each));
      if (fits(facts, asked)) listed.shown.push_back(std::move(facts));
    }
    if (is_last) break;
  }
}

/// What the index tells of those that are shown: how each is called in short, and from which ones
/// it was forked.
void look_up(Listed& listed, bool all) {
  std::set<std::string> seen;
  for (const SessionFacts& each : listed.shown) {
    seen.insert(each.entry.id);
    listed.short_ids[each.entry.id] = listed.glance->short_id(each.entry.id, id_letters);
  }
  for (const SessionFacts& each : listed.shown) {
    for (std::string id = each.entry.parent; !id.empty() && seen.insert(id).second;) {
      auto entry = listed.glance->find(id);
      if (!entry || (!entry->deleted && !all && entry->folder != listed.folder)) break;
      listed.short_ids[id] = listed.glance->short_id(id, id_letters);
      id = entry->parent;
      listed.ancestors.push_back(std::move(*entry));
    }
  }
  listed.all = listed.glance->listed(listed.folder);
}

std::vector<std::string> cells_of(const SessionFacts& facts, const Listed& listed,
                                  std::int64_t now_ms) {
  const session::store::State& state = facts.state;
  const auto short_id = listed.short_ids.find(facts.entry.id);
  std::vector<std::string> cells{
      short_id == listed.short_ids.end() ? facts.entry.id : short_id->second,
      spoken_time(facts.entry.updated_ms, now_ms)};
  if (facts.fault.empty()) {
    cells.push_back(std::to_string(state.turns));
    cells.push_back(short_tokens(state.total));
    cells.push_back(visible_line(state.backend));
    cells.push_back(title_text(state.description));
  } else {
    cells.insert(cells.end(), {"?", "?", "?", title_text(facts.entry.title)});
    cells.back() += "  (its state cannot be read)";
  }
  return cells;
}

std::string as_table(const Listed& listed, std::int64_t now_ms,
                     std::optional<std::size_t> columns) {
  // A program that reads lines finds sessions alone.
  Table table =
      columns ? Table({"session", "last used", "turns", "prompt/cached/output", "backend", "title"})
              : Table();
  for (const SessionFacts& each : listed.shown) table.add(cells_of(each, listed, now_ms));
  return table.text(columns);
}

std::string joined(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& each : cells) line += (line.empty() ? "" : "  ") + each;
  return line;
}

/// Families stay together: what a session was forked from is drawn above it, also when it is
/// deleted or beyond what is shown.
std::string as_tree(World& world, const Listed& listed, std::int64_t now_ms,
                    std::optional<std::size_t> columns) {
  std::map<std::string, session::TreeNode> known;
  for (const SessionFacts& each : listed.shown) {
    known[each.entry.id] = {.id = each.entry.id,
                            .parent = each.entry.parent,
                            .label = joined(cells_of(each, listed, now_ms))};
  }
  for (const IndexEntry& each : listed.ancestors) {
    known[each.id] = {.id = each.id,
                      .parent = each.parent,
                      .label = each.deleted
                                   ? listed.short_ids.at(each.id) + "  (deleted)"
                                   : joined(cells_of(facts_of(world.store, each), listed, now_ms))};
  }
  // The family that was used last comes first.
  std::vector<session::TreeNode> nodes;
  std::set<std::string> placed;
  for (const SessionFacts& each : listed.shown) {
    std::vector<const session::TreeNode*> way;
    for (auto node = known.find(each.entry.id);
         node != known.end() && placed.insert(node->first).second;
         node = known.find(node->second.parent)) {
      way.push_back(&node->second);
    }
    std::reverse(way.begin(), way.end());
    for (const session::TreeNode* node : way) nodes.push_back(*node);
  }
  std::string drawn = session::draw_tree(nodes);
  if (!columns) return drawn;
  std::string text;
  for (std::size_t at = 0; at < drawn.size();) {
    const std::size_t end = drawn.find('\n', at);
    text += fitted(std::string_view(drawn).substr(at, end - at), *columns) + "\n";
    at = end + 1;
  }
  return text;
}

std::string nothing(const std::string& project, const ListAsked& asked) {
  const std::string of = project.empty() ? std::string() : " of " + visible_line(project);
  if (asked.filters()) {
    return "There are no sessions" + of +
           " with that backend or branch.\nThe others: tine session list" +
           (project.empty() ? " --all" : "") + "\n";
  }
  return "There are no sessions" + of + " yet." +
         "\nBegin one with: tine run \"…\", or in an editor that runs tine acp." +
         (project.empty() ? "" : "\nThose of all projects: tine session list --all") + "\n";
}

/// What is not shown.
void tell_rest(const Listed& listed, const ListAsked& asked) {
  if (listed.seen >= listed.all || asked.json) return;
  const std::string rest = counted(listed.all - listed.seen, "older session");
  print_to_stderr(rest + (asked.filters() ? " not looked at" : " not shown") +
                  "; --limit N shows more\n");
}

/// A line a session, the last used first; as a tree; as a JSON array.
transport::Task<int> list_sessions(World& world, ListAsked asked,
                                   transport::CancelSource shutdown) {
  std::string project;
  if (!asked.all) {
    const auto here = working_directory(asked.project);
    if (!here) co_return failed(here.error());
    project = session::kept_path(session::canonical(*here), world.redactor);
  }
  Listed listed;
  const auto glance = co_await session::store::glance(world.store, project, world.env.wall_ms());
  if (!glance) co_return failed(glance.error());
  listed.glance = *glance;
  if (!project.empty()) listed.folder = session::store::project_folder(project);
  co_await choose(world, asked, shutdown, listed);
  if (shutdown.cancelled()) co_return exit_code::failed;
  if (!asked.json) look_up(listed, asked.all);
  const auto columns = columns_of(STDOUT_FILENO);
  const std::int64_t now_ms = world.env.wall_ms();
  if (asked.json) {
    print(list_json(listed.shown));
  } else if (listed.shown.empty()) {
    print(nothing(project, asked));
  } else {
    print(asked.tree ? as_tree(world, listed, now_ms, columns) : as_table(listed, now_ms, columns));
    tell_rest(listed, asked);
  }
  co_return exit_code::good;
}

}  // namespace

const Verb session_list_verb{
    .name = "list",
    .help = "List the sessions of this directory's project",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<ListAsked>();
      options.flag("--tree", asked->tree, "Show forks below their parents")
          .flag("--all", asked->all, "Include the sessions of all projects")
          .value("--project", asked->project, "DIR", "The sessions of that directory's project")
          .excludes("--all")
          .value("--backend", asked->backends, "NAME[,NAME]", "Only sessions with these backends")
          .value("--branch", asked->branch, "BRANCH",
                 "Only sessions whose last turn began on that git branch")
          .value("--limit", asked->limit, most_limit, "N",
                 "Show the N that were used last (default: 50; with --json all)");
      return [asked](Program& program) {
        asked->json = program.common.json;
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return list_sessions(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n"
        "  tine session list --tree\n"
        "  tine session list --all --backend claude,codex\n"
        "  tine session list --all --json | jq length"};

}  // namespace tine::cli
