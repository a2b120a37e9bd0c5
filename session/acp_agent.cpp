#include "session/acp_agent.h"

#include "base/version.h"
#include "session/login_offer.h"
#include "session/memory/tasks_asked.h"
#include "session/meta.h"
#include "session/project.h"
#include "session/request_meta.h"
#include "session/search/wire.h"
#include "session/store/project_folder.h"

namespace tine::session {
namespace {

/// An error of adopting, with the member that is to blame and what can be done instead.
Error of_adoption(Error error, bool caller) {
  if (error.kind == ErrorKind::invalid_params && error.path.empty()) {
    error.path = caller ? "params._meta.tine.forkFromCaller" : "params._meta.tine.adopt.id";
    error.message += " at " + error.path;
  }
  if (caller && error.hint.empty()) {
    error.hint =
        "Begin without forkFromCaller and --fork-from-caller, or name the conversation with "
        "_meta.tine.adopt.id.";
  }
  return error;
}

/// Plays a turn of which nobody waits for the end.
transport::Task<void> play(std::shared_ptr<Session> session, std::vector<v1::ContentBlock> prompt,
                           Log& log) {
  const auto report = co_await session->prompt(std::move(prompt), transport::CancelSource());
  if (!report) log.warning("a turn that a client has steered: " + report.error().message);
}

}  // namespace

Result<v1::InitializeResponse> AcpAgent::initialize(const v1::InitializeRequest& request) {
  for (const auto& each : service_.backends().all) each->meet(request.client_capabilities);
  const executor::Capabilities& can = service_.backends().preferred->capabilities();
  v1::InitializeResponse response;
  response.agent_info =
      v1::Implementation{.name = "tine", .title = "tine", .version = std::string(version())};
  response.agent_capabilities.load_session = true;
  response.agent_capabilities.prompt = can.prompt;
  response.agent_capabilities.mcp = can.mcp;
  v1::SessionCapabilities& session = response.agent_capabilities.session;
  session.list = true;
  session.remove = true;
  session.resume = true;
  session.close = true;
  session.fork = true;
  response.agent_capabilities.meta = abilities_meta();
  session.additional_directories = can.additional_directories;
  session.system_prompt = can.system_prompt;
  session.system_prompt_override = can.system_prompt_override;
  response.auth_methods = login_offer(service_.backends(), request.client_capabilities);
  response.agent_capabilities.steering = true;
  response.agent_capabilities.logout = !response.auth_methods.empty();
  return response;
}

v1::Answer<v1::AuthenticateResponse> AcpAgent::authenticate(v1::AuthenticateRequest request,
                                                            v1::RequestContext&) {
  const auto backend = backend_of_login(service_.backends(), request.method_id);
  if (!backend) co_return fail(backend.error());
  auto done = co_await (*backend)->authenticate(std::move(request.method_id));
  if (!done) co_return fail(std::move(done.error()));
  co_return v1::AuthenticateResponse();
}

v1::Answer<v1::LogoutResponse> AcpAgent::logout(v1::LogoutRequest, v1::RequestContext&) {
  auto done = co_await service_.backends().preferred->logout();
  if (!done) co_return fail(std::move(done.error()));
  co_return v1::LogoutResponse();
}

transport::Task<void> AcpAgent::leave() {
  left_ = true;
  return service_.release(client_);
}

transport::Task<Result<void>> AcpAgent::may_open(std::string id) {
  if (!left_) co_return Result<void>();
  co_await service_.close(std::move(id));
  co_return fail(ErrorKind::peer_gone, "the client has gone");
}

// --- opening
// ---------------------------------------------------------------------------------------

/// What new and fork answer; the commands follow the response, as nothing may come before it.
v1::NewSessionResponse AcpAgent::opened(const std::shared_ptr<Session>& session,
                                        v1::RequestContext& context) const {
  v1::NewSessionResponse response;
  response.session_id = session->id();
  response.modes = session->modes();
  response.config_options = session->options();
  response.meta = opened_meta(session->executor().name(), session->history()->cursor());
  context.after_response = [session, client = &client_] {
    if (!session->attached_to(*client)) return;
    session->announce_commands();
    session->prepare();
  };
  return response;
}

/// What load and resume answer; nothing follows the response, as the client has all that it needs.
v1::LoadSessionResponse AcpAgent::reopened(const std::shared_ptr<Session>& session,
                                           v1::RequestContext& context) const {
  session->announce_before_answer();
  v1::LoadSessionResponse response;
  response.modes = session->modes();
  response.config_options = session->options();
  response.meta = opened_meta(session->executor().name(), session->history()->cursor());
  context.after_response = [session, client = &client_] {
    if (session->attached_to(*client)) session->prepare();
  };
  return response;
}

transport::Task<Result<void>> AcpAgent::give_title(std::string id, std::string title) {
  if (title.empty()) co_return Result<void>();
  auto renamed = co_await service_.rename(id, std::move(title));
  if (!renamed) co_await service_.close(std::move(id));
  co_return renamed;
}

v1::Answer<v1::NewSessionResponse> AcpAgent::new_session(v1::NewSessionRequest request,
                                                         v1::RequestContext& context) {
  const auto title = title_in(request.meta);
  if (!title) co_return fail(title.error());
  auto narrowing = narrowing_in(request.meta);
  if (!narrowing) co_return fail(std::move(narrowing.error()));
  auto made = co_await make_session(std::move(request), context);
  if (!made) co_return made;
  if (const auto session = open_session(made->session_id))
    (*session)->narrow(std::move(*narrowing));
  const auto titled = co_await give_title(made->session_id, *title);
  if (!titled) co_return fail(titled.error());
  co_return made;
}

v1::Answer<v1::NewSessionResponse> AcpAgent::make_session(v1::NewSessionRequest request,
                                                          v1::RequestContext& context) {
  auto backend = backend_in(request.meta);
  if (!backend) co_return fail(std::move(backend.error()));
  auto loading = loading_in(request.meta);
  if (!loading) co_return fail(std::move(loading.error()));
  const executor::Loading loads = loading->value_or(executor::Loading());
  auto past = adoption_in(request.meta);
  if (!past) co_return fail(std::move(past.error()));
  const bool by_wish = !names_past(request.meta) && service_.take_caller_wish();
  if (by_wish) past->emplace();
  if (*past && !loads.is_usual()) {
    if (by_wish) service_.adopt_caller_first();
    co_return invalid_at(
        "a session that goes on from another conversation loads what that one does",
        "params._meta.tine.context");
  }
  if (!*past) {
    v1::Workspace same = request.workspace;
    SessionService::FromSeed seeded;
    // A seed has loaded what is usual.
    if (loads.is_usual()) seeded = co_await service_.begin_from_seed(std::move(same), *backend);
    if (seeded.forked) {
      auto still = co_await may_open(seeded.forked->session->id());
      if (!still) co_return fail(std::move(still.error()));
      co_return branched(*seeded.forked, context);
    }
    auto session = service_.create(std::move(request.workspace), *backend, loads);
    if (!session) co_return fail(std::move(session.error()));
    (*session)->attach(client_, (*session)->workspace());
    v1::NewSessionResponse response = opened(*session, context);
    if (!seeded.warning.empty())
      response.meta = warned_meta((*session)->executor().name(), seeded.warning);
    co_return response;
  }
  const bool from_caller = (*past)->id.empty();
  auto adopted =
      co_await service_.adopt(std::move(request.workspace), std::move(*backend), std::move(**past));
  if (!adopted) {
    // It was not the first session after all.
    if (by_wish) service_.adopt_caller_first();
    co_return fail(of_adoption(std::move(adopted.error()), from_caller));
  }
  auto still = co_await may_open(adopted->session->id());
  if (!still) co_return fail(std::move(still.error()));
  co_return branched(*adopted, context);
}

/// What new and fork answer of a session that has the past of another conversation.
v1::NewSessionResponse AcpAgent::branched(const SessionService::Forked& forked,
                                          v1::RequestContext& context) const {
  forked.session->attach(client_, forked.session->workspace());
  v1::NewSessionResponse response = opened(forked.session, context);
  if (!forked.warning.empty()) {
    response.meta = warned_meta(forked.session->executor().name(), forked.warning);
    return response;
  }
  response.meta = forked_meta(forked.session->executor().name(),
                              forked.session->history()->cursor(), forked.report);
  return response;
}

SessionService::Opened AcpAgent::reopen(std::string id, v1::Workspace& workspace,
                                        const std::string& meta) {
  if (auto good = check(workspace); !good) co_return fail(std::move(good.error()));
  const auto loading = loading_in(meta);
  if (!loading) co_return fail(loading.error());
  auto session = co_await service_.open(std::move(id));
  if (!session) co_return session;
  if (left_) co_return fail(ErrorKind::peer_gone, "the client has gone");
  const store::State& state = (*session)->state();
  if (!stands_for(state.project, canonical(workspace.cwd)))
    co_return invalid_at("the session belongs to another directory", "params.cwd");
  if (auto same = service_.take_system_prompt(workspace, state); !same)
    co_return fail(std::move(same.error()));
  if (auto same = SessionService::check_loading(*loading, state); !same)
    co_return fail(std::move(same.error()));
  co_return session;
}

v1::Answer<v1::LoadSessionResponse> AcpAgent::load_session(v1::LoadSessionRequest request,
                                                           v1::RequestContext& context) {
  v1::Workspace workspace = std::move(request.workspace);
  auto narrowing = narrowing_in(request.meta);
  if (!narrowing) co_return fail(std::move(narrowing.error()));
  auto session = co_await reopen(request.session_id, workspace, request.meta);
  if (!session) co_return fail(std::move(session.error()));
  const json::View from = ours(request.meta).find("fromSeq");
  std::uint64_t from_seq = 0;
  if (from.exists() && !from.is_null()) {
    const auto number = from.integer();
    if (!number || *number < 0 ||
        !(*session)->history()->is_turn_end(static_cast<std::uint64_t>(*number))) {
      co_return invalid_at("not the end of a turn of this session", "params._meta.tine.fromSeq");
    }
    from_seq = static_cast<std::uint64_t>(*number);
  }
  const auto most = load_bytes_in(request.meta, service_.library().policy.load_bytes);
  if (!most) co_return fail(most.error());
  (*session)->attach(client_, std::move(workspace));
  (*session)->narrow(std::move(*narrowing));
  auto replayed = co_await (*session)->replay(from_seq, *most, context.cancel);
  if (!replayed)
    co_return fail(service_.as_seen_now((*session)->id(), std::move(replayed.error())));
  v1::LoadSessionResponse response = reopened(*session, context);
  response.meta = loaded_meta((*session)->executor().name(), (*session)->history()->cursor(), *most,
                              *replayed, (*session)->id());
  co_return response;
}

v1::Answer<v1::ResumeSessionResponse> AcpAgent::resume_session(v1::ResumeSessionRequest request,
                                                               v1::RequestContext& context) {
  v1::Workspace workspace = std::move(request.workspace);
  auto narrowing = narrowing_in(request.meta);
  if (!narrowing) co_return fail(std::move(narrowing.error()));
  auto session = co_await reopen(std::move(request.session_id), workspace, request.meta);
  if (!session) co_return fail(std::move(session.error()));
  (*session)->attach(client_, std::move(workspace));
  (*session)->narrow(std::move(*narrowing));
  co_return reopened(*session, context);
}

v1::Answer<v1::ForkSessionResponse> AcpAgent::fork_session(v1::ForkSessionRequest request,
                                                           v1::RequestContext& context) {
  auto wish = fork_wish_in(request.meta);
  if (!wish) co_return fail(std::move(wish.error()));
  const auto title = title_in(request.meta);
  if (!title) co_return fail(title.error());
  auto narrowing = narrowing_in(request.meta);
  if (!narrowing) co_return fail(std::move(narrowing.error()));
  auto loading = loading_in(request.meta);
  if (!loading) co_return fail(std::move(loading.error()));
  wish->loading = std::move(*loading);
  wish->cancel = context.cancel;
  const auto is_dry_run = dry_run_in(request.meta);
  if (!is_dry_run) co_return fail(is_dry_run.error());
  if (*is_dry_run) {
    auto planned = co_await service_.plan_of_fork(request.session_id, std::move(request.workspace),
                                                  std::move(*wish));
    if (!planned) co_return fail(std::move(planned.error()));
    v1::ForkSessionResponse response;
    response.session_id = request.session_id;
    response.meta = planned_meta(planned->backend->name(), planned->plan);
    co_return response;
  }
  auto forked =
      co_await service_.fork(request.session_id, std::move(request.workspace), std::move(*wish));
  if (!forked) co_return fail(std::move(forked.error()));
  auto still = co_await may_open(forked->session->id());
  if (!still) co_return fail(std::move(still.error()));
  const auto titled = co_await give_title(forked->session->id(), *title);
  if (!titled) co_return fail(titled.error());
  forked->session->narrow(std::move(*narrowing));
  co_return branched(*forked, context);
}

// --- looking after
// ---------------------------------------------------------------------------------

v1::Answer<v1::ListSessionsResponse> AcpAgent::list_sessions(v1::ListSessionsRequest request,
                                                             v1::RequestContext&) {
  auto page = co_await service_.list(request.cwd.value_or(""), request.cursor.value_or(""));
  if (!page) co_return fail(std::move(page.error()));
  v1::ListSessionsResponse response;
  response.next_cursor = std::move(page->next_cursor);
  for (SessionService::Listed& listed : page->sessions) {
    v1::SessionInfo info;
    info.session_id = listed.state.id;
    info.cwd = listed.state.cwd;
    info.additional_directories = std::move(listed.additional_directories);
    info.title = listed.state.description;
    info.updated_at = rfc3339(listed.updated_ms);
    info.meta = listed_meta({.backend = listed.state.backend,
                             .parent = listed.state.parent,
                             .adopted = listed.state.adopted,
                             .depth = listed.state.depth,
                             .turns = listed.state.turns,
                             .cumulative = &listed.state.total});
    response.sessions.push_back(std::move(info));
  }
  co_return response;
}

v1::Answer<v1::DeleteSessionResponse> AcpAgent::delete_session(v1::DeleteSessionRequest request,
                                                               v1::RequestContext&) {
  auto removed = co_await service_.remove(std::move(request.session_id));
  searcher_.refresh_soon();
  if (!removed) co_return fail(std::move(removed.error()));
  co_return v1::DeleteSessionResponse();
}

v1::Answer<v1::CloseSessionResponse> AcpAgent::close_session(v1::CloseSessionRequest request,
                                                             v1::RequestContext&) {
  const auto session = open_session(request.session_id);
  if (session) {
    co_await service_.close(std::move(request.session_id));
    (*session)->detach(client_);
  }
  co_return v1::CloseSessionResponse();
}

// --- using
// -----------------------------------------------------------------------------------------

Result<std::shared_ptr<Session>> AcpAgent::open_session(const std::string& id) const {
  auto session = service_.find(id);
  const bool is_elsewhere = session ? !(*session)->attached_to(client_) : service_.exists(id);
  if (is_elsewhere) {
    return fail(Error(ErrorKind::session_not_found, "the session is not open on this connection")
                    .with_hint("Open the session again: load or resume it."));
  }
  return session;
}

v1::Answer<v1::SetModeResponse> AcpAgent::set_mode(v1::SetModeRequest request,
                                                   v1::RequestContext&) {
  auto session = open_session(request.session_id);
  if (!session) co_return fail(std::move(session.error()));
  auto set = co_await (*session)->set_mode(std::move(request.mode_id));
  if (!set) co_return fail(std::move(set.error()));
  co_return v1::SetModeResponse();
}

v1::Answer<v1::SetConfigOptionResponse> AcpAgent::set_config_option(
    v1::SetConfigOptionRequest request, v1::RequestContext&) {
  auto session = open_session(request.session_id);
  if (!session) co_return fail(std::move(session.error()));
  auto set = co_await (*session)->set_option(std::move(request));
  if (!set) co_return fail(std::move(set.error()));
  v1::SetConfigOptionResponse response;
  response.config_options = (*session)->options();
  co_return response;
}

v1::Answer<v1::PromptResponse> AcpAgent::prompt(v1::PromptRequest request,
                                                v1::RequestContext& context) {
  auto session = open_session(request.session_id);
  if (!session) co_return fail(std::move(session.error()));
  auto id = prompt_id_in(request.meta, service_.library().redactor);
  if (!id) co_return fail(std::move(id.error()));
  PromptTags tags;
  tags.trace = trace_in(request.meta);
  tags.id = *id;
  auto report =
      co_await (*session)->prompt(std::move(request.prompt), context.cancel, std::move(tags));
  searcher_.refresh_soon();
  if (!report) co_return fail(std::move(report.error()));
  v1::PromptResponse response;
  response.stop_reason = report->stop_reason;
  response.usage = report->usage.tokens.on_the_wire();
  response.meta = prompt_meta(report->seq, report->turn,
                              {.turn = report->usage,
                               .cumulative = report->cumulative,
                               .fork = report->fork,
                               .failover = report->failover,
                               .drift = report->drift,
                               .prompt_id = *id,
                               .replayed = report->replayed});
  co_return response;
}

v1::Answer<v1::SteerResponse> AcpAgent::steer(v1::SteerRequest request,
                                              v1::RequestContext& context) {
  auto session = open_session(request.session_id);
  if (!session) co_return fail(std::move(session.error()));
  std::vector<v1::ContentBlock> words = request.prompt;
  const auto taken = co_await (*session)->steer(std::move(words));
  if (!taken) co_return fail(taken.error());
  v1::SteerResponse response;
  if (*taken) co_return response;
  if (request.only_into_turn) {
    response.outcome = v1::SteerResponse::Outcome::prompt_required;
    response.reason = (*session)->running() ? "notSupported" : "noRunningTurn";
    co_return response;
  }
  // Nobody waits for the answer to this prompt.
  context.after_response = [session = *session, library = &service_.library(),
                            prompt = std::move(request.prompt)] {
    library->loop.spawn(play(session, prompt, library->log));
  };
  response.outcome = v1::SteerResponse::Outcome::started_new_turn;
  co_return response;
}

/// What `_tine/search` asks for.
Result<search::Wish> AcpAgent::search_wish(const v1::SearchRequest& request) const {
  search::Wish wish;
  auto query = search::read_query(request.query);
  if (!query) return fail(std::move(query.error()).at("params.query"));
  wish.query = std::move(*query);
  if (request.cwd) {
    wish.folder =
        store::project_folder(kept_path(canonical(*request.cwd), service_.library().redactor));
  }
  wish.backends = request.backends;
  if (!request.since.empty()) {
    const auto since = search::since_ms(request.since, service_.library().env.wall_ms());
    if (!since) return fail(Error(since.error()).at("params.since"));
    wish.since_ms = *since;
  }
  const std::uint64_t limit = request.limit.value_or(search::limits::hits);
  if (limit == 0 || limit > search::limits::most_hits)
    return invalid_at("expected a number from 1 to " + std::to_string(search::limits::most_hits),
                      "params.limit");
  wish.limit = static_cast<std::size_t>(limit);
  return wish;
}

v1::Answer<v1::SearchResponse> AcpAgent::search(v1::SearchRequest request,
                                                v1::RequestContext& context) {
  auto wish = search_wish(request);
  if (!wish) co_return fail(std::move(wish.error()));
  const auto answer = co_await searcher_.search(std::move(*wish), context.cancel);
  if (!answer) co_return fail(answer.error());
  co_return search::on_the_wire(*answer);
}

v1::Answer<v1::TasksResponse> AcpAgent::tasks(v1::TasksRequest request, v1::RequestContext&) {
  const auto session = open_session(request.session_id);
  if (!session) co_return fail(session.error());
  std::string cwd = (*session)->workspace().cwd;
  auto answer = co_await tasks_as_asked(service_.library(), std::move(cwd), std::move(request));
  co_return answer;
}

void AcpAgent::cancel(std::string session_id) {
  if (const auto session = open_session(session_id)) (*session)->cancel();
}

void AcpAgent::disconnected() { service_.cancel(client_); }

}  // namespace tine::session
