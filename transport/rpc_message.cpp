#include "transport/rpc_message.h"

#include "transport/limits.h"

namespace tine::transport {
namespace {

std::string_view cut(const LineReader::Line& line, json::Range range) {
  return line.kept.substr(range.begin, range.end - range.begin);
}

bool is_id(json::View id) {
  return (id.is_null() || id.is_string() || id.type() == json::Type::number) &&
         id.raw().size() <= limits::max_id;
}

ErrorKind kind_of(const LineReader::Line& line) {
  if (line.too_long) return ErrorKind::line_too_long;
  switch (line.fault) {
    case json::Fault::byte_order_mark:
    case json::Fault::bad_utf8:
    case json::Fault::nul_byte:
      return ErrorKind::bad_encoding;
    case json::Fault::too_deep:
      return ErrorKind::too_deep;
    case json::Fault::too_many_members:
      return ErrorKind::invalid_request;
    default:
      return ErrorKind::parse_error;
  }
}

BadMessage bad_line(const LineReader::Line& line) {
  BadMessage bad{Error(kind_of(line), ""), "null"};
  if (line.too_long) {
    bad.error.message = "a message is longer than " + std::to_string(limits::max_line) + " bytes";
  } else {
    bad.error.message = std::string(describe(line.fault)) + " at byte " +
                        std::to_string(line.fault_offset) + " of a message";
  }
  // What is not JSON has no id; a message that is only too large may have shown its own.
  if (facts(bad.error.kind).code == facts(ErrorKind::parse_error).code) return bad;
  for (const json::Member& member : line.members) {
    if (member.value.end > line.kept.size() || cut(line, member.key) != "id") continue;
    const json::View id(cut(line, member.value));
    if (is_id(id)) bad.id = id.raw();
  }
  return bad;
}

BadMessage invalid(std::string message, std::string_view id) {
  return BadMessage{Error(ErrorKind::invalid_request, std::move(message)),
                    id.empty() ? std::string("null") : std::string(id)};
}

/// The members that JSON-RPC names; none may come twice, or two readers could read two messages.
struct Envelope {
  json::View version;
  json::View id;
  json::View method;
  json::View params;
  json::View result;
  json::View error;
  bool twice = false;

  void take(std::string_view key, json::View value) {
    json::View* place = nullptr;
    if (key == "jsonrpc") place = &version;
    if (key == "id") place = &id;
    if (key == "method") place = &method;
    if (key == "params") place = &params;
    if (key == "result") place = &result;
    if (key == "error") place = &error;
    if (place == nullptr) return;
    twice = twice || place->exists();
    *place = value;
  }
};

}  // namespace

bool same_id(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto left = json::View(a).string();
  const auto right = json::View(b).string();
  return left && right && *left == *right;
}

tl::expected<RpcMessage, BadMessage> parse_message(const LineReader::Line& line) {
  const auto refuse = [](BadMessage bad) { return tl::make_unexpected(std::move(bad)); };
  if (line.text.empty()) return refuse(bad_line(line));
  if (line.is_array) return refuse(invalid("batches are not part of ACP", {}));
  if (!line.is_object) return refuse(invalid("a message is a JSON object", {}));

  Envelope envelope;
  for (const json::Member& member : line.members) {
    const std::string_view key = cut(line, member.key);
    const json::View value(cut(line, member.value));
    if (key.find('\\') == std::string_view::npos) {
      envelope.take(key, value);
    } else {
      std::string decoded;
      json::unescape(key, decoded);
      envelope.take(decoded, value);
    }
  }

  const bool response = envelope.result.exists() || envelope.error.exists();
  const auto invalid_message = [&](std::string message, std::string_view id) {
    BadMessage bad = invalid(std::move(message), id);
    bad.answer = !response || envelope.method.exists();
    return refuse(std::move(bad));
  };
  if (envelope.id.exists() && !is_id(envelope.id)) {
    return invalid_message("an id is a string, a number or null, and not longer than " +
                               std::to_string(limits::max_id) + " bytes",
                           {});
  }
  const std::string_view id = envelope.id.raw();
  if (envelope.twice) return invalid_message("a member of the message comes twice", id);
  if (!envelope.version.equals("2.0")) return invalid_message("jsonrpc must be \"2.0\"", id);

  RpcMessage message;
  message.id = id;
  if (envelope.method.exists()) {
    if (response)
      return invalid_message("a message has either a method or a result or an error", id);
    auto method = envelope.method.string();
    if (!method) return invalid_message("method must be a string", id);
    message.method = std::move(*method);
    if (envelope.params.exists() && !envelope.params.is_object() && !envelope.params.is_array() &&
        !envelope.params.is_null()) {
      return invalid_message("params must be an object", id);
    }
    message.body = envelope.params;
    message.kind = id.empty() ? RpcMessage::Kind::notification : RpcMessage::Kind::request;
    return message;
  }
  if (!response) return invalid_message("a message has a method, a result or an error", id);
  if (envelope.result.exists() && envelope.error.exists()) {
    return invalid_message("a response has either a result or an error", id);
  }
  if (id.empty()) return invalid_message("a response has an id", id);
  message.kind =
      envelope.error.exists() ? RpcMessage::Kind::error_response : RpcMessage::Kind::response;
  message.body = envelope.error.exists() ? envelope.error : envelope.result;
  return message;
}

}  // namespace tine::transport
