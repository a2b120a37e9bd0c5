#pragma once
// What an agent may tell and ask its client. An editor at the other end of a connection is one
// (ClientProxy); a test can be one.
//
// Lives on the loop's thread. Each question ends: with the answer, when `cancel` fires (cancelled),
// at its deadline (timeout), or when the client is gone (peer_gone). A question that needs a
// capability which the client did not announce is not sent: unsupported. `cancel` may be nullptr;
// else it outlives the call.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/methods.h"
#include "protocol/v1/update.h"
#include "transport/cancel.h"
#include "transport/limits.h"
#include "transport/loop.h"

namespace tine::v1 {

class Client {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;
  using Cancel = transport::CancelSource*;

  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  /// What the client announced; all off before initialize.
  virtual const ClientCapabilities& capabilities() const = 0;

  /// Sends an update, or what the client takes in its place. Never waits: see room().
  virtual void update(const Update& update) = 0;
  /// Takes a long update over and sends it without a copy.
  virtual void long_update(std::shared_ptr<Update> update) { this->update(*update); }
  /// Takes an update over and sends it, as a long one if it is long.
  virtual void send(Update update) {
    if (update.payload.size() <= transport::limits::long_message) return this->update(update);
    long_update(std::make_shared<Update>(std::move(update)));
  }
  /// Suspends while too much waits for the client to read. Who sends many updates awaits it between
  /// them.
  virtual transport::Task<void> room() = 0;
  /// Whether room() would return at once.
  virtual bool has_room() const = 0;

  /// Puts a question. `params` and the answer are JSON; no member of either is lost on the way.
  virtual Reply<std::string> call(std::string method, std::string params, Cancel cancel) = 0;
  /// Tells something other than an update. `params` is JSON.
  virtual void notify(std::string_view method, std::string_view params) = 0;

  /// Puts one of the questions of `method`. A bad answer is the client's failure.
  template <class Method>
  Reply<typename Method::Response> ask(typename Method::Request request, Cancel cancel) {
    const auto answer = co_await call(std::string(Method::name), write(request), cancel);
    if (!answer) co_return Failure(answer.error());
    co_return read_result<typename Method::Response>(json::View(*answer),
                                                     ErrorKind::invalid_request);
  }
};

}  // namespace tine::v1
