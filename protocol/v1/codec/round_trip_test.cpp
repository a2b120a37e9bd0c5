// Every message, as full and as empty as it can be: valid by the official schema, and the same
// after it has been read and written again.

#include "conformance/schema/schema_check.h"
#include "protocol/v1/codec.h"
#include "tests/catch.h"

namespace tine::v1 {
namespace {

conformance::SchemaCheck& schema() {
  static conformance::SchemaCheck check;
  return check;
}

template <class T>
void check(const std::string& type, const T& message) {
  const std::string json = write(message);
  INFO(type << " " << json);
  CHECK(schema().check_type(type, json) == conformance::valid);
  const auto again = read_params<T>(json::View(json));
  REQUIRE(again);
  CHECK(write(*again) == json);
}

const std::string meta = R"({"traceparent":"00-1","tine":{"a":[1,2.50]}})";

Workspace full_workspace() {
  Workspace workspace;
  workspace.cwd = "/home/me/\"quoted\"";
  workspace.additional_directories = {"/a", "/b"};
  McpServer stdio;
  stdio.name = "files";
  stdio.command = "/usr/bin/files";
  stdio.args = {"--stdio"};
  stdio.env = {{"KEY", "value"}};
  McpServer http;
  http.transport = McpServer::Transport::http;
  http.name = "web";
  http.url = "https://example.com";
  http.headers = {{"Authorization", "x"}};
  McpServer sse = http;
  sse.transport = McpServer::Transport::sse;
  McpServer acp;
  acp.transport = McpServer::Transport::acp;
  acp.name = "here";
  acp.server_id = "s1";
  workspace.mcp_servers = {stdio, http, sse, acp};
  workspace.system_prompt = SystemPrompt{"append", {text_block("be brief")}, meta};
  return workspace;
}

Workspace bare_workspace() {
  Workspace workspace;
  workspace.cwd = "/";
  return workspace;
}

std::vector<ConfigOption> options() {
  ConfigOption model;
  model.id = "model";
  model.name = "Model";
  model.description = "which one";
  model.category = "model";
  model.current = "a";
  model.values = {{"a", "A", "", ""}, {"b", "B", "the better one", meta}};
  model.meta = meta;
  ConfigOption effort;
  effort.id = "effort";
  effort.name = "Effort";
  effort.category = "_our_own";
  effort.current = "low";
  effort.groups = {{"g", "Group", {{"low", "Low", "", ""}}, meta}};
  ConfigOption fast;
  fast.type = ConfigOption::Type::boolean;
  fast.id = "fast";
  fast.name = "Fast";
  fast.on = true;
  return {model, effort, fast};
}

ModeState modes() {
  return {"ask", {{"ask", "Ask", "asks first", meta}, {"code", "Code", "", ""}}, meta};
}

TEST_CASE("initialize: round trip") {
  InitializeRequest request;
  check("InitializeRequest", request);
  request.client_info = Implementation{"editor", "The Editor", "1.0"};
  request.meta = meta;
  auto& can = request.client_capabilities;
  can = {true, true, true, true, true, true,  true,  true,
         true, true, true, true, meta, false, false, {}};
  check("InitializeRequest", request);
  can.meta = R"({"other":{}})";
  can.error_facts = false;
  check("InitializeRequest", request);

  InitializeResponse response;
  check("InitializeResponse", response);
  response.agent_info = Implementation{"tine", "", "0.1.0"};
  auto& agent = response.agent_capabilities;
  agent.load_session = agent.logout = true;
  agent.prompt = {true, true, true};
  agent.mcp = {true, true, true};
  agent.session = {true, true, true, true, true, true, true, true, meta};
  agent.meta = meta;
  AuthMethod login;
  login.id = "login";
  login.name = "Log in";
  login.description = "in the browser";
  login.meta = meta;
  AuthMethod terminal = login;
  terminal.type = AuthMethod::Type::terminal;
  terminal.args = {"--login"};
  terminal.env = {{"A", "1"}, {"B", "2"}};
  response.auth_methods = {login, terminal};
  response.meta = meta;
  check("InitializeResponse", response);
}

TEST_CASE("capabilities: round trip, each on its own") {
  using Can = ClientCapabilities;
  constexpr std::array flags = {&Can::read_text_file, &Can::write_text_file,  &Can::terminal,
                                &Can::terminal_auth,  &Can::boolean_options,  &Can::notices,
                                &Can::compaction,     &Can::elicitation_form, &Can::elicitation_url,
                                &Can::plan_updates,   &Can::subagents};
  for (const auto flag : flags) {
    InitializeRequest request;
    request.client_capabilities.*flag = true;
    check("InitializeRequest", request);
    const std::string json = write(request);
    CHECK(read_params<InitializeRequest>(json::View(json))->client_capabilities ==
          request.client_capabilities);
  }
  using Session = SessionCapabilities;
  constexpr std::array session_flags = {
      &Session::list,  &Session::remove, &Session::additional_directories, &Session::resume,
      &Session::close, &Session::fork,   &Session::system_prompt};
  for (const auto flag : session_flags) {
    InitializeResponse response;
    response.agent_capabilities.session.*flag = true;
    check("InitializeResponse", response);
    const std::string json = write(response);
    CHECK(read_params<InitializeResponse>(json::View(json))->agent_capabilities ==
          response.agent_capabilities);
  }
}

TEST_CASE("logging in and out: round trip") {
  check("AuthenticateRequest", AuthenticateRequest{"login", meta});
  check("AuthenticateResponse", AuthenticateResponse{meta});
  check("AuthenticateResponse", AuthenticateResponse{});
  check("LogoutRequest", LogoutRequest{});
  check("LogoutResponse", LogoutResponse{meta});
}

TEST_CASE("opening a session: round trip") {
  check("NewSessionRequest", NewSessionRequest{full_workspace(), meta});
  check("NewSessionRequest", NewSessionRequest{bare_workspace(), ""});
  check("LoadSessionRequest", LoadSessionRequest{"s", full_workspace(), meta});
  check("LoadSessionRequest", LoadSessionRequest{"s", bare_workspace(), ""});
  check("ResumeSessionRequest", ResumeSessionRequest{"s", full_workspace(), meta});
  check("ResumeSessionRequest", ResumeSessionRequest{"s", bare_workspace(), ""});
  check("ForkSessionRequest", ForkSessionRequest{"s", full_workspace(), meta});
  check("ForkSessionRequest", ForkSessionRequest{"s", bare_workspace(), ""});
  check("NewSessionResponse", NewSessionResponse{"s", modes(), options(), meta});
  check("NewSessionResponse", NewSessionResponse{"s", {}, {}, ""});
  check("ForkSessionResponse", ForkSessionResponse{"s", modes(), options(), meta});
  check("LoadSessionResponse", LoadSessionResponse{modes(), options(), meta});
  check("LoadSessionResponse", LoadSessionResponse{});
  check("ResumeSessionResponse", ResumeSessionResponse{modes(), options(), meta});
}

TEST_CASE("an MCP server is passed on as it came") {
  const std::string json =
      R"({"cwd":"/","mcpServers":[{"name":"a","command":"b","args":[],"env":[],"later":1}]})";
  const auto request = read_params<NewSessionRequest>(json::View(json));
  REQUIRE(request);
  CHECK(write(*request) == json);
}

TEST_CASE("the rest of a session's life: round trip") {
  check("ListSessionsRequest", ListSessionsRequest{});
  check("ListSessionsRequest", ListSessionsRequest{"/w", "cursor", meta});
  check("ListSessionsResponse", ListSessionsResponse{});
  check("ListSessionsResponse",
        ListSessionsResponse{{{"s", "/w", {"/x"}, "a title", "2026-01-01T00:00:00Z", meta},
                              {"t", "/w", {}, "", "", ""}},
                             "next",
                             meta});
  check("DeleteSessionRequest", DeleteSessionRequest{"s", meta});
  check("DeleteSessionResponse", DeleteSessionResponse{meta});
  check("CloseSessionRequest", CloseSessionRequest{"s", meta});
  check("CloseSessionResponse", CloseSessionResponse{meta});
  check("SetSessionModeRequest", SetModeRequest{"s", "code", meta});
  check("SetSessionModeResponse", SetModeResponse{meta});
  check("SetSessionConfigOptionRequest", SetConfigOptionRequest{"s", "model", "b", meta});
  check("SetSessionConfigOptionRequest", SetConfigOptionRequest{"s", "fast", true, ""});
  check("SetSessionConfigOptionResponse", SetConfigOptionResponse{options(), meta});
  check("SetSessionConfigOptionResponse", SetConfigOptionResponse{});
}

TEST_CASE("a turn: round trip") {
  check("PromptRequest",
        PromptRequest{"s", {text_block("hi\n\"there\""), link_block("file:///a", "a")}, meta});
  check("PromptRequest", PromptRequest{"s", {}, ""});
  for (const auto reason :
       {StopReason::end_turn, StopReason::max_tokens, StopReason::max_turn_requests,
        StopReason::refusal, StopReason::cancelled}) {
    check("PromptResponse", PromptResponse{reason, {}, ""});
  }
  check("PromptResponse",
        PromptResponse{StopReason::end_turn, Usage{9, 2, 3, 1, 4, 0, meta}, meta});
  check("PromptResponse", PromptResponse{StopReason::end_turn, Usage{5, 2, 3, {}, {}, {}, ""}, ""});
}

TEST_CASE("words for a turn: round trip") {
  const SteerRequest request{
      .session_id = "s", .prompt = {text_block("hi")}, .only_into_turn = true, .meta = {}};
  const std::string json = write(request);
  CHECK(json == R"({"sessionId":"s","prompt":[{"type":"text","text":"hi"}],)"
                R"("_meta":{"steering":{"idleBehavior":"promptRequired"}}})");
  const auto again = read_params<SteerRequest>(json::View(json));
  REQUIRE(again);
  CHECK(again->only_into_turn);
  CHECK(write(*again) == json);
  for (const char* outcome : {"injected", "startedNewTurn", "promptRequired"}) {
    const std::string answer = R"({"outcome":")" + std::string(outcome) + R"(","reason":"r"})";
    CHECK(write(*read_result<SteerResponse>(json::View(answer), ErrorKind::backend_failed)) ==
          answer);
  }
  CHECK_FALSE(
      read_result<SteerResponse>(json::View(R"({"outcome":"failed"})"), ErrorKind::backend_failed));
}

TEST_CASE("usage with an unknown number is not sent") {
  PromptResponse response;
  response.usage = Usage{{}, 2, 3, {}, {}, {}, ""};
  CHECK(write(response) == R"({"stopReason":"end_turn"})");
}

TEST_CASE("blocks of content: round trip, as they came") {
  const std::string json =
      R"({"sessionId":"s","prompt":[)"
      R"({"type":"text","text":"a","annotations":{"priority":0.5},"_meta":{"k":1}},)"
      R"({"type":"image","data":"aGk=","mimeType":"image/png","uri":"file:///i"},)"
      R"({"type":"audio","data":"aGk=","mimeType":"audio/wav"},)"
      R"({"type":"resource_link","uri":"file:///f","name":"f","size":3},)"
      R"({"type":"resource","resource":{"uri":"file:///t","text":"body","mimeType":"text/plain"}},)"
      R"({"type":"resource","resource":{"uri":"file:///b","blob":"aGk="}}]})";
  CHECK(schema().check_type("PromptRequest", json) == conformance::valid);
  const auto request = read_params<PromptRequest>(json::View(json));
  REQUIRE(request);
  CHECK(write(*request) == json);
  const auto& blocks = request->prompt;
  REQUIRE(blocks.size() == 6);
  CHECK(blocks[0].text == "a");
  CHECK(blocks[1].mime_type == "image/png");
  CHECK(blocks[1].uri == "file:///i");
  CHECK(base64_data(blocks[1]) == "aGk=");
  CHECK(base64_data(blocks[2]) == "aGk=");
  CHECK(blocks[3].name == "f");
  CHECK(blocks[4].text == "body");
  CHECK(blocks[4].uri == "file:///t");
  CHECK(base64_data(blocks[4]).empty());
  CHECK(base64_data(blocks[5]) == "aGk=");
  CHECK(plain_text(blocks) == "a\nfile:///i\nfile:///f\nbody\nfile:///b");
}

TEST_CASE("a text that has nothing beside it is kept once") {
  const auto read = [](std::string_view block) {
    const std::string json = R"({"sessionId":"s","prompt":[)" + std::string(block) + "]}";
    return read_params<PromptRequest>(json::View(json)).value().prompt.at(0);
  };
  CHECK(read(R"({"type":"text","text":"a"})") == text_block("a"));
  CHECK_FALSE(read(R"({"type":"text","text":"a","later":1})").raw.empty());
  CHECK_FALSE(read(R"({"type":"resource_link","uri":"u","name":"n"})").raw.empty());
}

TEST_CASE("permission: round trip") {
  PermissionRequest request;
  request.session_id = "s";
  request.tool_call.id = "call";
  request.options = {{"y", "Yes", PermissionOption::Kind::allow_once, ""},
                     {"a", "Always", PermissionOption::Kind::allow_always, meta},
                     {"n", "No", PermissionOption::Kind::reject_once, ""},
                     {"N", "Never", PermissionOption::Kind::reject_always, ""}};
  request.meta = meta;
  check("RequestPermissionRequest", request);
  request.tool_call.title = "Run ls";
  request.tool_call.kind = ToolKind::execute;
  request.tool_call.status = ToolStatus::pending;
  request.tool_call.raw_input = R"({"command":"ls"})";
  check("RequestPermissionRequest", request);
  check("RequestPermissionResponse", PermissionResponse{"y", meta});
  check("RequestPermissionResponse", PermissionResponse{});
}

TEST_CASE("files: round trip") {
  check("ReadTextFileRequest", ReadTextFileRequest{"s", "/f", 1, 4294967295U, meta});
  check("ReadTextFileRequest", ReadTextFileRequest{"s", "/f", {}, {}, ""});
  check("ReadTextFileResponse", ReadTextFileResponse{"text\n", meta});
  check("WriteTextFileRequest", WriteTextFileRequest{"s", "/f", "text", meta});
  check("WriteTextFileResponse", WriteTextFileResponse{meta});
}

TEST_CASE("terminals: round trip") {
  check("CreateTerminalRequest",
        CreateTerminalRequest{"s", "ls", {"-l"}, {{"A", "1"}}, "/w", 1U << 20U, meta});
  check("CreateTerminalRequest", CreateTerminalRequest{"s", "ls", {}, {}, {}, {}, ""});
  check("CreateTerminalResponse", CreateTerminalResponse{"t", meta});
  check("TerminalOutputRequest", TerminalRequest{"s", "t", meta});
  check("WaitForTerminalExitRequest", TerminalRequest{"s", "t", ""});
  check("KillTerminalRequest", TerminalRequest{"s", "t", ""});
  check("ReleaseTerminalRequest", TerminalRequest{"s", "t", ""});
  check("TerminalOutputResponse",
        TerminalOutputResponse{"out", true, TerminalExit{0, {}, ""}, meta});
  check("TerminalOutputResponse", TerminalOutputResponse{"", false, {}, ""});
  check("WaitForTerminalExitResponse", TerminalExit{{}, "SIGKILL", meta});
  check("KillTerminalResponse", KillTerminalResponse{meta});
  check("ReleaseTerminalResponse", ReleaseTerminalResponse{});
}

TEST_CASE("elicitation: round trip") {
  ElicitationRequest form;
  form.message = "which?";
  form.session_id = "s";
  form.tool_call_id = "call";
  form.requested_schema = R"({"type":"object","properties":{"which":{"type":"string"}}})";
  form.meta = meta;
  check("CreateElicitationRequest", form);
  ElicitationRequest url;
  url.mode = ElicitationRequest::Mode::url;
  url.message = "log in";
  url.request_id = "7";
  url.elicitation_id = "e";
  url.url = "https://example.com";
  check("CreateElicitationRequest", url);
  url.request_id = "null";
  check("CreateElicitationRequest", url);
  check("CreateElicitationResponse", ElicitationResponse{"accept", R"({"which":"a"})", meta});
  check("CreateElicitationResponse", ElicitationResponse{"decline", "", ""});
  check("CreateElicitationResponse", ElicitationResponse{"cancel", "", ""});
}

TEST_CASE("the schema's judgement can fail") {
  auto& judge = schema();
  CHECK(judge.check_type("NewSessionRequest", R"({"cwd":"/","mcpServers":[]})") ==
        conformance::valid);
  CHECK(judge.check_type("NewSessionRequest", R"({"cwd":"/"})") != conformance::valid);
  CHECK(judge.check_type("NewSessionRequest", R"({"cwd":7,"mcpServers":[]})") !=
        conformance::valid);
  CHECK(judge.check_type("PromptResponse", R"({"stopReason":"bored"})") != conformance::valid);
  CHECK(judge.check_type("PromptResponse", R"({"stopReason":"refusal","stopreason":1})") ==
        "PromptResponse: unknown member stopreason");
  CHECK(judge.check_type("PromptResponse", R"({"stopReason":"refusal","_meta":{"any":1}})") ==
        conformance::valid);
  CHECK(judge.check_type("NoSuchType", "{}") != conformance::valid);
  CHECK(judge.check_type("LogoutRequest", "{") != conformance::valid);
  CHECK(conformance::SchemaCheck("/nowhere").check_type("LogoutRequest", "{}") !=
        conformance::valid);

  conformance::SchemaCheck::Pending pending;
  using conformance::Sender;
  const auto check = [&](Sender sender, std::string_view line) {
    return judge.check_message(sender, line, pending);
  };
  CHECK(check(Sender::client, R"({"jsonrpc":"2.0","id":1,"method":"session/close",)"
                              R"("params":{"sessionId":"s"}})") == conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":1,"result":{}})") == conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":1,"result":{}})") ==
        "a result that nobody asked for");
  CHECK(check(Sender::client, R"({"jsonrpc":"2.0","id":2,"method":"session/new","params":{}})") !=
        conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":2,"result":{}})") != conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":3,"method":"session/close"})") !=
        conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":null,"error":{"message":"x"}})") !=
        conformance::valid);
  CHECK(check(Sender::agent, R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"},)"
                             R"("result":1})") != conformance::valid);
  CHECK(check(Sender::agent, R"({"id":1})") != conformance::valid);
  CHECK(check(Sender::agent, "3") != conformance::valid);
}

}  // namespace
}  // namespace tine::v1
