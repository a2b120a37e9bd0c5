#include "conformance/schema/schema_check.h"

#include <fstream>
#include <iterator>

#include "conformance/embedded.h"
#include "tests/catch.h"

namespace tine::conformance {
namespace {

TEST_CASE("the schema is that of the package which the tests install") {
  std::ifstream file(
      "tests/clients/node_modules/@agentclientprotocol/sdk/schema/v1/schema.unstable.json",
      std::ios::binary);
  REQUIRE(file);
  const std::string published(std::istreambuf_iterator<char>(file), {});
  CHECK(embedded_file("schema/acp.v1.json") == published);
  CHECK(SchemaCheck().check_type("SessionId", "\"s\"") == valid);
}

TEST_CASE("a message that goes wrong is judged by its place in the schema") {
  SchemaCheck schema;
  SchemaCheck::Pending pending;
  CHECK(schema.check_message(
            Sender::agent,
            R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":)"
            R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"hi"}}}})",
            pending) == valid);
  const std::string fault = schema.check_message(
      Sender::agent,
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":7,"update":)"
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"hi"}}}})",
      pending);
  CHECK(fault.find("sessionId") != std::string::npos);
}

}  // namespace
}  // namespace tine::conformance
