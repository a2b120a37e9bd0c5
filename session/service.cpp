#include "session/service.h"

#include <algorithm>
#include <charconv>

#include "session/limits.h"
#include "session/project.h"
#include "session/tree.h"

namespace tine::session {
namespace {

/// A cursor says after which session a page begins: "<milliseconds>-<id>".
std::string cursor_after(const Session& session) {
  return std::to_string(session.updated_ms()) + "-" + session.id();
}

struct Cursor {
  std::int64_t updated_ms = 0;
  std::string id;
};

std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto [rest, fault] = std::from_chars(text.data(), text.data() + dash, cursor.updated_ms);
  if (fault != std::errc() || rest != text.data() + dash) return std::nullopt;
  cursor.id = text.substr(dash + 1);
  if (!is_ulid(cursor.id)) return std::nullopt;
  return cursor;
}

bool offers(const v1::ConfigOption& option, std::string_view value) {
  return std::any_of(option.values.begin(), option.values.end(),
                     [value](const v1::ConfigValue& each) { return each.value == value; });
}

/// The backend's settings with what was chosen; what the backend does not offer is left as it is.
executor::Settings settings_of(const Choices& choices) {
  executor::Settings settings = choices.backend->settings();
  for (const v1::Mode& mode : settings.modes.available) {
    if (mode.id == choices.mode) settings.modes.current = mode.id;
  }
  for (v1::ConfigOption& option : settings.options) {
    if (option.category == "model" && offers(option, choices.model)) option.current = choices.model;
    if (option.category == "thought_level" && offers(option, choices.effort))
      option.current = choices.effort;
  }
  return settings;
}

std::string amount(const std::optional<std::uint64_t>& tokens) {
  return tokens ? std::to_string(*tokens) : std::string("not known");
}

std::string usage_text(const executor::Tokens& tokens) {
  std::string out = "Tokens of this session so far:\n";
  out += "- prompt: " + amount(tokens.prompt()) + " (fresh " + amount(tokens.input) +
         ", read from the cache " + amount(tokens.cache_read) + ", written to it " +
         amount(tokens.cache_write) + ")\n";
  out +=
      "- output: " + amount(tokens.output) + " (of that thought: " + amount(tokens.thought) + ")\n";
  if (const auto ratio = tokens.cache_hit_ratio()) {
    out += "- cache hits: " + std::to_string(static_cast<int>(*ratio * 100.0 + 0.5)) + " %\n";
  }
  return out;
}

}  // namespace

executor::Executor* Backends::named(std::string_view name) const {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const auto& each) { return each->name() == name; });
  return found == all.end() ? nullptr : found->get();
}

std::shared_ptr<Session> SessionService::add(executor::Executor& backend, Session::Origin origin,
                                             std::shared_ptr<History> history) {
  const std::string id = origin.id;
  auto session = std::make_shared<Session>(
      loop_, env_, redactor_, backend, std::move(origin), std::move(history),
      [this](Session& which, std::string name) { return command(which, std::move(name)); });
  sessions_.emplace(id, session);
  return session;
}

Result<std::shared_ptr<Session>> SessionService::create(v1::Workspace workspace,
                                                        const std::string& backend) {
  if (sessions_.size() >= limits::sessions) {
    return fail(Error(ErrorKind::queue_full, "too many sessions are open")
                    .with_hint("Close or delete some sessions."));
  }
  if (auto good = check(workspace); !good) return fail(std::move(good.error()));
  const auto choices = choose_(workspace.cwd, backend);
  if (!choices) return fail(choices.error());
  Session::Origin origin;
  origin.id = ids_.next();
  origin.workspace = std::move(workspace);
  origin.settings = settings_of(*choices);
  return add(*choices->backend, std::move(origin), std::make_shared<History>());
}

Result<std::shared_ptr<Session>> SessionService::find(const std::string& id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end())
    return fail(ErrorKind::session_not_found, "there is no such session");
  return found->second;
}

Result<std::uint64_t> SessionService::fork_seq(const Session& parent, const ForkAt& at) const {
  const History& history = *parent.history();
  const Record* turn = nullptr;
  if (at.turn) {
    if (*at.turn == 0) return std::uint64_t{0};
    turn = history.turn_numbered(*at.turn);
  } else if (at.message_id) {
    turn = history.turn_with_message(*at.message_id);
  } else {
    turn = history.last_kept_turn();
    if (turn == nullptr) return std::uint64_t{0};
  }
  if (turn == nullptr) {
    const std::string where = "params._meta.tine.fork.at";
    return fail(
        Error(ErrorKind::invalid_params, "no completed turn of the session is meant at " + where)
            .at(where));
  }
  // What the provider has not kept (a command of ours, a prompt that never reached it) is not
  // forked either.
  const Record* kept = history.kept_turn_until(turn->seq);
  return kept == nullptr ? 0 : kept->seq;
}

transport::Task<Result<SessionService::Forked>> SessionService::fork(std::string parent_id,
                                                                     v1::Workspace workspace,
                                                                     ForkAt at) {
  auto found = find(parent_id);
  if (!found) co_return fail(std::move(found.error()));
  const std::shared_ptr<Session> parent = std::move(*found);
  if (auto good = check(workspace); !good) co_return fail(std::move(good.error()));
  const auto seq = fork_seq(*parent, at);
  if (!seq) co_return fail(seq.error());

  Session::Origin origin;
  origin.id = ids_.next();
  origin.workspace = std::move(workspace);
  origin.settings = parent->origin().settings;
  origin.parent = parent->id();
  origin.depth = parent->origin().depth + 1;
  origin.title = parent->title();

  Forked forked;
  forked.report.strategy = "native";
  forked.report.parent = parent->id();
  forked.report.at = *seq;
  forked.report.depth = origin.depth;
  const Record* point = parent->history()->at(*seq);
  if (point != nullptr) forked.report.turn = point->turn_end->turn;

  const auto provider_point = parent->provider_point(*seq);
  std::unique_ptr<executor::Conversation> conversation;
  if (provider_point) {
    executor::ConversationSpec spec{
        .session_id = origin.id, .workspace = origin.workspace, .settings = origin.settings};
    auto branched = co_await parent->executor().fork(std::move(spec), *provider_point);
    if (!branched) co_return fail(std::move(branched.error()));
    conversation = std::move(*branched);
    forked.report.attempts.push_back({"native", true, "the provider branched the conversation"});
  } else {
    forked.report.attempts.push_back(
        {"native", true, "the parent has no turn yet: a new conversation is the same"});
  }
  forked.session = add(parent->executor(), std::move(origin),
                       std::make_shared<History>(parent->history(), *seq));
  if (conversation) forked.session->set_conversation(std::move(conversation));
  co_return forked;
}

Result<SessionService::Page> SessionService::list(const std::string& cwd,
                                                  const std::string& cursor) const {
  std::optional<Cursor> after;
  if (!cursor.empty()) {
    after = parse_cursor(cursor);
    if (!after) {
      return fail(Error(ErrorKind::invalid_params, "not a cursor of this agent at params.cursor")
                      .at("params.cursor"));
    }
  }
  const std::string project = cwd.empty() ? std::string() : canonical(cwd);
  const auto newer = [](std::int64_t a_ms, const std::string& a, std::int64_t b_ms,
                        const std::string& b) { return a_ms != b_ms ? a_ms > b_ms : a > b; };
  Page page;
  for (const auto& [id, session] : sessions_) {
    if (!session->worth_keeping() && session->origin().parent.empty()) continue;
    if (after && !newer(after->updated_ms, after->id, session->updated_ms(), id)) continue;
    if (!project.empty() && canonical(session->origin().workspace.cwd) != project) continue;
    page.sessions.push_back(session);
  }
  std::sort(page.sessions.begin(), page.sessions.end(), [&](const auto& a, const auto& b) {
    return newer(a->updated_ms(), a->id(), b->updated_ms(), b->id());
  });
  if (page.sessions.size() > limits::list_page) {
    page.sessions.resize(limits::list_page);
    page.next_cursor = cursor_after(*page.sessions.back());
  }
  return page;
}

transport::Task<void> SessionService::close(std::string id) {
  const auto found = find(id);
  if (!found) co_return;
  const std::shared_ptr<Session> session = *found;
  co_await session->close();
  if (!session->worth_keeping()) sessions_.erase(id);
}

transport::Task<void> SessionService::remove(std::string id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) co_return;
  const std::shared_ptr<Session> session = found->second;
  sessions_.erase(found);
  co_await session->close();
  if (!session->provider_id().empty()) session->executor().forget(session->provider_id());
}

void SessionService::cancel(const v1::Client& client) {
  for (const auto& [id, session] : sessions_) {
    if (session->attached_to(client)) session->cancel();
  }
}

void SessionService::release(const v1::Client& client) {
  for (auto each = sessions_.begin(); each != sessions_.end();) {
    const std::shared_ptr<Session> session = each->second;
    if (!session->attached_to(client)) {
      ++each;
      continue;
    }
    session->detach(client);
    each = session->worth_keeping() ? std::next(each) : sessions_.erase(each);
  }
}

std::string SessionService::tree(const Session& session) const {
  const auto parent_of = [&](const std::string& id) {
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? std::string() : found->second->origin().parent;
  };
  const auto root_of = [&](std::string id) {
    for (std::string parent = parent_of(id); sessions_.contains(parent); parent = parent_of(id))
      id = parent;
    return id;
  };
  const std::string root = root_of(session.id());
  std::vector<TreeNode> nodes;
  for (const auto& [id, each] : sessions_) {
    if (root_of(id) != root) continue;
    std::string label = id + "  " + (each->title().empty() ? "(no prompt yet)" : each->title());
    if (id == session.id()) label += "  <- this session";
    nodes.push_back({.id = id, .parent = each->origin().parent, .label = std::move(label)});
  }
  return draw_tree(nodes);
}

transport::Task<std::string> SessionService::command(Session& session, std::string name) {
  if (name == "tine-usage") co_return usage_text(session.cumulative());
  if (name == "tine-tree") co_return tree(session);
  if (name == "tine-fork") {
    const ForkAt last_turn;
    auto forked = co_await fork(session.id(), session.origin().workspace, last_turn);
    if (!forked) co_return "The session could not be forked: " + forked.error().message;
    co_return "Forked after turn " + std::to_string(forked->report.turn) + " (" +
        forked->report.strategy + "). The new session is " + forked->session->id() +
        "; open it with session/load or session/resume.";
  }
  co_return "There is no command of that name. There are /tine-usage, /tine-fork and /tine-tree.";
}

}  // namespace tine::session
