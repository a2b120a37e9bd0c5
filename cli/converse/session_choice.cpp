#include "cli/converse/session_choice.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json/document.h"
#include "session/project.h"

namespace tine::cli {
namespace {

using session::store::IndexEntry;

Result<KnownSession> known(World& world, const IndexEntry& entry) {
  const auto state = world.store.read_state(entry);
  if (!state) return fail(state.error());
  return KnownSession{.id = entry.id, .cwd = state->cwd};
}

}  // namespace

void add_session_options(Options& options, SessionWish& wish) {
  options.value("--session", wish.id, "ID", "Go on in this session; any unique prefix of its id")
      .flag("--last", wish.last, "Go on in the session of this project that was used last")
      .value("--fork-from", wish.fork_from, "ID[@POINT]",
             "Fork this session, after a turn (its number) or the turn of a message (its id)")
      .flag("--fork-last", wish.fork_last, "Fork the session of this project that was used last")
      .flag("--fork-from-caller", wish.fork_from_caller,
            "Begin with what was said in the agent's session that started tine");
}

Result<void> SessionWish::check() const {
  std::vector<std::string_view> given;
  const auto note = [&given](bool is_given, std::string_view flag) {
    if (is_given) given.push_back(flag);
  };
  note(!id.empty(), "--session");
  note(last, "--last");
  note(!fork_from.empty(), "--fork-from");
  note(fork_last, "--fork-last");
  note(fork_from_caller, "--fork-from-caller");
  if (given.size() < 2) return {};
  return fail(Error(ErrorKind::invalid_params,
                    std::string(given[0]) + " and " + std::string(given[1]) + " exclude each other")
                  .with_hint("Choose one session."));
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

ForkOrigin fork_origin(const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return {.id = text, .point = {}};
  return {.id = text.substr(0, at), .point = text.substr(at + 1)};
}

std::string fork_meta(const std::string& point, const ForkChoice& choice, bool dry_run) {
  json::Document fork = json::Document::object();
  const bool is_number = !point.empty() && std::all_of(point.begin(), point.end(), [](char c) {
    return c >= '0' && c <= '9';
  }) && point.size() < 10;
  if (is_number) {
    fork["at"] = std::stoul(point);
  } else if (!point.empty()) {
    fork["at"] = point;
  }
  if (!choice.backend.empty()) fork["backend"] = choice.backend;
  if (!choice.strategy.empty()) fork["strategy"] = choice.strategy;
  if (dry_run) fork["dryRun"] = true;
  json::Document meta;
  meta["tine"]["fork"] = std::move(fork);
  return json::text_of(meta);
}

}  // namespace tine::cli
