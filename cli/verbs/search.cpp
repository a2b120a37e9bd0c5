// `tine search`: where in the sessions something was said.

#include "session/search/search.h"

#include <unistd.h>

#include <map>
#include <memory>
#include <vector>

#include "base/visible.h"
#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/search/wire.h"
#include "session/store/glance.h"
#include "session/store/project_folder.h"
#include "transport/event.h"

namespace tine::cli {
namespace {

namespace search = session::search;

/// Letters of an id that are shown at least: those of the time when the session was made.
constexpr std::size_t id_letters = 10;
/// How long a person sees nothing at the most while the index is made.
constexpr std::chrono::milliseconds silence{500};

constexpr std::string_view mark_style = "\033[1;33m";
constexpr std::string_view head_style = "\033[1m";
constexpr std::string_view plain_style = "\033[0m";

struct SearchAsked {
  std::vector<std::string> words;
  std::string project;
  bool all = false;
  std::string backends;
  std::string since;
  std::int64_t limit = 0;
  bool json = false;

  std::string text() const {
    std::string out;
    for (const std::string& each : words) out += (out.empty() ? "" : " ") + each;
    return out;
  }
};

/// Tells a terminal how far the index is, until that is over.
transport::Task<void> show_progress(std::shared_ptr<transport::Event> over,
                                    std::shared_ptr<search::Progress> progress) {
  for (;;) {
    const bool ended = co_await over->wait_for(silence);
    if (ended) co_return;
    const std::size_t all = progress->sessions;
    if (all > 0) {
      show_status("Reading into the search index: " + grouped(progress->read) + " of " +
                  counted(all, "session"));
    }
  }
}

/// What the sessions of the hits are called in short.
std::map<std::string, std::string> short_ids(const session::store::Glance& glance,
                                             const std::vector<search::Hit>& hits) {
  std::map<std::string, std::string> known;
  for (const search::Hit& each : hits)
    known[each.session] = glance.short_id(each.session, id_letters);
  return known;
}

/// `styled`: with the words marked.
std::string excerpt_text(const search::Hit& hit, bool styled) {
  std::string text;
  for (const search::Part& each : hit.excerpt) {
    const std::string part = visible_line(each.text);
    text += styled && each.match ? std::string(mark_style).append(part).append(plain_style) : part;
  }
  return text;
}

std::string place_text(const search::Hit& hit) {
  return hit.who == search::Who::title ? "title" : "turn " + std::to_string(hit.turn);
}

/// A hit a line, for programs that read lines.
std::string as_lines(const std::vector<search::Hit>& hits,
                     const std::map<std::string, std::string>& ids, std::int64_t now_ms) {
  Table table;
  for (const search::Hit& each : hits) {
    table.add({ids.at(each.session), place_text(each), std::string(search::name_of(each.who)),
               spoken_time(each.time_ms, now_ms), title_text(each.title),
               excerpt_text(each, false)});
  }
  return table.text();
}

/// Below the head of its session, for a person.
std::string for_terminal(const std::vector<search::Hit>& hits,
                         const std::map<std::string, std::string>& ids, std::int64_t now_ms,
                         std::size_t columns, bool all) {
  const bool styled = colours();
  std::string text;
  const std::string* session = nullptr;
  for (const search::Hit& each : hits) {
    if (session == nullptr || *session != each.session) {
      std::string head = ids.at(each.session) + "  " + title_text(each.title);
      if (all) head += "  " + visible_line(each.project);
      head = fitted(head, columns);
      if (session != nullptr) text += '\n';
      text += styled ? std::string(head_style).append(head).append(plain_style) : head;
      text += '\n';
      session = &each.session;
    }
    text += "  " + place_text(each) + ", " + std::string(search::name_of(each.who)) + ", " +
            spoken_time(each.time_ms, now_ms) + "\n    " + excerpt_text(each, styled) + "\n";
  }
  return text;
}

std::string nothing(const SearchAsked& asked) {
  std::string text = "Nothing was found.\n";
  if (!asked.all && asked.project.empty())
    text += "Only this project's sessions were searched; --all searches those of all projects.\n";
  return text;
}

/// `project`: told which one is searched; empty: all.
Result<search::Wish> wish_of(World& world, const SearchAsked& asked, std::string& project) {
  search::Wish wish;
  auto query = search::read_query(asked.text());
  if (!query) return fail(std::move(query.error()));
  wish.query = std::move(*query);
  if (!asked.all) {
    const auto here = working_directory(asked.project);
    if (!here) return fail(here.error());
    project = session::kept_path(session::canonical(*here), world.redactor);
    wish.folder = session::store::project_folder(project);
  }
  wish.backends = parts_of(asked.backends);
  if (!asked.since.empty()) {
    const auto since = search::since_ms(asked.since, world.env.wall_ms());
    if (!since) return fail(since.error());
    wish.since_ms = *since;
  }
  if (asked.limit > 0) wish.limit = static_cast<std::size_t>(asked.limit);
  return wish;
}

transport::Task<int> find_words(World& world, SearchAsked asked, transport::CancelSource shutdown) {
  std::string project;
  auto wish = wish_of(world, asked, project);
  if (!wish) {
    co_return wish.error().kind == ErrorKind::invalid_params ? misused(wish.error())
                                                             : failed(wish.error());
  }
  const auto progress = std::make_shared<search::Progress>();
  const auto over = std::make_shared<transport::Event>(world.loop);
  world.loop.spawn(show_progress(over, progress));
  search::Searcher searcher(world.loop, world.store, world.redactor, world.log);
  const auto answer = co_await searcher.search(std::move(*wish), std::move(shutdown), progress);
  over->set();
  remove_status();
  if (!answer) co_return failed(answer.error());
  for (const std::string& each : answer->notices) print_to_stderr(each + "\n");
  if (asked.json) {
    std::string text;
    json::Writer writer(text);
    encode(writer, search::on_the_wire(*answer));
    print(text + "\n");
    co_return answer->hits.empty() ? exit_code::failed : exit_code::good;
  }
  if (answer->hits.empty()) {
    print_to_stderr(nothing(asked));
    co_return exit_code::failed;
  }
  const auto glance = co_await session::store::glance(world.store, project, world.env.wall_ms());
  if (!glance) co_return failed(glance.error());
  const auto ids = short_ids(**glance, answer->hits);
  const std::int64_t now_ms = world.env.wall_ms();
  const auto columns = columns_of(STDOUT_FILENO);
  // All that came from outside was made visible.
  if (columns) {
    print_styled(for_terminal(answer->hits, ids, now_ms, *columns, asked.all));
  } else {
    print(as_lines(answer->hits, ids, now_ms));
  }
  if (answer->more) print_to_stderr("There are older ones; --limit N shows more\n");
  co_return exit_code::good;
}

}  // namespace

const Verb search_verb{
    .name = "search",
    .help = "Find where something was said in the sessions of this directory's project",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<SearchAsked>();
      options
          .rest("words", asked->words, "WORD",
                "All of them; \"a phrase\" in its own quotes, the beginning* of a word")
          .required()
          .flag("--all", asked->all, "Search the sessions of all projects")
          .value("--project", asked->project, "DIR", "The sessions of that directory's project")
          .excludes("--all")
          .value("--backend", asked->backends, "NAME[,NAME]", "Only sessions with these backends")
          .value("--since", asked->since, "WHEN",
                 "Only what was said since then: 12h, 7d, 2w, or a day like 2026-01-31")
          .value("--limit", asked->limit, search::limits::most_hits, "N",
                 "The N newest places (default: 20)");
      return [asked](Program& program) {
        asked->json = program.common.json;
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return find_words(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n"
        "  tine search login timeout\n"
        "  tine search '\"not logged in\"' --since 7d\n"
        "  tine search --all --backend codex 'parseHttp*'"};

}  // namespace tine::cli
