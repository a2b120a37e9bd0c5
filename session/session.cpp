#include "session/session.h"

#include <utility>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/filter.h"
#include "session/git.h"
#include "session/limits.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/replay.h"
#include "session/settings.h"
#include "session/summary.h"
#include "session/title.h"
#include "session/turn_client.h"

namespace tine::session {
namespace {

/// Our own commands; a backend's come from the backend.
std::vector<v1::Command> own_commands() {
  return {
      {.name = "tine-usage",
       .description = "Show the tokens of this session",
       .hint = {},
       .meta = {}},
      {.name = "tine-fork",
       .description = "Fork this session at its last turn",
       .hint = {},
       .meta = {}},
      {.name = "tine-tree",
       .description = "Show the tree that this session belongs to",
       .hint = {},
       .meta = {}},
  };
}

/// The name of the command of ours that a prompt is; empty for any other prompt.
std::string command_name(const std::vector<v1::ContentBlock>& blocks) {
  if (blocks.empty() || blocks.front().type != v1::ContentType::text) return {};
  const std::string_view text = blocks.front().text;
  if (!text.starts_with("/tine-")) return {};
  return std::string(text.substr(1, text.find_first_of(" \n\t") - 1));
}

/// The beginning of what a prompt says, more than enough for a title: a prompt may be a whole file.
std::string_view beginning(const std::vector<v1::ContentBlock>& blocks) {
  for (const v1::ContentBlock& block : blocks) {
    if (block.type == v1::ContentType::text && !block.text.empty()) {
      return std::string_view(block.text).substr(0, limits::title_source);
    }
  }
  return {};
}

}  // namespace

struct Session::Git {
  explicit Git(transport::Loop& loop) : known(loop) {}
  transport::Event known;
  std::optional<store::GitState> state;  // none: the project is in no repository
};

/// What a turn shares with the coroutine that plays the backend's side.
struct Session::Running {
  Running(transport::Loop& loop, Session& session, transport::CancelSource source)
      : cancel(std::move(source)), client(session, cancel), done(loop), woken(loop) {}
  transport::CancelSource cancel;
  TurnClient client;
  transport::Event done;
  transport::Event woken;  // done or cancelled
  executor::TurnOutcome outcome;
  bool given_up = false;                              // the turn has ended without it
  std::unique_ptr<executor::Conversation> abandoned;  // still in use by the coroutine
};

Session::Session(Library library, executor::Executor& executor, std::shared_ptr<Record> record,
                 v1::Workspace workspace, Command command)
    : library_(library),
      executor_(executor),
      record_(std::move(record)),
      workspace_(std::move(workspace)),
      settings_(chosen(executor.settings(), record_->state())),
      command_(std::move(command)) {
  learn_secrets();
}

/// What the session's servers are given as credentials is a secret wherever it turns up.
void Session::learn_secrets() {
  secrets_.clear();
  const auto learn = [this](std::string_view value, std::string_view kind) {
    if (KnownSecret known = library_.redactor.know(value, kind))
      secrets_.push_back(std::move(known));
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
}

// --- the client
// ------------------------------------------------------------------------------------

void Session::attach(v1::Client& client, v1::Workspace workspace) {
  client_ = &client;
  if (workspace == workspace_) return;
  workspace_ = std::move(workspace);
  learn_secrets();
  // Servers and directories are given to a conversation when it begins: the next prompt resumes it.
  if (!running()) let_go_of_conversation();
}

/// The next prompt takes it up again.
void Session::let_go_of_conversation() {
  if (conversation_) {
    library_.loop.spawn([](std::shared_ptr<executor::Conversation> old) -> transport::Task<void> {
      co_await old->close();
    }(std::move(conversation_)));
  }
  if (std::exchange(keeps_claim_, false)) record_->release();
}

void Session::detach(const v1::Client& client) {
  if (client_ == &client) client_ = nullptr;
}

void Session::say(v1::Update update, Audience audience) {
  note_mode(update);
  if (update.kind != v1::UpdateKind::available_commands_update) record_->update(update);
  if (client_ == nullptr || replaying_ || audience == Audience::record) return;
  update.session = id();
  client_->update(update);
}

/// A backend may change the mode by itself.
void Session::note_mode(const v1::Update& update) {
  if (update.kind != v1::UpdateKind::current_mode_update) return;
  if (auto mode = json::View(update.payload).find("currentModeId").string())
    settings_.modes.current = std::move(*mode);
}

transport::Task<void> Session::room(transport::CancelSource cancel) {
  // Whichever comes first; the wait for the client goes on by itself when that was the cancel.
  const auto first = std::make_shared<transport::Event>(library_.loop);
  const auto subscription = cancel.on_cancel([first] { first->set(); });
  library_.loop.spawn(
      [](v1::Client& client, std::shared_ptr<transport::Event> event) -> transport::Task<void> {
        co_await client.room();
        event->set();
      }(*client_, first));
  co_await first->wait();
}

void Session::release_terminal(std::string terminal_id) {
  if (client_ == nullptr) return;
  v1::TerminalRequest request;
  request.session_id = id();
  request.terminal_id = std::move(terminal_id);
  library_.loop.spawn([](v1::Client& client, v1::TerminalRequest which) -> transport::Task<void> {
    co_await client.release_terminal(std::move(which), nullptr);
  }(*client_, std::move(request)));
}

transport::Task<Result<void>> Session::replay(std::uint64_t from_seq,
                                              transport::CancelSource cancel) {
  const auto self = shared_from_this();
  v1::Client* const client = client_;
  replaying_ = true;
  ReplayRequest request;
  request.record = record_;
  request.from_seq = from_seq;
  request.client = client;
  request.cancel = cancel;
  request.goes_on = [this, client] { return client_ == client; };
  request.room = [this, cancel] { return room(cancel); };
  auto done = co_await session::replay(library_, std::move(request));
  if (client_ == client) replaying_ = false;
  co_return done;
}

void Session::announce_commands() {
  if (client_ == nullptr) return;
  v1::Update update = v1::available_commands(own_commands());
  update.session = id();
  client_->update(update);
}

// --- what was chosen
// -------------------------------------------------------------------------------

std::vector<v1::ConfigOption> Session::options() const {
  auto all = all_options(settings_);
  return client_ == nullptr ? all : v1::for_client(client_->capabilities(), std::move(all));
}

/// Records what was chosen between turns, or within one; gives the settings with it.
transport::Task<Result<executor::Settings>> Session::note_choice(Choice choose) {
  const bool begun = record_->begun();
  if (begun) {
    const auto news = co_await record_->claim("an option is set");
    if (!news) co_return fail(news.error());
    // What another process has chosen stays.
    if (*news) take_over();
  }
  executor::Settings after = settings_;
  const v1::Update update = choose(after);
  if (!begun) {
    record_->preset(update);
    co_return after;
  }
  record_->update(update);
  auto written = co_await record_->write();
  record_->release();
  if (!written) co_return fail(std::move(written.error()));
  co_return after;
}

transport::Task<Result<void>> Session::set_mode(std::string mode) {
  const auto self = shared_from_this();
  if (!offers_mode(settings_, mode)) {
    co_return fail(Error(ErrorKind::invalid_params, "the session has no such mode at params.modeId")
                       .at("params.modeId"));
  }
  const Choice choose = [&mode](executor::Settings& settings) {
    settings.modes.current = mode;
    return v1::current_mode(mode);
  };
  auto after = co_await note_choice(choose);
  if (!after) co_return fail(std::move(after.error()));
  if (conversation_) {
    if (auto set = conversation_->set_mode(mode); !set) co_return set;
  }
  settings_ = std::move(*after);
  if (client_ != nullptr && !replaying_) {
    // Modes are offered twice; a client may look at either.
    v1::Update mode_update = v1::current_mode(settings_.modes.current);
    v1::Update option_update = v1::config_options(options());
    mode_update.session = option_update.session = id();
    client_->update(mode_update);
    client_->update(option_update);
  }
  co_return Result<void>();
}

transport::Task<Result<void>> Session::set_option(v1::SetConfigOptionRequest request) {
  const auto self = shared_from_this();
  const auto changed = changed_option(options(), request);
  if (!changed) co_return fail(changed.error());
  if (changed->id == mode_option_id) co_return co_await set_mode(changed->current);
  const Choice choose = [&changed](executor::Settings& settings) {
    for (v1::ConfigOption& each : settings.options) {
      if (each.id != changed->id) continue;
      // What the client is shown may be a substitute.
      each.current = changed->current;
      each.on = changed->type == v1::ConfigOption::Type::boolean ? changed->on
                                                                 : changed->current == "true";
    }
    return v1::config_options(all_options(settings));
  };
  auto after = co_await note_choice(choose);
  if (!after) co_return fail(std::move(after.error()));
  if (conversation_) {
    if (auto set = conversation_->set_option(*changed); !set) co_return set;
  }
  settings_ = std::move(*after);
  co_return Result<void>();
}

// --- turns
// -----------------------------------------------------------------------------------------

executor::ConversationSpec Session::spec() const {
  executor::ConversationSpec spec;
  spec.session_id = id();
  spec.identity = identity_of(library_, state());
  spec.workspace = workspace_;
  spec.settings = settings_;
  spec.turns = history()->turns();
  spec.past = [library = library_, history = std::shared_ptr<const History>(history())] {
    return past_turns(library.loop, library.store, history, history->cursor());
  };
  return spec;
}

void Session::set_conversation(std::unique_ptr<executor::Conversation> conversation) {
  conversation_ = std::move(conversation);
}

transport::Task<Result<void>> Session::ensure_conversation(std::shared_ptr<Running> running,
                                                           std::vector<v1::ContentBlock>& blocks) {
  if (conversation_) co_return Result<void>();
  const auto point = provider_point(state(), *history(), history()->cursor());
  Result<std::unique_ptr<executor::Conversation>> made;
  if (point) {
    made = co_await executor_.resume(spec(), *point);
  } else {
    made = co_await executor_.start(spec());
  }
  if (!made && made.error().kind == ErrorKind::conversation_lost) {
    auto summary = co_await offer_summary(running, std::move(made.error()));
    if (!summary) co_return fail(std::move(summary.error()));
    blocks.insert(blocks.begin(), v1::text_block(std::move(*summary)));
    made = co_await executor_.start(spec());
  }
  if (!made) co_return fail(std::move(made.error()));
  if (running->given_up) {
    co_await (*made)->close();
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  set_conversation(std::move(*made));
  co_return Result<void>();
}

/// The provider does not know the conversation any more, but the transcript does. Whoever asked is
/// told, and may go on from what it says.
transport::Task<Result<std::string>> Session::offer_summary(std::shared_ptr<Running> running,
                                                            Error lost) {
  constexpr const char* accept = "summary";
  v1::PermissionRequest request;
  request.tool_call.id = "conversation-lost-" + std::to_string(history()->turns() + 1);
  request.tool_call.title =
      "The provider has lost this conversation. Go on from a summary of its transcript?";
  request.options = {
      {.id = accept,
       .name = "Go on from a summary",
       .kind = v1::PermissionOption::Kind::allow_once,
       .meta = {}},
      {.id = "stop", .name = "Stop", .kind = v1::PermissionOption::Kind::reject_once, .meta = {}}};
  const auto answer = co_await running->client.request_permission(std::move(request), nullptr);
  if (!answer || answer->option_id != accept) {
    if (lost.hint.empty()) {
      lost.hint =
          "The transcript is still there: load it, or answer yes when you are asked to go on from "
          "a summary.";
    }
    co_return fail(std::move(lost));
  }
  const std::shared_ptr<const History> known = history();
  const auto turns = co_await past_turns(library_.loop, library_.store, known, known->cursor());
  if (!turns) co_return fail(turns.error());
  co_return library_.redactor.redacted(summary_of(*turns));
}

/// Another process has gone on with the session: what this one has of it is of the past.
void Session::take_over() {
  settings_ = chosen(executor_.settings(), state());
  let_go_of_conversation();
}

transport::Task<Result<void>> Session::look() {
  const auto self = shared_from_this();
  if (running()) co_return Result<void>();
  const auto news = co_await record_->look();
  if (!news) co_return fail(news.error());
  if (*news && !running()) take_over();
  co_return Result<void>();
}

Session::Report Session::prompt(std::vector<v1::ContentBlock> blocks,
                                transport::CancelSource cancel) {
  const auto self = shared_from_this();
  if (queue_.size() > limits::queued_prompts) {
    co_return fail(ErrorKind::queue_full, "too many prompts of this session are waiting");
  }
  const auto waiting = std::make_shared<Waiting>(library_.loop, std::move(cancel));
  queue_.push_back(waiting);
  if (queue_.front() != waiting) co_await waiting->turn.wait();
  auto report = co_await claim_and_run(std::move(blocks), waiting->cancel);
  queue_.pop_front();
  if (!queue_.empty()) {
    queue_.front()->turn.set();
  } else if (const auto idle = std::exchange(idle_, nullptr)) {
    idle->set();
  }
  co_return report;
}

void Session::cancel() {
  // A turn that ends takes itself out of the queue.
  const auto waiting = queue_;
  for (const auto& each : waiting) each->cancel.cancel();
}

transport::Task<void> Session::close() {
  const auto self = shared_from_this();
  cancel();
  if (!queue_.empty()) {
    if (!idle_) idle_ = std::make_shared<transport::Event>(library_.loop);
    const auto idle = idle_;
    co_await idle->wait();
  }
  if (conversation_) {
    const auto old = std::move(conversation_);
    co_await old->close();
  }
  if (std::exchange(keeps_claim_, false)) record_->release();
}

/// Nothing happens without the right to write it down.
Session::Report Session::claim_and_run(std::vector<v1::ContentBlock> blocks,
                                       transport::CancelSource cancel) {
  auto news = co_await record_->claim("a turn runs");
  if (!news) co_return fail(std::move(news.error()));
  if (*news) take_over();
  const std::int64_t most = library_.policy.max_session_bytes;
  if (most > 0 && state().transcript_bytes > most) {
    record_->release();
    co_return fail(Error(ErrorKind::session_too_large,
                         "the session has reached its limit of " + std::to_string(most) + " bytes")
                       .with_hint("Fork it, or compress it, and go on there."));
  }
  auto report = co_await run(std::move(blocks), std::move(cancel));
  record_->on_failure(nullptr);
  // A live conversation is this process's alone; else others may have their turn.
  if (!conversation_ || !conversation_->is_live()) {
    record_->release();
  } else if (std::exchange(keeps_claim_, true)) {
    record_->release();
  }
  co_return report;
}

Session::Report Session::run(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel) {
  git_ = std::make_shared<Git>(library_.loop);
  library_.loop.spawn(look_at_git(git_));
  record_->prompt("prompt-" + std::to_string(history()->turns() + 1), blocks);
  const std::string command = command_name(blocks);
  if (!command.empty()) co_return co_await run_command(command, cancel);
  if (state().description.empty() && library_.policy.keep_text) {
    const std::string title = title_from(library_.redactor.redacted(beginning(blocks)));
    if (!title.empty()) say(v1::session_info(title, rfc3339(record_->updated_ms())));
  }

  executor::TurnOutcome outcome;
  if (cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
    co_return co_await finish(std::move(outcome), true);
  }
  const auto running = std::make_shared<Running>(library_.loop, *this, cancel);
  // What cannot be written down must not go on.
  record_->on_failure([running] { running->cancel.cancel(); });
  const auto subscription = cancel.on_cancel([running] { running->woken.set(); });
  library_.loop.spawn(play(running, std::move(blocks)));
  co_await running->woken.wait();
  if (!running->done.is_set()) {
    const bool ended = co_await running->done.wait_for(limits::cancel_grace);
    if (!ended) {
      // The turn ends without the backend; its conversation is left to the coroutine that is stuck
      // in it.
      running->given_up = true;
      running->outcome.stop = v1::StopReason::cancelled;
      running->abandoned = std::move(conversation_);
    }
  }
  if (record_->failure()) running->outcome.stop = fail(*record_->failure());
  const bool cancelled = cancel.cancelled() && !record_->failure();
  running->client.end(cancelled || !running->outcome.stop);
  co_return co_await finish(std::move(running->outcome), cancelled);
}

/// In which state the project is as the turn begins.
transport::Task<void> Session::look_at_git(std::shared_ptr<Git> git) {
  const auto self = shared_from_this();
  auto found = co_await git_snapshot(library_.loop, library_.env, workspace_.cwd);
  if (found) {
    git->state = store::GitState{.branch = library_.redactor.redacted(found->branch),
                                 .commit = std::move(found->commit),
                                 .dirty = found->dirty};
  }
  git->known.set();
}

transport::Task<void> Session::play(std::shared_ptr<Running> running,
                                    std::vector<v1::ContentBlock> blocks) {
  const auto self = shared_from_this();
  executor::TurnOutcome outcome;
  auto ready = co_await ensure_conversation(running, blocks);
  if (!ready) {
    outcome.stop = fail(std::move(ready.error()));
  } else if (running->cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
  } else {
    outcome = co_await conversation_->prompt(std::move(blocks), running->client, running->cancel);
  }
  if (running->given_up) {
    if (running->abandoned) co_await running->abandoned->close();
    co_return;
  }
  running->outcome = std::move(outcome);
  running->done.set();
  running->woken.set();
}

Session::Report Session::run_command(std::string name, transport::CancelSource cancel) {
  executor::TurnOutcome outcome;
  if (!cancel.cancelled()) {
    const std::string said = co_await command_(*this, name);
    const std::string id = "command-" + std::to_string(history()->turns() + 1);
    say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, said, id));
  }
  if (cancel.cancelled()) outcome.stop = v1::StopReason::cancelled;
  co_return co_await finish(std::move(outcome), cancel.cancelled());
}

/// Writes down how the turn ended, before anybody is told.
Session::Report Session::finish(executor::TurnOutcome outcome, bool cancelled) {
  record_->end_messages();
  if (outcome.usage.context) say(v1::usage_update(*outcome.usage.context));
  if (cancelled) outcome.stop = v1::StopReason::cancelled;
  if (!outcome.stop) {
    const std::uint64_t turn = history()->turns() + 1;
    record_->add(record_type::error, error_data(turn, outcome.stop.error(), library_.redactor));
  }

  TurnEnd end;
  end.stop = outcome.stop ? v1::name_of(*outcome.stop) : "error";
  if (conversation_) end.conversation = conversation_->provider_id();
  end.provider_turn = outcome.provider_turn;
  end.usage = outcome.usage;
  TurnReport report;
  report.seq = record_->end_turn(std::move(end));
  report.turn = history()->turns();
  // It has had the whole turn for it.
  if (!cancelled) co_await git_->known.wait();
  if (git_->known.is_set()) record_->set_git(std::move(git_->state));
  auto written = co_await record_->write();
  if (!written) co_return fail(std::move(written.error()));
  if (!outcome.stop) co_return fail(std::move(outcome.stop.error()));
  report.stop_reason = *outcome.stop;
  report.usage = std::move(outcome.usage);
  report.cumulative = state().total;
  co_return report;
}

}  // namespace tine::session
