// `tine session checkpoint` and `tine session checkpoints`: how a session stood, noted at the
// commit that its project's repository stood at.

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/ulid.h"
#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/git.h"
#include "session/meta.h"
#include "session/record/data.h"

namespace tine::cli {
namespace {

/// One line of JSON without secrets.
std::string snapshot(const session::store::State& state, Env& env, Redactor& redactor) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("sessionId", std::string_view(state.id))
      .member("turn", state.turns)
      .member("seq", state.last_seq)
      .raw_member("tokens", session::tokens_json(state.total))
      .member("backend", std::string_view(state.backend))
      .member("title", std::string_view(redactor.redacted(state.description)))
      .member("time", std::string_view(rfc3339(env.wall_ms())))
      .end_object();
  return out;
}

json::Document as_json(const std::string& commit, const std::string& checkpoint) {
  json::Document out;
  out["commit"] = commit;
  out["checkpoint"] = json::parsed(checkpoint);
  return out;
}

/// A checkpoint that was found in the notes of a commit.
struct Checkpoint {
  std::string commit;
  std::string text;
  std::string time;
  json::View json() const { return json::View(text); }
};

/// What others have written into the notes is passed over.
std::vector<Checkpoint> checkpoints_in(const std::vector<session::GitNote>& notes) {
  std::vector<Checkpoint> out;
  for (const session::GitNote& note : notes) {
    std::string_view rest = note.text;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      json::Scanner scanner;
      if (!line.starts_with('{') || !scanner.feed(line) || !scanner.finish()) continue;
      const json::View object(line);
      if (!is_ulid(json::text_in(object, "sessionId"))) continue;
      out.push_back({.commit = note.commit,
                     .text = std::string(line),
                     .time = json::text_in(object, "time")});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const Checkpoint& a, const Checkpoint& b) { return a.time > b.time; });
  return out;
}

transport::Task<int> make_checkpoint(World& world, std::string id, bool json) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  const auto state = world.store.read_state(*entry);
  if (!state) co_return failed(state.error());
  std::string line = snapshot(*state, world.env, world.redactor);
  const std::string kept = line;
  const auto commit =
      co_await session::add_git_note(world.loop, world.env, state->cwd, std::move(line));
  if (!commit) co_return failed(commit.error());
  if (json) {
    print(json::text_of(as_json(*commit, kept)) + "\n");
  } else {
    print("noted " + entry->id + " after " + counted(state->turns, "turn") + " at commit " +
          commit->substr(0, shown_commit) + "\n");
  }
  co_return exit_code::good;
}

transport::Task<int> list_checkpoints(World& world, bool json) {
  const auto here = working_directory({});
  if (!here) co_return failed(here.error());
  const auto notes = co_await session::git_notes(world.loop, world.env, *here);
  if (!notes) co_return failed(notes.error());
  const std::vector<Checkpoint> found = checkpoints_in(*notes);
  if (json) {
    json::Document all = json::Document::array();
    for (const Checkpoint& each : found) all.push_back(as_json(each.commit, each.text));
    print(json::text_of(all) + "\n");
    co_return exit_code::good;
  }
  if (found.empty()) {
    print(
        "There are no checkpoints in this repository.\n"
        "Make one with: tine session checkpoint ID\n");
    co_return exit_code::good;
  }
  const auto columns = columns_of(STDOUT_FILENO);
  Table table = columns ? Table({"commit", "session", "turns", "noted", "title"}) : Table();
  for (const Checkpoint& each : found) {
    const auto time = wall_ms_of(each.time);
    table.add({each.commit.substr(0, shown_commit), json::text_in(each.json(), "sessionId"),
               std::to_string(json::count_in(each.json(), "turn").value_or(0)),
               time ? spoken_time(*time, world.env.wall_ms()) : std::string("?"),
               title_text(json::text_in(each.json(), "title"))});
  }
  print(table.text(columns));
  co_return exit_code::good;
}

}  // namespace

const Verb session_checkpoint_verb{
    .name = "checkpoint",
    .help = "Note how a session stands at the commit at HEAD",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource /*shutdown*/) {
          return make_checkpoint(world, *id, program.common.json);
        });
      };
    },
    .examples = "Example:\n  tine session checkpoint 01JH4Q"};

const Verb session_checkpoints_verb{
    .name = "checkpoints",
    .help = "List what was noted of sessions at this repository's commits",
    .declare = [](Options& /*options*/) -> Run {
      return [](Program& program) {
        return program.run([&program](World& world, transport::CancelSource /*shutdown*/) {
          return list_checkpoints(world, program.common.json);
        });
      };
    },
    .examples = "Example:\n  tine session checkpoints --json | jq -r '.[].checkpoint.sessionId'"};

}  // namespace tine::cli
