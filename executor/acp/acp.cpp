#include "executor/acp/acp.h"

#include <utility>

#include "base/json/writer.h"
#include "executor/acp/folder.h"
#include "protocol/v1/codec.h"

namespace tine::executor::acp {
namespace {

Capabilities not_known_yet() {
  Capabilities all;
  // Until the agent has said what it can do, a fork tries: it says why where it cannot.
  all.native_fork = true;
  all.prepares = true;
  return all;
}

/// What a client says of itself in extensions, but for those that tine does not pass on both ways.
std::string extensions_of(json::View meta) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& member : meta.members()) {
    const std::string name = member.key.string().value_or(std::string());
    if (name != "tine" && name != "jetbrains") writer.key(name).raw(member.value.raw());
  }
  writer.end_object();
  return out == "{}" ? std::string() : out;
}

std::string install_hint(const Setup& setup) {
  const std::string correct =
      "correct `command` of [backends." + setup.name + "] in the configuration.";
  return setup.install.empty() ? "Install it, or " + correct
                               : "Install it (" + setup.install + "), or " + correct;
}

std::string login_hint(const Setup& setup) {
  if (setup.login.empty())
    return "Log in with the agent's own program in a terminal, then try again.";
  return "Run `" + setup.login + "` in a terminal, then try again.";
}

/// Of a turn in which the agent has said something; else it has a number alone.
bool is_message(std::string_view turn) {
  return turn.find_first_not_of("0123456789") != std::string_view::npos;
}

std::string fork_point(std::string_view message) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("jetbrains").begin_object().key("air").begin_object();
  writer.key("fork").begin_object().member("version", 1).member("messageId", message);
  writer.end_object().end_object().end_object().end_object();
  return out;
}

/// What an agent can, as it says itself.
std::string abilities_of(const v1::AgentCapabilities& can) {
  const std::pair<bool, std::string_view> all[] = {
      {can.session.resume, "resume"},
      {can.load_session, "load"},
      {can.session.fork, "fork"},
      {can.session.list, "list"},
      {can.session.close, "close"},
      {can.steering, "steering"},
      {can.prompt.image, "images"},
      {can.prompt.audio, "audio"},
      {can.prompt.embedded_context, "embedded files"},
      {can.mcp.http, "MCP over http"},
      {can.session.additional_directories, "more directories"}};
  std::string out;
  for (const auto& [able, name] : all)
    if (able) out.append(out.empty() ? "" : ", ").append(name);
  return out.empty() ? "nothing beyond prompts" : out;
}

bool is_answer(const Error& error) {
  return error.kind != ErrorKind::backend_gone && error.kind != ErrorKind::timeout &&
         error.kind != ErrorKind::backend_not_installed && error.kind != ErrorKind::auth_required;
}

}  // namespace

Acp::Acp(transport::Loop& loop, transport::Worker& worker, Log& log, Redactor& redactor,
         Setup setup)
    : loop_(loop),
      worker_(worker),
      log_(log),
      redactor_(redactor),
      setup_(std::move(setup)),
      install_hint_(install_hint(setup_)),
      login_hint_(login_hint(setup_)),
      program_{.name = setup_.name,
               .process = setup_.name,
               .oldest = {},
               .newest = {},
               .install_hint = install_hint_,
               .update_hint = {},
               .login_command = {},
               .login_hint = login_hint_},
      shared_(loop, [this] { return launch(); }),
      capabilities_(not_known_yet()) {
  if (setup_.greeting.empty()) return;
  const auto told = v1::read_result<v1::InitializeResponse>(json::View(setup_.greeting),
                                                            ErrorKind::backend_failed);
  if (told) learn(*told);
}

void Acp::meet(const v1::ClientCapabilities& client) {
  client_ = client;
  client_.meta = extensions_of(json::View(client.meta));
}

// --- the process
// ------------------------------------------------------------------------------------

SharedProcess<Process>::Reply Acp::launch() {
  BackendSpec spec;
  spec.admission = setup_.admission;
  spec.wish.backend = setup_.name;
  spec.command = setup_.command;
  spec.environment = setup_.environment;
  spec.guardian = setup_.guardian;
  auto started =
      co_await Process::start(loop_, log_, redactor_, program_, std::move(spec), client_);
  if (!started) co_return started;
  const v1::InitializeResponse& greeting = (*started)->greeting();
  learn(greeting);
  const std::string version = greeting.agent_info ? greeting.agent_info->version : "";
  log_.info("the agent of backend " + setup_.name + " runs" +
            (version.empty() ? "" : ", version " + version));
  std::string text = v1::write(greeting);
  if (setup_.keep && text != setup_.greeting) loop_.spawn(remember(std::move(text)));
  co_return started;
}

void Acp::learn(const v1::InitializeResponse& greeting) {
  const v1::AgentCapabilities& told = greeting.agent_capabilities;
  capabilities_.prompt = told.prompt;
  capabilities_.mcp = {.http = told.mcp.http, .sse = told.mcp.sse};
  capabilities_.additional_directories = told.session.additional_directories;
  capabilities_.native_fork = told.session.fork;
  capabilities_.fork_at_turn = told.session.fork && setup_.forks_at_message;
  auth_methods_ = greeting.auth_methods;
}

/// For the next tine, which tells its client what the agent can before it runs.
transport::Task<void> Acp::remember(std::string greeting) {
  setup_.greeting = greeting;
  const auto kept = std::make_shared<Result<void>>();
  std::function<void()> job = [kept, keep = setup_.keep, text = std::move(greeting)] {
    *kept = keep(text);
  };
  co_await worker_.run(std::move(job));
  if (!*kept) log_.warning("what " + setup_.name + " can is not kept: " + kept->error().message);
}

transport::Task<void> Acp::leave(std::shared_ptr<Process> process, std::string id) {
  co_await process->close_session(std::move(id));
  co_await shared_.leave();
}

Executor::Reply<std::string> Acp::call_once(std::string method, std::string params) {
  auto process = co_await shared_.use();
  if (!process) co_return fail(std::move(process.error()));
  auto answer = co_await (*process)->call(std::move(method), std::move(params), limits::call);
  co_await shared_.leave();
  co_return answer;
}

// --- sessions
// ------------------------------------------------------------------------------------

std::optional<Width> Acp::width_of(const Settings& settings) const {
  // Of its other modes nothing is known.
  const bool begins = settings.modes.current == settings_.modes.current;
  return begins ? setup_.rights : std::nullopt;
}

FolderLook Acp::folder_look(const v1::Workspace& workspace) const {
  std::string home;
  for (const std::string& entry : setup_.environment)
    if (entry.starts_with("HOME=")) home = entry.substr(entry.find('=') + 1);
  return [home, folder = workspace.cwd] { return look(folder, home); };
}

Executor::Reply<void> Acp::admit(const ConversationSpec& spec) {
  if (spec.trust.given && !spec.trust.starts) co_return Result<void>();
  const auto facts = std::make_shared<FolderFacts>();
  std::function<void()> job = [facts, look = folder_look(spec.workspace)] { *facts = look(); };
  co_await worker_.run(std::move(job));
  if (facts->starts.empty() || spec.trust.covers(*facts)) co_return Result<void>();
  co_return fail(
      Error(ErrorKind::unsupported,
            setup_.name +
                " is not started in this folder, which brings configuration for agents (" +
                facts->starts.front() + ") and is not trusted")
          .with_hint("Trust the folder when you are asked, or run `tine trust add` for it."));
}

/// Opens a session of which the agent's answer tells the id.
Executor::Reply<AcpConversation::Opened> Acp::open(std::string method, std::string params) {
  auto process = co_await shared_.use();
  if (!process) co_return fail(std::move(process.error()));
  const auto answer = co_await (*process)->call(std::move(method), std::move(params), limits::call);
  Result<v1::NewSessionResponse> read;
  if (answer) {
    read = v1::read_result<v1::NewSessionResponse>(json::View(*answer), ErrorKind::backend_failed);
  } else {
    read = fail(answer.error());
  }
  if (!read) {
    co_await shared_.leave();
    co_return fail(std::move(read.error()));
  }
  Opened opened;
  opened.process = std::move(*process);
  opened.id = std::move(read->session_id);
  opened.offer = offer_of(std::move(read->modes), std::move(read->config_options));
  settings_ = opened.offer.settings;
  co_return opened;
}

Executor::Reply<AcpConversation::Opened> Acp::begin(const ConversationSpec& spec) {
  auto admitted = co_await admit(spec);
  if (!admitted) co_return fail(std::move(admitted.error()));
  v1::NewSessionRequest request;
  request.workspace = spec.workspace;
  co_return co_await open(std::string(v1::method::NewSession::name), v1::write(request));
}

/// Forks after a message, in the way that the agents have in common which can.
Executor::Reply<AcpConversation::Opened> Acp::branch(const ConversationSpec& spec,
                                                     ProviderPoint at) {
  const std::string parent = std::move(at.conversation);
  if (setup_.forks_at_message && !is_message(at.turn))
    co_return fail(ErrorKind::unsupported, setup_.name + " has said nothing in that turn");
  auto admitted = co_await admit(spec);
  if (!admitted) co_return fail(std::move(admitted.error()));
  v1::ForkSessionRequest request;
  request.session_id = parent;
  request.workspace = spec.workspace;
  if (setup_.forks_at_message) request.meta = fork_point(at.turn);
  auto opened = co_await open(std::string(v1::method::ForkSession::name), v1::write(request));
  if (!opened) co_return opened;
  if (opened->id == parent) {
    // To close it would end what the parent hears.
    co_await shared_.leave();
    co_return fail(ErrorKind::backend_failed, setup_.name + " gave the parent's own session");
  }
  opened->process->end_replay(opened->id);
  opened->kept = true;
  co_return opened;
}

/// Opens a session that the agent has kept.
Executor::Reply<AcpConversation::Opened> Acp::take_up(const ConversationSpec& spec,
                                                      std::string id) {
  auto admitted = co_await admit(spec);
  if (!admitted) co_return fail(std::move(admitted.error()));
  auto process = co_await shared_.use();
  if (!process) co_return fail(std::move(process.error()));
  const v1::AgentCapabilities& able = (*process)->greeting().agent_capabilities;
  Result<std::string> answer =
      fail(ErrorKind::conversation_lost, setup_.name + " cannot open a session of the past again");
  v1::ResumeSessionRequest request;
  request.session_id = id;
  request.workspace = spec.workspace;
  (*process)->begin_replay(id);
  if (able.session.resume) {
    answer = co_await (*process)->call(std::string(v1::method::ResumeSession::name),
                                       v1::write(request), limits::call);
  } else if (able.load_session) {
    v1::LoadSessionRequest load;
    load.session_id = id;
    load.workspace = spec.workspace;
    answer = co_await (*process)->call(std::string(v1::method::LoadSession::name), v1::write(load),
                                       limits::call);
  }
  const Replay told = (*process)->end_replay(id);
  Result<v1::LoadSessionResponse> read;
  if (answer) {
    read = v1::read_result<v1::LoadSessionResponse>(json::View(*answer), ErrorKind::backend_failed);
  } else {
    read = fail(std::move(answer.error()));
  }
  if (!read) {
    co_await shared_.leave();
    Error error = std::move(read.error());
    if (is_answer(error)) error.kind = ErrorKind::conversation_lost;
    co_return fail(std::move(error));
  }
  Opened opened;
  opened.process = std::move(*process);
  opened.id = std::move(id);
  opened.offer = offer_of(std::move(read->modes), std::move(read->config_options));
  opened.kept = true;
  if (spec.past && told.any()) {
    const auto past = co_await spec.past();
    if (past) opened.gap = told.gap(*past, redactor_);
  }
  co_return opened;
}

Executor::Reply<AcpConversation::Opened> Acp::reopen(const ConversationSpec& spec, std::string id,
                                                     bool kept) {
  if (kept) co_return co_await take_up(spec, std::move(id));
  co_return co_await begin(spec);
}

Executor::Reply<std::unique_ptr<Conversation>> Acp::start(ConversationSpec spec) {
  auto opened = co_await begin(spec);
  if (!opened) co_return fail(std::move(opened.error()));
  co_return std::make_unique<AcpConversation>(*this, std::move(*opened), std::move(spec));
}

Executor::Reply<std::unique_ptr<Conversation>> Acp::resume(ConversationSpec spec,
                                                           ProviderPoint at) {
  auto opened = co_await reopen(spec, std::move(at.conversation), !at.turn.empty());
  if (!opened) co_return fail(std::move(opened.error()));
  co_return std::make_unique<AcpConversation>(*this, std::move(*opened), std::move(spec));
}

Executor::Reply<std::unique_ptr<Conversation>> Acp::fork(ConversationSpec spec, ProviderPoint at) {
  if (at.turn.empty()) co_return co_await start(std::move(spec));
  auto opened = co_await branch(spec, std::move(at));
  if (!opened) co_return fail(std::move(opened.error()));
  co_return std::make_unique<AcpConversation>(*this, std::move(*opened), std::move(spec));
}

/// Only where it costs nothing: what is forgotten here can still be found in the agent.
void Acp::forget(const std::string& provider_id) {
  const auto process = shared_.running();
  if (!process || !process->greeting().agent_capabilities.session.remove) return;
  v1::DeleteSessionRequest request;
  request.session_id = provider_id;
  loop_.spawn([](std::shared_ptr<Process> told, std::string params) -> transport::Task<void> {
    co_await told->call(std::string(v1::method::DeleteSession::name), std::move(params),
                        limits::call);
  }(process, v1::write(request)));
}

// --- logging in
// ------------------------------------------------------------------------------------

/// A terminal method's arguments are for the agent's own command line: tine runs that for the one
/// who logs in.
std::vector<v1::AuthMethod> Acp::auth_methods() const {
  std::vector<v1::AuthMethod> methods = auth_methods_;
  for (v1::AuthMethod& each : methods) {
    each.id = setup_.name + ":" + each.id;
    if (each.type != v1::AuthMethod::Type::terminal) continue;
    each.args = {"--login", each.id};
    each.env.clear();
  }
  return methods;
}

transport::Task<Result<void>> Acp::authenticate(std::string method_id) {
  const std::string prefix = setup_.name + ":";
  v1::AuthenticateRequest request;
  request.method_id = method_id.starts_with(prefix) ? method_id.substr(prefix.size()) : method_id;
  auto answer = co_await call_once(std::string(v1::method::Authenticate::name), v1::write(request));
  if (!answer) co_return fail(std::move(answer.error()));
  co_return Result<void>();
}

transport::Task<Result<void>> Acp::logout() {
  const v1::LogoutRequest request;
  auto answer = co_await call_once(std::string(v1::method::Logout::name), v1::write(request));
  if (!answer) co_return fail(std::move(answer.error()));
  co_return Result<void>();
}

transport::Task<DoctorReport> Acp::doctor() {
  DoctorReport report;
  report.binary = setup_.command.front();
  const auto process = co_await shared_.use();
  if (!process) {
    report.summary = process.error().message;
    co_return report;
  }
  const v1::InitializeResponse& told = (*process)->greeting();
  if (told.agent_info) report.version = told.agent_info->version;
  const std::string_view where = setup_.forks_at_message ? "any" : "the last";
  report.forking = told.agent_capabilities.session.fork
                       ? std::string("native, at ").append(where).append(" turn")
                       : "soft: the agent has no fork of its own";
  report.usable = true;
  report.summary = "it answers, and can: " + abilities_of(told.agent_capabilities);
  co_await shared_.leave();
  co_return report;
}

}  // namespace tine::executor::acp
