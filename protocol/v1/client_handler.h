#pragma once
// What a client does when its agent tells or asks something. AgentConnection calls it.
//
// Lives on the loop's thread and outlives its connection. Messages arrive in order: all updates of
// a turn have been seen when its prompt's call returns.

#include <string>
#include <string_view>

#include "base/json/view.h"
#include "base/result.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/methods.h"
#include "protocol/v1/request_context.h"
#include "protocol/v1/update.h"
#include "transport/loop.h"

namespace tine::v1 {

class ClientHandler {
 public:
  template <class T>
  using Answer = transport::Task<Result<T>>;

  ClientHandler() = default;
  ClientHandler(const ClientHandler&) = delete;
  ClientHandler& operator=(const ClientHandler&) = delete;
  virtual ~ClientHandler() = default;

  /// Both are valid during the call only.
  virtual void on_update(std::string_view session_id, const ToldUpdate& update) = 0;
  /// A notification of another method. Ignored unless overridden.
  virtual void on_notification(std::string_view /*method*/, json::View /*params*/) {}
  /// Answers a request. `params` and the answer are JSON. Offers permission questions alone unless
  /// overridden.
  virtual Answer<std::string> on_request(std::string method, std::string params,
                                         RequestContext& context) {
    if (method != method::RequestPermission::name) {
      co_return fail(ErrorKind::unknown_method, "this client has no such method");
    }
    auto request = read_params<PermissionRequest>(json::View(params));
    if (!request) co_return fail(std::move(request.error()));
    const auto answer = co_await request_permission(std::move(*request), context);
    if (!answer) co_return fail(answer.error());
    co_return write(*answer);
  }

 protected:
  virtual Answer<PermissionResponse> request_permission(PermissionRequest request,
                                                        RequestContext& context) = 0;
};

}  // namespace tine::v1
