#include "session/session.h"

#include <utility>

#include "protocol/v1/build_update.h"
#include "protocol/v1/filter.h"
#include "session/replay.h"
#include "session/settings.h"

namespace tine::session {
namespace {

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

}  // namespace

Session::Session(Library library, Trust& trust, executor::Executor& executor,
                 std::shared_ptr<Record> record, v1::Workspace workspace, Command command)
    : library_(library),
      executor_(executor),
      record_(std::move(record)),
      workspace_(std::move(workspace)),
      trust_(trust, executor),
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
  asides_ = nullptr;
  drop_preparation();
  if (conversation_) {
    library_.loop.spawn([](std::shared_ptr<executor::Conversation> old) -> transport::Task<void> {
      co_await old->close();
    }(std::move(conversation_)));
  }
  rest();
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
  std::vector<v1::Command> all = own_commands();
  for (const auto& backends : {executor_.commands(), commands_})
    all.insert(all.end(), backends.begin(), backends.end());
  v1::Update update = v1::available_commands(all);
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
  show_choices(true);
  co_return Result<void>();
}

void Session::show_choices(bool mode_too) {
  if (client_ == nullptr || replaying_) return;
  // Modes are offered twice; a client may look at either.
  v1::Update mode_update = v1::current_mode(settings_.modes.current);
  v1::Update option_update = v1::config_options(options());
  mode_update.session = option_update.session = id();
  if (mode_too) client_->update(mode_update);
  client_->update(option_update);
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

}  // namespace tine::session
