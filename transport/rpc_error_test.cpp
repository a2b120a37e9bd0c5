#define VALIJSON_USE_EXCEPTIONS 1

#include "transport/rpc_error.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::transport;
using Json = nlohmann::json;
using std::chrono::milliseconds;

namespace {

Error parse(std::string_view text) { return error_from(tine::json::View(text)); }

class ErrorSchema {
 public:
  ErrorSchema() {
    std::ifstream file("schemas/error.v1.schema.json");
    REQUIRE(file);
    document_ = Json::parse(file);
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document_),
                                            schema_);
  }
  bool accepts(const Json& value) {
    valijson::Validator validator;
    return validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
  }

 private:
  Json document_;
  valijson::Schema schema_;
};

}  // namespace

TEST_CASE("every kind of error is written as the schema says, and comes back as it was") {
  ErrorSchema schema;
  for (const ErrorKindFacts& kind : error_kinds()) {
    INFO(kind.name);
    const Json plain = Json::parse(error_object(Error(kind.kind, "")));
    CHECK(plain["code"] == kind.code);
    CHECK(plain["message"] == std::string(kind.name));
    CHECK(plain["data"]["tine"]["kind"] == std::string(kind.name));
    CHECK(plain["data"]["tine"]["retryable"] == kind.retryable);
    CHECK(plain["data"]["tine"]["retryAfter"] == nullptr);
    CHECK(plain["data"]["tine"]["hint"] == std::string(kind.hint));
    CHECK(schema.accepts(plain["data"]["tine"]));

    Error rich(kind.kind, "a \"message\"\n");
    rich.hint = "do this";
    rich.path = "params.a[0]";
    rich.data = R"("more":{"a":[1]},"b":2)";
    rich.retry_after = milliseconds(1500);
    rich.retryable = !kind.retryable;
    rich.code = 17;
    const std::string text = error_object(rich);
    const Json written = Json::parse(text);
    CHECK(written["code"] == 17);
    CHECK(written["data"]["more"]["a"][0] == 1);
    CHECK(written["data"]["tine"]["retryAfter"] == 1.5);
    CHECK(schema.accepts(written["data"]["tine"]));

    const Error back = parse(text);
    CHECK(back.kind == rich.kind);
    CHECK(back.message == rich.message);
    CHECK(back.hint == rich.hint);
    CHECK(back.path == rich.path);
    CHECK(back.data == rich.data);
    CHECK(back.retry_after == rich.retry_after);
    CHECK(back.retryable == rich.retryable);
    CHECK(back.code == rich.code);
    CHECK(error_object(back) == text);
  }
}

TEST_CASE("the schema of an error's data is not lenient") {
  ErrorSchema schema;
  const Json good = Json::parse(error_object(Error(ErrorKind::timeout, "x")))["data"]["tine"];
  REQUIRE(schema.accepts(good));
  const auto with = [&](const char* member, const Json& value) {
    Json changed = good;
    changed[member] = value;
    return schema.accepts(changed);
  };
  const auto without = [&](const char* member) {
    Json changed = good;
    changed.erase(member);
    return schema.accepts(changed);
  };
  CHECK(with("retryAfter", 0));
  CHECK(with("path", "params"));
  CHECK_FALSE(with("kind", "no_such_kind"));
  CHECK_FALSE(with("retryable", "yes"));
  CHECK_FALSE(with("retryAfter", -1));
  CHECK_FALSE(with("retryAfter", "1"));
  CHECK_FALSE(with("hint", ""));
  CHECK_FALSE(with("path", ""));
  CHECK_FALSE(with("other", 1));
  for (const char* member : {"kind", "retryable", "retryAfter", "hint"})
    CHECK_FALSE(without(member));
}

TEST_CASE("for a person an error is what happened, its cause and what to do, each once") {
  const auto told = [](const Error& error) {
    return Json::parse(error_object(error, ErrorForm::for_person));
  };
  const Json plain = told(Error(ErrorKind::timeout, "no answer came"));
  CHECK(plain["message"] == "no answer came");
  CHECK(plain["data"] == Json{{"details", "no answer came. Try again."}});

  // A person must act, and may see nothing but the message.
  const Json locked = told(Error(ErrorKind::session_locked, "it is locked!").with_hint("Wait."));
  CHECK(locked["message"] == "it is locked! Wait.");
  CHECK(locked["data"] == Json{{"details", "it is locked! Wait."}});

  const Json said = told(Error(ErrorKind::timeout, "Stop. Try again."));
  CHECK(said["data"]["details"] == "Stop. Try again.");

  const Json cause = told(parse(
      R"({"code":-32603,"message":"Internal error","data":{"details":"no such model","x":1}})"));
  CHECK(cause["message"] == "Internal error");
  CHECK(cause["data"].size() == 1);
  CHECK(cause["data"]["details"].get<std::string>().starts_with("Internal error. no such model. "));
  CHECK(told(Error(ErrorKind::internal, ""))["message"] == "internal");
}

TEST_CASE("what is not text is made text") {
  const Json written = Json::parse(error_object(Error(ErrorKind::internal, "a\xFF\x01z")));
  CHECK(written["message"] == "a\xEF\xBF\xBD\xE2\x90\x81z");
}

TEST_CASE("an error of another program keeps its code, its words and its data") {
  const Error error = parse(R"({"code":-32001,"message":"no","data":{"a":{"b":1},"c":"d"}})");
  CHECK(error.kind == ErrorKind::backend_failed);
  CHECK(error.code == -32001);
  CHECK(error.message == "no");
  CHECK(error.data == R"("a":{"b":1},"c":"d")");
  CHECK_FALSE(error.retryable);
  CHECK_FALSE(error.retry_after);
  const Json written = Json::parse(error_object(error));
  CHECK(written["code"] == -32001);
  CHECK(written["data"]["c"] == "d");
  CHECK(written["data"]["tine"]["kind"] == "backend_failed");
}

TEST_CASE("data that is no object is kept as details") {
  CHECK(parse(R"({"code":1,"message":"m","data":"why"})").data == R"("details":"why")");
  CHECK(parse(R"({"code":1,"message":"m","data":[1]})").data == R"("details":[1])");
  CHECK(parse(R"({"code":1,"message":"m","data":null})").data.empty());
  CHECK(parse(R"({"code":1,"message":"m","data":{}})").data.empty());
  CHECK(parse(R"({"code":1,"message":"m"})").data.empty());
}

TEST_CASE("what a code alone says") {
  const auto kind_of = [](int code) {
    return parse(R"({"message":"m","code":)" + std::to_string(code) + "}").kind;
  };
  CHECK(kind_of(-32700) == ErrorKind::parse_error);
  CHECK(kind_of(-32600) == ErrorKind::invalid_request);
  CHECK(kind_of(-32601) == ErrorKind::unknown_method);
  CHECK(kind_of(-32602) == ErrorKind::invalid_params);
  CHECK(kind_of(-32000) == ErrorKind::auth_required);
  CHECK(kind_of(-32002) == ErrorKind::session_not_found);
  CHECK(kind_of(-32800) == ErrorKind::cancelled);
  CHECK(kind_of(-32603) == ErrorKind::backend_failed);
  CHECK(kind_of(0) == ErrorKind::backend_failed);
}

TEST_CASE("an error of one of us says its kind, and strange claims do no harm") {
  CHECK(parse(R"({"code":-32603,"message":"m","data":{"tine":{"kind":"damaged"}}})").kind ==
        ErrorKind::damaged);
  CHECK(parse(R"({"code":-32602,"message":"m","data":{"tine":{"kind":"new_kind"}}})").kind ==
        ErrorKind::invalid_params);
  CHECK(parse(R"({"code":-32602,"message":"m","data":{"tine":7}})").data.empty());
  const auto after = [](const std::string& value) {
    return parse(R"({"code":1,"message":"m","data":{"t\u0069ne":{"retryAfter":)" + value + "}}}")
        .retry_after;
  };
  CHECK(after("2.5") == milliseconds(2500));
  CHECK(after("-3") == milliseconds(0));
  CHECK(after("1e300") == milliseconds(1000000000000));
  CHECK_FALSE(after("null"));
  CHECK_FALSE(after("\"5\""));
}

TEST_CASE("an error that is none") {
  for (const std::string text : {"null", "5", "\"text\"", "[]", "{}"}) {
    const Error error = parse(text);
    CHECK(error.kind == ErrorKind::backend_failed);
    CHECK(error.message == "an error without a message");
    CHECK_FALSE(error.code);
  }
  CHECK(parse(R"({"code":1e99,"message":5})").message == "an error without a message");
  CHECK(parse(R"({"code":9999999999,"message":"m"})").code == INT32_MAX);
}
