#include "transport/rpc_peer.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/handled.h"
#include "base/json/long_values.h"
#include "base/json/writer.h"
#include "transport/line_reader.h"
#include "transport/outbox.h"
#include "transport/worker.h"

namespace tine::transport {
namespace {

constexpr std::string_view cancel_request = "$/cancel_request";

/// A call of ours that has not ended. Shared by the caller and the table.
struct Call {
  explicit Call(Loop& loop) : ended(loop) {}
  void end(Result<std::string> with) {
    if (ended.is_set()) return;
    answer = std::move(with);
    ended.set();
  }
  Event ended;
  Result<std::string> answer = std::string();
};

/// A request of the other side that has not been answered.
struct OpenRequest {
  std::string id;
  std::optional<CancelSource> cancel;  // made when somebody asks for it
};

/// A request or notification of the other side that waits until it has been taken apart.
struct LongMessage {
  std::string method;
  LongBody params;
  std::optional<Replier> replier;  // of a request
};

/// JSON from elsewhere may stand on several lines; a newline is never inside a string.
void put_on_one_line(std::string& line) {
  count_handled(line.size());
  if (line.find('\n') != std::string::npos) std::replace(line.begin(), line.end(), '\n', ' ');
}

std::string request_line(std::string_view id, std::string_view method, std::string_view params) {
  count_handled(params.size());
  std::string line = R"({"jsonrpc":"2.0",)";
  // With room for the newline that the outbox adds.
  line.reserve(line.size() + id.size() + method.size() + params.size() + 48);
  if (!id.empty()) line.append(R"("id":)").append(id).append(",");
  line.append(R"("method":")");
  json::escape(method, line);
  line.push_back('"');
  if (!params.empty()) line.append(R"(,"params":)").append(params);
  line.push_back('}');
  return line;
}

std::string response_line(std::string_view id, std::string_view member, std::string_view body) {
  count_handled(body.size());
  std::string line = R"({"jsonrpc":"2.0","id":)";
  line.reserve(line.size() + id.size() + member.size() + body.size() + 8);
  line.append(id).append(",\"").append(member).append("\":").append(body).append("}");
  return line;
}

}  // namespace

class RpcPeer::Connection {
 public:
  Connection(Loop& the_loop, std::unique_ptr<Channel> the_channel, Mirror the_mirror,
             Dialect the_dialect)
      : loop(the_loop),
        channel(std::move(the_channel)),
        mirror(std::move(the_mirror)),
        dialect(the_dialect),
        outbox(the_loop),
        input_over(the_loop) {}

  void push(std::string line, std::uint64_t stream, Splice splice) {
    put_on_one_line(line);
    outbox.push(std::move(line), stream, splice);
  }

  /// One that is known to be in one piece, and belongs to no stream.
  void push_line(std::string line) { outbox.push(std::move(line), 0, {}); }

  /// Moves the outbox into the channel until the connection breaks or closes. Holds the peer alive.
  Task<void> write(std::shared_ptr<RpcPeer> self) {
    try {
      co_await write_on(self);
    } catch (const std::exception& failure) {
      // Out of memory: what is lost of the output cannot be told from what is not.
      fault = Error(ErrorKind::internal, failure.what());
      outbox.break_off();
      self->close();
    }
  }

  Task<void> write_on(std::shared_ptr<RpcPeer> self) {
    while (!outbox.broken()) {
      if (outbox.nothing_queued()) co_await outbox.filled();
      if (outbox.broken()) break;
      const std::span<const std::string_view> batch = outbox.take_batch();
      if (mirror) {
        for (const std::string_view line : batch) mirror('o', line.substr(0, line.size() - 1));
      }
      const auto written = co_await channel->write_all(batch);
      outbox.done();
      if (written || closed) continue;
      fault = written.error();
      outbox.break_off();
      channel->close_write();
      co_await input_over.wait_for(limits::last_words);
      self->close();
    }
  }

  std::string object(const Error& error) const {
    if (error.kind != ErrorKind::internal || !error.hint.empty())
      return error_object(error, error_form);
    return error_object(Error(error).with_hint(internal_hint), error_form);
  }

  bool usable() const { return !closed && !input_over.is_set() && !outbox.broken(); }

  Error gone() const {
    if (fault) return Error(ErrorKind::peer_gone, "the connection broke: " + fault->message);
    return Error(ErrorKind::peer_gone,
                 closed ? "the connection was closed" : "the other side has closed the connection");
  }

  void end_input() {
    input_over.set();
    if (RpcHandler* const listener = std::exchange(handler, nullptr)) listener->on_end();
    end_calls();
  }

  void end_calls() {
    // A caller that is woken may call again: take the table first.
    const auto ended = std::exchange(calls, {});
    for (const auto& [id, call] : ended) call->end(fail(gone()));
  }

  Loop& loop;
  std::unique_ptr<Channel> channel;
  Mirror mirror;
  Dialect dialect;
  std::string internal_hint;
  ErrorForm error_form = ErrorForm::full;
  Outbox outbox;
  Event input_over;
  RpcHandler* handler = nullptr;  // while its messages are read
  std::optional<LongMessage> long_message;
  bool closed = false;
  std::optional<Error> fault;
  std::uint64_t next_call = 1;
  std::uint64_t next_ticket = 1;
  std::unordered_map<std::uint64_t, std::shared_ptr<Call>> calls;
  std::unordered_map<std::uint64_t, OpenRequest> open;
};

Replier::Replier(std::weak_ptr<RpcPeer> peer, std::string id, std::uint64_t ticket)
    : peer_(std::move(peer)), id_(std::move(id)), ticket_(ticket) {}

Replier& Replier::operator=(Replier&& other) noexcept {
  if (this != &other) {
    drop();
    peer_ = std::move(other.peer_);
    id_ = std::move(other.id_);
    ticket_ = other.ticket_;
  }
  return *this;
}

Replier::~Replier() { drop(); }

void Replier::drop() {
  if (peer_.expired()) return;
  try {
    error(Error(ErrorKind::internal, "the request was dropped without an answer"));
  } catch (const std::exception&) {
    // Not even the memory for that answer is left; the connection cannot keep its promise.
    return;
  }
}

void Replier::result(std::string_view result) { answer("result", result); }

void Replier::error(const Error& error) {
  if (const auto peer = peer_.lock()) answer("error", peer->connection_->object(error));
}

void Replier::answer(std::string_view member, std::string_view body) {
  const auto peer = std::exchange(peer_, {}).lock();
  if (!peer) return;
  // What its cancel source holds goes last, as it may end other requests.
  const auto over = peer->connection_->open.extract(ticket_);
  peer->connection_->push(response_line(id_, member, body), 0, {});
}

CancelSource Replier::cancel_source() {
  const auto peer = peer_.lock();
  if (!peer) return {};
  const auto found = peer->connection_->open.find(ticket_);
  if (found == peer->connection_->open.end()) return {};
  if (!found->second.cancel) found->second.cancel.emplace();
  return *found->second.cancel;
}

RpcPeer::RpcPeer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

RpcPeer::~RpcPeer() = default;

void RpcPeer::set_internal_hint(std::string hint) { connection_->internal_hint = std::move(hint); }

void RpcPeer::set_error_form(ErrorForm form) { connection_->error_form = form; }

std::shared_ptr<RpcPeer> RpcPeer::make(Loop& loop, std::unique_ptr<Channel> channel, Mirror mirror,
                                       Dialect dialect) {
  auto connection =
      std::make_unique<Connection>(loop, std::move(channel), std::move(mirror), dialect);
  // Not make_shared: the constructor is private.
  std::shared_ptr<RpcPeer> peer(new RpcPeer(std::move(connection)));
  loop.spawn(peer->connection_->write(peer));
  return peer;
}

/// The handler is told of the end only while it is served, even if that is broken off.
struct RpcPeer::Listening {
  Listening(Connection& the_connection, RpcHandler& handler) : connection(the_connection) {
    connection.handler = &handler;
  }
  ~Listening() { connection.handler = nullptr; }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  Connection& connection;
};

Task<void> RpcPeer::serve(RpcHandler& handler) {
  const auto self = shared_from_this();
  Connection& connection = *connection_;
  const Listening listening(connection, handler);
  try {
    co_await read(handler);
  } catch (const std::exception& failure) {
    // Out of memory: what a message that was not read would have said is not known.
    connection.fault = Error(ErrorKind::internal, failure.what());
  }
  connection.end_input();
}

Task<void> RpcPeer::read(RpcHandler& handler) {
  Connection& connection = *connection_;
  LineReader reader([&](const LineReader::Line& line) { receive(line, reader, handler); });
  // Left as it is: what no message needs takes no memory.
  const auto bytes = std::make_unique_for_overwrite<char[]>(limits::read_chunk);
  const std::span<char> room(bytes.get(), limits::read_chunk);
  while (!connection.closed) {
    const auto got = co_await connection.channel->read_some(room);
    if (!got && !connection.closed && !connection.fault) connection.fault = got.error();
    if (!got || *got == 0) break;
    std::string_view rest(room.data(), *got);
    // Line by line: one may close the connection, fill the outbox or be one too many to work on.
    while (!rest.empty() && !connection.closed) {
      reader.feed_line(rest);
      if (connection.long_message) co_await pass_long_message(handler);
      if (!handler.has_room()) co_await handler.room();
      if (connection.outbox.bytes() < limits::outbox_full) continue;
      co_await connection.outbox.below(limits::outbox_full);
    }
  }
  if (!connection.closed) reader.finish();
  if (connection.long_message) co_await pass_long_message(handler);
}

Task<void> RpcPeer::pass_long_message(RpcHandler& handler) {
  LongMessage message = std::move(*connection_->long_message);
  connection_->long_message.reset();
  try {
    if (message.replier) {
      co_await handler.on_long_request(std::move(message.method), std::move(message.params),
                                       std::move(*message.replier));
      co_return;
    }
    const json::LongValues values =
        co_await find_long_values(connection_->loop, message.params.line);
    if (connection_->closed) co_return;
    const json::LongValues::Use use(values);
    handler.on_notification(message.method, message.params.view);
  } catch (...) {
    // A request has been answered by its Replier on the way.
    co_return;
  }
}

void RpcPeer::receive(const LineReader::Line& line, LineReader& reader, RpcHandler& handler) {
  Connection& connection = *connection_;
  if (connection.mirror)
    connection.mirror('i', line.text.empty() ? "(a line that was refused)" : line.text);
  const auto message = parse_message(line, connection.dialect);
  if (!message) {
    const BadMessage& bad = message.error();
    if (bad.answer) {
      connection.push(response_line(bad.id, "error", connection.object(bad.error)), 0, {});
    } else {
      end_call(bad.id, fail(ErrorKind::backend_failed,
                            "the answer cannot be understood: " + bad.error.message));
    }
    return;
  }
  try {
    const bool is_long = line.text.size() > limits::long_message;
    dispatch(*message, is_long ? reader.take_line() : std::string(), handler);
  } catch (...) {
    // A request has been answered by its Replier on the way.
    return;
  }
}

/// `line`: what the message refers to, when it is long.
void RpcPeer::dispatch(const RpcMessage& message, std::string line, RpcHandler& handler) {
  Connection& connection = *connection_;
  switch (message.kind) {
    case RpcMessage::Kind::request: {
      if (connection.open.size() >= limits::max_open_requests) {
        const Error full(ErrorKind::queue_full, "too many requests are unanswered");
        connection.push(response_line(message.id, "error", connection.object(full)), 0, {});
        return;
      }
      const std::uint64_t ticket = connection.next_ticket++;
      connection.open.emplace(ticket, OpenRequest{std::string(message.id), std::nullopt});
      Replier replier(weak_from_this(), std::string(message.id), ticket);
      if (line.empty()) {
        handler.on_request(message.method, message.body, std::move(replier));
      } else {
        auto whole = std::make_shared<const std::string>(std::move(line));
        connection.long_message =
            LongMessage{message.method, {std::move(whole), message.body}, std::move(replier)};
      }
      return;
    }
    case RpcMessage::Kind::notification:
      if (message.method == cancel_request) {
        cancel_open(message.body.find("requestId"));
      } else if (!line.empty()) {
        auto whole = std::make_shared<const std::string>(std::move(line));
        connection.long_message =
            LongMessage{message.method, {std::move(whole), message.body}, std::nullopt};
      } else {
        handler.on_notification(message.method, message.body);
      }
      return;
    case RpcMessage::Kind::response:
      end_call(message.id, std::string(message.body.raw()));
      return;
    case RpcMessage::Kind::error_response:
      end_call(message.id, fail(error_from(message.body)));
      return;
  }
}

/// Ends the call of ours that has this id. One that has ended already, or was never made, is
/// nobody's.
void RpcPeer::end_call(std::string_view id, Result<std::string> with) {
  auto& calls = connection_->calls;
  std::uint64_t number = 0;
  const char* const end = id.data() + id.size();
  const auto parsed = std::from_chars(id.data(), end, number);
  const auto found = parsed.ptr == end ? calls.find(number) : calls.end();
  if (found == calls.end()) return;
  const auto call = found->second;
  calls.erase(found);
  call->end(std::move(with));
}

void RpcPeer::cancel_open(json::View id) {
  if (!id.exists()) return;
  std::vector<CancelSource> sources;
  for (auto& [ticket, request] : connection_->open) {
    if (!same_id(request.id, id.raw())) continue;
    if (!request.cancel) request.cancel.emplace();
    sources.push_back(*request.cancel);
  }
  for (CancelSource& source : sources) source.cancel();
}

Task<Result<std::string>> RpcPeer::call(std::string method, std::string params,
                                        CallOptions options) {
  const auto self = shared_from_this();
  Connection& connection = *connection_;
  if (!connection.usable()) co_return fail(connection.gone());
  if (options.cancel != nullptr && options.cancel->cancelled()) {
    co_return fail(ErrorKind::cancelled, method + " was cancelled");
  }
  const std::uint64_t id = connection.next_call++;
  const auto call = std::make_shared<Call>(connection.loop);
  connection.calls.emplace(id, call);
  const bool is_long = params.size() > limits::long_message && options.stream == 0;
  if (is_long) {
    const auto body = std::make_shared<const std::string>(std::move(params));
    std::function<std::string()> make = [body, id, method] {
      std::string line = request_line(std::to_string(id), method, *body);
      put_on_one_line(line);
      return line;
    };
    std::string line = co_await made_beside(connection.loop, std::move(make));
    connection.push_line(std::move(line));
  } else {
    connection.push(request_line(std::to_string(id), method, params), options.stream, {});
  }

  const auto give_up = [&](Error error) {
    if (connection.calls.erase(id) == 0) return;
    notify(cancel_request, R"({"requestId":)" + std::to_string(id) + "}");
    call->end(fail(std::move(error)));
  };
  CancelSource::Subscription subscription;
  if (options.cancel != nullptr) {
    subscription = options.cancel->on_cancel(
        [&] { give_up(Error(ErrorKind::cancelled, method + " was cancelled")); });
  }
  if (options.deadline) {
    const bool in_time = co_await call->ended.wait_for(*options.deadline);
    if (!in_time) {
      give_up(Error(ErrorKind::timeout, "no answer to " + method + " within " +
                                            std::to_string(options.deadline->count()) + " ms"));
    }
  } else {
    co_await call->ended.wait();
  }
  co_return std::move(call->answer);
}

void RpcPeer::notify(std::string_view method, std::string_view params) {
  connection_->push(request_line({}, method, params), 0, {});
}

void RpcPeer::send(std::string line, std::uint64_t stream, Splice splice) {
  connection_->push(std::move(line), stream, splice);
}

void RpcPeer::send(LongLine line, std::uint64_t stream) {
  if (!connection_->mirror) return connection_->outbox.push(std::move(line), stream);
  // The mirror sees whole lines. It is in one piece already.
  std::string whole = std::move(line.before);
  connection_->outbox.push(std::move(whole.append(line.part).append(line.after)), stream, {});
}

std::size_t RpcPeer::queued() const { return connection_->outbox.bytes(); }

bool RpcPeer::has_room() const { return connection_->outbox.has_room(); }

Task<void> RpcPeer::room() {
  const auto self = shared_from_this();
  co_await connection_->outbox.below(limits::outbox_high);
}

Task<void> RpcPeer::drain(Milliseconds grace) {
  const auto self = shared_from_this();
  co_await connection_->outbox.below_within(1, grace);
}

void RpcPeer::close() {
  Connection& connection = *connection_;
  if (connection.closed) return;
  connection.closed = true;
  connection.outbox.break_off();
  connection.channel->close();
  connection.end_input();
}

bool RpcPeer::closed() const { return connection_->closed; }

const std::optional<Error>& RpcPeer::fault() const { return connection_->fault; }

}  // namespace tine::transport
