#include "session/service.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json/redact.h"
#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/codec.h"
#include "session/context/given_documents.h"
#include "session/fork/command.h"
#include "session/limits.h"
#include "session/memory/brief.h"
#include "session/memory/remember.h"
#include "session/memory/tasks_command.h"
#include "session/project.h"
#include "session/purge.h"
#include "session/record/drift.h"
#include "session/record/lineage.h"
#include "session/settings.h"
#include "session/title.h"
#include "session/tree.h"
#include "transport/together.h"

namespace tine::session {
namespace {

/// A cursor says after which session a page begins: "<milliseconds>-<id>".
std::string cursor_after(const store::IndexEntry& entry) {
  return std::to_string(entry.updated_ms) + "-" + entry.id;
}

std::optional<store::Store::Place> parse_cursor(std::string_view text) {
  store::Store::Place cursor;
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto [rest, fault] = std::from_chars(text.data(), text.data() + dash, cursor.updated_ms);
  if (fault != std::errc() || rest != text.data() + dash) return std::nullopt;
  cursor.id = text.substr(dash + 1);
  if (!is_ulid(cursor.id)) return std::nullopt;
  return cursor;
}

std::optional<v1::SystemPrompt> system_prompt_of(const store::State& state) {
  if (state.system_prompt.empty()) return std::nullopt;
  v1::SystemPrompt prompt;
  json::Complaint complaint;
  const json::Path path("system_prompt");
  if (!v1::decode(json::View(state.system_prompt), prompt, path, complaint)) return std::nullopt;
  return prompt;
}

/// What a command of ours is for; empty: there is no such command.
std::string_view purpose_of(std::string_view command) {
  if (command == "tine-usage") return "count";
  if (command == "tine-fork" || command == "tine-fork?") return "fork";
  if (command == "tine-tree") return "draw";
  if (command == "tine-seed") return "begin from";
  return {};
}

std::string amount(const std::optional<std::uint64_t>& tokens) {
  return tokens ? std::to_string(*tokens) : std::string("not known");
}

std::string usage_text(const store::State& state) {
  const executor::Tokens& tokens = state.total;
  std::string out = "Tokens of this session so far:\n";
  out += "- prompt: " + amount(tokens.prompt()) + " (fresh " + amount(tokens.input) +
         ", read from the cache " + amount(tokens.cache_read) + ", written to it " +
         amount(tokens.cache_write) + ")\n";
  out +=
      "- output: " + amount(tokens.output) + " (of that thought: " + amount(tokens.thought) + ")\n";
  if (const auto ratio = tokens.cache_hit_ratio()) {
    out += "- cache hits: " + std::to_string(std::lround(*ratio * 100.0)) + " %\n";
  }
  if (state.actual.cache_read) {
    out += "- of what it has in common with " + state.parent + " its first call has read " +
           std::to_string(*state.actual.cache_read) + " from the cache\n";
  }
  return out;
}

}  // namespace

std::shared_ptr<Session> SessionService::add(executor::Executor& backend,
                                             std::shared_ptr<Record> record,
                                             v1::Workspace workspace) {
  const std::string id = record->id();
  auto session = std::make_shared<Session>(
      library_, trust_, Elsewhere{backends_, choose_}, backend, std::move(record),
      std::move(workspace),
      Turns::Callbacks{.command =
                           [this](Session& which, std::string line, Prompt prompt) {
                             return command(which, std::move(line), std::move(prompt));
                           },
                       .branch =
                           [this](Session& which, Prompt prompt, DriftSettled drift) {
                             return fork_for_drift(which, std::move(prompt), std::move(drift));
                           }});
  sessions_.emplace(id, session);
  first_opened_.set();
  return session;
}

Result<SessionService::Beginning> SessionService::beginning(const v1::Workspace& workspace,
                                                            const std::string& backend) {
  if (auto good = check(workspace); !good) return fail(std::move(good.error()));
  const auto choices = choose_(workspace.cwd, backend);
  if (!choices) return fail(choices.error());
  if (auto refused = refusal_of(workspace, *choices->backend)) return fail(std::move(*refused));
  if (auto good = may_serve(); !good) return fail(std::move(good.error()));

  Beginning begins{.backend = choices->backend, .state = new_state(workspace)};
  begins.state.backend = choices->backend->name();
  begins.state.has_tools = choices->has_tools;
  keep_chosen(settings_of(*choices), begins.state);
  return begins;
}

Result<std::shared_ptr<Session>> SessionService::create(v1::Workspace workspace,
                                                        const std::string& backend,
                                                        const executor::Loading& loading) {
  auto begins = beginning(workspace, backend);
  if (!begins) return fail(std::move(begins.error()));
  std::string loads = executor::write_loading(loading);
  if (auto refused = refusal_of_loads(loads, *begins->backend, backends_))
    return fail(std::move(*refused));
  if (json::redacted(loads, library_.redactor) != loads) {
    return fail(Error(ErrorKind::invalid_params,
                      "a name among the documents that are not loaded looks like a secret")
                    .with_hint("Rename the file, or name another one."));
  }
  begins->state.loads = std::move(loads);
  auto record = begin(std::move(begins->state), nullptr);
  if (!record) return fail(std::move(record.error()));
  return add(*begins->backend, std::move(*record), std::move(workspace));
}

/// Whether this process may have one more session.
Result<void> SessionService::may_serve() {
  if (sessions_.size() >= library_.policy.max_open_sessions) {
    return fail(Error(ErrorKind::queue_full, "too many sessions are open")
                    .with_hint("Close or delete some sessions."));
  }
  if (auto depth = executor::depth_below(library_.env, library_.policy.max_depth); !depth)
    return fail(std::move(depth.error()));
  return library_.store.check();
}

/// Of a session that begins now.
store::State SessionService::new_state(const v1::Workspace& workspace) {
  store::State state;
  state.id = ids_.next();
  state.created = rfc3339(library_.env.wall_ms());
  state.accessed = state.created;
  state.prompted = false;
  state.project = kept_path(canonical(workspace.cwd), library_.redactor);
  state.cwd = kept_path(workspace.cwd, library_.redactor);
  if (workspace.system_prompt) state.system_prompt = kept(*workspace.system_prompt);
  return state;
}

/// A system prompt as the state holds it.
std::string SessionService::kept(const v1::SystemPrompt& prompt) const {
  return json::redacted(v1::write(prompt), library_.redactor);
}

Result<void> SessionService::check_loading(const std::optional<executor::Loading>& wanted,
                                           const store::State& state) {
  if (!wanted || *wanted == executor::kept_loading(state.loads)) return {};
  return fail(Error(ErrorKind::invalid_params,
                    "the session loads something else by itself, and keeps to it, at "
                    "params._meta.tine.context")
                  .with_hint("Leave the context out, or begin a new session.")
                  .at("params._meta.tine.context"));
}

Result<void> SessionService::take_system_prompt(v1::Workspace& workspace,
                                                const store::State& state) const {
  if (workspace.system_prompt && kept(*workspace.system_prompt) != state.system_prompt) {
    return fail(Error(ErrorKind::invalid_params,
                      "the session has another system prompt at params.systemPrompt")
                    .at("params.systemPrompt"));
  }
  if (!workspace.system_prompt) workspace.system_prompt = system_prompt_of(state);
  return {};
}

/// Makes the session's place in the store.
Result<std::shared_ptr<Record>> SessionService::begin(store::State state,
                                                      std::shared_ptr<const History> parent) {
  if (auto made = library_.store.create(state); !made) return fail(std::move(made.error()));
  Account account;
  store::IndexEntry where = store::entry_of(state, 0);
  account.history = parent ? std::make_shared<History>(std::move(where), std::move(parent),
                                                       state.fork_seq, past_of(state))
                           : std::make_shared<History>(std::move(where));
  account.state = std::move(state);
  return std::make_shared<Record>(library_, std::move(account));
}

Result<std::shared_ptr<Session>> SessionService::find(const std::string& id) const {
  const auto found = sessions_.find(id);
  if (found == sessions_.end())
    return fail(ErrorKind::session_not_found, "there is no such session");
  return found->second;
}

Result<executor::Executor*> SessionService::backend_of(const store::State& state) const {
  if (executor::Executor* backend = backends_.named(state.backend)) return backend;
  return fail(backend_missing(state.backend));
}

SessionService::Opened SessionService::open(std::string id) {
  co_await removal_over(id);
  for (auto open = find(id); open; open = find(id)) {
    if ((*open)->closing()) {
      co_await (*open)->close();
      // Its close() is done with it before this goes on.
      co_await transport::yield(library_.loop);
      co_await removal_over(id);
      continue;
    }
    auto refreshed = co_await (*open)->refresh();
    if (!refreshed) co_return fail(as_seen_now(id, std::move(refreshed.error())));
    // Another process may have deleted it.
    auto entry = library_.store.find(id);
    if (!entry) co_return fail(std::move(entry.error()));
    if (!(*open)->closing()) co_return open;
  }
  auto entry = library_.store.find(id);
  if (!entry) co_return fail(std::move(entry.error()));
  auto opened = co_await open_from_store(std::move(*entry));
  if (!opened) co_return fail(as_seen_now(id, std::move(opened.error())));
  co_return opened;
}

Error SessionService::as_seen_now(const std::string& id, Error error) const {
  auto entry = library_.store.find(id);
  const bool is_gone = !entry && entry.error().kind == ErrorKind::session_not_found;
  return is_gone ? std::move(entry.error()) : std::move(error);
}

SessionService::Opened SessionService::open_from_store(store::IndexEntry entry) {
  if (auto good = may_serve(); !good) co_return fail(std::move(good.error()));
  auto account = co_await archive_.load(entry);
  if (!account) co_return fail(std::move(account.error()));
  const auto backend = backend_of(account->state);
  if (!backend) co_return fail(backend.error());
  // Another request may have opened it meanwhile.
  if (const auto open = find(entry.id)) co_return open;

  v1::Workspace workspace;
  workspace.cwd = account->state.cwd;
  workspace.system_prompt = system_prompt_of(account->state);
  const auto record = std::make_shared<Record>(library_, std::move(*account));
  if (record->turn_open()) {
    // Its process is gone, unless it still holds the lock: then the turn goes on.
    const auto mended = co_await record->claim("what a lost process left open is closed");
    if (mended) {
      const auto written = co_await record->write();
      if (!written) library_.log.warning(written.error().message);
      record->release();
    }
  }
  if (const auto open = find(entry.id)) co_return open;
  co_return add(**backend, record, std::move(workspace));
}

// --- looking after
// ---------------------------------------------------------------------------------

transport::Task<Result<SessionService::Page>> SessionService::list(std::string cwd,
                                                                   std::string cursor) {
  store::Store::Place after;
  if (!cursor.empty()) {
    const auto parsed = parse_cursor(cursor);
    if (!parsed) {
      co_return fail(Error(ErrorKind::invalid_params, "not a cursor of this agent at params.cursor")
                         .at("params.cursor"));
    }
    after = *parsed;
  }
  const std::string project =
      cwd.empty() ? std::string() : kept_path(canonical(cwd), library_.redactor);
  auto found = co_await library_.store.page(project, after, limits::list_page + 1);
  if (!found) co_return fail(std::move(found.error()));
  Page page;
  if (found->size() > limits::list_page) {
    found->pop_back();
    page.next_cursor = cursor_after(found->back().entry);
  }
  for (auto& [entry, state] : *found) {
    Listed listed;
    listed.updated_ms = entry.updated_ms;
    const auto open = find(entry.id);
    if (open) listed.additional_directories = (*open)->workspace().additional_directories;
    // Another process may have gone on with one that is open here.
    if (open && ((*open)->running() || !state)) {
      listed.state = (*open)->state();
    } else if (state) {
      listed.state = std::move(*state);
    } else {
      // The title is in the index too; the rest is told once it is opened.
      listed.state.id = entry.id;
      listed.state.description = entry.title;
      listed.state.parent = entry.parent;
    }
    page.sessions.push_back(std::move(listed));
  }
  co_return page;
}

transport::Task<Result<void>> SessionService::rename(std::string id, std::string title) {
  title = title_from(title, library_.redactor);
  if (title.empty()) co_return fail(ErrorKind::invalid_params, "a title needs a word");
  const auto entry = library_.store.find(id);
  if (!entry) co_return fail(entry.error());
  const auto record = co_await record_of(id);
  if (!record) co_return fail(record.error());
  const v1::Update told = v1::session_info(title, rfc3339((*record)->updated_ms()));
  const auto open = find(id);
  if (!(*record)->begun()) {
    (*record)->preset(told);
    co_return Result<void>();
  }
  auto claimed = co_await (*record)->claim("the session is renamed");
  if (!claimed) co_return fail(std::move(claimed.error()));
  if (open) {
    (*open)->say(told);
  } else {
    (*record)->update(told);
  }
  auto written = co_await (*record)->write();
  (*record)->release();
  co_return written;
}

transport::Task<void> SessionService::close(std::string id) {
  const auto found = find(id);
  if (!found) co_return;
  const std::shared_ptr<Session>& session = *found;
  co_await session->close();
  if (session->state().prompted) {
    take_out(session);
    co_return;
  }
  const auto removed = co_await remove(id, nullptr);
  if (!removed) library_.log.warning(removed.error().message);
}

transport::Task<void> SessionService::close_and_take_out(std::shared_ptr<Session> session) {
  co_await session->close();
  take_out(session);
}

/// A session that was closed is not open any more.
void SessionService::take_out(const std::shared_ptr<Session>& session) {
  const auto found = sessions_.find(session->id());
  if (found != sessions_.end() && found->second == session) sessions_.erase(found);
}

transport::Task<Result<void>> SessionService::remove(std::string id, const store::Lock* held) {
  co_await removal_over(id);
  const auto over = std::make_shared<transport::Event>(library_.loop);
  removals_.emplace(id, over);
  auto removed = co_await remove_now(id, held);
  removals_.erase(id);
  over->set();
  co_return removed;
}

/// Returns when the session is not being removed.
transport::Task<void> SessionService::removal_over(std::string id) {
  for (auto under_way = removals_.find(id); under_way != removals_.end();
       under_way = removals_.find(id)) {
    const auto over = under_way->second;
    co_await over->wait();
  }
}

transport::Task<Result<void>> SessionService::remove_now(std::string id, const store::Lock* held) {
  std::shared_ptr<Session> session;
  if (const auto found = find(id)) session = *found;
  if (session) co_await session->close();
  co_await forks_placed(id);
  const auto entry = library_.store.find(id);
  Result<store::State> state = fail(ErrorKind::session_not_found, "there is no such session");
  Result<void> removed;
  if (entry) {
    state = library_.store.read_state(*entry);
    removed = co_await library_.store.remove(id, held);
  } else if (entry.error().kind != ErrorKind::session_not_found) {
    removed = fail(entry.error());
  }
  if (session) take_out(session);
  if (removed && state) {
    co_await forget_session(library_, *state);
    library_.loop.spawn(forget_after_forks(std::move(*state)));
  }
  co_return removed;
}

void SessionService::forget_conversation(const store::State& state) const {
  for (const auto& [name, known] : state.backends) {
    executor::Executor* const backend = backends_.named(name);
    if (backend != nullptr && !known.provider_id.empty()) backend->forget(known.provider_id);
  }
}

transport::Task<Result<void>> SessionService::purge(std::string id, const store::Lock& held) {
  auto entry = library_.store.find_any(id);
  // Nothing is left when no fork needs it.
  if (!entry && entry.error().kind == ErrorKind::session_not_found) co_return Result<void>();
  if (!entry) co_return fail(std::move(entry.error()));
  co_return co_await session::purge(library_.loop, library_.store, archive_, std::move(*entry),
                                    held);
}

void SessionService::cancel(const v1::Client& client) {
  for (const auto& [id, session] : sessions_) {
    if (session->attached_to(client) || is_unopened(*session, client)) session->cancel();
  }
}

transport::Task<void> SessionService::release(const v1::Client& client) {
  std::vector<std::shared_ptr<Session>> left;
  for (const auto& [id, session] : sessions_) {
    if (session->attached_to(client) || is_unopened(*session, client)) left.push_back(session);
  }
  for (const auto& session : left) session->detach(client);
  // All at the same time: each may have to wait for a backend.
  std::vector<transport::Task<void>> closing;
  closing.reserve(left.size());
  for (const auto& session : left) closing.push_back(close_and_take_out(session));
  co_await transport::together(library_.loop, std::move(closing));
}

transport::Task<Result<std::string>> SessionService::tree(std::string id) const {
  const auto found = std::make_shared<Relatives>();
  std::function<void(const store::Index&)> look = [found, id](const store::Index& index) {
    *found = relatives_of(index.entries(), id, limits::tree_sessions);
  };
  auto read = co_await library_.store.read(std::move(look));
  if (!read) co_return fail(std::move(read.error()));
  std::vector<TreeNode> nodes;
  for (const Relatives::Member& each : found->members) {
    // Other sessions get their turn between the files.
    co_await transport::yield(library_.loop);
    const auto open = find(each.entry.id);
    const auto state = open && (*open)->running() ? Result<store::State>((*open)->state())
                                                  : library_.store.read_state(each.entry);
    std::string label = tree_label(each, state);
    if (each.entry.id == id) label += "  <- this session";
    nodes.push_back({.id = each.entry.id, .parent = each.entry.parent, .label = std::move(label)});
  }
  // Without the frame Markdown would join the lines.
  std::string text = "```\n" + draw_tree(nodes) + "```\n";
  if (found->left_out > 0) {
    text += "Not drawn: " + std::to_string(found->left_out) +
            " more. `tine session list --all --tree` draws all.\n";
  }
  co_return text;
}

/// Whether a client that has not opened the session is to end its turn when it goes.
bool SessionService::is_unopened(const Session& session, const v1::Client& client) const {
  const auto found = unopened_.find(session.id());
  return found != unopened_.end() && found->second == &client && session.client() == nullptr;
}

/// Plays the first prompt of a session that nobody has opened yet. Whoever has asked for it, in the
/// session `asked_in`, is told when that fails; without a client the session is closed then.
transport::Task<void> SessionService::play_unopened(std::shared_ptr<Session> session, Prompt prompt,
                                                    std::string asked_in) {
  const std::string id = session->id();
  const transport::CancelSource never;
  const auto report = co_await session->prompt(std::move(prompt), never);
  const auto entry = unopened_.extract(id);
  const auto from = find(asked_in);
  v1::Client* const client = from ? (*from)->client() : nullptr;
  if (!report && client != nullptr && entry && entry.mapped() == client) {
    v1::Update update = v1::notice(v1::Severity::warning,
                                   "The fork \"" + session->state().description + "\" failed",
                                   library_.redactor.redacted(report.error().message));
    update.session = asked_in;
    client->update(update);
  }
  if (session->client() == nullptr && !session->closing()) co_await close_and_take_out(session);
}

transport::Task<std::string> SessionService::fork_as_told(Session& session, Prompt prompt) {
  auto command = parse_fork_command(std::move(prompt), backends_);
  if (!command) co_return command.error().message + ".";
  std::string id = session.id();
  v1::Workspace workspace = session.workspace();
  if (command->is_question) {
    const auto planned =
        co_await plan_of_fork(std::move(id), std::move(workspace), std::move(command->wish));
    co_return planned ? plan_text(planned->plan, planned->backend->name())
                      : "The session cannot be forked: " + planned.error().message;
  }
  const v1::Client* const asking = session.client();
  auto forked = co_await fork(std::move(id), std::move(workspace), std::move(command->wish));
  if (!forked) co_return "The session could not be forked: " + forked.error().message;
  co_return hand_on(session, *forked, std::move(command->first_prompt), asking);
}

/// A fork that `asking` has asked for in a session works on its first prompt, if it has one. Gives
/// what is said of it.
std::string SessionService::hand_on(const Session& from, const Forked& forked, Prompt prompt,
                                    const v1::Client* asking) {
  // A client that has left meanwhile can open nothing.
  const bool works = !prompt.empty() && asking != nullptr && from.client() == asking;
  std::string text = fork_text(forked, from.client(), works);
  if (works) {
    unopened_[forked.session->id()] = asking;
    library_.loop.spawn(play_unopened(forked.session, std::move(prompt), from.id()));
  }
  return text;
}

/// The session stays with the place of the repository that it knows; a fork goes on with the
/// present one.
transport::Task<Result<Turns::Branched>> SessionService::fork_for_drift(Session& session,
                                                                        Prompt prompt,
                                                                        DriftSettled drift) {
  ForkWish wish;
  if (drift.way == DriftWay::rebuild) {
    const MemoryBrief configured = library_.policy.memory_brief;
    const MemoryBrief how = configured == MemoryBrief::off ? MemoryBrief::brief : configured;
    wish.strategy = Strategy::soft;
    wish.brief = co_await brief_for(library_, session.workspace().cwd, how);
    if (gives_documents(library_.policy, backends_, session.state().backend)) {
      executor::Loading loading = executor::kept_loading(session.state().loads);
      wish.documents =
          co_await documents_for(library_, session.workspace().cwd, std::move(loading));
    }
  }
  wish.drift = drift_data(name_of(drift.way), drift.before, drift.now, drift.text);
  const v1::Client* const asking = session.client();
  auto forked = co_await fork(session.id(), session.workspace(), std::move(wish));
  if (!forked) co_return fail(std::move(forked.error()));
  Turns::Branched goes_on{.session = forked->session->id(), .text = {}};
  goes_on.text = hand_on(session, *forked, std::move(prompt), asking);
  co_return goes_on;
}

transport::Task<std::string> SessionService::command(Session& session, std::string line,
                                                     Prompt prompt) {
  const std::string name = line.substr(0, line.find_first_of(" \t\r"));
  const std::string_view purpose = purpose_of(name);
  if (session.history()->turns() == 0 && !purpose.empty()) {
    co_return "Nothing has been said in this session yet, so there is nothing to " +
        std::string(purpose) + ".";
  }
  if (name == "tine-usage") co_return usage_text(session.state());
  if (name == "tine-tasks") {
    TasksTold told = co_await tasks_as_told(library_, session.workspace().cwd, std::move(line));
    // An editor shows it as any plan. It is not recorded: later it would be out of date.
    if (v1::Client* const client = session.client(); client != nullptr && !told.plan.empty()) {
      v1::Update plan = v1::plan(told.plan);
      plan.session = session.id();
      client->update(plan);
    }
    co_return std::move(told.text);
  }
  if (name == "tine-seed") co_return seed_as_told(session, line);
  if (name == "tine-tree") {
    const auto drawn = co_await tree(session.id());
    co_return drawn ? *drawn : "The tree could not be read: " + drawn.error().message;
  }
  if (name == "tine-fork" || name == "tine-fork?")
    co_return co_await fork_as_told(session, std::move(prompt));
  co_return "There is no command of that name. There are /tine-usage, /tine-fork, /tine-tree, "
      "/tine-tasks and /tine-seed.";
}

}  // namespace tine::session
