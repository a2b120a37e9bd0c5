#include "cli/converse/session_choice.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json/document.h"
#include "base/visible.h"
#include "cli/context_words.h"
#include "session/project.h"
#include "session/title.h"

namespace tine::cli {
namespace {

using session::store::IndexEntry;

Result<KnownSession> known(World& world, const IndexEntry& entry) {
  const auto state = world.store.read_state(entry);
  if (!state) return fail(state.error());
  return KnownSession{.id = entry.id, .cwd = state->cwd};
}

/// Digits of the number of a turn. A longer one is the id of a message.
constexpr std::size_t turn_digits = 9;

/// What is said of permissions.
json::Document narrowed(const Narrowing& narrowing) {
  json::Document ours = json::Document::object();
  if (!narrowing.deny.empty()) ours["permissions"]["deny"] = narrowing.deny;
  if (!narrowing.ask.empty()) ours["permissions"]["ask"] = narrowing.ask;
  return ours;
}

/// What is said of what the backend loads.
void add_context(json::Document& ours, const SessionWish& wish) {
  if (wish.context.empty()) return;
  const auto loading = loading_in(wish.context);
  ours["context"] = json::Document::object();
  if (loading && !loading->is_usual())
    ours["context"] = json::parsed(executor::write_loading(*loading));
}

/// A request's `_meta` with the member tine; empty when `ours` is.
std::string meta_of(json::Document ours) {
  if (ours.empty()) return {};
  json::Document meta;
  meta["tine"] = std::move(ours);
  return json::text_of(meta);
}

}  // namespace

void add_session_options(Options& options, SessionWish& wish) {
  options.value("--session", wish.id, "ID", "Go on in this session; any unique prefix of its id")
      .value("--name", wish.name, "NAME",
             "Go on in the session of this project with that title, or begin it")
      .value("--description", wish.title, "TITLE", "The title of the new session")
      .flag("--last", wish.last, "Go on in the session of this project that was used last")
      .value("--fork-from", wish.fork_from, "ID[@POINT]",
             "Fork this session, after a turn (its number) or the turn of a message (its id)")
      .flag("--fork-last", wish.fork_last, "Fork the session of this project that was used last")
      .flag(
          "--ephemeral", wish.ephemeral,
          "Keep nothing: the session vanishes, and the agent is given no documents of the project")
      .flag("--fork-from-caller", wish.fork_from_caller,
            "Begin with what was said in the agent's session that started tine");
  add_context_option(options, wish.context);
}

Result<void> SessionWish::check() const {
  std::vector<std::string_view> given;
  const auto note = [&given](bool is_given, std::string_view flag) {
    if (is_given) given.push_back(flag);
  };
  note(!id.empty(), "--session");
  note(!name.empty(), "--name");
  note(last, "--last");
  note(!fork_from.empty(), "--fork-from");
  note(fork_last, "--fork-last");
  note(fork_from_caller, "--fork-from-caller");
  note(ephemeral, "--ephemeral");
  if (!title.empty() && (!id.empty() || last || !name.empty())) {
    return fail(Error(ErrorKind::invalid_params, "--description is for a new session alone")
                    .with_hint("`tine session rename` gives a session another title."));
  }
  if (auto loading = loading_in(context); !loading) return fail(std::move(loading.error()));
  if (!context.empty() &&
      (!id.empty() || last || !fork_from.empty() || fork_last || fork_from_caller)) {
    return fail(Error(ErrorKind::invalid_params, "--context is for a new session alone")
                    .with_hint("A session and its forks keep to what it began with."));
  }
  if (given.size() < 2) return {};
  return fail(Error(ErrorKind::invalid_params,
                    std::string(given[0]) + " and " + std::string(given[1]) + " exclude each other")
                  .with_hint("Choose one session."));
}

void add_going_on(Options& options, GoingOn& asked, const char* text) {
  options.optional("id", asked.first, "ID", Options::session)
      .optional("prompt", asked.second, "PROMPT", text)
      .flag("--last", asked.last, "Go on in the session of this project that was used last")
      .value("--name", asked.name, "NAME", "Go on in the session of this project with this title");
}

Result<void> GoingOn::settle(SessionWish& session, std::string& text) const {
  session.is_there = true;
  session.last = last;
  session.name = name;
  const bool is_chosen = last || !name.empty();
  if (!is_chosen) session.id = first;
  text = is_chosen ? first : second;
  if (is_chosen && !second.empty()) {
    return fail(
        Error(ErrorKind::invalid_params,
              std::string("a session and ") + (last ? "--last" : "--name") + " exclude each other")
            .with_hint("Name the session, or leave its id out."));
  }
  if (!is_chosen && first.empty()) {
    return fail(Error(ErrorKind::invalid_params, "no session is named")
                    .with_hint("Name it by its id, or by --last or --name NAME."));
  }
  return {};
}

transport::Task<Result<KnownSession>> session_by_id(World& world, std::string id) {
  const auto entry = co_await world.store.find_prefix(std::move(id));
  if (!entry) co_return fail(entry.error());
  co_return known(world, *entry);
}

transport::Task<Result<KnownSession>> last_session(World& world, std::string cwd) {
  const std::string project = session::kept_path(session::canonical(cwd), world.redactor);
  const auto entries = co_await world.store.list(project);
  if (!entries) co_return fail(entries.error());
  if (entries->empty()) {
    co_return fail(Error(ErrorKind::session_not_found, "this project has no session yet")
                       .with_hint("Begin one: tine run \"…\"."));
  }
  const auto newest = std::max_element(
      entries->begin(), entries->end(), [](const IndexEntry& a, const IndexEntry& b) {
        return a.updated_ms != b.updated_ms ? a.updated_ms < b.updated_ms : a.id < b.id;
      });
  co_return known(world, *newest);
}

transport::Task<Result<std::optional<KnownSession>>> session_by_title(World& world,
                                                                      std::string title,
                                                                      std::string cwd) {
  const std::string project = session::kept_path(session::canonical(cwd), world.redactor);
  auto entries = co_await world.store.list(project);
  if (!entries) co_return fail(std::move(entries.error()));
  const std::string kept = session::title_from(title, world.redactor);
  std::erase_if(*entries, [&kept](const IndexEntry& each) { return each.title != kept; });
  if (entries->empty()) co_return std::nullopt;
  if (entries->size() > 1) {
    std::string message = "several sessions have the title " + visible_line(kept) + ":";
    for (const IndexEntry& each : *entries) message += "\n  " + each.id;
    co_return fail(Error(ErrorKind::session_ambiguous, std::move(message))
                       .with_hint("Name one by its id: --session ID."));
  }
  auto one = known(world, entries->front());
  if (!one) co_return fail(std::move(one.error()));
  co_return std::move(*one);
}

ForkOrigin fork_origin(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return {.id = text, .point = {}};
  return {.id = text.substr(0, at), .point = text.substr(at + 1)};
}

std::string new_meta(const SessionWish& wish) {
  json::Document ours = narrowed(wish.narrowing);
  if (!wish.backend.empty()) ours["backend"] = wish.backend;
  if (wish.fork_from_caller) ours["forkFromCaller"] = true;
  const std::string& title = wish.name.empty() ? wish.title : wish.name;
  if (!title.empty()) ours["title"] = title;
  add_context(ours, wish);
  return meta_of(std::move(ours));
}

std::string resume_meta(const SessionWish& wish) {
  json::Document ours = narrowed(wish.narrowing);
  add_context(ours, wish);
  return meta_of(std::move(ours));
}

std::string fork_meta(const ForkWords& words) {
  json::Document ours = narrowed(words.narrowing);
  json::Document& fork = ours["fork"] = json::Document::object();
  const std::string& point = words.point;
  const bool is_number =
      !point.empty() && point.size() <= turn_digits &&
      std::all_of(point.begin(), point.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_number) {
    fork["at"] = std::stoul(point);
  } else if (!point.empty()) {
    fork["at"] = point;
  }
  if (!words.choice.backend.empty()) fork["backend"] = words.choice.backend;
  if (!words.choice.strategy.empty()) fork["strategy"] = words.choice.strategy;
  if (words.dry_run) fork["dryRun"] = true;
  if (words.strict) fork["strict"] = true;
  if (!words.title.empty()) ours["title"] = words.title;
  return meta_of(std::move(ours));
}

}  // namespace tine::cli
