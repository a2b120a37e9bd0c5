#include "executor/claude/claude.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "executor/claude/caller.h"
#include "executor/claude/documents.h"
#include "executor/claude/errors.h"
#include "executor/claude/folder.h"
#include "executor/claude/program.h"
#include "executor/claude/session_files.h"
#include "executor/claude/terminal.h"
#include "executor/limits.h"
#include "executor/pty/fork.h"

namespace tine::executor::claude {
namespace {

Login login_of(json::View account) {
  const std::string provider = text_in(account, "apiProvider");
  if (!provider.empty() && provider != "firstParty") return {true, "with " + provider};
  const std::string key = text_in(account, "apiKeySource");
  const std::string token = text_in(account, "tokenSource");
  if (!key.empty() && key != "none") return {true, "with an API key (" + key + ")"};
  if (token.empty() || token == "none") return {false, "nobody is logged in"};
  std::string text = "with a subscription";
  if (const std::string email = text_in(account, "email"); !email.empty()) text += ", as " + email;
  return {true, std::move(text)};
}

/// A folder may be known by several paths.
bool is_same_folder(const std::string& one, const std::string& other) {
  std::error_code fault;
  return one == other || std::filesystem::equivalent(one, other, fault);
}

ConversationSpec nowhere() {
  ConversationSpec spec;
  spec.workspace.cwd = "/";
  return spec;
}

}  // namespace

const Capabilities& Claude::capabilities() const {
  static constexpr Capabilities all{
      .prompt = {.image = true, .audio = false, .embedded_context = true},
      .mcp = {.http = true, .sse = true},
      .additional_directories = true,
      .system_prompt = true,
      .system_prompt_override = true,
      .native_fork = true,
      .fork_at_turn = true,
      .adopts = true,
      .prepares = true,
      .cache_lifetime = executor::limits::cache_lifetime,
      .counts_cache_writes = true};
  return all;
}

std::vector<v1::AuthMethod> Claude::auth_methods() const {
  return login_methods(program, setup_.name);
}

FolderLook Claude::folder_look(const v1::Workspace& workspace) const {
  return [places = places_of(setup_.environment, workspace.cwd, workspace.additional_directories)] {
    return look_at(places);
  };
}

std::string Claude::loading_obstacle(const Loading& loading) const {
  if (loading.is_usual()) return {};
  for (const std::string& each : setup_.command) {
    if (each.starts_with("--setting"))
      return "is configured to be started with " + each.substr(0, each.find('=')) +
             ", which decides what it loads";
  }
  return {};
}

transport::Task<Reads> Claude::may_read(v1::Workspace workspace, FolderTrust trust) {
  if (!setup_.reads_folder) co_return Reads::nothing;
  if (trust.given && !trust.starts) co_return Reads::everything;
  const auto reads = std::make_shared<Reads>(Reads::nothing);
  FolderPlaces places =
      places_of(setup_.environment, workspace.cwd, std::move(workspace.additional_directories));
  std::function<void()> job = [reads, places = std::move(places), trust] {
    *reads = reads_with(places, trust);
  };
  co_await worker_.run(std::move(job));
  if (trust.given && *reads != Reads::everything) {
    log_.warning(
        "a folder would start something else than was agreed to: nothing of it is started");
  }
  co_return *reads;
}

transport::Task<std::string> Claude::left_out(Loading loading, std::string cwd) {
  if (loading.no_load.empty()) co_return std::string();
  const auto settings = std::make_shared<std::string>();
  std::function<void()> job = [settings, loading = std::move(loading),
                               places = places_of(setup_.environment, std::move(cwd), {})] {
    *settings = left_out_settings(loading, places);
  };
  co_await worker_.run(std::move(job));
  co_return *settings;
}

std::optional<Width> Claude::width_of(const Settings& settings) const {
  // Arguments of the user's own may change anything.
  if (setup_.command.size() > 1) return std::nullopt;
  return width_of_mode(settings.modes.current);
}

Settings Claude::settings() const { return settings_for(setup_.defaults, models_); }

std::string Claude::new_id() {
  std::array<std::uint8_t, 16> bytes{};
  env_.random(bytes);
  return uuid_of(bytes);
}

std::int64_t Claude::now_ms() { return env_.wall_ms(); }

void Claude::learn(json::View greeting) {
  if (const json::View models = greeting.find("models"); models.is_array()) models_ = models.raw();
}

// --- conversations
// ------------------------------------------------------------------------------------

std::unique_ptr<Conversation> Claude::converse(Beginning beginning, ConversationSpec spec) {
  auto made = std::make_unique<ClaudeConversation>(*this, std::move(beginning), std::move(spec));
  // Ahead of the first prompt; whatever goes wrong goes wrong again then, and is told.
  loop_.spawn([](ClaudeConversation& conversation) -> transport::Task<void> {
    co_await conversation.wake();
  }(*made));
  return made;
}

transport::Task<bool> Claude::knows(std::string id) {
  const auto root = root_for(setup_.environment);
  const auto found = std::make_shared<bool>(false);
  if (!root) co_return false;
  std::function<void()> look = [found, where = *root, id = std::move(id)] {
    *found = find_session(where, id).has_value();
  };
  co_await worker_.run(std::move(look));
  co_return *found;
}

transport::Task<bool> Claude::compacted_after(ProviderPoint point) {
  const auto root = root_for(setup_.environment);
  const auto compacted = std::make_shared<bool>(false);
  if (!root) co_return false;
  std::function<void()> look = [compacted, where = *root, point = std::move(point)] {
    const auto file = find_session(where, point.conversation);
    if (file) *compacted = claude::compacted_after(*file, point.turn).value_or(false);
  };
  co_await worker_.run(std::move(look));
  co_return *compacted;
}

Executor::Reply<std::unique_ptr<Conversation>> Claude::start(ConversationSpec spec) {
  Beginning beginning;
  beginning.id = new_id();
  co_return converse(std::move(beginning), std::move(spec));
}

Executor::Reply<std::unique_ptr<Conversation>> Claude::resume(ConversationSpec spec,
                                                              ProviderPoint at) {
  Beginning beginning{.kind = Beginning::Kind::resume, .id = at.conversation, .from = {}};
  const bool known = co_await knows(at.conversation);
  if (!known) {
    // A fork that never had a prompt is not written down; where its past comes from is.
    const bool pending = !spec.origin.turn.empty() && spec.origin.conversation != at.conversation;
    if (!pending) {
      co_return fail(Error(ErrorKind::conversation_lost,
                           "Claude Code has no conversation " + at.conversation + " any more"));
    }
    const bool gone = co_await compacted_after(spec.origin);
    if (gone) {
      co_return fail(Error(ErrorKind::conversation_lost,
                           "its parent has been compacted before it had its first prompt")
                         .with_hint("Fork the parent anew, or answer yes when you are asked to go "
                                    "on from a summary."));
    }
    beginning.kind = Beginning::Kind::fork;
    beginning.from = spec.origin;
  }
  co_return converse(std::move(beginning), std::move(spec));
}

Executor::Reply<std::unique_ptr<Conversation>> Claude::fork(ConversationSpec spec,
                                                            ProviderPoint at) {
  if (at.turn.empty()) co_return co_await start(std::move(spec));
  Beginning beginning{.kind = Beginning::Kind::fork, .id = new_id(), .from = std::move(at)};
  // Of a fork that has not begun itself the past is still in another conversation.
  const bool known = co_await knows(beginning.from.conversation);
  if (!known && !spec.origin.conversation.empty()) beginning.from = spec.origin;
  const bool gone = co_await compacted_after(beginning.from);
  if (gone) {
    co_return fail(
        Error(ErrorKind::conversation_lost, "the conversation has been compacted since that turn")
            .with_hint("Fork it at a later turn."));
  }
  co_return converse(std::move(beginning), std::move(spec));
}

Executor::Reply<void> Claude::check_end(ProviderPoint point) {
  const auto root = root_for(setup_.environment);
  const auto ends = std::make_shared<Result<bool>>(false);
  std::function<void()> job = [ends, where = root.value_or(std::string()),
                               point = std::move(point)] {
    const auto file = find_session(where, point.conversation);
    *ends = file ? ends_at(*file, point.turn) : Result<bool>(fail(file.error()));
  };
  co_await worker_.run(std::move(job));
  if (!*ends) {
    ends->error().kind = ErrorKind::conversation_lost;
    co_return fail(std::move(ends->error()));
  }
  if (**ends) co_return Result<void>();
  co_return fail(
      ErrorKind::unsupported,
      "Claude Code forks in a terminal only after the last turn, and a later one has begun");
}

transport::Task<std::string> Claude::terminal_obstacle(v1::Workspace workspace) {
  const auto obstacle = std::make_shared<std::string>();
  std::function<void()> job = [obstacle, environment = setup_.environment,
                               places = places_of(setup_.environment, workspace.cwd, {})] {
    *obstacle = claude::terminal_obstacle(places, environment);
  };
  co_await worker_.run(std::move(job));
  co_return *obstacle;
}

Executor::Reply<std::unique_ptr<Conversation>> Claude::fork_in_terminal(ConversationSpec spec,
                                                                        ProviderPoint at) {
  const std::string obstacle = co_await terminal_obstacle(spec.workspace);
  if (!obstacle.empty()) co_return fail(ErrorKind::unsupported, obstacle);
  const Reads reads = co_await may_read(spec.workspace, spec.trust);
  if (reads != Reads::everything) {
    co_return fail(
        ErrorKind::unsupported,
        "in a terminal Claude Code starts what the folder names, which was not agreed to");
  }
  // Of a fork that has not begun itself the past is still in another conversation.
  const bool known = co_await knows(at.conversation);
  if (!known) at = spec.origin;
  auto is_last = co_await check_end(at);
  if (!is_last) co_return fail(std::move(is_last.error()));
  pty::Recipe recipe = terminal_recipe(setup_, spec, at.conversation, new_id());
  auto forked = co_await pty::fork(loop_, worker_, log_, redactor_, program, std::move(recipe),
                                   spec.unwanted);
  if (!forked) co_return fail(std::move(forked.error()));
  at.conversation = *forked;
  // The parent may have gone on meanwhile.
  auto knows_no_more = co_await check_end(at);
  if (!knows_no_more) co_return fail(std::move(knows_no_more.error()));
  Beginning beginning{.kind = Beginning::Kind::resume, .id = std::move(*forked), .from = {}};
  co_return converse(std::move(beginning), std::move(spec));
}

Executor::Reply<Executor::Adopted> Claude::adopt(ConversationSpec spec, std::string provider_id) {
  const bool of_caller = provider_id.empty();
  if (of_caller) {
    const auto caller = caller_of(env_);
    if (!caller) {
      co_return fail(Error(ErrorKind::unsupported, "tine does not run within Claude Code")
                         .with_hint("Start tine from a session of Claude Code, or name the "
                                    "conversation by its id."));
    }
    provider_id = *caller;
  }
  const auto root = root_for(setup_.environment);
  if (!is_uuid(provider_id) || !root) {
    co_return fail(ErrorKind::invalid_params, "that is no id of a conversation of Claude Code");
  }
  const auto point = std::make_shared<Result<Point>>();
  std::function<void()> look = [point, where = *root, provider_id] {
    const auto file = find_session(where, provider_id);
    *point = file ? last_point(*file) : Result<Point>(fail(file.error()));
  };
  co_await worker_.run(std::move(look));
  if (!*point) {
    Error error = std::move(point->error());
    if (error.kind == ErrorKind::session_not_found) error.kind = ErrorKind::invalid_params;
    co_return fail(std::move(error));
  }
  if ((*point)->uuid.empty()) {
    co_return fail(Error(ErrorKind::unsupported,
                         "the conversation has no completed turn that could be forked"));
  }
  const std::string expected = spec.adopted_cwd.empty() ? spec.workspace.cwd : spec.adopted_cwd;
  if (!of_caller && !is_same_folder((*point)->cwd, expected)) {
    co_return fail(
        Error(ErrorKind::invalid_params, "the conversation belongs to another directory")
            .with_hint("Say in params._meta.tine.adopt.cwd where it was begun, if it is meant."));
  }
  Adopted adopted;
  adopted.from = {.conversation = provider_id, .turn = (*point)->uuid};
  Beginning beginning{.kind = Beginning::Kind::fork, .id = new_id(), .from = adopted.from};
  spec.origin = adopted.from;
  adopted.conversation = converse(std::move(beginning), std::move(spec));
  co_return adopted;
}

transport::Task<void> Claude::begin_forks_of(std::string id) {
  std::vector<ClaudeConversation*> pending;
  for (ClaudeConversation* const each : conversations_)
    if (each->is_pending_fork_of(id)) pending.push_back(each);
  for (ClaudeConversation* const each : pending) {
    if (!conversations_.contains(each)) continue;
    const auto begun = co_await each->wake();
    if (begun) {
      each->stay_awake();
    } else {
      log_.warning(begun.error().message);
    }
  }
}

// --- idle processes
// ------------------------------------------------------------------------------------

void Claude::look_after_idle() {
  std::vector<ClaudeConversation*> idle;
  for (ClaudeConversation* const each : conversations_)
    if (each->is_idle()) idle.push_back(each);
  std::sort(idle.begin(), idle.end(),
            [](const auto* a, const auto* b) { return a->last_used() > b->last_used(); });
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < idle.size(); ++i) {
    if (i >= limits::idle_processes || now - idle[i]->last_used() >= limits::idle) idle[i]->sleep();
  }
  if (setup_.admission != nullptr) setup_.admission->look_again();
  if (watching_ || idle.empty()) return;
  watching_ = true;
  loop_.spawn(watch_idle());
}

ClaudeConversation* Claude::longest_idle() const {
  ClaudeConversation* longest = nullptr;
  for (ClaudeConversation* const each : conversations_) {
    if (!each->is_idle()) continue;
    if (longest == nullptr || each->last_used() < longest->last_used()) longest = each;
  }
  return longest;
}

/// What is idle makes room for other processes.
void Claude::offer_idle() {
  if (setup_.admission == nullptr) return;
  Admission::Idle idle;
  idle.since = [this]() -> std::optional<std::chrono::steady_clock::time_point> {
    const ClaudeConversation* const longest = longest_idle();
    if (longest == nullptr) return std::nullopt;
    return longest->last_used();
  };
  idle.end = [this] {
    if (ClaudeConversation* const longest = longest_idle()) longest->sleep();
  };
  setup_.admission->add_idle(std::move(idle));
}

transport::Task<void> Claude::watch_idle() {
  co_await transport::pause(loop_, limits::idle_look);
  watching_ = false;
  look_after_idle();
}

// --- logging in
// ------------------------------------------------------------------------------------

/// A process that serves no conversation and stands in no project.
Executor::Reply<std::shared_ptr<Process>> Claude::probe() {
  BackendSpec spec;
  Beginning beginning;
  beginning.id = new_id();
  spec.command = arguments(setup_, nowhere(), beginning, Reads::nothing, {});
  spec.environment = environment(setup_, nowhere(), Reads::nothing);
  spec.cwd = nowhere().workspace.cwd;
  auto process = co_await Process::start(loop_, log_, redactor_, std::move(spec));
  if (!process) co_return fail(std::move(process.error()));
  auto greeted = co_await (*process)->greet(greeting_request(nowhere(), beginning));
  if (!greeted) co_return fail(std::move(greeted.error()));
  co_return process;
}

transport::Task<Result<void>> Claude::authenticate(std::string method_id) {
  auto known = check_login_method(setup_.name, method_id);
  if (!known) co_return known;
  auto process = co_await probe();
  if (!process) co_return fail(std::move(process.error()));
  const Login state = login_of(json::View((*process)->greeting()).find("account"));
  co_await (*process)->stop();
  co_return let_in(program, state);
}

transport::Task<Result<void>> Claude::logout() {
  transport::GuardedSpec spec;
  spec.command = setup_.command;
  spec.command.insert(spec.command.end(), {"auth", "logout"});
  spec.environment = stripped(setup_.environment);
  auto process = co_await transport::Guarded::start(loop_, std::move(spec));
  if (!process) co_return fail(error_of_start(program, std::move(process.error())));
  (*process)->take_channel()->close();
  const transport::ExitReport report = co_await (*process)->stop(limits::errand);
  if (report.code == 0) co_return Result<void>();
  const std::string said = redactor_.redacted(report.tail);
  Error error = error_of_end(program, report.text(), said);
  explain_end(error, said);
  co_return fail(std::move(error));
}

transport::Task<DoctorReport> Claude::doctor() {
  DoctorReport report;
  report.binary = setup_.command.front();
  report.forking = "native, at any turn";
  auto process = co_await probe();
  if (!process) {
    report.summary = process.error().message;
    co_return report;
  }
  report.version = (*process)->version();
  Login state = login_of(json::View((*process)->greeting()).find("account"));
  co_await (*process)->stop();
  executor::report(report, std::move(state), "it answers");
  co_return report;
}

}  // namespace tine::executor::claude
