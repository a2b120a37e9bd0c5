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
#include "protocol/v1/limits.h"
#include "transport/worker.h"

namespace tine::v1 {

class AgentServer::Methods {
 public:
  using Start = std::function<void(AgentServer& server, transport::Replier replier)>;
  struct Method {
    std::string_view name;
    /// Decodes while the message is there, and starts the request.
    void (*start)(AgentServer& server, json::View params, transport::Replier replier);
    /// The first half of that, beside the loop; gives the second.
    Start (*decode)(json::View params);
    /// Without an announcement there is no such method. Of the unstable ones nothing is announced
    /// while they are off.
    bool (*announced)(const AgentCapabilities& capabilities);
  };

  static const Method* find(std::string_view name);

 private:
  template <auto function>
  static constexpr Method method(std::string_view name,
                                 bool (*announced)(const AgentCapabilities& capabilities)) {
    return {name, start<function>, decode<function>, announced};
  }

  template <auto function>
  static void start(AgentServer& server, json::View params, transport::Replier replier);
  template <auto function>
  static Start decode(json::View params);
  template <auto function, class Request>
  static void begin(AgentServer& server, Result<Request> request, transport::Replier replier);

  static bool always(const AgentCapabilities& /*capabilities*/) { return true; }
  static bool logout(const AgentCapabilities& agent) { return agent.logout; }
  static bool load(const AgentCapabilities& agent) { return agent.load_session; }
  template <bool SessionCapabilities::*capability>
  static bool session(const AgentCapabilities& agent) {
    return agent.session.*capability;
  }
};

const AgentServer::Methods::Method* AgentServer::Methods::find(std::string_view name) {
  using Can = SessionCapabilities;
  using Agent = AgentHandler;
  static constexpr std::array methods = {
      method<&Agent::authenticate>("authenticate", always),
      method<&Agent::logout>("logout", logout),
      method<&Agent::close_session>("session/close", session<&Can::close>),
      method<&Agent::delete_session>("session/delete", session<&Can::remove>),
      method<&Agent::fork_session>("session/fork", session<&Can::fork>),
      method<&Agent::list_sessions>("session/list", session<&Can::list>),
      method<&Agent::load_session>("session/load", load),
      method<&Agent::new_session>("session/new", always),
      method<&Agent::prompt>("session/prompt", always),
      method<&Agent::resume_session>("session/resume", session<&Can::resume>),
      method<&Agent::set_config_option>("session/set_config_option", always),
      method<&Agent::set_mode>("session/set_mode", always),
  };
  static_assert(std::ranges::is_sorted(methods, {}, &Method::name));
  const auto* const found = std::ranges::lower_bound(methods, name, {}, &Method::name);
  return found != methods.end() && found->name == name ? found : nullptr;
}

template <auto function>
void AgentServer::Methods::start(AgentServer& server, json::View params,
                                 transport::Replier replier) {
  using Request = typename RequestFunction<decltype(function)>::Request;
  begin<function, Request>(server, read_params<Request>(params), std::move(replier));
}

template <auto function>
AgentServer::Methods::Start AgentServer::Methods::decode(json::View params) {
  using Request = typename RequestFunction<decltype(function)>::Request;
  // A function can be copied, so what it holds is shared.
  const auto request = std::make_shared<Result<Request>>(read_params<Request>(params));
  return [request](AgentServer& server, transport::Replier replier) {
    begin<function, Request>(server, std::move(*request), std::move(replier));
  };
}

template <auto function, class Request>
void AgentServer::Methods::begin(AgentServer& server, Result<Request> request,
                                 transport::Replier replier) {
  using Function = RequestFunction<decltype(function)>;
  if (!request) return replier.error(request.error());
  std::optional<Error> refusal;
  if constexpr (requires { request->workspace; }) refusal = server.refusal(request->workspace);
  if constexpr (requires { request->prompt; }) refusal = server.refusal(*request);
  if (refusal) return replier.error(*refusal);

  RequestContext context{replier.cancel_source(), replier.id(), {}};
  constexpr bool is_list = std::is_same_v<Request, ListSessionsRequest>;
  InFlight::Ticket ticket(is_list ? server.lists_ : server.requests_, context.cancel);
  server.loop_.spawn(serve_request<function>(
      server.handler_, std::move(*request), std::move(replier), std::move(context),
      std::move(ticket),
      [&server](typename Function::Response& response) { server.polish(response); }));
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
  if (method == "initialize") return initialize(params, std::move(replier));
  if (!initialized_) {
    return replier.error(Error(ErrorKind::not_initialized, "initialize comes first"));
  }
  const Methods::Method* const known = Methods::find(method);
  if (known == nullptr || !known->announced(announced_)) {
    return replier.error(Error(ErrorKind::unknown_method, "this agent has no such method"));
  }
  known->start(*this, params, std::move(replier));
}

transport::Task<void> AgentServer::on_long_request(std::string method, transport::LongBody params,
                                                   transport::Replier replier) {
  const Methods::Method* const known = initialized_ ? Methods::find(method) : nullptr;
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
  client_.negotiated(request->client_capabilities);
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

std::optional<Error> AgentServer::refusal(const PromptRequest& request) const {
  return v1::refusal(announced_.prompt, request.prompt);
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
  co_return ended&& listed;
}

}  // namespace tine::v1
