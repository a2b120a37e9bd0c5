#include "cli/converse/opened.h"

#include <algorithm>

#include "base/visible.h"
#include "executor/width.h"
#include "session/meta.h"

namespace tine::cli {
namespace {

using executor::Width;

OpenedSession opened_of(std::string id, std::string cwd, v1::LoadSessionResponse response) {
  const json::View ours = session::ours(response.meta);
  OpenedSession out;
  out.id = std::move(id);
  out.cwd = std::move(cwd);
  out.backend = ours.find("backend").string().value_or("");
  out.fork = std::string(ours.find("fork").raw());
  out.modes = std::move(response.modes);
  if (response.config_options) out.options = std::move(*response.config_options);
  return out;
}

OpenedSession opened_of(std::string cwd, v1::NewSessionResponse response) {
  std::string id = std::move(response.session_id);
  return opened_of(std::move(id), std::move(cwd),
                   {.modes = std::move(response.modes),
                    .config_options = std::move(response.config_options),
                    .meta = std::move(response.meta)});
}

const executor::Executor* backend_named(const World& world, std::string_view name) {
  for (const auto& each : world.backends.all) {
    if (each->name() == name) return each.get();
  }
  return nullptr;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& each : names) out.append(out.empty() ? "" : ", ").append(each);
  return out;
}

/// How wide a word for all backends lets a session be.
std::optional<Width> width_of_word(std::string_view word) {
  if (word == "read-only") return Width::reads;
  if (word == "auto") return Width::project;
  if (word == "full") return Width::anything;
  return std::nullopt;
}

/// The mode that is meant.
Result<std::string> mode_meant(const World& world, const OpenedSession& session,
                               const std::string& mode) {
  std::vector<std::string> names;
  const std::vector<v1::Mode> modes =
      session.modes ? session.modes->available : std::vector<v1::Mode>();
  names.reserve(modes.size());
  for (const v1::Mode& each : modes) names.push_back(each.id);
  if (std::find(names.begin(), names.end(), mode) != names.end()) return mode;
  const std::optional<Width> most = width_of_word(mode);
  const executor::Executor* const backend = backend_named(world, session.backend);
  std::string found;
  std::optional<Width> widest;
  for (const std::string& each : names) {
    if (!most || backend == nullptr) break;
    executor::Settings with = backend->settings();
    with.modes.current = each;
    const std::optional<Width> width = backend->width_of(with);
    if (!width || *width > *most || (widest && *width < *widest)) continue;
    widest = width;
    found = each;
  }
  const bool is_full = widest && (most != Width::anything || *widest == Width::anything);
  if (is_full) return found;
  const std::string choice =
      names.empty() ? "It has no modes." : "It has the modes " + listed(names) + ".";
  return fail(Error(ErrorKind::invalid_params,
                    "the backend " + session.backend + " has no mode that is meant by " + mode)
                  .with_hint(choice));
}

std::vector<std::string> values_of(const v1::ConfigOption& option) {
  std::vector<std::string> out;
  out.reserve(option.values.size());
  for (const v1::ConfigValue& each : option.values) out.push_back(each.value);
  for (const v1::ConfigGroup& group : option.groups) {
    for (const v1::ConfigValue& each : group.values) out.push_back(each.value);
  }
  return out;
}

}  // namespace

transport::Task<Result<OpenedSession>> begin_session(LocalAgent& agent, std::string cwd,
                                                     std::string meta) {
  v1::NewSessionRequest request;
  request.workspace.cwd = cwd;
  request.meta = std::move(meta);
  auto made = co_await agent.ask<v1::method::NewSession>(std::move(request));
  if (!made) co_return fail(std::move(made.error()));
  co_return opened_of(std::move(cwd), std::move(*made));
}

transport::Task<Result<OpenedSession>> resume_session(LocalAgent& agent, KnownSession known,
                                                      std::string meta) {
  v1::ResumeSessionRequest request;
  request.session_id = known.id;
  request.workspace.cwd = known.cwd;
  request.meta = std::move(meta);
  auto resumed = co_await agent.ask<v1::method::ResumeSession>(std::move(request));
  if (!resumed) co_return fail(std::move(resumed.error()));
  co_return opened_of(std::move(known.id), std::move(known.cwd), std::move(*resumed));
}

transport::Task<Result<OpenedSession>> fork_session(LocalAgent& agent, KnownSession known,
                                                    std::string cwd, std::string meta,
                                                    transport::CancelSource cancel) {
  v1::ForkSessionRequest request;
  request.session_id = std::move(known.id);
  request.workspace.cwd = cwd.empty() ? known.cwd : cwd;
  request.meta = std::move(meta);
  auto forked = co_await agent.ask<v1::method::ForkSession>(std::move(request), &cancel);
  if (!forked) co_return fail(std::move(forked.error()));
  co_return opened_of(cwd.empty() ? std::move(known.cwd) : std::move(cwd), std::move(*forked));
}

transport::Task<Result<std::optional<KnownSession>>> session_meant(World& world, SessionWish wish,
                                                                   std::string cwd) {
  const std::string id = wish.fork_from.empty() ? wish.id : fork_origin(wish.fork_from).id;
  Result<std::optional<KnownSession>> known;
  if (!wish.name.empty()) {
    known = co_await session_by_title(world, wish.name, cwd);
  } else if (!id.empty()) {
    known = co_await session_by_id(world, id);
  } else if (wish.last || wish.fork_last) {
    known = co_await last_session(world, cwd);
  }
  if (known && !*known && wish.is_there) {
    co_return fail(ErrorKind::session_not_found,
                   "no session of this project has the title " + visible_line(wish.name));
  }
  co_return known;
}

transport::Task<Result<OpenedSession>> open_session(World& world, LocalAgent& agent,
                                                    SessionWish wish, std::string cwd,
                                                    ForkChoice choice) {
  const bool forks = wish.fork_last || !wish.fork_from.empty();
  const std::string point = fork_origin(wish.fork_from).point;
  auto known = co_await session_meant(world, wish, cwd);
  if (!known) co_return fail(std::move(known.error()));
  if (!*known) {
    std::string meta = new_meta(wish);
    auto begun = co_await begin_session(agent, std::move(cwd), std::move(meta));
    co_return begun;
  }
  if (!forks) {
    std::string meta = resume_meta(wish);
    auto resumed = co_await resume_session(agent, std::move(**known), std::move(meta));
    co_return resumed;
  }
  std::string meta = fork_meta({.point = point,
                                .choice = std::move(choice),
                                .title = wish.title,
                                .narrowing = wish.narrowing});
  auto forked = co_await fork_session(agent, std::move(**known), std::move(cwd), std::move(meta));
  co_return forked;
}

transport::Task<Result<void>> set_up(World& world, LocalAgent& agent, OpenedSession& session,
                                     std::string mode, std::string model) {
  if (!mode.empty()) {
    auto meant = mode_meant(world, session, mode);
    if (!meant) co_return fail(std::move(meant.error()));
    v1::SetModeRequest request;
    request.session_id = session.id;
    request.mode_id = std::move(*meant);
    const auto set = co_await agent.ask<v1::method::SetMode>(std::move(request));
    if (!set) co_return fail(set.error());
  }
  if (model.empty()) co_return Result<void>();
  const auto option =
      std::find_if(session.options.begin(), session.options.end(),
                   [](const v1::ConfigOption& each) { return each.category == "model"; });
  if (option == session.options.end()) {
    co_return fail(ErrorKind::unsupported,
                   "the backend " + session.backend + " offers no choice of models here");
  }
  const std::vector<std::string> values = values_of(*option);
  if (std::find(values.begin(), values.end(), model) == values.end()) {
    co_return fail(Error(ErrorKind::invalid_params,
                         "the backend " + session.backend + " does not offer the model " + model)
                       .with_hint("It offers " + listed(values) + "."));
  }
  v1::SetConfigOptionRequest request;
  request.session_id = session.id;
  request.config_id = option->id;
  request.value = std::move(model);
  const auto set = co_await agent.ask<v1::method::SetConfigOption>(std::move(request));
  if (!set) co_return fail(set.error());
  co_return Result<void>();
}

}  // namespace tine::cli
