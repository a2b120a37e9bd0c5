// New sessions that begin as forks of a session that a person has marked as a seed.

#include <algorithm>
#include <chrono>

#include "session/git_head.h"
#include "session/limits.h"
#include "session/project.h"
#include "session/seeds.h"
#include "session/service.h"
#include "session/settings.h"

namespace tine::session {
namespace {

std::string model_of(const executor::Settings& settings) {
  const auto found =
      std::find_if(settings.options.begin(), settings.options.end(),
                   [](const v1::ConfigOption& each) { return each.category == "model"; });
  return found == settings.options.end() ? std::string() : found->current;
}

}  // namespace

Result<void> SessionService::mark_as_seed(const std::string& id) {
  const auto entry = library_.store.find(id);
  if (!entry) return fail(entry.error());
  const auto open = find(id);
  const auto state =
      open ? Result<store::State>((*open)->state()) : library_.store.read_state(*entry);
  if (!state) return fail(state.error());
  if (state->turns == 0) {
    return fail(ErrorKind::invalid_params,
                "nothing has been said in the session yet: a new session would know nothing of it");
  }
  return mark_seed(library_.store, {.id = id,
                                    .project = state->project,
                                    .backend = state->backend,
                                    .marked_ms = library_.env.wall_ms()});
}

Result<bool> SessionService::unmark_as_seed(const std::string& id) {
  return unmark_seed(library_.store, id);
}

/// Whether a session that begins now, and loads what is usual, would be of the same model, commit
/// and system prompt, and have the same tools.
bool SessionService::fits_seed(const v1::Workspace& workspace, const Choices& choices,
                               const store::State& seed) const {
  const std::string commit = seed.git ? seed.git->after : std::string();
  const std::string prompt =
      workspace.system_prompt ? kept(*workspace.system_prompt) : std::string();
  return prompt == seed.system_prompt && choices.has_tools == seed.has_tools &&
         seed.loads.empty() && commit == git_commit(workspace.cwd) &&
         model_of(settings_of(choices)) == model_of(chosen(choices.backend->settings(), seed));
}

transport::Task<SessionService::FromSeed> SessionService::begin_from_seed(v1::Workspace workspace,
                                                                          std::string backend) {
  FromSeed out;
  if (!library_.policy.begins_from_seed || !check(workspace)) co_return out;
  const auto choices = choose_(workspace.cwd, backend);
  if (!choices || refusal_of(workspace, *choices->backend)) co_return out;
  const auto marks = seed_marks(library_.store);
  if (!marks) {
    out.warning = "The session begins without a seed: " + marks.error().message + ".";
    co_return out;
  }
  const std::string name(choices->backend->name());
  const std::string project = kept_path(canonical(workspace.cwd), library_.redactor);
  const std::int64_t oldest =
      library_.env.wall_ms() -
      std::chrono::milliseconds(std::chrono::hours(library_.policy.seed_hours)).count();
  const auto note = [&out](const SeedMark& mark, const std::string& why) {
    if (out.warning.empty())
      out.warning = "The session begins without its seed " + mark.id + ": " + why + ".";
  };
  for (const SeedMark& mark : *marks) {
    if (mark.marked_ms <= oldest) break;
    if (mark.project != project || mark.backend != name) continue;
    const auto entry = library_.store.find(mark.id);
    if (!entry) {
      const bool is_gone = entry.error().kind == ErrorKind::session_not_found;
      note(mark, is_gone ? "it was deleted" : entry.error().message);
      // That is said once.
      if (is_gone) [[maybe_unused]]
        const auto ignored = unmark_seed(library_.store, mark.id);
      continue;
    }
    const auto open = find(mark.id);
    const auto state =
        open ? Result<store::State>((*open)->state()) : library_.store.read_state(*entry);
    if (!state) {
      note(mark, state.error().message);
      continue;
    }
    if (state->backend != name || !fits_seed(workspace, *choices, *state)) continue;
    ForkWish wish;
    wish.strategy = Strategy::native;
    wish.strict = true;
    wish.backend = name;
    wish.is_new_session = true;
    std::string id = mark.id;
    v1::Workspace same = workspace;
    auto forked = co_await fork(std::move(id), std::move(same), std::move(wish));
    if (forked) {
      out.forked = std::move(*forked);
      out.warning.clear();
      co_return out;
    }
    note(mark, forked.error().message);
  }
  if (!out.warning.empty()) library_.log.warning(out.warning);
  co_return out;
}

/// /tine-seed marks the session, /tine-seed off takes the mark away.
std::string SessionService::seed_as_told(const Session& session, std::string_view line) {
  const std::size_t blank = line.find_first_of(" \t\r");
  std::string_view word = blank == std::string_view::npos ? "" : line.substr(blank);
  while (!word.empty() && word.front() <= ' ') word.remove_prefix(1);
  while (!word.empty() && word.back() <= ' ') word.remove_suffix(1);
  if (word == "off") {
    const auto was = unmark_as_seed(session.id());
    if (!was) return "The mark could not be taken away: " + was.error().message;
    return *was ? "This session is no seed any more." : "This session was no seed.";
  }
  if (!word.empty()) return "There is /tine-seed, which marks this session, and /tine-seed off.";
  if (const auto marked = mark_as_seed(session.id()); !marked)
    return "The session could not be marked: " + marked.error().message;
  std::string text = "This session is a seed for " + std::to_string(library_.policy.seed_hours) +
                     " hours: new sessions on this project, with the same backend (" +
                     session.state().backend + "), model and commit, begin as forks of it.";
  if (!library_.policy.begins_from_seed)
    text += "\nNothing comes of it until your configuration has fork.seed = \"auto\".";
  return text;
}

}  // namespace tine::session
