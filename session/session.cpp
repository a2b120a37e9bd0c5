#include "session/session.h"

#include <algorithm>
#include <utility>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/filter.h"
#include "session/limits.h"
#include "session/title.h"
#include "session/turn_client.h"

namespace tine::session {
namespace {

constexpr std::string_view mode_id = "mode";

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

/// What a turn shares with the coroutine that plays the backend's side.
struct Session::Running {
  Running(transport::Loop& loop, Session& session, transport::CancelSource source)
      : cancel(std::move(source)), client(session, cancel), done(loop), woken(loop) {}
  transport::CancelSource cancel;
  TurnClient client;
  transport::Event done;
  transport::Event woken;  // done or cancelled
  executor::TurnOutcome outcome;
  std::unique_ptr<executor::Conversation> abandoned;  // still in use by the coroutine
};

Session::Session(transport::Loop& loop, Env& env, Redactor& redactor, executor::Executor& executor,
                 Origin origin, std::shared_ptr<History> history, Command command)
    : loop_(loop),
      env_(env),
      redactor_(redactor),
      executor_(executor),
      origin_(std::move(origin)),
      history_(std::move(history)),
      command_(std::move(command)) {
  touch();
  learn_secrets();
}

/// What the session's servers are given as credentials is a secret wherever it turns up.
void Session::learn_secrets() {
  secrets_.clear();
  const auto learn = [this](std::string_view value, std::string_view kind) {
    if (KnownSecret known = redactor_.know(value, kind)) secrets_.push_back(std::move(known));
  };
  for (const v1::McpServer& server : origin_.workspace.mcp_servers) {
    for (const v1::NameValue& each : server.env) {
      if (is_secret_name(each.name)) learn(each.value, "mcp-env");
    }
    for (const v1::NameValue& each : server.headers) {
      if (is_secret_name(each.name)) learn(secret_in_header(each.value), "mcp-header");
    }
    for (const std::string_view part : secrets_in_url(server.url)) learn(part, "mcp-url");
  }
}

void Session::touch() { updated_ms_ = env_.wall_ms(); }

// --- the client
// ------------------------------------------------------------------------------------

void Session::attach(v1::Client& client, v1::Workspace workspace) {
  client_ = &client;
  if (workspace == origin_.workspace) return;
  origin_.workspace = std::move(workspace);
  learn_secrets();
  // Servers and directories are given to a conversation when it begins: the next prompt resumes it.
  if (conversation_ && !running()) {
    loop_.spawn([](std::shared_ptr<executor::Conversation> old) -> transport::Task<void> {
      co_await old->close();
    }(std::move(conversation_)));
  }
}

void Session::detach(const v1::Client& client) {
  if (client_ == &client) client_ = nullptr;
}

void Session::say(v1::Update update, Audience audience) {
  note_settings(update);
  if (update.kind != v1::UpdateKind::available_commands_update) history_->add(update, !replaying_);
  if (client_ == nullptr || replaying_ || audience == Audience::record) return;
  update.session = origin_.id;
  client_->update(update);
}

/// Keeps what an update says about the session itself.
void Session::note_settings(const v1::Update& update) {
  if (update.kind == v1::UpdateKind::session_info_update) {
    if (auto title = json::View(update.payload).find("title").string()) {
      origin_.title = redactor_.redacted(*title);
    }
  } else if (update.kind == v1::UpdateKind::current_mode_update) {
    if (auto mode = json::View(update.payload).find("currentModeId").string()) {
      origin_.settings.modes.current = std::move(*mode);
    }
  }
}

transport::Task<void> Session::room(transport::CancelSource cancel) {
  // Whichever comes first; the wait for the client goes on by itself when that was the cancel.
  const auto first = std::make_shared<transport::Event>(loop_);
  const auto subscription = cancel.on_cancel([first] { first->set(); });
  loop_.spawn(
      [](v1::Client& client, std::shared_ptr<transport::Event> event) -> transport::Task<void> {
        co_await client.room();
        event->set();
      }(*client_, first));
  co_await first->wait();
}

void Session::release_terminal(std::string terminal_id) {
  if (client_ == nullptr) return;
  v1::TerminalRequest request;
  request.session_id = origin_.id;
  request.terminal_id = std::move(terminal_id);
  loop_.spawn([](v1::Client& client, v1::TerminalRequest which) -> transport::Task<void> {
    co_await client.release_terminal(std::move(which), nullptr);
  }(*client_, std::move(request)));
}

transport::Task<Result<void>> Session::replay(std::uint64_t from_seq,
                                              transport::CancelSource cancel) {
  const auto self = shared_from_this();
  v1::Client* const client = client_;
  replaying_ = true;
  // Of what only the newest says, only the newest is sent.
  const Record* title = nullptr;
  const Record* usage = nullptr;
  std::size_t sent = 0;
  for (std::uint64_t seq = from_seq + 1; seq <= history_->last_seq() && client_ == client; ++seq) {
    const Record* record = history_->at(seq);
    if (record == nullptr || record->turn_end) continue;
    switch (record->update.kind) {
      case v1::UpdateKind::session_info_update:
        title = record;
        continue;
      case v1::UpdateKind::usage_update:
        usage = record;
        continue;
      case v1::UpdateKind::current_mode_update:  // the answer says what is chosen
      case v1::UpdateKind::config_option_update:
      case v1::UpdateKind::notice:
        continue;  // of the moment, not of the record
      default:
        break;
    }
    v1::Update update = record->update;
    update.session = origin_.id;
    client->update(update);
    if (!client->has_room()) co_await room(cancel);
    if (++sent % limits::replay_slice == 0) co_await transport::yield(loop_);
    if (cancel.cancelled()) break;
  }
  if (client_ == client) {
    replaying_ = false;
    for (const Record* last : {title, usage}) {
      if (last == nullptr) continue;
      v1::Update update = last->update;
      update.session = origin_.id;
      client->update(update);
    }
  }
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the request was cancelled");
  if (client_ != client)
    co_return fail(ErrorKind::peer_gone, "another client has opened the session");
  co_return Result<void>();
}

void Session::announce_commands() {
  if (client_ == nullptr) return;
  v1::Update update = v1::available_commands(own_commands());
  update.session = origin_.id;
  client_->update(update);
}

// --- what was chosen
// -------------------------------------------------------------------------------

v1::ConfigOption Session::mode_option() const {
  v1::ConfigOption option;
  option.id = mode_id;
  option.name = "Mode";
  option.category = "mode";
  option.current = origin_.settings.modes.current;
  for (const v1::Mode& mode : origin_.settings.modes.available) {
    option.values.push_back(
        {.value = mode.id, .name = mode.name, .description = mode.description, .meta = {}});
  }
  return option;
}

std::vector<v1::ConfigOption> Session::options() const {
  std::vector<v1::ConfigOption> all{mode_option()};
  all.insert(all.end(), origin_.settings.options.begin(), origin_.settings.options.end());
  return client_ == nullptr ? all : v1::for_client(client_->capabilities(), std::move(all));
}

Result<void> Session::set_mode(const std::string& mode) {
  const auto& known = origin_.settings.modes.available;
  if (std::none_of(known.begin(), known.end(),
                   [&](const v1::Mode& each) { return each.id == mode; })) {
    return fail(Error(ErrorKind::invalid_params, "the session has no such mode at params.modeId")
                    .at("params.modeId"));
  }
  if (conversation_) {
    if (auto set = conversation_->set_mode(mode); !set) return set;
  }
  say(v1::current_mode(mode));
  // Modes are offered twice; a client may look at either.
  say(v1::config_options(options()));
  return {};
}

Result<void> Session::set_option(const v1::SetConfigOptionRequest& request) {
  const auto bad = [](std::string what, std::string path) {
    return fail(Error(ErrorKind::invalid_params, std::move(what) + " at " + path).at(path));
  };
  const auto shown = options();
  const auto known = std::find_if(shown.begin(), shown.end(), [&](const v1::ConfigOption& each) {
    return each.id == request.config_id;
  });
  if (known == shown.end()) return bad("the session has no such option", "params.configId");

  v1::ConfigOption changed = *known;
  if (changed.type == v1::ConfigOption::Type::boolean) {
    const bool* on = std::get_if<bool>(&request.value);
    if (on == nullptr) return bad("expected boolean", "params.value");
    changed.on = *on;
  } else {
    const std::string* value = std::get_if<std::string>(&request.value);
    if (value == nullptr) return bad("expected string", "params.value");
    const auto is_it = [&](const v1::ConfigValue& each) { return each.value == *value; };
    const bool plain = std::any_of(changed.values.begin(), changed.values.end(), is_it);
    const bool grouped = std::any_of(
        changed.groups.begin(), changed.groups.end(), [&](const v1::ConfigGroup& group) {
          return std::any_of(group.values.begin(), group.values.end(), is_it);
        });
    if (!plain && !grouped) return bad("the option has no such value", "params.value");
    changed.current = *value;
  }
  if (changed.id == mode_id) return set_mode(changed.current);
  if (conversation_) {
    if (auto set = conversation_->set_option(changed); !set) return set;
  }
  for (v1::ConfigOption& each : origin_.settings.options) {
    if (each.id == changed.id) each = changed;
  }
  history_->add(v1::config_options(options()), false);
  return {};
}

// --- turns
// -----------------------------------------------------------------------------------------

executor::ConversationSpec Session::spec() const {
  return {.session_id = origin_.id, .workspace = origin_.workspace, .settings = origin_.settings};
}

std::optional<executor::ProviderPoint> Session::provider_point(std::uint64_t seq) const {
  if (provider_id_.empty()) return std::nullopt;
  const Record* turn = history_->kept_turn_until(seq);
  if (turn == nullptr) return std::nullopt;
  return executor::ProviderPoint{.conversation = provider_id_,
                                 .turn = turn->turn_end->provider_turn};
}

void Session::set_conversation(std::unique_ptr<executor::Conversation> conversation) {
  conversation_ = std::move(conversation);
  provider_id_ = conversation_->provider_id();
}

transport::Task<Result<void>> Session::ensure_conversation() {
  if (conversation_) co_return Result<void>();
  const auto point = provider_point(history_->last_seq());
  if (point) {
    auto resumed = co_await executor_.resume(spec(), *point);
    if (!resumed) co_return fail(std::move(resumed.error()));
    set_conversation(std::move(*resumed));
  } else {
    auto started = co_await executor_.start(spec());
    if (!started) co_return fail(std::move(started.error()));
    set_conversation(std::move(*started));
  }
  co_return Result<void>();
}

transport::Task<Result<TurnReport>> Session::prompt(std::vector<v1::ContentBlock> blocks,
                                                    transport::CancelSource cancel) {
  const auto self = shared_from_this();
  if (queue_.size() > limits::queued_prompts) {
    co_return fail(ErrorKind::queue_full, "too many prompts of this session are waiting");
  }
  const auto waiting = std::make_shared<Waiting>(loop_, std::move(cancel));
  queue_.push_back(waiting);
  if (queue_.front() != waiting) co_await waiting->turn.wait();
  auto report = co_await run(std::move(blocks), waiting->cancel);
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
    if (!idle_) idle_ = std::make_shared<transport::Event>(loop_);
    const auto idle = idle_;
    co_await idle->wait();
  }
  if (!conversation_) co_return;
  const auto old = std::move(conversation_);
  co_await old->close();
}

void Session::record_prompt(const std::vector<v1::ContentBlock>& blocks) {
  const std::string id = "prompt-" + std::to_string(history_->turns() + 1);
  for (const v1::ContentBlock& block : blocks) {
    history_->add(v1::content_chunk(v1::UpdateKind::user_message_chunk, block, id), false);
  }
}

transport::Task<Result<TurnReport>> Session::run(std::vector<v1::ContentBlock> blocks,
                                                 transport::CancelSource cancel) {
  touch();
  record_prompt(blocks);
  const std::string command = command_name(blocks);
  if (!command.empty()) co_return co_await run_command(command, cancel);
  if (origin_.title.empty()) {
    const std::string title = title_from(redactor_.redacted(beginning(blocks)));
    if (!title.empty()) say(v1::session_info(title, rfc3339(updated_ms_)));
  }

  executor::TurnOutcome outcome;
  if (cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
    co_return finish(std::move(outcome), true);
  }
  auto ready = co_await ensure_conversation();
  if (!ready) {
    outcome.stop = fail(std::move(ready.error()));
    co_return finish(std::move(outcome), cancel.cancelled());
  }

  const auto running = std::make_shared<Running>(loop_, *this, cancel);
  const auto subscription = cancel.on_cancel([running] { running->woken.set(); });
  loop_.spawn(play(running, std::move(blocks)));
  co_await running->woken.wait();
  if (!running->done.is_set()) {
    const bool ended = co_await running->done.wait_for(limits::cancel_grace);
    if (!ended) {
      // The turn ends without the backend; its conversation is left to the coroutine that is stuck
      // in it.
      running->outcome.stop = v1::StopReason::cancelled;
      running->abandoned = std::move(conversation_);
    }
  }
  const bool cancelled = cancel.cancelled();
  running->client.end(cancelled || !running->outcome.stop);
  co_return finish(std::move(running->outcome), cancelled);
}

transport::Task<void> Session::play(std::shared_ptr<Running> running,
                                    std::vector<v1::ContentBlock> blocks) {
  const auto self = shared_from_this();
  executor::TurnOutcome outcome =
      co_await conversation_->prompt(std::move(blocks), running->client, running->cancel);
  if (running->abandoned) {
    co_await running->abandoned->close();
    co_return;
  }
  running->outcome = std::move(outcome);
  running->done.set();
  running->woken.set();
}

transport::Task<Result<TurnReport>> Session::run_command(std::string name,
                                                         transport::CancelSource cancel) {
  executor::TurnOutcome outcome;
  if (!cancel.cancelled()) {
    const std::string said = co_await command_(*this, name);
    const std::string id = "command-" + std::to_string(history_->turns() + 1);
    say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, said, id));
  }
  if (cancel.cancelled()) outcome.stop = v1::StopReason::cancelled;
  co_return finish(std::move(outcome), cancel.cancelled());
}

/// Writes down how the turn ended, before anybody is told.
Result<TurnReport> Session::finish(executor::TurnOutcome outcome, bool cancelled) {
  touch();
  if (conversation_) provider_id_ = conversation_->provider_id();
  cumulative_.add(outcome.usage.tokens);
  if (outcome.usage.context) say(v1::usage_update(*outcome.usage.context));
  if (cancelled) outcome.stop = v1::StopReason::cancelled;

  TurnEnd end;
  end.stop = outcome.stop ? v1::name_of(*outcome.stop) : "error";
  end.provider_turn = outcome.provider_turn;
  end.tokens = outcome.usage.tokens;
  TurnReport report;
  report.seq = history_->end_turn(std::move(end));
  report.turn = history_->turns();
  if (!outcome.stop) return fail(std::move(outcome.stop.error()));
  report.stop_reason = *outcome.stop;
  report.usage = std::move(outcome.usage);
  report.cumulative = cumulative_;
  return report;
}

}  // namespace tine::session
