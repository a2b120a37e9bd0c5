#include "transport/rpc_message.h"

#include <array>
#include <utility>

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

std::string key_of(const LineReader::Line& line, json::Range range) {
  std::string key;
  json::unescape(cut(line, range), key);
  return key;
}

bool is_escaped(std::string_view key) { return key.find('\\') != std::string_view::npos; }

/// The members that JSON-RPC names; none may come twice, or two readers could read two messages.
struct Envelope {
  json::View version;
  json::View id;
  json::View method;
  json::View params;
  json::View result;
  json::View error;
  std::string_view twice;  // the name of one that did
  bool id_twice = false;

  explicit Envelope(const LineReader::Line& line) {
    for (const json::Member& member : line.members) {
      const std::string_view key = cut(line, member.key);
      const json::View value(cut(line, member.value));
      if (is_escaped(key)) {
        take(key_of(line, member.key), value);
      } else {
        take(key, value);
      }
    }
  }

  bool response() const { return result.exists() || error.exists(); }
  /// The token, when it can be answered to.
  std::string_view usable_id() const {
    return is_id(id) && !id_twice ? id.raw() : std::string_view();
  }

 private:
  struct Place {
    std::string_view name;
    json::View* value;
  };

  void take(std::string_view key, json::View value) {
    const std::array places{Place{"jsonrpc", &version}, Place{"id", &id},
                            Place{"method", &method},   Place{"params", &params},
                            Place{"result", &result},   Place{"error", &error}};
    for (const Place& place : places) {
      if (key != place.name) continue;
      if (place.value->exists()) {
        twice = place.name;
        id_twice = id_twice || place.value == &id;
      }
      *place.value = value;
    }
  }
};

/// The key of the member in whose value a bad line broke off, or nothing.
std::string broken_member(const LineReader::Line& line) {
  constexpr std::string_view blanks = " \t\r\n";
  if (!line.is_object) return {};
  const std::size_t after = line.members.empty() ? 0 : line.members.back().value.end;
  // What comes before the key is a brace or a comma, and blanks.
  const std::size_t begin = line.kept.find('"', after);
  if (begin == std::string_view::npos) return {};
  std::size_t end = begin + 1;
  while (end < line.kept.size() && line.kept[end] != '"') end += line.kept[end] == '\\' ? 2 : 1;
  const std::size_t colon = line.kept.find_first_not_of(blanks, end + 1);
  if (end >= line.kept.size() || colon == std::string_view::npos || line.kept[colon] != ':')
    return {};
  return key_of(line, {begin + 1, end});
}

BadMessage bad_line(const LineReader::Line& line) {
  BadMessage bad{Error(kind_of(line), ""), "null"};
  if (line.too_long) {
    bad.error.message = "a message is longer than " + std::to_string(limits::max_line) + " bytes";
  } else {
    bad.error.message = std::string(describe(line.fault)) + " at byte " +
                        std::to_string(line.fault_offset) + " of a message";
  }
  const Envelope envelope(line);
  const std::string broken = broken_member(line);
  bad.answer = envelope.method.exists() || broken == "method" ||
               !(envelope.response() || broken == "result" || broken == "error");
  // A message that is only too large has shown its id. What is not JSON has none to answer to; but
  // a call should not wait for a response that came and was broken.
  const bool is_json = facts(bad.error.kind).code != facts(ErrorKind::parse_error).code;
  if ((is_json || !bad.answer) && !envelope.usable_id().empty()) bad.id = envelope.usable_id();
  return bad;
}

BadMessage invalid(std::string message, std::string_view id) {
  return BadMessage{Error(ErrorKind::invalid_request, std::move(message)),
                    id.empty() ? std::string("null") : std::string(id)};
}

}  // namespace

bool same_id(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (!is_escaped(a) && !is_escaped(b)) return false;
  const auto left = json::View(a).string();
  const auto right = json::View(b).string();
  return left && right && *left == *right;
}

tl::expected<RpcMessage, BadMessage> parse_message(const LineReader::Line& line, Dialect dialect) {
  const auto refuse = [](BadMessage bad) { return tl::make_unexpected(std::move(bad)); };
  if (line.text.empty()) return refuse(bad_line(line));
  if (line.is_array) return refuse(invalid("batches are not part of ACP", {}));
  if (!line.is_object) return refuse(invalid("a message is a JSON object", {}));

  const Envelope envelope(line);
  const bool response = envelope.response();
  const std::string_view id = envelope.usable_id();
  const auto invalid_message = [&](std::string message) {
    BadMessage bad = invalid(std::move(message), id);
    bad.answer = !response || envelope.method.exists();
    return refuse(std::move(bad));
  };
  if (!envelope.twice.empty()) {
    return invalid_message("the member " + std::string(envelope.twice) + " comes twice");
  }
  if (envelope.id.exists() && !is_id(envelope.id)) {
    return invalid_message("an id is a string, a number or null, and not longer than " +
                           std::to_string(limits::max_id) + " bytes");
  }
  if (!envelope.version.equals("2.0") &&
      (envelope.version.exists() || dialect != Dialect::without_version)) {
    return invalid_message("jsonrpc must be \"2.0\"");
  }

  RpcMessage message;
  message.id = id;
  if (envelope.method.exists()) {
    if (response) return invalid_message("a message has either a method or a result or an error");
    auto method = envelope.method.string();
    if (!method) return invalid_message("method must be a string");
    message.method = std::move(*method);
    if (envelope.params.exists() && !envelope.params.is_object() && !envelope.params.is_array() &&
        !envelope.params.is_null()) {
      return invalid_message("params must be an object");
    }
    message.body = envelope.params;
    message.kind = id.empty() ? RpcMessage::Kind::notification : RpcMessage::Kind::request;
    return message;
  }
  if (!response) return invalid_message("a message has a method, a result or an error");
  if (envelope.result.exists() && envelope.error.exists()) {
    return invalid_message("a response has either a result or an error");
  }
  if (id.empty()) return invalid_message("a response has an id");
  message.kind =
      envelope.error.exists() ? RpcMessage::Kind::error_response : RpcMessage::Kind::response;
  message.body = envelope.error.exists() ? envelope.error : envelope.result;
  return message;
}

}  // namespace tine::transport
