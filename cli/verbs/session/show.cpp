// `tine session show`.

#include <memory>

#include "base/visible.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/facts_json.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/store/lock.h"

namespace tine::cli {
namespace {

using session::store::IndexEntry;
using session::store::Lock;
using session::store::State;

transport::Task<Surroundings> look_around(session::store::Store& store, IndexEntry entry) {
  Surroundings out;
  const auto forks = co_await store.forks_of(entry.id);
  if (forks) {
    for (const std::string& each : *forks) {
      if (store.find(each)) out.forks.push_back(each);
    }
  }
  if (const auto folder = store.open(entry)) {
    out.bytes = folder->bytes();
    out.running = Lock::is_held(*folder);
    if (out.running) out.holder = Lock::holder(*folder);
  }
  co_return out;
}

std::string row(std::string_view name, const std::string& value) {
  constexpr std::size_t column = 14;
  if (value.empty()) return {};
  return "  " + std::string(name) + std::string(column - name.size(), ' ') + visible_line(value) +
         "\n";
}

std::string status_text(const State& state, const Surroundings& around) {
  std::string text(name_of(state.status));
  if (state.compacted) text += "; its context was compressed";
  if (!around.running) return text;
  text += "; in use";
  if (around.holder) text += " by " + holder_text(*around.holder);
  return text;
}

std::string git_text(const State& state) {
  if (!state.git) return {};
  const std::string branch = state.git->branch.empty() ? "no branch" : state.git->branch;
  const std::string commit = state.git->commit.empty() ? "" : " at " + state.git->commit;
  return branch + commit + (state.git->dirty.value_or(false) ? ", with changes" : "");
}

std::string origin_text(const State& state) {
  if (state.parent.empty() && state.adopted.empty()) return {};
  if (state.parent.empty()) {
    return "the conversation " + state.adopted + ", begun without tine (" + state.fork_strategy +
           "), depth " + std::to_string(state.depth);
  }
  return state.parent + " after turn " + std::to_string(state.fork_turn) + " (" +
         state.fork_strategy + "), depth " + std::to_string(state.depth);
}

std::string as_text(const SessionFacts& facts, const Surroundings& around) {
  const State& state = facts.state;
  std::string text = facts.entry.id + "  " + title_text(state.description) + "\n";
  if (facts.fault.empty()) {
    text += row("status", status_text(state, around)) + row("project", state.project);
    if (state.cwd != state.project) text += row("cwd", state.cwd);
    text += row("backend", state.backend) + row("created", state.created);
  } else {
    text += row("fault", facts.fault);
  }
  text += row("last used", rfc3339(facts.entry.updated_ms));
  if (facts.fault.empty()) {
    text += row("turns", std::to_string(state.turns)) + row("tokens", long_tokens(state.total));
  }
  text += row("forked from", origin_text(state));
  for (const std::string& each : around.forks) text += row("fork", each);
  text += row("git", git_text(state));
  for (const auto& [name, backend] : state.backends) {
    text +=
        row("provider", name + " knows it as " + backend.provider_id + "; " + backend.last_action);
  }
  return text + row("files", facts.path + " (" + size_text(around.bytes) + ")");
}

transport::Task<int> show_session(World& world, std::string id, bool json) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  const SessionFacts facts = facts_of(world.store, *entry);
  const Surroundings around = co_await look_around(world.store, *entry);
  print(json ? show_json(facts, around) : as_text(facts, around));
  co_return facts.fault.empty() ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb session_show_verb{
    .name = "show",
    .help = "Show the details of a session",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource /*shutdown*/) {
          return show_session(world, *id, program.common.json);
        });
      };
    },
    .examples = "Example:\n  tine session show 01JH4Q"};

}  // namespace tine::cli
