#include "session/request_meta.h"

#include <utility>

#include "base/json/writer.h"
#include "session/limits.h"
#include "session/meta.h"

namespace tine::session {
namespace {

bool is_there(json::View value) { return value.exists() && !value.is_null(); }

/// The fork point that `_meta.tine.fork.at` names: a number is a turn, a string a message.
Result<SessionService::ForkAt> fork_at(const std::string& meta) {
  const std::string where = "params._meta.tine.fork.at";
  const json::View at = ours(meta).find("fork").find("at");
  SessionService::ForkAt point;
  if (!is_there(at)) {
    // How other agents are asked.
    point.message_id =
        json::View(meta).find("jetbrains").find("air").find("fork").find("messageId").string();
    return point;
  }
  if (auto message = at.string()) {
    point.message_id = std::move(*message);
    return point;
  }
  const auto turn = at.integer();
  if (!turn || *turn < 0)
    return invalid_at("expected the number of a turn or the id of a message", where);
  point.turn = static_cast<std::uint64_t>(*turn);
  return point;
}

}  // namespace

Failure invalid_at(std::string what, const std::string& path) {
  return fail(Error(ErrorKind::invalid_params, std::move(what) + " at " + path).at(path));
}

Result<std::uint64_t> load_bytes_in(const std::string& meta, std::int64_t configured) {
  const std::string where = "params._meta.tine.load";
  const json::View load = ours(meta).find("load");
  if (is_there(load) && !load.is_object()) return invalid_at("expected object", where);
  const json::View most = load.find("max_bytes");
  if (!is_there(most)) return static_cast<std::uint64_t>(configured);
  const auto bytes = most.integer();
  if (!bytes || *bytes < 0)
    return invalid_at("expected a number of bytes, or 0 for all", where + ".max_bytes");
  return static_cast<std::uint64_t>(*bytes);
}

Result<SessionService::ForkWish> fork_wish_in(const std::string& meta) {
  const std::string where = "params._meta.tine.fork";
  const json::View fork = ours(meta).find("fork");
  SessionService::ForkWish wish;
  auto at = fork_at(meta);
  if (!at) return fail(std::move(at.error()));
  wish.at = std::move(*at);
  if (const json::View strategy = fork.find("strategy"); is_there(strategy)) {
    wish.any_strategy = strategy.equals("auto");
    wish.strategy = strategy_named(strategy.string().value_or(""));
    if (!wish.strategy && !wish.any_strategy)
      return invalid_at("expected auto, native, pty or soft", where + ".strategy");
  }
  if (const json::View strict = fork.find("strict"); is_there(strict)) {
    wish.strict = strict.boolean();
    if (!wish.strict) return invalid_at("expected true or false", where + ".strict");
  }
  if (const json::View backend = fork.find("backend"); is_there(backend)) {
    wish.backend = backend.string().value_or("");
    if (wish.backend.empty())
      return invalid_at("expected the name of a backend", where + ".backend");
  }
  return wish;
}

Result<std::vector<PermissionRule>> narrowing_in(const std::string& meta) {
  const std::string where = "params._meta.tine.permissions";
  const json::View all = ours(meta).find("permissions");
  std::vector<PermissionRule> rules;
  if (!is_there(all)) return rules;
  if (!all.is_object()) return invalid_at("expected object", where);
  for (const auto& [key, texts] : all.members()) {
    const bool denies = key.equals("deny");
    if (!denies && !key.equals("ask"))
      return invalid_at("a client can only deny and ask: expected deny or ask", where);
    if (!texts.is_array()) return invalid_at("expected array", where);
    for (const json::View text : texts.elements()) {
      if (rules.size() == limits::narrowing)
        return invalid_at("more than " + std::to_string(limits::narrowing) + " rules", where);
      auto rule = read_permission_rule(
          denies ? PermissionRule::Verdict::deny : PermissionRule::Verdict::ask,
          text.string().value_or(""), "the client");
      if (!rule) return invalid_at("expected a rule", where);
      rules.push_back(std::move(*rule));
    }
  }
  return rules;
}

Result<std::optional<executor::Loading>> loading_in(const std::string& meta) {
  const json::View context = ours(meta).find("context");
  if (!is_there(context)) return std::optional<executor::Loading>();
  auto loading = executor::read_loading(context, "params._meta.tine.context");
  if (!loading) return fail(std::move(loading.error()));
  return std::optional<executor::Loading>(std::move(*loading));
}

Result<std::string> title_in(const std::string& meta) {
  const json::View title = ours(meta).find("title");
  if (!is_there(title)) return std::string();
  auto text = title.string();
  if (!text || text->find_first_not_of(" \t\r\n") == std::string::npos)
    return invalid_at("expected a title", "params._meta.tine.title");
  return std::move(*text);
}

bool names_past(const std::string& meta) {
  return is_there(ours(meta).find("adopt")) || is_there(ours(meta).find("forkFromCaller"));
}

Result<std::optional<SessionService::Adoption>> adoption_in(const std::string& meta) {
  const std::string where = "params._meta.tine.adopt";
  const std::string caller = "params._meta.tine.forkFromCaller";
  const json::View adopt = ours(meta).find("adopt");
  const json::View from_caller = ours(meta).find("forkFromCaller");
  const auto is_wanted = from_caller.boolean();
  if (is_there(from_caller) && !is_wanted) return invalid_at("expected boolean", caller);
  if (!is_there(adopt)) {
    if (is_wanted.value_or(false)) return SessionService::Adoption();
    return std::nullopt;
  }
  if (is_wanted.value_or(false)) return invalid_at("a session can only begin with one past", where);
  if (!adopt.is_object()) return invalid_at("expected object", where);
  SessionService::Adoption what;
  what.id = adopt.find("id").string().value_or("");
  if (what.id.empty() || what.id.size() > limits::provider_id)
    return invalid_at("expected the provider's id of a conversation", where + ".id");
  const json::View cwd = adopt.find("cwd");
  if (is_there(cwd)) {
    what.cwd = cwd.string().value_or("");
    if (!what.cwd.starts_with('/')) return invalid_at("expected an absolute path", where + ".cwd");
  }
  return what;
}

std::string trace_in(const std::string& meta) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const std::string_view name : {"traceparent", "tracestate", "baggage"}) {
    const json::View value = json::View(meta).find(name);
    if (value.is_string() && value.raw().size() <= limits::trace) writer.key(name).raw(value.raw());
  }
  writer.end_object();
  return out == "{}" ? std::string() : out;
}

Result<std::string> prompt_id_in(const std::string& meta, Redactor& redactor) {
  const std::string where = "params._meta.tine.promptId";
  const json::View given = ours(meta).find("promptId");
  if (!is_there(given)) return std::string();
  const std::string id = given.string().value_or("");
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
  if (id.empty() || id.size() > limits::prompt_id ||
      id.find_first_not_of(allowed) != std::string::npos) {
    return invalid_at(
        "expected 1 to " + std::to_string(limits::prompt_id) + " letters, digits and . _ : -",
        where);
  }
  // It is kept as it is.
  if (redactor.redact(id))
    return invalid_at("expected an id that does not look like a secret", where);
  return id;
}

Result<std::string> backend_in(const std::string& meta) {
  const json::View named = ours(meta).find("backend");
  if (named.exists() && !named.is_string())
    return invalid_at("expected string", "params._meta.tine.backend");
  return named.string().value_or("");
}

Result<bool> dry_run_in(const std::string& meta) {
  const json::View dry = ours(meta).find("fork").find("dryRun");
  if (is_there(dry) && !dry.boolean())
    return invalid_at("expected true or false", "params._meta.tine.fork.dryRun");
  return dry.boolean().value_or(false);
}

}  // namespace tine::session
