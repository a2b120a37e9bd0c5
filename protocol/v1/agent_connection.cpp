#include "protocol/v1/agent_connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/v1/ask.h"

namespace tine::v1 {

class AgentConnection::Methods {
 public:
  struct Method {
    std::string_view name;
    /// Decodes while the message is there, and starts the request.
    void (*start)(AgentConnection& connection, json::View params, transport::Replier replier);
  };

  static const Method* find(std::string_view name);

 private:
  template <auto function>
  static void start(AgentConnection& connection, json::View params, transport::Replier replier);
};

const AgentConnection::Methods::Method* AgentConnection::Methods::find(std::string_view name) {
  using Client = ClientHandler;
  static constexpr std::array methods = {
      Method{"elicitation/create", start<&Client::create_elicitation>},
      Method{"fs/read_text_file", start<&Client::read_text_file>},
      Method{"fs/write_text_file", start<&Client::write_text_file>},
      Method{"session/request_permission", start<&Client::request_permission>},
      Method{"terminal/create", start<&Client::create_terminal>},
      Method{"terminal/kill", start<&Client::kill_terminal>},
      Method{"terminal/output", start<&Client::terminal_output>},
      Method{"terminal/release", start<&Client::release_terminal>},
      Method{"terminal/wait_for_exit", start<&Client::wait_for_terminal_exit>},
  };
  static_assert(std::ranges::is_sorted(methods, {}, &Method::name));
  const auto* const found = std::ranges::lower_bound(methods, name, {}, &Method::name);
  return found != methods.end() && found->name == name ? found : nullptr;
}

template <auto function>
void AgentConnection::Methods::start(AgentConnection& connection, json::View params,
                                     transport::Replier replier) {
  using Function = RequestFunction<decltype(function)>;
  auto request = read_params<typename Function::Request>(params);
  if (!request) return replier.error(request.error());
  RequestContext context{replier.cancel_source(), replier.id(), {}};
  InFlight::Ticket ticket(connection.requests_, context.cancel);
  connection.loop_.spawn(serve_request<function>(
      connection.handler_, std::move(*request), std::move(replier), std::move(context),
      std::move(ticket), [](typename Function::Response& /*as it is*/) {}));
}

AgentConnection::AgentConnection(transport::Loop& loop, std::unique_ptr<transport::Channel> channel,
                                 ClientHandler& handler, transport::RpcPeer::Mirror mirror)
    : loop_(loop),
      handler_(handler),
      peer_(transport::RpcPeer::make(loop, std::move(channel), std::move(mirror))),
      requests_(loop) {}

transport::Task<void> AgentConnection::serve() {
  co_await peer_->serve(*this);
  requests_.cancel_all();
  co_await requests_.idle();
}

void AgentConnection::on_request(std::string_view method, json::View params,
                                 transport::Replier replier) {
  const Methods::Method* const known = Methods::find(method);
  if (known == nullptr) {
    return replier.error(Error(ErrorKind::unknown_method, "this client has no such method"));
  }
  known->start(*this, params, std::move(replier));
}

void AgentConnection::on_notification(std::string_view method, json::View params) {
  if (method == "session/update") {
    const json::View session = params.find("sessionId");
    const json::View update = params.find("update");
    if (!session.is_string() || !update.is_object()) return;
    const std::string_view plain = session.escaped();
    if (plain.find('\\') == std::string_view::npos) return handler_.on_update(plain, update);
    return handler_.on_update(session.string().value_or(std::string()), update);
  }
  if (method == "elicitation/complete") {
    if (auto id = params.find("elicitationId").string()) {
      handler_.complete_elicitation(std::move(*id));
    }
    return;
  }
  handler_.on_notification(method, params);
}

template <class Response, class Request>
AgentConnection::Reply<Response> AgentConnection::question(std::string_view method,
                                                           const Request& request,
                                                           Options options) {
  return ask<Response>(peer_, std::string(method), write(request), options,
                       ErrorKind::backend_failed);
}

AgentConnection::Reply<InitializeResponse> AgentConnection::initialize(InitializeRequest request,
                                                                       Options options) {
  return question<InitializeResponse>("initialize", request, options);
}

AgentConnection::Reply<AuthenticateResponse> AgentConnection::authenticate(
    AuthenticateRequest request, Options options) {
  return question<AuthenticateResponse>("authenticate", request, options);
}

AgentConnection::Reply<LogoutResponse> AgentConnection::logout(LogoutRequest request,
                                                               Options options) {
  return question<LogoutResponse>("logout", request, options);
}

AgentConnection::Reply<NewSessionResponse> AgentConnection::new_session(NewSessionRequest request,
                                                                        Options options) {
  return question<NewSessionResponse>("session/new", request, options);
}

AgentConnection::Reply<LoadSessionResponse> AgentConnection::load_session(
    LoadSessionRequest request, Options options) {
  return question<LoadSessionResponse>("session/load", request, options);
}

AgentConnection::Reply<ResumeSessionResponse> AgentConnection::resume_session(
    ResumeSessionRequest request, Options options) {
  return question<ResumeSessionResponse>("session/resume", request, options);
}

AgentConnection::Reply<ForkSessionResponse> AgentConnection::fork_session(
    ForkSessionRequest request, Options options) {
  return question<ForkSessionResponse>("session/fork", request, options);
}

AgentConnection::Reply<ListSessionsResponse> AgentConnection::list_sessions(
    ListSessionsRequest request, Options options) {
  return question<ListSessionsResponse>("session/list", request, options);
}

AgentConnection::Reply<DeleteSessionResponse> AgentConnection::delete_session(
    DeleteSessionRequest request, Options options) {
  return question<DeleteSessionResponse>("session/delete", request, options);
}

AgentConnection::Reply<CloseSessionResponse> AgentConnection::close_session(
    CloseSessionRequest request, Options options) {
  return question<CloseSessionResponse>("session/close", request, options);
}

AgentConnection::Reply<SetModeResponse> AgentConnection::set_mode(SetModeRequest request,
                                                                  Options options) {
  return question<SetModeResponse>("session/set_mode", request, options);
}

AgentConnection::Reply<SetConfigOptionResponse> AgentConnection::set_config_option(
    SetConfigOptionRequest request, Options options) {
  return question<SetConfigOptionResponse>("session/set_config_option", request, options);
}

AgentConnection::Reply<PromptResponse> AgentConnection::prompt(PromptRequest request,
                                                               Options options) {
  return question<PromptResponse>("session/prompt", request, options);
}

void AgentConnection::cancel(std::string_view session_id) {
  std::string params;
  json::Writer out(params);
  out.begin_object().member("sessionId", session_id).end_object();
  peer_->notify("session/cancel", params);
}

AgentConnection::Reply<std::string> AgentConnection::call(std::string method, std::string params,
                                                          Options options) {
  return peer_->call(std::move(method), std::move(params), options);
}

}  // namespace tine::v1
