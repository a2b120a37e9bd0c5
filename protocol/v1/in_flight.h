#pragma once
// The requests of the other side that are being served: how many, how to cancel them, how to wait
// for the last one, and the coroutine that serves one.
//
// Owned by one end of a connection, on the loop's thread. Tickets may outlive it.

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/request_context.h"
#include "transport/event.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

class InFlight {
  using Sources = std::list<transport::CancelSource>;
  struct State {
    explicit State(transport::Loop& loop) : idle(loop) { idle.set(); }
    Sources open;
    transport::Event idle;
  };

 public:
  explicit InFlight(transport::Loop& loop) : state_(std::make_shared<State>(loop)) {}

  /// One piece of work, for as long as the ticket lives. Move-only.
  class Ticket {
   public:
    Ticket(InFlight& home, transport::CancelSource cancel);
    Ticket(Ticket&& other) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    std::shared_ptr<State> state_;
    Sources::iterator place_;
  };

  std::size_t count() const { return state_->open.size(); }
  void cancel_all();
  transport::Task<void> idle();
  /// False when `time` passed first.
  transport::Task<bool> idle_within(transport::Milliseconds time);

 private:
  std::shared_ptr<State> state_;
};

template <class Function>
struct RequestFunction;
template <class Handler_, class Request_, class Response_>
struct RequestFunction<transport::Task<Result<Response_>> (Handler_::*)(Request_,
                                                                        RequestContext&)> {
  using Handler = Handler_;
  using Request = Request_;
  using Response = Response_;
};

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
inline Error with_session(Error error, const std::string& session) {
  if (error.kind == ErrorKind::session_not_found && error.data.empty() && !session.empty()) {
    error.data = R"("sessionId":)" + json::quoted(session);
  }
  return error;
}

/// Serves one request with a handler's function. `polish` has the last word on a response.
template <auto function, class Polish>
transport::Task<void> serve_request(typename RequestFunction<decltype(function)>::Handler& handler,
                                    typename RequestFunction<decltype(function)>::Request request,
                                    transport::Replier replier, RequestContext context,
                                    InFlight::Ticket ticket, Polish polish) {
  const std::string session = session_of(request);
  auto answer = co_await (handler.*function)(std::move(request), context);
  if (!answer) {
    replier.error(with_session(std::move(answer.error()), session));
    co_return;
  }
  polish(*answer);
  replier.result(write(*answer));
  if (context.after_response) context.after_response();
}

}  // namespace tine::v1
