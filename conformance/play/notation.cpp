// The short forms of messages.
#include <algorithm>
#include <array>
#include <charconv>

#include "conformance/play/script.h"

namespace tine::conformance {
namespace {

constexpr std::string_view blanks = " \t\n";
constexpr std::string_view default_session = "$S";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::size_t last = text.find_last_not_of(blanks);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Cuts off the first word or quoted string, quotes included.
std::string_view cut_token(std::string_view& text) {
  text = trimmed(text);
  std::size_t end = std::min(text.find_first_of(blanks), text.size());
  if (text.starts_with('"')) {
    end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, text.size());
  }
  const std::string_view token = text.substr(0, end);
  text = trimmed(text.substr(end));
  return token;
}

struct Notation {
  enum class Form : std::uint8_t { whole, request, notification, result, error };
  Form form = Form::whole;
  std::string id;
  std::string method;
  std::string body;
};

bool is_id(std::string_view token) {
  const char first = token.empty() ? '\0' : token.front();
  return first == '"' || first == '$' || first == '-' || (first >= '0' && first <= '9') ||
         token == "null" || token == "*";
}

Checked<Notation> read_notation(std::string_view text) {
  using Form = Notation::Form;
  text = trimmed(text);
  Notation out;
  if (text.starts_with('{')) {
    out.body = text;
    return out;
  }
  std::string_view token = cut_token(text);
  if (token.starts_with("$/") || !is_id(token)) {
    out.form = Form::notification;
  } else {
    out.id = token;
    token = cut_token(text);
    out.form = token == "=" ? Form::result : token == "!" ? Form::error : Form::request;
  }
  out.method = token;
  out.body = text;
  if (token.empty()) return wrong("expected a message");
  return out;
}

/// The session that stands first, or the usual one.
std::string cut_session(std::string& body) {
  if (!body.starts_with('$')) return std::string(default_session);
  std::string_view rest(body);
  std::string session(cut_token(rest));
  body = std::string(rest);
  return session;
}

Checked<std::string> message_text(Notation notation) {
  using Form = Notation::Form;
  std::string out = R"({"jsonrpc":"2.0")";
  if (!notation.id.empty()) out += ",\"id\":" + notation.id;
  if (notation.form == Form::whole) return std::move(notation.body);
  if (notation.form == Form::result || notation.form == Form::error) {
    if (notation.body.empty()) return wrong("expected a value");
    return out + (notation.form == Form::result ? ",\"result\":" : ",\"error\":") + notation.body +
           "}";
  }
  if (notation.method == "prompt") {
    const std::string session = cut_session(notation.body);
    if (!notation.body.starts_with('"')) return wrong("expected a string to prompt with");
    notation.method = "session/prompt";
    notation.body = R"({"sessionId":")" + session + R"(","prompt":[{"type":"text","text":)" +
                    notation.body + "}]}";
  }
  out += ",\"method\":\"" + notation.method + "\"";
  if (!notation.body.empty()) out += ",\"params\":" + notation.body;
  return out + "}";
}

/// One of `'…'` (as it stands), `"…"` (with escapes), `$NAME`; maybe `N*` before it.
Checked<Piece> cut_piece(std::string_view& text) {
  Piece piece;
  if (const std::size_t star = text.find_first_not_of("0123456789");
      star != 0 && star != std::string_view::npos && text[star] == '*') {
    std::from_chars(text.data(), text.data() + star, piece.times);
    text.remove_prefix(star + 1);
  }
  if (text.starts_with('$')) {
    const std::size_t length = 1 + name_at(text).size();
    piece.text = text.substr(0, length);
    text = trimmed(text.substr(length));
    return piece;
  }
  piece.filled = false;
  if (text.starts_with('\'')) {
    const std::size_t end = text.find('\'', 1);
    if (end == std::string_view::npos) return wrong("a quote is not closed");
    piece.text = text.substr(1, end - 1);
    text = trimmed(text.substr(end + 1));
    return piece;
  }
  if (!text.starts_with('"')) return wrong("expected '…', \"…\" or $NAME");
  std::size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] != '\\') {
      piece.text.push_back(text[at]);
      continue;
    }
    const char escape = ++at < text.size() ? text[at] : '\0';
    static constexpr std::array<std::pair<char, char>, 6> simple = {
        {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}, {'"', '"'}}};
    const auto* const known = std::find_if(simple.begin(), simple.end(),
                                           [&](const auto& each) { return each.first == escape; });
    if (known != simple.end()) {
      piece.text.push_back(known->second);
      continue;
    }
    unsigned byte = 0;
    const char* const digits = text.data() + at + 1;
    if (escape != 'x' || at + 2 >= text.size() ||
        std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      return wrong("an escape that is none of \\n \\r \\t \\0 \\\\ \\\" \\xHH");
    }
    piece.text.push_back(static_cast<char>(byte));
    at += 2;
  }
  if (at >= text.size()) return wrong("a quote is not closed");
  text = trimmed(text.substr(at + 1));
  return piece;
}

/// Whether a line is given as bytes and not as a message.
bool is_bytes(std::string_view text) {
  const std::size_t after = std::min(text.find_first_not_of("0123456789"), text.size());
  return text.starts_with('\'') || (after > 0 && text.substr(after).starts_with('*'));
}

Checked<Expected> all_of(const std::vector<std::string>& patterns) {
  Expected out;
  for (const std::string& text : patterns) {
    auto pattern = Pattern::parse(text);
    if (!pattern) return wrong(pattern.error());
    out.patterns.push_back(std::move(*pattern));
  }
  return out;
}

Checked<Expected> expected_error(const std::string& id, std::string_view body) {
  std::vector<std::string> patterns{R"({"id":)" + id + R"(,"result":absent,"error":object})"};
  if (!body.empty() && !body.starts_with('{')) {
    patterns.push_back(R"({"error":{"code":)" + std::string(cut_token(body)) + "}}");
  }
  if (!body.empty() && !body.starts_with('{')) {
    patterns.push_back(R"({"error":{"data":{"tine":{"kind":")" + std::string(cut_token(body)) +
                       "\"}}}}");
  }
  if (!body.empty()) patterns.push_back(R"({"error":)" + std::string(body) + "}");
  return all_of(patterns);
}

Checked<Expected> expected_update(std::string body) {
  const std::string session = cut_session(body);
  std::string_view rest(body);
  const std::string kind(cut_token(rest));
  std::vector<std::string> patterns{R"({"method":"session/update","params":{"sessionId":")" +
                                    session + R"(","update":{"sessionUpdate":")" + kind + "\"}}}"};
  if (!rest.empty()) {
    patterns.push_back(R"({"params":{"update":)" + std::string(rest) + "}}");
  }
  return all_of(patterns);
}

}  // namespace

Checked<Send> read_send(std::string_view text, bool whole_line) {
  Send out;
  text = trimmed(text);
  if (whole_line && !is_bytes(text)) {
    auto notation = read_notation(text);
    if (!notation) return wrong(notation.error());
    auto message = message_text(std::move(*notation));
    if (!message) return wrong(message.error());
    out.pieces.push_back({.text = std::move(*message) + "\n", .is_message = true});
    return out;
  }
  while (!text.empty()) {
    auto piece = cut_piece(text);
    if (!piece) return wrong(piece.error());
    out.pieces.push_back(std::move(*piece));
  }
  if (whole_line) out.pieces.push_back({.text = "\n", .filled = false});
  return out;
}

Checked<Expected> read_expected(std::string_view text) {
  using Form = Notation::Form;
  auto notation = read_notation(text);
  if (!notation) return wrong(notation.error());
  const std::string id = (notation->id.starts_with('"') ? "raw " : "") + notation->id;
  switch (notation->form) {
    case Form::whole:
      return all_of({notation->body});
    case Form::result:
      return all_of({R"({"id":)" + id + R"(,"error":absent,"result":)" + notation->body + "}"});
    case Form::error:
      return expected_error(id, notation->body);
    case Form::notification:
      if (notation->method == "update") return expected_update(std::move(notation->body));
      break;
    case Form::request:
      break;
  }
  std::vector<std::string> patterns{R"({"id":)" + (id.empty() ? "absent" : id) + R"(,"method":")" +
                                    notation->method + "\"}"};
  if (!notation->body.empty()) patterns.push_back(R"({"params":)" + notation->body + "}");
  return all_of(patterns);
}

Checked<Says> read_says(std::string_view text) {
  std::string body(trimmed(text));
  const std::string session = cut_session(body);
  const bool glob = body.starts_with('~');
  if (glob) body.erase(0, 1);
  if (!body.starts_with('"') || !body.ends_with('"') || body.size() < 2) {
    return wrong("expected a string that is said");
  }
  auto chunk = Pattern::parse(R"({"method":"session/update","params":{"sessionId":")" + session +
                              R"(","update":{"sessionUpdate":"agent_message_chunk",)" +
                              R"("content":{"type":"text","text":string}}}})");
  if (!chunk) return wrong(chunk.error());
  Says out{.chunk = std::move(*chunk), .text = {}, .glob = glob};
  json::unescape(std::string_view(body).substr(1, body.size() - 2), out.text);
  return out;
}

}  // namespace tine::conformance
