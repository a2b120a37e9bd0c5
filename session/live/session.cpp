#include "session/live/session.h"

#include <utility>

#include "protocol/v1/build_update.h"
#include "protocol/v1/filter.h"
#include "protocol/v1/shown.h"
#include "session/agent_option.h"
#include "session/empty_plan.h"
#include "session/fork/soft_context.h"
#include "session/memory/own_server.h"
#include "session/memory/session_digest.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/settings.h"
#include "transport/limits.h"

namespace tine::session {
namespace {

std::vector<v1::Command> own_commands() {
  return {
      {.name = "tine-usage",
       .description = "Show the tokens of this session",
       .hint = {},
       .meta = {}},
      {.name = "tine-fork",
       .description =
           "Fork this session: /tine-fork? shows how, @3 after turn 3, on a backend, with "
           "a first prompt",
       .hint = "[@point] [backend] [words]",
       .meta = {}},
      {.name = "tine-seed",
       .description = "Have new sessions begin as forks of this one; off: no longer",
       .hint = "[off]",
       .meta = {}},
      {.name = "tine-tree",
       .description = "Show the tree that this session belongs to",
       .hint = {},
       .meta = {}},
      {.name = "tine-tasks",
       .description = "Show and change what is to be done in this project",
       .hint = "[add TITLE | start, done, drop or reopen TASK]",
       .meta = {}},
  };
}

/// What the provider was told: the first prompt of a conversation that began anew brought the past
/// along.
transport::Task<Result<std::vector<executor::PastTurn>>> past_of_provider(
    Library library, std::shared_ptr<const History> past) {
  auto kept = co_await past_turns(library.loop, library.store, past, past->cursor());
  if (!kept) co_return fail(std::move(kept.error()));
  if (!kept->empty() && past->retold_until() > 0) {
    const Span span{.since = 0, .until = past->retold_until()};
    const auto told = co_await soft_context(library.loop, library.store, library.redactor, past,
                                            span, library.policy.soft_tokens);
    if (!told) co_return fail(told.error());
    kept->front().prompt.insert(0, told->text + "\n");
  }
  std::vector<executor::PastTurn> turns;
  turns.reserve(kept->size());
  for (KeptTurn& each : *kept) {
    if (!each.documents.empty()) each.prompt.insert(0, each.documents + "\n");
    turns.push_back(std::move(each));
  }
  co_return turns;
}

std::string shown(const executor::Settings& settings) {
  return v1::config_options(all_options(settings)).payload;
}

}  // namespace

Failure session_closed() {
  return fail(Error(ErrorKind::session_not_found, "the session was closed")
                  .with_hint("Open the session again: load or resume it."));
}

Session::Session(Library library, Trust& trust, Elsewhere elsewhere, executor::Executor& executor,
                 std::shared_ptr<Record> record, v1::Workspace workspace,
                 Turns::Callbacks callbacks)
    : library_(library),
      elsewhere_(elsewhere),
      executor_(&executor),
      record_(std::move(record)),
      workspace_(std::move(workspace)),
      trust_(trust, executor),
      settings_(executor.shared(chosen(executor.settings(), record_->state()))),
      conversation_(*this),
      turns_(*this, std::move(callbacks)) {
  learn_secrets();
}

/// What the session's servers are given as credentials is a secret wherever it turns up.
void Session::learn_secrets() {
  const auto secrets = std::make_shared<std::vector<KnownSecret>>();
  const auto learn = [&](std::string_view value, std::string_view kind) {
    if (KnownSecret known = library_.redactor.know(value, kind))
      secrets->push_back(std::move(known));
  };
  for (const v1::McpServer& server : workspace_.mcp_servers) {
    for (const v1::NameValue& each : server.env) {
      if (is_secret_name(each.name)) learn(each.value, "mcp-env");
    }
    for (const v1::NameValue& each : server.headers) {
      if (is_secret_name(each.name)) learn(secret_in_header(each.value), "mcp-header");
    }
    for (const std::string_view part : secrets_in_url(server.url)) learn(part, "mcp-url");
  }
  secrets_ = secrets;
}

transport::Task<Result<void>> Session::refresh() {
  const auto self = shared_from_this();
  if (running()) co_return Result<void>();
  const auto news = co_await record_->look();
  if (!news) co_return fail(news.error());
  if (*news && !running()) co_return adopt_external_changes();
  co_return Result<void>();
}

Result<void> Session::adopt_external_changes() {
  conversation_.let_go();
  if (state().backend != executor_->name()) {
    executor::Executor* const now = elsewhere_.backends.named(state().backend);
    if (now == nullptr) return fail(backend_missing(state().backend));
    use(*now);
  }
  settings_ = executor_->shared(chosen(settings(), state()));
  return {};
}

void Session::use(executor::Executor& backend) {
  conversation_.let_go();
  executor_ = &backend;
  trust_.change_backend(backend);
  commands_.clear();
  settings_ = executor_->shared(chosen(executor_->settings(), state()));
}

void Session::change_backend(executor::Executor& to, BackendChange change) {
  change.turn = history()->turns() + 1;
  change.from = executor_->name();
  change.to = to.name();
  record_->add(record_type::backend, backend_data(change));
  if (&to == executor_) return;
  use(to);
  show_choices(true);
  announce_commands();
}

transport::Task<void> Session::close() {
  const auto self = shared_from_this();
  if (closed_) {
    const auto closed = closed_;
    co_await closed->wait();
    co_return;
  }
  closed_ = std::make_shared<transport::Event>(library_.loop);
  cancel();
  co_await turns_.idle();
  co_await choices_made();
  co_await conversation_.close();
  co_await record_->caught_up();
  co_await turns_.remembered();
  if (library_.policy.keeps_memory && history()->turns() > 0) {
    store::State now = state();
    co_await write_digest(library_, std::move(now));
  }
  closed_->set();
}

// --- the client
// ------------------------------------------------------------------------------------

void Session::attach(v1::Client& client, v1::Workspace workspace) {
  if (client_ != &client) {
    client_ = &client;
    ++attachment_;
    replays_ = 0;
    held_news_.reset();
  }
  if (workspace == workspace_) return;
  workspace_ = std::move(workspace);
  learn_secrets();
  // Servers and directories are given to a conversation when it begins: the next prompt resumes it.
  if (!running()) conversation_.let_go();
}

void Session::detach(const v1::Client& client) {
  if (client_ == &client) client_ = nullptr;
}

void Session::say(v1::Update update, Audience audience) {
  if (is_empty_plan(update)) return;
  if (update.payload.size() > transport::limits::long_message)
    return say_long(std::make_shared<v1::Update>(std::move(update)), audience);
  v1::show_controls(update);
  note_mode(update);
  if (!record_->has_room_for(update.payload.size())) return;
  if (update.kind != v1::UpdateKind::available_commands_update) record_->update(update);
  if (client_ == nullptr || replays_ > 0 || audience == Audience::record) return;
  update.session = id();
  client_->send(std::move(update));
}

/// The record and the client share it.
void Session::say_long(std::shared_ptr<v1::Update> update, Audience audience) {
  v1::show_controls(*update);
  note_mode(*update);
  if (!record_->has_room_for(update->payload.size())) return;
  update->session = id();
  if (update->kind != v1::UpdateKind::available_commands_update) record_->long_update(update);
  if (client_ == nullptr || replays_ > 0 || audience == Audience::record) return;
  client_->long_update(std::move(update));
}

/// A backend may change the mode by itself.
void Session::note_mode(const v1::Update& update) {
  if (update.kind != v1::UpdateKind::current_mode_update) return;
  auto mode = json::View(update.payload).find("currentModeId").string();
  if (!mode) return;
  executor::Settings changed = settings();
  changed.modes.current = std::move(*mode);
  settings_ = executor_->shared(std::move(changed));
}

transport::Task<void> Session::room(transport::CancelSource cancel) {
  // Whichever comes first; the wait goes on by itself when that was the cancel.
  const auto first = std::make_shared<transport::Event>(library_.loop);
  const auto subscription = cancel.on_cancel([first] { first->set(); });
  library_.loop.spawn([](v1::Client* client, std::shared_ptr<Record> record,
                         std::shared_ptr<transport::Event> event) -> transport::Task<void> {
    if (client != nullptr) co_await client->room();
    co_await record->caught_up();
    event->set();
  }(client_, record_, first));
  co_await first->wait();
}

void Session::release_terminal(std::string terminal_id) {
  if (client_ == nullptr) return;
  v1::TerminalRequest request;
  request.session_id = id();
  request.terminal_id = std::move(terminal_id);
  library_.loop.spawn([](v1::Client& client, v1::TerminalRequest which) -> transport::Task<void> {
    co_await client.ask<v1::method::ReleaseTerminal>(std::move(which), nullptr);
  }(*client_, std::move(request)));
}

/// To the client that the session has now.
ReplayRequest Session::replay_request(transport::CancelSource cancel) {
  ReplayRequest request;
  request.record = record_;
  request.client = client_;
  request.cancel = cancel;
  request.goes_on = [this, attachment = attachment_] {
    return client_ != nullptr && attachment_ == attachment;
  };
  request.room = [this, cancel] { return room(cancel); };
  return request;
}

transport::Task<Result<LeftOut>> Session::replay(std::uint64_t from_seq, std::uint64_t max_bytes,
                                                 transport::CancelSource cancel) {
  const auto self = shared_from_this();
  const std::uint64_t attachment = attachment_;
  ++replays_;
  ReplayRequest request = replay_request(std::move(cancel));
  request.from_seq = from_seq;
  request.max_bytes = max_bytes;
  auto done = co_await session::replay(library_, std::move(request));
  if (attachment_ == attachment) --replays_;
  if (!done && closing()) co_return session_closed();
  co_return done;
}

transport::Task<Result<void>> Session::replay_turn(OneTurn turn, transport::CancelSource cancel) {
  const auto self = shared_from_this();
  if (client_ == nullptr) co_return fail(ErrorKind::peer_gone, "the client has gone");
  ReplayRequest request = replay_request(std::move(cancel));
  co_return co_await session::replay_turn(library_, std::move(request), std::move(turn));
}

void Session::announce_before_answer() {
  held_news_.reset();
  announce_commands();
  // A turn that runs is something that happens.
  if (!running()) held_news_.emplace();
}

void Session::tell_held_news() {
  const auto held = std::exchange(held_news_, std::nullopt);
  if (!held) return;
  if (held->options) show_choices(held->mode);
  if (held->commands) announce_commands();
}

void Session::announce_commands() {
  if (client_ == nullptr) return;
  if (held_news_) {
    held_news_->commands = true;
    return;
  }
  std::vector<v1::Command> all = own_commands();
  for (const auto& backends : {executor_->commands(), commands_})
    all.insert(all.end(), backends.begin(), backends.end());
  v1::Update update = v1::available_commands(all);
  v1::show_controls(update);
  update.session = id();
  client_->update(update);
}

// --- what was chosen
// -------------------------------------------------------------------------------

std::vector<v1::ConfigOption> Session::options() const {
  auto all = all_options(settings());
  if (auto agent = agent_option(elsewhere_.backends, *executor_, has_past()))
    all.push_back(std::move(*agent));
  return client_ == nullptr ? all : v1::for_client(client_->capabilities(), std::move(all));
}

transport::Task<Result<void>> Session::choose(Choice choice) {
  const auto self = shared_from_this();
  if (closing()) co_return session_closed();
  const auto mine = std::make_shared<transport::Event>(library_.loop);
  const auto before = std::exchange(last_choice_, mine);
  if (before) co_await before->wait();
  auto recorded = co_await record_choice(choice);
  // The backend may have changed something else meanwhile, which stays.
  if (recorded) {
    executor::Settings changed = settings();
    choice(changed);
    settings_ = executor_->shared(std::move(changed));
  }
  if (last_choice_ == mine) last_choice_ = nullptr;
  mine->set();
  co_return recorded;
}

/// Of what is chosen between turns, or within one.
transport::Task<Result<void>> Session::record_choice(const Choice& choice) {
  const bool begun = record_->begun();
  if (begun) {
    const auto news = co_await record_->claim("an option is set");
    if (!news) co_return fail(news.error());
    // What another process has chosen stays.
    if (*news) {
      if (auto adopted = adopt_external_changes(); !adopted) {
        record_->release();
        co_return adopted;
      }
    }
  }
  executor::Settings after = settings();
  const v1::Update update = choice(after);
  if (!begun) {
    record_->preset(update);
    co_return Result<void>();
  }
  record_->update(update);
  auto written = co_await record_->write();
  record_->release();
  co_return written;
}

transport::Task<void> Session::choices_made() {
  while (last_choice_) {
    const auto last = last_choice_;
    co_await last->wait();
  }
}

transport::Task<Result<void>> Session::set_mode(std::string mode) {
  const auto self = shared_from_this();
  tell_held_news();
  if (!offers_mode(settings(), mode)) {
    co_return fail(Error(ErrorKind::invalid_params, "the session has no such mode at params.modeId")
                       .at("params.modeId"));
  }
  Choice choice = [mode](executor::Settings& settings) {
    settings.modes.current = mode;
    return v1::current_mode(mode);
  };
  auto chosen = co_await choose(std::move(choice));
  if (!chosen) co_return chosen;
  if (const auto& conversation = conversation_.get()) {
    if (auto set = conversation->set_mode(mode); !set) co_return set;
  }
  show_choices(true);
  co_return Result<void>();
}

void Session::show_choices(bool mode_too) {
  if (client_ == nullptr || replays_ > 0) return;
  if (held_news_) {
    held_news_->options = true;
    held_news_->mode |= mode_too;
    return;
  }
  // Modes are offered twice; a client may look at either.
  v1::Update mode_update = v1::current_mode(settings().modes.current);
  v1::Update option_update = v1::config_options(options());
  mode_update.session = option_update.session = id();
  if (mode_too) client_->update(mode_update);
  client_->update(option_update);
}

transport::Task<Result<void>> Session::set_option(v1::SetConfigOptionRequest request) {
  const auto self = shared_from_this();
  tell_held_news();
  const auto changed = changed_option(options(), request);
  if (!changed) co_return fail(changed.error());
  if (changed->id == mode_option_id) co_return co_await set_mode(changed->current);
  if (changed->id == agent_option_id) co_return co_await choose_agent(changed->current);
  Choice choice = [changed](executor::Settings& settings) {
    for (v1::ConfigOption& each : settings.options) {
      if (each.id != changed->id) continue;
      // What the client is shown may be a substitute.
      each.current = changed->current;
      each.on = changed->type == v1::ConfigOption::Type::boolean ? changed->on
                                                                 : changed->current == "true";
    }
    return v1::config_options(all_options(settings));
  };
  auto chosen = co_await choose(std::move(choice));
  if (!chosen) co_return chosen;
  if (const auto& conversation = conversation_.get()) {
    if (auto set = conversation->set_option(*changed); !set) co_return set;
  }
  co_return Result<void>();
}

/// A session without a past begins with the other agent. One that has a past stays as it is, and is
/// forked to it.
transport::Task<Result<void>> Session::choose_agent(std::string name) {
  co_await choices_made();
  if (closing()) co_return session_closed();
  if (name == executor_->name()) co_return Result<void>();
  if (has_past()) {
    library_.loop.spawn(fork_to(shared_from_this(), std::move(name)));
    co_return Result<void>();
  }
  const auto choices = elsewhere_.choose(workspace_.cwd, name);
  if (!choices) co_return fail(choices.error());
  if (auto refused = refusal_of(workspace_, *choices->backend)) co_return fail(std::move(*refused));
  if (auto refused = refusal_of_loads(state().loads, *choices->backend, elsewhere_.backends))
    co_return fail(std::move(*refused));
  store::State begins;
  begins.backend = name;
  keep_chosen(settings_of(*choices), begins);
  record_->preset_backend(begins);
  use(*choices->backend);
  show_choices(true);
  announce_commands();
  prepare();
  co_return Result<void>();
}

transport::Task<void> Session::fork_to(std::shared_ptr<Session> self, std::string backend) {
  const std::string said = co_await self->turns_.command("tine-fork " + backend);
  v1::Update news = v1::text_chunk(v1::UpdateKind::agent_message_chunk, said, "fork-to-" + backend);
  news.session = self->id();
  if (self->client_ != nullptr) self->client_->update(news);
}

bool Session::has_past() const {
  return history()->turns() > 0 || running() || record_->begun() || !state().adopted.empty();
}

// --- turns and conversation
// ------------------------------------------------------------------------

Turns::Report Session::prompt(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel,
                              PromptTags tags) {
  tell_held_news();
  return turns_.prompt(std::move(blocks), std::move(cancel), std::move(tags));
}

void Session::prepare() {
  if (!closing() && !running()) conversation_.prepare();
}

executor::ConversationSpec Session::spec(executor::ConversationEvents events) const {
  executor::ConversationSpec spec;
  const std::shared_ptr<const History> past = history();
  spec.session_id = id();
  spec.identity = identity_of(library_, state());
  spec.workspace = workspace_;
  if (state().has_tools) add_own_server(elsewhere_.backends, spec);
  spec.trust = trust_.given();
  spec.loading = executor::kept_loading(state().loads);
  spec.settings = settings();
  spec.turns = past->turns();
  spec.past = [library = library_, past] { return past_of_provider(library, past); };
  spec.origin = origin_of(state(), *past, past->cursor());
  spec.events = std::move(events);
  return spec;
}

std::optional<executor::ProviderPoint> Session::provider_point() const {
  if (const auto left = left_at(state(), *history())) return left->point;
  return session::provider_point(state(), *history(), history()->cursor());
}

void Session::take_update(v1::Update update) {
  if (!record_->claimed()) {
    library_.log.warning("session " + id() +
                         ": what its conversation said while it slept is lost, as another process "
                         "may be at work in it");
    return;
  }
  say(std::move(update));
}

void Session::take_settings(const executor::Settings& offered) {
  const auto before = std::exchange(settings_, executor_->shared(chosen(offered, state())));
  if (shown(*before) == shown(settings())) return;
  const bool other_mode = settings().modes.current != before->modes.current;
  if (other_mode) note_unasked(v1::current_mode(settings().modes.current));
  if (!chosen_anew(*before, settings()).empty())
    note_unasked(v1::config_options(all_options(settings())));
  show_choices(other_mode);
}

/// Without the right to write nothing is lost: the next process to open the session comes to the
/// same choice.
void Session::note_unasked(const v1::Update& update) {
  if (!record_->begun()) {
    record_->preset(update);
  } else if (record_->claimed()) {
    record_->update(update);
  }
}

void Session::take_commands(std::vector<v1::Command> commands) {
  commands_ = std::move(commands);
  if (replays_ == 0) announce_commands();
}

}  // namespace tine::session
