#include "protocol/v1/agent_connection.h"

#include <utility>

namespace tine::v1 {

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
  InFlight::Ticket ticket(requests_, replier.cancel_source());
  loop_.spawn(serve_request(std::string(method), std::string(params.exists() ? params.raw() : "{}"),
                            std::move(replier), std::move(ticket)));
}

transport::Task<void> AgentConnection::serve_request(std::string method, std::string params,
                                                     transport::Replier replier,
                                                     InFlight::Ticket /*ticket*/) {
  RequestContext context{replier.cancel_source(), replier.id(), {}};
  const auto answer = co_await handler_.on_request(std::move(method), std::move(params), context);
  if (answer) {
    replier.result(*answer);
  } else {
    replier.error(answer.error());
  }
}

void AgentConnection::on_notification(std::string_view method, json::View params) {
  if (method == "session/update") {
    const auto [session, update] = update_params(params);
    if (!session.is_string() || !update.json.is_object()) return;
    const std::string_view plain = session.escaped();
    if (plain.find('\\') == std::string_view::npos) return handler_.on_update(plain, update);
    return handler_.on_update(session.string().value_or(std::string()), update);
  }
  handler_.on_notification(method, params);
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
