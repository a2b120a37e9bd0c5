#include "protocol/v1/agent_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "protocol/v1/announced.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/filter.h"
#include "protocol/v1/known_clients.h"
#include "protocol/v1/limits.h"
#include "protocol/v1/methods.h"
#include "protocol/v1/tasks.h"
#include "transport/worker.h"

namespace tine::v1 {
namespace {

/// The session that a request names; empty: none.
template <class Request>
std::string session_of(const Request& request) {
  if constexpr (requires { request.session_id; }) {
    return request.session_id;
  } else {
    return {};
  }
}

/// Tells which session was not found, when the handler has not.
Error with_session(Error error, const std::string& session) {
  if (error.kind == ErrorKind::session_not_found && error.data.empty() && !session.empty()) {
    error.data = R"("sessionId":)" + json::quoted(session);
  }
  return error;
}

}  // namespace

class AgentServer::Methods {
 public:
  using Start = std::function<void(AgentServer& server, transport::Replier replier)>;
  struct Row {
    std::string_view name;
    /// Decodes while the message is there, and starts the request.
    void (*start)(AgentServer& server, json::View params, transport::Replier replier);
    /// The first half of that, beside the loop; gives the second.
    Start (*decode)(json::View params);
    /// Without an announcement there is no such method. Of the unstable ones nothing is announced
    /// while they are off.
    bool (*announced)(const AgentCapabilities& capabilities);
  };

  static const Row* find(std::string_view name);

 private:
  template <class Method, class Handler>
  using Function = Answer<typename Method::Response> (Handler::*)(typename Method::Request,
                                                                  RequestContext&);
  template <class Method, auto function>
  static void start(AgentServer& server, json::View params, transport::Replier replier);
  template <class Method, auto function>
  static Start decode(json::View params);
  template <class Method, class Handler>
  static void begin(AgentServer& server, Function<Method, Handler> function,
                    Result<typename Method::Request> request, transport::Replier replier);
  template <class Method, class Handler>
  static transport::Task<void> serve(AgentServer& server, Function<Method, Handler> function,
                                     typename Method::Request request, transport::Replier replier,
                                     InFlight::Ticket ticket);
  /// An agent that announces an extension implements its handler.
  template <class Handler>
  static Handler& handler_of(AgentServer& server) {
    if constexpr (std::is_same_v<Handler, AgentHandler>) {
      return server.handler_;
    } else {
      return dynamic_cast<Handler&>(server.handler_);
    }
  }
  template <class Method, auto function>
  static constexpr Row row(bool (*announced)(const AgentCapabilities& capabilities)) {
    return {Method::name, start<Method, function>, decode<Method, function>, announced};
  }

  static bool always(const AgentCapabilities& /*capabilities*/) { return true; }
  static bool logout(const AgentCapabilities& agent) { return agent.logout; }
  static bool steering(const AgentCapabilities& agent) { return agent.steering; }
  static bool load(const AgentCapabilities& agent) { return agent.load_session; }
  static bool tasks(const AgentCapabilities& agent) {
    return json::View(agent.meta).find("tine").find("tasks").boolean().value_or(false);
  }
  template <bool SessionCapabilities::*capability>
  static bool session(const AgentCapabilities& agent) {
    return agent.session.*capability;
  }
};

const AgentServer::Methods::Row* AgentServer::Methods::find(std::string_view name) {
  using Can = SessionCapabilities;
  using Agent = AgentHandler;
  static constexpr std::array methods = {
      row<method::Steer, &Agent::steer>(steering),
      row<method::Search, &Agent::search>(always),
      row<method::Tasks, &TasksHandler::tasks>(tasks),
      row<method::Authenticate, &Agent::authenticate>(always),
      row<method::Logout, &Agent::logout>(logout),
      row<method::CloseSession, &Agent::close_session>(session<&Can::close>),
      row<method::DeleteSession, &Agent::delete_session>(session<&Can::remove>),
      row<method::ForkSession, &Agent::fork_session>(session<&Can::fork>),
      row<method::ListSessions, &Agent::list_sessions>(session<&Can::list>),
      row<method::LoadSession, &Agent::load_session>(load),
      row<method::NewSession, &Agent::new_session>(always),
      row<method::Prompt, &Agent::prompt>(always),
      row<method::ResumeSession, &Agent::resume_session>(session<&Can::resume>),
      row<method::SetConfigOption, &Agent::set_config_option>(always),
      row<method::SetMode, &Agent::set_mode>(always),
  };
  static_assert(std::ranges::is_sorted(methods, {}, &Row::name));
  const auto* const found = std::ranges::lower_bound(methods, name, {}, &Row::name);
  return found != methods.end() && found->name == name ? found : nullptr;
}

template <class Method, auto function>
void AgentServer::Methods::start(AgentServer& server, json::View params,
                                 transport::Replier replier) {
  begin<Method>(server, function, read_params<typename Method::Request>(params),
                std::move(replier));
}

template <class Method, auto function>
AgentServer::Methods::Start AgentServer::Methods::decode(json::View params) {
  using Request = typename Method::Request;
  // A function can be copied, so what it holds is shared.
  const auto request = std::make_shared<Result<Request>>(read_params<Request>(params));
  return [request](AgentServer& server, transport::Replier replier) {
    begin<Method>(server, function, std::move(*request), std::move(replier));
  };
}

template <class Method, class Handler>
void AgentServer::Methods::begin(AgentServer& server, Function<Method, Handler> function,
                                 Result<typename Method::Request> request,
                                 transport::Replier replier) {
  if (!request) return replier.error(request.error());
  std::optional<Error> refusal;
  if constexpr (requires { request->workspace; }) refusal = server.refusal(request->workspace);
  if constexpr (requires { request->prompt; }) refusal = server.refusal(request->prompt);
  if (refusal) return replier.error(*refusal);

  constexpr bool is_list = std::is_same_v<Method, method::ListSessions>;
  InFlight::Ticket ticket(is_list ? server.lists_ : server.requests_, replier.cancel_source());
  server.loop_.spawn(
      serve<Method>(server, function, std::move(*request), std::move(replier), std::move(ticket)));
}

template <class Method, class Handler>
transport::Task<void> AgentServer::Methods::serve(AgentServer& server,
                                                  Function<Method, Handler> function,
                                                  typename Method::Request request,
                                                  transport::Replier replier,
                                                  InFlight::Ticket /*ticket*/) {
  RequestContext context{replier.cancel_source(), replier.id(), {}};
  const std::string session = session_of(request);
  Handler& handler = handler_of<Handler>(server);
  auto answer = co_await (handler.*function)(std::move(request), context);
  if constexpr (std::is_same_v<Method, method::Prompt>) server.client_.end_turn(session);
  if (!answer) {
    replier.error(with_session(std::move(answer.error()), session));
    co_return;
  }
  server.polish(*answer);
  replier.result(write(*answer));
  if (context.after_response) context.after_response();
}

AgentServer::AgentServer(transport::Loop& loop, AgentHandler& handler, ClientProxy& client,
                         AgentServerOptions options)
    : loop_(loop),
      handler_(handler),
      client_(client),
      options_(options),
      requests_(loop),
      lists_(loop) {}

void AgentServer::on_request(std::string_view method, json::View params,
                             transport::Replier replier) {
  if (method == method::Initialize::name) return initialize(params, std::move(replier));
  if (!initialized_) {
    return replier.error(Error(ErrorKind::not_initialized, "initialize comes first"));
  }
  const Methods::Row* const known = Methods::find(method);
  if (known == nullptr || !known->announced(announced_)) {
    return replier.error(Error(ErrorKind::unknown_method, "this agent has no such method"));
  }
  known->start(*this, params, std::move(replier));
}

transport::Task<void> AgentServer::on_long_request(std::string method, transport::LongBody params,
                                                   transport::Replier replier) {
  const Methods::Row* const known = initialized_ ? Methods::find(method) : nullptr;
  if (known == nullptr || !known->announced(announced_)) {
    on_request(method, params.view, std::move(replier));
    co_return;
  }
  struct Decoding {
    transport::LongBody params;
    Methods::Start start;
  };
  const auto decoding = std::make_shared<Decoding>();
  decoding->params = std::move(params);
  // It is under way already, for who waits for what is.
  const InFlight::Ticket ticket(requests_, replier.cancel_source());
  std::function<void()> decode = [decoding, known] {
    decoding->start = known->decode(decoding->params.view);
    decoding->params.line.reset();
  };
  co_await loop_.long_work().run(std::move(decode));
  // What it was for may have been called off.
  if (!disconnected_) decoding->start(*this, std::move(replier));
}

void AgentServer::initialize(json::View params, transport::Replier replier) {
  if (initialized_) {
    return replier.error(Error(ErrorKind::invalid_request, "initialize comes only once"));
  }
  const auto request = read_params<InitializeRequest>(params);
  if (!request) return replier.error(request.error());
  ClientCapabilities capabilities = request->client_capabilities;
  capabilities.option_names = shows_option_names(request->client_info);
  capabilities.way_to_open = way_to_open(request->client_info);
  capabilities.joins_messages = joins_messages(request->client_info);
  client_.negotiated(std::move(capabilities));
  auto response = handler_.initialize(*request);
  if (!response) return replier.error(response.error());
  response->protocol_version = protocol_version;
  if (!options_.unstable) keep_stable(response->agent_capabilities);
  if (!request->client_capabilities.terminal_auth) {
    std::erase_if(response->auth_methods, [](const AuthMethod& method) {
      return method.type == AuthMethod::Type::terminal;
    });
  }
  announced_ = response->agent_capabilities;
  initialized_ = true;
  replier.result(write(*response));
}

void AgentServer::on_notification(std::string_view method, json::View params) {
  if (method != "session/cancel" || !initialized_) return;
  auto session = params.find("sessionId").string();
  if (!session) return;
  // Started like a request, so that it does not overtake the prompts that came before it.
  const auto deliver = [](AgentHandler& handler, std::string id,
                          InFlight::Ticket) -> transport::Task<void> {
    handler.cancel(std::move(id));
    co_return;
  };
  loop_.spawn(deliver(handler_, std::move(*session), InFlight::Ticket(requests_, {})));
}

void AgentServer::on_end() {
  // Started like a request, so that prompts that came just before the end are called off too.
  const auto deliver = [](AgentServer& server, InFlight::Ticket) -> transport::Task<void> {
    server.disconnect();
    co_return;
  };
  loop_.spawn(deliver(*this, InFlight::Ticket(requests_, {})));
}

bool AgentServer::has_room() const { return lists_.count() < limits::open_lists; }

transport::Task<void> AgentServer::room() { return lists_.idle(); }

void AgentServer::disconnect() {
  if (!std::exchange(disconnected_, true)) handler_.disconnected();
}

std::optional<Error> AgentServer::refusal(Workspace& workspace) const {
  if (!options_.unstable) workspace.system_prompt.reset();
  return v1::refusal(announced_, workspace);
}

std::optional<Error> AgentServer::refusal(const std::vector<ContentBlock>& prompt) const {
  return v1::refusal(announced_.prompt, prompt);
}

template <class Response>
void AgentServer::polish(Response& response) const {
  if constexpr (requires { response.usage; }) {
    if (!options_.unstable) response.usage.reset();
  }
  if constexpr (requires { response.config_options; }) {
    if constexpr (requires { response.config_options->size(); }) {
      if (response.config_options) {
        response.config_options =
            for_client(client_.capabilities(), std::move(*response.config_options));
      }
    } else {
      response.config_options =
          for_client(client_.capabilities(), std::move(response.config_options));
    }
  }
}

transport::Task<bool> AgentServer::close(transport::Milliseconds grace) {
  // What came before the end of the input has begun when this goes on.
  co_await transport::yield(loop_);
  disconnect();
  const auto end = std::chrono::steady_clock::now() + grace;
  const bool ended = co_await requests_.idle_within(grace);
  const auto left =
      std::chrono::duration_cast<transport::Milliseconds>(end - std::chrono::steady_clock::now());
  const bool listed = co_await lists_.idle_within(std::max(left, transport::Milliseconds(0)));
  co_return (ended && listed);
}

}  // namespace tine::v1
