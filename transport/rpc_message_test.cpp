#include "transport/rpc_message.h"

#include <optional>
#include <string>
#include <string_view>

#include "tests/catch.h"
#include "transport/limits.h"

using namespace tine::transport;
using tine::ErrorKind;
using Kind = RpcMessage::Kind;

namespace {

/// What parse_message made of one line, on its own feet.
struct Parsed {
  bool good = false;
  Kind kind = Kind::request;
  std::string id;
  std::string method;
  std::string body;
  // When it is bad:
  ErrorKind error = ErrorKind::internal;
  std::string message;
  bool answer = true;
};

Parsed parse(std::string_view text, Dialect dialect = Dialect::json_rpc,
             std::size_t max_line = limits::max_line) {
  std::optional<Parsed> parsed;
  LineReader reader(
      [&](const LineReader::Line& line) {
        REQUIRE_FALSE(parsed);
        const auto message = parse_message(line, dialect);
        parsed.emplace();
        parsed->good = message.has_value();
        if (message) {
          parsed->kind = message->kind;
          parsed->id = message->id;
          parsed->method = message->method;
          parsed->body = message->body.raw();
        } else {
          parsed->id = message.error().id;
          parsed->error = message.error().error.kind;
          parsed->message = message.error().error.message;
          parsed->answer = message.error().answer;
        }
      },
      max_line);
  reader.feed(text);
  reader.finish();
  REQUIRE(parsed);
  return *parsed;
}

/// A line that is refused, and with which id that is answered.
void refused(std::string_view text, ErrorKind kind, std::string_view id) {
  INFO(text.substr(0, 200));
  const Parsed parsed = parse(text);
  CHECK_FALSE(parsed.good);
  CHECK(parsed.error == kind);
  CHECK(parsed.id == id);
  CHECK_FALSE(parsed.message.empty());
  CHECK(parsed.answer);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("a request, a notification, a response and an error") {
  const Parsed request = parse(R"({"jsonrpc":"2.0","id":1,"method":"a/b","params":{"c":[1, 2]}})");
  CHECK(request.good);
  CHECK(request.kind == Kind::request);
  CHECK(request.id == "1");
  CHECK(request.method == "a/b");
  CHECK(request.body == R"({"c":[1, 2]})");

  const Parsed notification = parse(R"({"method":"x","jsonrpc":"2.0"})");
  CHECK(notification.good);
  CHECK(notification.kind == Kind::notification);
  CHECK(notification.id.empty());
  CHECK(notification.body.empty());

  const Parsed response = parse(R"({"result":null,"id":"a","jsonrpc":"2.0"})");
  CHECK(response.good);
  CHECK(response.kind == Kind::response);
  CHECK(response.id == "\"a\"");
  CHECK(response.body == "null");

  const Parsed error = parse(R"({"jsonrpc":"2.0","error":{"code":1,"message":"m"},"id":2})");
  CHECK(error.good);
  CHECK(error.kind == Kind::error_response);
  CHECK(error.body == R"({"code":1,"message":"m"})");
}

TEST_CASE("ids are the token that came") {
  for (const std::string id :
       {"0", "9007199254740993", "18446744073709551616", "1.5", "1.50", "-0", "1e2", "1E400",
        R"("é")", R"("\u00e9")", R"("")", R"("a\"b\\")", "null"}) {
    INFO(id);
    const Parsed parsed = parse(R"({"jsonrpc":"2.0","id": )" + id + R"( ,"method":"m"})");
    CHECK(parsed.good);
    CHECK(parsed.kind == Kind::request);
    CHECK(parsed.id == id);
  }
}

TEST_CASE("escapes in names are the names") {
  const Parsed parsed = parse(
      R"({"json\u0072pc":"2.\u0030","\u0069d":3,"m\u0065thod":"a\/b\u0041","\u0070arams":{}})");
  CHECK(parsed.good);
  CHECK(parsed.id == "3");
  CHECK(parsed.method == "a/bA");
  CHECK(parsed.body == "{}");
  refused(R"({"jsonrpc":"2.0","id":3,"\u0069d":4,"method":"m"})", ErrorKind::invalid_request,
          "null");
}

TEST_CASE("what JSON-RPC does not name is passed over") {
  const Parsed parsed =
      parse(R"({"jsonrpc":"2.0","id":1,"method":"m","emittedAtMs":5,"emittedAtMs":6,"":0})");
  CHECK(parsed.good);
  CHECK(parsed.id == "1");
}

TEST_CASE("members that come twice") {
  refused(R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"m"})", ErrorKind::invalid_request,
          "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","method":"n"})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{},"params":{}})",
          ErrorKind::invalid_request, "1");
  // With two ids nobody knows which one is waited for.
  refused(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m"})", ErrorKind::invalid_request, "null");
  refused(R"({"jsonrpc":"2.0","id":1,"id":1,"method":"m"})", ErrorKind::invalid_request, "null");
}

TEST_CASE("what is JSON and no message") {
  refused(R"([{"jsonrpc":"2.0","id":1,"method":"m"}])", ErrorKind::invalid_request, "null");
  refused("[]", ErrorKind::invalid_request, "null");
  refused("17", ErrorKind::invalid_request, "null");
  refused("\"text\"", ErrorKind::invalid_request, "null");
  refused("null", ErrorKind::invalid_request, "null");
  refused("{}", ErrorKind::invalid_request, "null");
  refused(R"({"jsonrpc":"2.0","id":1})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":5})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":null})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":5})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":"p"})", ErrorKind::invalid_request, "1");
  CHECK(parse(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})").good);
  CHECK(parse(R"({"jsonrpc":"2.0","id":1,"method":"m","params":null})").good);
}

TEST_CASE("the version") {
  for (const std::string version : {"", R"("jsonrpc":"1.0",)", R"("jsonrpc":2.0,)",
                                    R"("jsonrpc":null,)", R"("jsonrpc":"2",)"}) {
    refused("{" + version + R"("id":1,"method":"m"})", ErrorKind::invalid_request, "1");
  }
  const auto lenient = [](std::string_view text) { return parse(text, Dialect::without_version); };
  CHECK(lenient(R"({"id":1,"method":"m"})").good);
  CHECK(lenient(R"({"jsonrpc":"2.0","id":1,"method":"m"})").good);
  CHECK(lenient(R"({"id":1,"result":{}})").kind == Kind::response);
  CHECK_FALSE(lenient(R"({"jsonrpc":"1.0","id":1,"method":"m"})").good);
  CHECK_FALSE(lenient(R"({"jsonrpc":null,"id":1,"method":"m"})").good);
}

TEST_CASE("ids that are none") {
  for (const std::string id : {"{}", "[1]", "true", "false"}) {
    refused(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"m"})", ErrorKind::invalid_request,
            "null");
  }
  const auto with_id = [](std::size_t length) {
    return R"({"jsonrpc":"2.0","method":"m","id":")" + std::string(length - 2, 'i') + "\"}";
  };
  CHECK(parse(with_id(limits::max_id - 1)).good);
  CHECK(parse(with_id(limits::max_id)).good);
  refused(with_id(limits::max_id + 1), ErrorKind::invalid_request, "null");
}

TEST_CASE("both a method and a result is neither") {
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","result":{}})", ErrorKind::invalid_request, "1");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","error":{}})", ErrorKind::invalid_request, "1");
}

TEST_CASE("a broken response is not answered, and tells which call it would have ended") {
  for (const std::string text : {
           R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
           R"({"jsonrpc":"2.0","id":1,"result":{},"result":{}})",
           R"({"id":1,"result":{}})",
           R"({"jsonrpc":"2.0","id":1,"result":tru})",
           R"({"jsonrpc":"2.0","id":1, "re\u0073ult" : {"a":"\ud83d"}})",
           "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":\"\xFF\"}}",
           R"({"jsonrpc":"2.0","id":1,"result":5,"more":?})",
           R"({"jsonrpc":"2.0","id":1,"result":5)",
       }) {
    INFO(text);
    const Parsed parsed = parse(text);
    CHECK_FALSE(parsed.good);
    CHECK_FALSE(parsed.answer);
    CHECK(parsed.id == "1");
  }
  const Parsed without_id = parse(R"({"jsonrpc":"2.0","result":{}})");
  CHECK_FALSE(without_id.good);
  CHECK_FALSE(without_id.answer);
  CHECK(without_id.id == "null");

  const std::string long_text = R"({"jsonrpc":"2.0","id":1,"result":")" + std::string(200, 'a');
  const Parsed too_long = parse(long_text, Dialect::json_rpc, 100);
  CHECK(too_long.error == ErrorKind::line_too_long);
  CHECK_FALSE(too_long.answer);
  CHECK(too_long.id == "1");
}

TEST_CASE("a line that is not JSON is answered without an id") {
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":tru})", ErrorKind::parse_error, "null");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m")", ErrorKind::parse_error, "null");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"a":"\ud83d"}})",
          ErrorKind::parse_error, "null");
  refused("hello", ErrorKind::parse_error, "null");
  refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xFF\"}", ErrorKind::bad_encoding, "null");
  refused(std::string("{\"id\":1}\0", 9), ErrorKind::bad_encoding, "null");
  refused("\xEF\xBB\xBF{}", ErrorKind::bad_encoding, "null");
}

TEST_CASE("a request that is only too large has shown its id when that came first") {
  const std::string deep = nested(limits::max_json_depth);
  refused(R"({"jsonrpc":"2.0","id":"é","method":"m","params":)" + deep + "}", ErrorKind::too_deep,
          "\"é\"");
  refused(R"({"jsonrpc":"2.0","\u0069d":7,"method":"m","params":)" + deep + "}",
          ErrorKind::too_deep, "7");
  refused(R"({"jsonrpc":"2.0","method":"m","params":)" + deep + R"(,"id":7})", ErrorKind::too_deep,
          "null");
  refused(R"({"jsonrpc":"2.0","id":7,"id":8,"method":"m","params":)" + deep + "}",
          ErrorKind::too_deep, "null");
  refused(R"({"jsonrpc":"2.0","id":{},"method":"m","params":)" + deep + "}", ErrorKind::too_deep,
          "null");

  const std::string much = "\"" + std::string(limits::max_line, 'a') + "\"";
  refused(R"({"jsonrpc":"2.0","id":1.50,"method":"m","params":)" + much + "}",
          ErrorKind::line_too_long, "1.50");
  refused(R"({"jsonrpc":"2.0","id":1,"params":)" + much + R"(,"method":"m"})",
          ErrorKind::line_too_long, "1");
  refused(R"({"jsonrpc":"2.0","params":)" + much + R"(,"id":1,"method":"m"})",
          ErrorKind::line_too_long, "null");
  refused(R"({"jsonrpc":"2.0","id":1,"method":"m","meta":"result")" +
              std::string(limits::max_line, ' ') + "}",
          ErrorKind::line_too_long, "1");

  std::string crowded = R"({"jsonrpc":"2.0","id":1,"method":"m")";
  for (std::size_t i = 0; i < limits::max_envelope_members; ++i)
    crowded += ",\"m" + std::to_string(i) + "\":0";
  refused(crowded + "}", ErrorKind::invalid_request, "1");
}

TEST_CASE("the same id in other escapes is the same id") {
  CHECK(same_id("1", "1"));
  CHECK_FALSE(same_id("1", "2"));
  CHECK_FALSE(same_id("1", "1.0"));
  CHECK_FALSE(same_id("1", "\"1\""));
  CHECK(same_id(R"("é")", R"("\u00e9")"));
  CHECK(same_id(R"("\u0061/")", R"("a\/")"));
  CHECK_FALSE(same_id(R"("a")", R"("\u0062")"));
  CHECK_FALSE(same_id("null", R"("n\u0075ll")"));
  CHECK(same_id("null", "null"));
}
