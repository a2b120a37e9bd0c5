// What is wrong with a message is said with its place; what the protocol is lenient about is passed
// over.

#include "protocol/v1/codec.h"
#include "tests/catch.h"

namespace tine::v1 {
namespace {

struct Case {
  std::string_view json;
  std::string_view message;
};

template <class T>
void refuses(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    INFO(one.json);
    const auto request = read_params<T>(json::View(one.json));
    REQUIRE_FALSE(request);
    CHECK(request.error().kind == ErrorKind::invalid_params);
    CHECK(request.error().message == one.message);
    CHECK(std::string(one.message).ends_with(request.error().path));
    CHECK_FALSE(request.error().path.empty());
  }
}

template <class T>
T accepts(std::string_view json) {
  INFO(json);
  auto request = read_params<T>(json::View(json));
  if (!request) FAIL(request.error().message);
  return std::move(*request);
}

TEST_CASE("initialize: what is wrong is said with its place") {
  refuses<InitializeRequest>({
      {"{}", "missing params.protocolVersion"},
      {"", "missing params.protocolVersion"},
      {"[]", "expected object at params"},
      {R"({"protocolVersion":"1"})", "expected integer at params.protocolVersion"},
      {R"({"protocolVersion":1.5})", "expected integer at params.protocolVersion"},
      {R"({"protocolVersion":null})", "expected integer at params.protocolVersion"},
      {R"({"protocolVersion":-1})", "expected integer from 0 to 65535 at params.protocolVersion"},
      {R"({"protocolVersion":65536})",
       "expected integer from 0 to 65535 at params.protocolVersion"},
  });
}

TEST_CASE("initialize: what is not understood of the capabilities counts as not announced") {
  const auto broken = accepts<InitializeRequest>(
      R"({"protocolVersion":0,"clientCapabilities":{"fs":{"readTextFile":"yes",)"
      R"("writeTextFile":true},"terminal":1,"session":{"notices":true,"compaction":null,)"
      R"("configOptions":{"boolean":{}}},"auth":[],"elicitation":{"form":{}},)"
      R"("later":{}},"clientInfo":{"name":"x"},"_meta":7})");
  const auto& can = broken.client_capabilities;
  CHECK_FALSE(can.read_text_file);
  CHECK(can.write_text_file);
  CHECK_FALSE(can.terminal);
  CHECK_FALSE(can.notices);
  CHECK_FALSE(can.compaction);
  CHECK(can.boolean_options);
  CHECK_FALSE(can.terminal_auth);
  CHECK(can.elicitation_form);
  CHECK_FALSE(can.elicitation_url);
  CHECK_FALSE(broken.client_info);
  CHECK(broken.meta.empty());
  CHECK(accepts<InitializeRequest>(R"({"protocolVersion":65535,"clientCapabilities":3})")
            .client_capabilities == ClientCapabilities{});
}

TEST_CASE("session/new: what is wrong is said with its place") {
  refuses<NewSessionRequest>({
      {"{}", "missing params.cwd"},
      {R"({"cwd":"/"})", "missing params.mcpServers"},
      {R"({"cwd":"here","mcpServers":[]})", "expected absolute path at params.cwd"},
      {R"({"cwd":"","mcpServers":[]})", "expected absolute path at params.cwd"},
      {R"({"cwd":"/a\u0000b","mcpServers":[]})", "expected absolute path at params.cwd"},
      {R"({"cwd":["/"],"mcpServers":[]})", "expected string at params.cwd"},
      {R"({"cwd":"/","mcpServers":{}})", "expected array at params.mcpServers"},
      {R"({"cwd":"/","mcpServers":[7]})", "expected object at params.mcpServers[0]"},
      {R"({"cwd":"/","mcpServers":[{"name":"a"}]})", "missing params.mcpServers[0].command"},
      {R"({"cwd":"/","mcpServers":[{"name":"a","command":"b","args":[1],"env":[]}]})",
       "expected string at params.mcpServers[0].args[0]"},
      {R"({"cwd":"/","mcpServers":[{"name":"a","command":"b","args":[],"env":[{"name":"x"}]}]})",
       "missing params.mcpServers[0].env[0].value"},
      {R"({"cwd":"/","mcpServers":[{"type":"http","name":"a"}]})",
       "missing params.mcpServers[0].url"},
      {R"({"cwd":"/","mcpServers":[{"type":"sse","name":"a","url":"u"}]})",
       "missing params.mcpServers[0].headers"},
      {R"({"cwd":"/","mcpServers":[{"type":"acp","name":"a"}]})",
       "missing params.mcpServers[0].serverId"},
      {R"({"cwd":"/","mcpServers":[],"additionalDirectories":["/a","b"]})",
       "expected absolute path at params.additionalDirectories[1]"},
      {R"({"cwd":"/","mcpServers":[],"additionalDirectories":"/a"})",
       "expected array at params.additionalDirectories"},
      {R"({"cwd":"/","mcpServers":[],"systemPrompt":{"mode":"append"}})",
       "missing params.systemPrompt.content"},
      {R"({"cwd":"/","mcpServers":[],"systemPrompt":{"content":[]}})",
       "missing params.systemPrompt.mode"},
  });
}

TEST_CASE("session/new: null lists are empty ones") {
  const auto request = accepts<NewSessionRequest>(
      R"({"cwd":"/","mcpServers":null,"additionalDirectories":null,"systemPrompt":null})");
  CHECK(request.workspace.mcp_servers.empty());
  CHECK_FALSE(request.workspace.system_prompt);
  const auto server = accepts<NewSessionRequest>(
      R"({"cwd":"/","mcpServers":[{"name":"a","command":"b","args":null,"env":null}]})");
  CHECK(server.workspace.mcp_servers.at(0).args.empty());
}

TEST_CASE("an MCP server of no known type is one over stdio") {
  const auto request = accepts<NewSessionRequest>(
      R"({"cwd":"/","mcpServers":[{"type":"later","name":"a","command":"b","args":[],"env":[]}]})");
  CHECK(request.workspace.mcp_servers.at(0).transport == McpServer::Transport::stdio);
}

TEST_CASE("load, resume and fork: what is wrong is said with its place") {
  refuses<LoadSessionRequest>({
      {R"({"cwd":"/","mcpServers":[]})", "missing params.sessionId"},
      {R"({"sessionId":"s","mcpServers":[]})", "missing params.cwd"},
      {R"({"sessionId":"s","cwd":"/"})", "missing params.mcpServers"},
      {R"({"sessionId":7,"cwd":"/","mcpServers":[]})", "expected string at params.sessionId"},
  });
  refuses<ResumeSessionRequest>({
      {R"({"cwd":"/"})", "missing params.sessionId"},
      {R"({"sessionId":"s","cwd":"."})", "expected absolute path at params.cwd"},
  });
  refuses<ForkSessionRequest>({
      {R"({"cwd":"/"})", "missing params.sessionId"},
      {R"({"sessionId":"s"})", "missing params.cwd"},
  });
  CHECK(accepts<ResumeSessionRequest>(R"({"sessionId":"s","cwd":"/"})").session_id == "s");
  CHECK(accepts<ForkSessionRequest>(R"({"sessionId":"s","cwd":"/w"})").workspace.cwd == "/w");
}

TEST_CASE("session/prompt: what is wrong is said with its place") {
  refuses<PromptRequest>({
      {"{}", "missing params.sessionId"},
      {R"({"sessionId":"s"})", "missing params.prompt"},
      {R"({"sessionId":"s","prompt":"hi"})", "expected array at params.prompt"},
      {R"({"sessionId":"s","prompt":["hi"]})", "expected object at params.prompt[0]"},
      {R"({"sessionId":"s","prompt":[{}]})", "missing params.prompt[0].type"},
      {R"({"sessionId":"s","prompt":[{"type":"smell"}]})",
       "expected one of text, image, audio, resource_link, resource at params.prompt[0].type"},
      {R"({"sessionId":"s","prompt":[{"type":"text","text":"a"},{"type":"text","text":7}]})",
       "expected string at params.prompt[1].text"},
      {R"({"sessionId":"s","prompt":[{"type":"text"}]})", "missing params.prompt[0].text"},
      {R"({"sessionId":"s","prompt":[{"type":"image","mimeType":"a/b"}]})",
       "missing params.prompt[0].data"},
      {R"({"sessionId":"s","prompt":[{"type":"image","mimeType":"a/b","data":7}]})",
       "expected string at params.prompt[0].data"},
      {R"({"sessionId":"s","prompt":[{"type":"audio","data":"aGk="}]})",
       "missing params.prompt[0].mimeType"},
      {R"({"sessionId":"s","prompt":[{"type":"resource_link","uri":"u"}]})",
       "missing params.prompt[0].name"},
      {R"({"sessionId":"s","prompt":[{"type":"resource"}]})", "missing params.prompt[0].resource"},
      {R"({"sessionId":"s","prompt":[{"type":"resource","resource":{"uri":"u"}}]})",
       "missing params.prompt[0].resource.text"},
      {R"({"sessionId":"s","prompt":[{"type":"resource","resource":{"text":"t"}}]})",
       "missing params.prompt[0].resource.uri"},
  });
}

TEST_CASE("other requests: what is wrong is said with its place") {
  refuses<AuthenticateRequest>({{"{}", "missing params.methodId"}});
  refuses<ListSessionsRequest>({
      {R"({"cwd":"x"})", "expected absolute path at params.cwd"},
      {R"({"cwd":7})", "expected string at params.cwd"},
      {R"({"cursor":[]})", "expected string at params.cursor"},
  });
  refuses<DeleteSessionRequest>({{"{}", "missing params.sessionId"}});
  refuses<CloseSessionRequest>({{"null", "expected object at params"}});
  refuses<SetModeRequest>({{R"({"sessionId":"s"})", "missing params.modeId"}});
  refuses<SetConfigOptionRequest>({
      {R"({"sessionId":"s","configId":"c"})", "missing params.value"},
      {R"({"sessionId":"s","value":"v"})", "missing params.configId"},
      {R"({"sessionId":"s","configId":"c","value":true})", "expected string at params.value"},
      {R"({"sessionId":"s","configId":"c","type":"boolean","value":"x"})",
       "expected boolean at params.value"},
  });
  CHECK_FALSE(accepts<ListSessionsRequest>(R"({"cwd":null,"cursor":null})").cwd);
  CHECK(accepts<LogoutRequest>("").meta.empty());
}

TEST_CASE("an option's value of an unknown type is a string") {
  const auto request = accepts<SetConfigOptionRequest>(
      R"({"sessionId":"s","configId":"c","type":"later","value":"v"})");
  CHECK(std::get<std::string>(request.value) == "v");
}

TEST_CASE("what a client is asked: what is wrong is said with its place") {
  refuses<PermissionRequest>({
      {R"({"sessionId":"s","options":[]})", "missing params.toolCall"},
      {R"({"sessionId":"s","toolCall":{},"options":[]})", "missing params.toolCall.toolCallId"},
      {R"({"sessionId":"s","toolCall":{"toolCallId":"t"},"options":[{"optionId":"o","name":"n",)"
       R"("kind":"maybe"}]})",
       "expected one of allow_once, allow_always, reject_once, reject_always at "
       "params.options[0].kind"},
  });
  refuses<ReadTextFileRequest>({
      {R"({"sessionId":"s","path":"f"})", "expected absolute path at params.path"},
      {R"({"sessionId":"s","path":"/f","line":-1})",
       "expected integer from 0 to 4294967295 at params.line"},
  });
  refuses<WriteTextFileRequest>({{R"({"sessionId":"s","path":"/f"})", "missing params.content"}});
  refuses<CreateTerminalRequest>({
      {R"({"sessionId":"s"})", "missing params.command"},
      {R"({"sessionId":"s","command":"c","cwd":"w"})", "expected absolute path at params.cwd"},
  });
  refuses<TerminalRequest>({{R"({"sessionId":"s"})", "missing params.terminalId"}});
  refuses<ElicitationRequest>({
      {R"({"sessionId":"s","mode":"form","requestedSchema":{}})", "missing params.message"},
      {R"({"message":"m","mode":"form","requestedSchema":{}})", "missing params.sessionId"},
      {R"({"sessionId":"s","message":"m","mode":"later"})",
       "expected one of form, url at params.mode"},
      {R"({"sessionId":"s","message":"m","mode":"form"})",
       "expected object at params.requestedSchema"},
      {R"({"sessionId":"s","message":"m","mode":"url","url":"u"})", "missing params.elicitationId"},
  });
}

TEST_CASE("a bad answer is the other side's fault") {
  const auto answer = read_result<PermissionResponse>(json::View(R"({"outcome":{"outcome":"?"}})"),
                                                      ErrorKind::invalid_request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::invalid_request);
  CHECK(answer.error().message ==
        "bad answer: expected one of cancelled, selected at result.outcome.outcome");
  CHECK_FALSE(read_result<PermissionResponse>(json::View("{}"), ErrorKind::invalid_request));
  CHECK(read_result<WriteTextFileResponse>(json::View("null"), ErrorKind::invalid_request));
  CHECK_FALSE(read_result<PromptResponse>(json::View(R"({"stopReason":"bored"})"),
                                          ErrorKind::backend_failed));
  CHECK_FALSE(read_result<NewSessionResponse>(json::View("{}"), ErrorKind::backend_failed));
}

TEST_CASE("lists in answers are read as far as they can be") {
  const auto answer = read_result<NewSessionResponse>(
      json::View(R"({"sessionId":"s","modes":{"availableModes":[]},"configOptions":[)"
                 R"({"type":"later","id":"a","name":"A"},)"
                 R"({"type":"boolean","id":"b","name":"B","currentValue":false}]})"),
      ErrorKind::backend_failed);
  REQUIRE(answer);
  CHECK_FALSE(answer->modes);
  REQUIRE(answer->config_options);
  REQUIRE(answer->config_options->size() == 1);
  CHECK(answer->config_options->front().id == "b");
  const auto prompt = read_result<PromptResponse>(
      json::View(R"({"stopReason":"end_turn","usage":{"totalTokens":"many"}})"),
      ErrorKind::backend_failed);
  REQUIRE(prompt);
  CHECK_FALSE(prompt->usage);
}

TEST_CASE("of the options of a permission question only those that were offered count") {
  const std::vector<PermissionOption> options = {
      {"y", "Yes", PermissionOption::Kind::allow_once, ""},
      {"n", "No", PermissionOption::Kind::reject_once, ""}};
  CHECK(chosen(options, {"y", ""}) == &options[0]);
  CHECK(chosen(options, {"y", ""})->allows());
  CHECK_FALSE(chosen(options, {"n", ""})->allows());
  CHECK(chosen(options, {"other", ""}) == nullptr);
  CHECK(chosen(options, {}) == nullptr);
}

}  // namespace
}  // namespace tine::v1
