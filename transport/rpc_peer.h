#pragma once
// One side of a JSON-RPC 2.0 connection, a message a line. Symmetric: both sides call, notify and
// answer.
//
// Promises: each request that comes in gets exactly one answer (a Replier that is dropped answers
// with an internal error); ids go back as the token that came; an outgoing call ends: with the
// answer, at its deadline, when it is cancelled, or when the other side is gone; bad input is
// answered and passed over, never fatal. Answers and questions are never refused for room and never
// overtake an earlier message of their stream.
//
// Threading: lives on the loop's thread, shared by the coroutines that use it. The handler outlives
// serve().

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/view.h"
#include "base/result.h"
#include "transport/cancel.h"
#include "transport/channel.h"
#include "transport/line_reader.h"
#include "transport/loop.h"
#include "transport/outbox.h"
#include "transport/rpc_error.h"
#include "transport/rpc_message.h"
#include "transport/splice.h"

namespace tine::transport {

class RpcPeer;

/// The duty to answer one request. Move-only; without a peer (moved from, answered) it owes
/// nothing.
class Replier {
 public:
  Replier() = default;
  Replier(Replier&& other) noexcept = default;
  Replier& operator=(Replier&& other) noexcept;
  ~Replier();

  /// `result` is JSON, as everything here that is passed on as text.
  void result(std::string_view result);
  void error(const Error& error);

  /// Fires when the caller sends $/cancel_request for this request. The answer is still owed.
  CancelSource cancel_source();
  /// The id as it came.
  const std::string& id() const { return id_; }

 private:
  friend class RpcPeer;
  Replier(std::weak_ptr<RpcPeer> peer, std::string id, std::uint64_t ticket);
  void answer(std::string_view member, std::string_view body);
  void drop();
  std::weak_ptr<RpcPeer> peer_;
  std::string id_;
  std::uint64_t ticket_ = 0;
};

/// A part of a long message, for as long as it is needed.
struct LongBody {
  std::shared_ptr<const std::string> line;  ///< the whole message
  json::View view;
};

/// What the layer above does with messages. Views are valid during the call only. It should not
/// throw; when it does, the message is over and the connection goes on.
class RpcHandler {
 public:
  virtual ~RpcHandler() = default;
  virtual void on_request(std::string_view method, json::View params, Replier replier) = 0;
  virtual void on_notification(std::string_view method, json::View params) = 0;
  /// Of a message that is longer than limits::long_message. Nothing more is read until this has
  /// returned, so that no message overtakes it; the connection may close meanwhile.
  virtual Task<void> on_long_request(std::string method, LongBody params, Replier replier) {
    on_request(method, params.view, std::move(replier));
    co_return;
  }
  /// False: nothing more is read until room() has returned. Only for work that ends without the
  /// other side, as its cancels and answers are not read meanwhile either.
  virtual bool has_room() const { return true; }
  virtual Task<void> room() { co_return; }
  /// The other side says nothing more. Calls to it that are still open fail right after this, so
  /// that what they are for can be called off first.
  virtual void on_end() {}
};

struct CallOptions {
  std::optional<Milliseconds> deadline;
  CancelSource* cancel = nullptr;
  /// Messages of one stream keep their order even when others are merged or held back; 0: none.
  std::uint64_t stream = 0;
};

class RpcPeer : public std::enable_shared_from_this<RpcPeer> {
 public:
  /// Sees every line in both directions as it is read or written (for --mirror): 'i' in, 'o' out.
  using Mirror = std::function<void(char direction, std::string_view line)>;

  /// The loop holds the peer until it is closed.
  static std::shared_ptr<RpcPeer> make(Loop& loop, std::unique_ptr<Channel> channel,
                                       Mirror mirror = {}, Dialect dialect = Dialect::json_rpc);
  ~RpcPeer();

  /// The hint of answers with an internal error, in place of that of their kind.
  void set_internal_hint(std::string hint);
  /// Of the errors from now on; until then they are told in full.
  void set_error_form(ErrorForm form);

  /// Reads and dispatches until the input ends or close() is called. Returns then; output that is
  /// queued still goes out, see drain(). When output fails the peer closes by itself, after
  /// limits::last_words for what was said before.
  Task<void> serve(RpcHandler& handler);

  /// `params` is JSON; so is the result.
  Task<Result<std::string>> call(std::string method, std::string params, CallOptions options);

  void notify(std::string_view method, std::string_view params);

  /// A notification of a stream, already a whole line without newline. When the queue is full it
  /// may be merged with the stream's previous one, if both are equal but for their splice.
  void send(std::string line, std::uint64_t stream, Splice splice);
  /// The same for a long one, which is one line already and never merged.
  void send(LongLine line, std::uint64_t stream);
  /// Bytes that wait for the reader.
  std::size_t queued() const;
  bool has_room() const;
  /// Suspends while the queue is over its limit. Returns at once when the connection is gone.
  Task<void> room();

  /// Waits until all output has left or the grace is over.
  Task<void> drain(Milliseconds grace);
  /// Ends the connection: calls fail, reads and writes stop, no message is dispatched any more.
  void close();
  bool closed() const;
  /// What broke the connection, when it did not simply end.
  const std::optional<Error>& fault() const;

 private:
  friend class Replier;
  class Connection;
  struct Listening;
  explicit RpcPeer(std::unique_ptr<Connection> connection);
  Task<void> read(RpcHandler& handler);
  void receive(const LineReader::Line& line, LineReader& reader, RpcHandler& handler);
  void dispatch(const RpcMessage& message, std::string line, RpcHandler& handler);
  Task<void> pass_long_message(RpcHandler& handler);
  void end_call(std::string_view id, Result<std::string> with);
  void cancel_open(json::View id);
  std::unique_ptr<Connection> connection_;
};

}  // namespace tine::transport
