#include "executor/codex/codex.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/json/writer.h"
#include "executor/caller/caller.h"
#include "executor/codex/limits.h"
#include "executor/codex/program.h"
#include "executor/codex/rollout.h"
#include "executor/codex/terminal.h"
#include "executor/limits.h"
#include "executor/pty/fork.h"

namespace tine::executor::codex {
namespace {

Login login_of(json::View answer) {
  const json::View account = answer.find("account");
  if (account.is_object()) {
    std::string text = "with " + text_in(account, "type");
    const std::string email = text_in(account, "email");
    if (!email.empty()) text += ", as " + email;
    return {true, std::move(text)};
  }
  if (answer.find("requiresOpenaiAuth").boolean().value_or(true))
    return {false, "nobody is logged in; run `codex login`"};
  return {true, "not needed by the configured provider"};
}

}  // namespace

const Capabilities& Codex::capabilities() const {
  static constexpr Capabilities all{
      .prompt = {.image = true, .audio = false, .embedded_context = true},
      .mcp = {.http = true},
      .additional_directories = true,
      .system_prompt = true,
      .system_prompt_override = true,
      .native_fork = true,
      .fork_at_turn = true,
      .adopts = true,
      .cache_lifetime = executor::limits::cache_lifetime,
      .cache_step = executor::limits::openai_cache_step,
      .caches_any_prefix = true};
  return all;
}

std::vector<v1::AuthMethod> Codex::auth_methods() const {
  return login_methods(program, setup_.name);
}

std::optional<Width> Codex::width_of(const Settings& settings) const {
  // What the user passes on to Codex may change anything.
  if (setup_.command.size() > 1 || !setup_.defaults.config.empty()) return std::nullopt;
  return width_of_sandbox(choices_of(settings).sandbox);
}

Settings Codex::settings() const { return settings_for(setup_.defaults, models_); }

std::vector<v1::Command> Codex::commands() const {
  v1::Command compact;
  compact.name = compact_command.substr(1);
  compact.description = "Put what was said so far into a summary, to make room";
  return {compact};
}

// --- the process
// ------------------------------------------------------------------------------------

SharedProcess<Process>::Reply Codex::launch() {
  BackendSpec spec;
  spec.admission = setup_.admission;
  spec.wish.backend = setup_.name;
  spec.command = setup_.command;
  spec.command.emplace_back("app-server");
  spec.environment = setup_.environment;
  spec.guardian = setup_.guardian;
  auto started = co_await Process::start(loop_, log_, redactor_, std::move(spec));
  if (!started) co_return started;
  log_.info("codex app-server " + (*started)->version() + " runs");
  if (models_.empty()) loop_.spawn(learn_models(*started));
  co_return started;
}

transport::Task<void> Codex::leave(std::shared_ptr<Process> server, std::string thread_id) {
  co_await server->unsubscribe(std::move(thread_id));
  co_await shared_.leave();
}

transport::Task<void> Codex::learn_models(std::shared_ptr<Process> server) {
  const auto answer = co_await server->call("model/list", "{}", limits::call);
  if (answer) models_ = json::View(*answer).find("data").raw();
}

Executor::Reply<std::string> Codex::call_once(std::string method, std::string params) {
  auto server = co_await shared_.use();
  if (!server) co_return fail(std::move(server.error()));
  auto answer = co_await (*server)->call(std::move(method), std::move(params), limits::call);
  co_await shared_.leave();
  co_return answer;
}

// --- threads
// ------------------------------------------------------------------------------------

FolderLook Codex::folder_look(const v1::Workspace& workspace) const {
  return [places = codex::places_of(setup_.environment, workspace.cwd)] { return look(places); };
}

std::string Codex::loading_obstacle(const Loading& loading) const {
  if (!loading.has_source("user")) return "always loads the user's settings";
  if (!loading.has_source("project") && loading.skills)
    return "cannot leave out a project's settings and load its skills: leave out the skills, too";
  const bool names_one =
      std::any_of(loading.no_load.begin(), loading.no_load.end(),
                  [](const std::string& each) { return each != every_document; });
  if (names_one) return "can leave out a project's documents only together: name \"*\"";
  return {};
}

transport::Task<std::string> Codex::judge_folder(const ConversationSpec& spec) {
  const auto projects = std::make_shared<std::string>();
  std::function<void()> job =
      [projects, places = codex::places_of(setup_.environment, spec.workspace.cwd),
       trust = spec.loading.has_source("project") ? spec.trust : FolderTrust()] {
        *projects = projects_config(places, trust);
      };
  co_await worker_.run(std::move(job));
  co_return *projects;
}

Executor::Reply<std::string> Codex::read_workspace_sandbox(std::shared_ptr<Process> server,
                                                           const ConversationSpec& spec) {
  auto answer = co_await server->call("config/read", cwd_params(spec.workspace.cwd), limits::call);
  if (!answer) co_return fail(std::move(answer.error()));
  const json::View own = json::View(*answer).find("config").find("sandbox_workspace_write");
  co_return workspace_sandbox(own, setup_.defaults.config, spec.workspace);
}

Executor::Reply<Codex::Opened> Codex::open(ThreadCall call, const ConversationSpec& spec,
                                           ProviderPoint of, std::string model) {
  auto server = co_await shared_.use();
  if (!server) co_return fail(std::move(server.error()));
  Choices choices = choices_of(spec.settings);
  if (choices.model.empty()) choices.model = std::move(model);
  std::string method = "thread/start";
  if (call == ThreadCall::resume) method = "thread/resume";
  if (call == ThreadCall::fork) method = "thread/fork";
  auto let_in = co_await check_login(*server);
  if (!let_in) {
    co_await shared_.leave();
    co_return fail(std::move(let_in.error()));
  }
  const std::string projects = co_await judge_folder(spec);
  auto sandbox = co_await read_workspace_sandbox(*server, spec);
  if (!sandbox) {
    co_await shared_.leave();
    co_return fail(std::move(sandbox.error()));
  }
  auto answer = co_await (*server)->call(
      method, thread_params(call, spec, choices, setup_.defaults.config, projects, of),
      limits::call);
  if (!answer) {
    co_await shared_.leave();
    Error error = std::move(answer.error());
    const bool refused = error.kind == ErrorKind::backend_failed;
    if (refused && call != ThreadCall::start) error.kind = ErrorKind::conversation_lost;
    co_return fail(std::move(error));
  }
  const json::View result(*answer);
  if (call == ThreadCall::fork && text_in(result.find("thread"), "id") == of.conversation) {
    // To let go of it again would end what the parent hears.
    co_await shared_.leave();
    co_return fail(ErrorKind::backend_failed, "Codex gave the parent's own conversation");
  }
  Opened opened;
  opened.server = std::move(*server);
  opened.thread.id = text_in(result.find("thread"), "id");
  opened.thread.model = text_in(result, "model");
  opened.thread.workspace_sandbox = std::move(*sandbox);
  opened.thread.kept = call != ThreadCall::start;
  co_return opened;
}

Executor::Reply<Codex::Opened> Codex::reopen(const ConversationSpec& spec,
                                             CodexConversation::Thread thread) {
  const ThreadCall call = thread.kept ? ThreadCall::resume : ThreadCall::start;
  ProviderPoint at{.conversation = std::move(thread.id), .turn = {}};
  co_return co_await open(call, spec, std::move(at), std::string());
}

Executor::Reply<std::unique_ptr<Conversation>> Codex::converse(ThreadCall call,
                                                               ConversationSpec spec,
                                                               ProviderPoint of) {
  std::string model;
  if (call == ThreadCall::fork && choices_of(spec.settings).model.empty()) {
    // Left to itself a fork takes the configured model, and reads its parent's past as a summary.
    auto parents = co_await model_of(of.conversation);
    if (!parents) co_return fail(std::move(parents.error()));
    model = std::move(*parents);
  }
  auto opened = co_await open(call, spec, std::move(of), std::move(model));
  if (!opened) co_return fail(std::move(opened.error()));
  co_return std::make_unique<CodexConversation>(*this, std::move(opened->server),
                                                std::move(opened->thread), std::move(spec));
}

Executor::Reply<std::string> Codex::model_of(std::string thread_id) {
  auto answer = co_await call_once("thread/read", thread_id_params(thread_id));
  if (!answer) {
    answer.error().kind = ErrorKind::conversation_lost;
    co_return fail(std::move(answer.error()));
  }
  co_return text_in(json::View(*answer).find("thread"), "model");
}

Executor::Reply<std::unique_ptr<Conversation>> Codex::start(ConversationSpec spec) {
  ProviderPoint none;
  co_return co_await converse(ThreadCall::start, std::move(spec), std::move(none));
}

Executor::Reply<std::unique_ptr<Conversation>> Codex::resume(ConversationSpec spec,
                                                             ProviderPoint at) {
  // Codex keeps no thread that never had a turn.
  const ThreadCall call = at.turn.empty() ? ThreadCall::start : ThreadCall::resume;
  co_return co_await converse(call, std::move(spec), std::move(at));
}

Executor::Reply<std::unique_ptr<Conversation>> Codex::fork(ConversationSpec spec,
                                                           ProviderPoint at) {
  const ThreadCall call = at.turn.empty() ? ThreadCall::start : ThreadCall::fork;
  co_return co_await converse(call, std::move(spec), std::move(at));
}

Executor::Reply<Executor::Adopted> Codex::adopt(ConversationSpec spec, std::string provider_id) {
  const bool of_caller = provider_id.empty();
  if (of_caller) {
    const auto caller = caller_for(env_, kind());
    if (!caller || kind_of(caller->agent) != kind()) {
      co_return fail(Error(ErrorKind::unsupported, "tine does not run within Codex")
                         .with_hint("Start tine from a session of Codex, or name the conversation "
                                    "by its id."));
    }
    provider_id = caller->session;
  }
  const auto last = std::make_shared<Result<LastTurn>>();
  std::function<void()> look = [last, environment = setup_.environment, provider_id] {
    *last = last_turn_of(environment, provider_id);
  };
  co_await worker_.run(std::move(look));
  if (!*last) {
    Error error = std::move(last->error());
    if (error.kind == ErrorKind::session_not_found) error.kind = ErrorKind::invalid_params;
    co_return fail(std::move(error));
  }
  if ((*last)->id.empty()) {
    co_return fail(ErrorKind::unsupported,
                   "the conversation has no completed turn that could be forked");
  }
  const std::string expected = spec.adopted_cwd.empty() ? spec.workspace.cwd : spec.adopted_cwd;
  if (!of_caller && (*last)->cwd != expected) {
    co_return fail(
        Error(ErrorKind::invalid_params, "the conversation belongs to another directory")
            .with_hint("Say in params._meta.tine.adopt.cwd where it was begun, if it is meant."));
  }
  Adopted adopted;
  adopted.from = {.conversation = provider_id, .turn = (*last)->id};
  spec.origin = adopted.from;
  ProviderPoint from = adopted.from;
  auto conversation = co_await converse(ThreadCall::fork, std::move(spec), std::move(from));
  if (!conversation) co_return fail(std::move(conversation.error()));
  adopted.conversation = std::move(*conversation);
  co_return adopted;
}

Executor::Reply<void> Codex::check_last_turn(std::string thread_id, std::string turn) {
  auto answer = co_await call_once("thread/turns/list", last_turn_params(thread_id));
  if (!answer) co_return fail(std::move(answer.error()));
  const auto turns = json::View(*answer).find("data").elements();
  const auto last = turns.begin();
  const bool is_last = last != json::View::Elements::end() && (*last).find("id").equals(turn) &&
                       !(*last).find("status").equals("inProgress");
  if (is_last) co_return Result<void>();
  co_return fail(ErrorKind::unsupported,
                 "Codex forks in a terminal only after the last turn, and a later one has begun");
}

transport::Task<std::string> Codex::terminal_obstacle(v1::Workspace workspace) {
  const auto obstacle = std::make_shared<std::string>();
  std::function<void()> job = [obstacle,
                               places = codex::places_of(setup_.environment, workspace.cwd)] {
    *obstacle = codex::terminal_obstacle(places);
  };
  co_await worker_.run(std::move(job));
  co_return *obstacle;
}

Executor::Reply<std::unique_ptr<Conversation>> Codex::fork_in_terminal(ConversationSpec spec,
                                                                       ProviderPoint at) {
  const std::string obstacle = co_await terminal_obstacle(spec.workspace);
  if (!obstacle.empty()) co_return fail(ErrorKind::unsupported, obstacle);
  auto is_last = co_await check_last_turn(at.conversation, at.turn);
  if (!is_last) co_return fail(std::move(is_last.error()));
  // It begins with the configured model, whatever its parent has.
  auto model = co_await model_of(at.conversation);
  if (!model) co_return fail(std::move(model.error()));
  pty::Recipe recipe = terminal_recipe(
      setup_, spec, codex::places_of(setup_.environment, spec.workspace.cwd), at.conversation);
  auto forked = co_await pty::fork(loop_, worker_, log_, redactor_, program, std::move(recipe),
                                   spec.unwanted);
  if (!forked) co_return fail(std::move(forked.error()));
  // The parent may have gone on meanwhile.
  auto knows_no_more = co_await check_last_turn(*forked, at.turn);
  if (!knows_no_more) {
    forget(*forked);
    co_return fail(std::move(knows_no_more.error()));
  }
  at.conversation = std::move(*forked);
  auto opened = co_await open(ThreadCall::resume, spec, std::move(at), std::move(*model));
  if (!opened) co_return fail(std::move(opened.error()));
  co_return std::make_unique<CodexConversation>(*this, std::move(opened->server),
                                                std::move(opened->thread), std::move(spec));
}

/// Only where it costs nothing: what is forgotten here can still be found in Codex.
void Codex::forget(const std::string& provider_id) {
  const auto server = shared_.running();
  if (!server) return;
  loop_.spawn([](std::shared_ptr<Process> server, std::string params) -> transport::Task<void> {
    co_await server->call("thread/archive", std::move(params), limits::call);
  }(server, thread_id_params(provider_id)));
}

// --- logging in
// ------------------------------------------------------------------------------------

Executor::Reply<void> Codex::check_login(std::shared_ptr<Process> server) {
  if (logged_in_) co_return Result<void>();
  auto answer = co_await server->call("account/read", "{}", limits::call);
  if (!answer) co_return fail(std::move(answer.error()));
  const Login state = login_of(json::View(*answer));
  logged_in_ = state.good;
  co_return let_in(program, state);
}

transport::Task<Result<void>> Codex::authenticate(std::string method_id) {
  auto known = check_login_method(setup_.name, method_id);
  if (!known) co_return known;
  logged_in_ = false;
  auto server = co_await shared_.use();
  if (!server) co_return fail(std::move(server.error()));
  auto let_in = co_await check_login(*server);
  co_await shared_.leave();
  co_return let_in;
}

transport::Task<Result<void>> Codex::logout() {
  logged_in_ = false;
  const auto answer = co_await call_once("account/logout", "null");
  if (!answer) co_return fail(answer.error());
  co_return Result<void>();
}

transport::Task<DoctorReport> Codex::doctor() {
  DoctorReport report;
  report.binary = setup_.command.front();
  report.forking = "native, at any turn";
  auto server = co_await shared_.use();
  if (!server) {
    report.summary = server.error().message;
    co_return report;
  }
  report.version = (*server)->version();
  const auto answer = co_await (*server)->call("account/read", "{}", limits::call);
  co_await shared_.leave();
  if (!answer) {
    report.summary = answer.error().message;
    co_return report;
  }
  executor::report(report, login_of(json::View(*answer)), "app-server answers");
  co_return report;
}

}  // namespace tine::executor::codex
