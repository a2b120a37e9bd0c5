#include "protocol/v1/agent_server.h"

#include "protocol/v1/build_update.h"
#include "protocol/v1/limits.h"
#include "protocol/v1/test_ends.h"
#include "tests/catch.h"
#include "tests/schema_check.h"
#include "transport/test_peers.h"

namespace tine::v1 {
namespace {

using Log = std::vector<std::string>;
using transport::Task;

tests::SchemaCheck& schema() {
  static tests::SchemaCheck check;
  return check;
}

std::string request(int id, std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")";
  return line.append(method).append(R"(","params":)").append(params).append("}");
}

std::string kind_of(std::string_view line) {
  const json::View error = json::View(line).find("error");
  return error.find("data").find("tine").find("kind").string().value_or("(no error)");
}

std::string message_of(std::string_view line) {
  return json::View(line).find("error").find("message").string().value_or("(no error)");
}

/// A server and the bare end that its client holds. Every line that the server sends is judged.
struct Served {
  explicit Served(AgentServerOptions options = {}) : server(loop, agent, proxy, options) {
    loop.spawn(peer->serve(server));
    loop.run_ready();
  }
  ~Served() {
    peer->close();
    loop.run_ready();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  /// What the server says in answer to a line.
  Log ask(const std::string& line) {
    const std::size_t before = client.lines.size();
    schema().check_message(tests::Sender::client, line, pending);
    client.send(line);
    return judged_from(before);
  }
  Log judged_from(std::size_t before) {
    Log fresh(client.lines.begin() + static_cast<std::ptrdiff_t>(before), client.lines.end());
    for (const std::string& line : fresh) {
      INFO(line.substr(0, 500));
      CHECK(schema().check_message(tests::Sender::agent, line, pending) == "");
    }
    return fresh;
  }
  /// What the server says after `action`.
  template <class Action>
  Log after(Action action) {
    const std::size_t before = client.lines.size();
    action();
    loop.run_ready();
    return judged_from(before);
  }
  /// The one answer to a request.
  std::string answer(std::string_view method, std::string_view params) {
    const Log lines = ask(request(++id, method, params));
    REQUIRE(lines.size() == 1);
    return lines.front();
  }
  std::string initialize(const std::string& capabilities = "{}") {
    const std::string params = R"({"protocolVersion":1,"clientCapabilities":)" + capabilities + "}";
    std::string response = answer("initialize", params);
    CHECK(kind_of(response) == "(no error)");
    agent.log.clear();
    return response;
  }

  transport::Loop loop;
  transport::test::ChannelPair ends = transport::make_memory_channel(loop);
  BareEnd client{loop, std::move(ends.first)};
  std::shared_ptr<transport::RpcPeer> peer = transport::RpcPeer::make(loop, std::move(ends.second));
  ClientProxy proxy{peer};
  ScriptedAgent agent;
  AgentServer server;
  tests::SchemaCheck::Pending pending;
  int id = 0;
};

constexpr std::string_view new_params = R"({"cwd":"/w","mcpServers":[]})";

TEST_CASE("server: nothing before initialize, and initialize only once") {
  Served served;
  CHECK(kind_of(served.answer("session/new", new_params)) == "not_initialized");
  CHECK(kind_of(served.answer("no/such/method", "{}")) == "not_initialized");
  CHECK(kind_of(served.answer("initialize", "{}")) == "invalid_params");
  CHECK(served.agent.log.empty());
  CHECK(kind_of(served.answer("initialize", R"({"protocolVersion":1})")) == "(no error)");
  CHECK(kind_of(served.answer("initialize", R"({"protocolVersion":1})")) == "invalid_request");
  CHECK(served.agent.log == Log{"initialize 1"});
}

TEST_CASE("server: any version that is asked for is answered with ours") {
  for (const std::string version : {"0", "1", "2", "65535", "1.0"}) {
    Served served;
    served.agent.initialized.protocol_version = 7;
    const std::string line = served.answer("initialize", R"({"protocolVersion":)" + version + "}");
    CHECK(json::View(line).find("result").find("protocolVersion").integer() == 1);
  }
  for (const std::string version : {"-1", "65536", "1.5", "\"1\"", "null", "[1]"}) {
    Served served;
    const std::string line = served.answer("initialize", R"({"protocolVersion":)" + version + "}");
    CHECK(kind_of(line) == "invalid_params");
    CHECK(message_of(line).ends_with(" at params.protocolVersion"));
  }
}

TEST_CASE("server: a failed initialize may be tried again") {
  Served served;
  CHECK(kind_of(served.answer("initialize", R"({"protocolVersion":"x"})")) == "invalid_params");
  served.initialize();
}

TEST_CASE("server: unknown methods are refused, unknown notifications passed over") {
  Served served;
  served.initialize();
  for (const std::string method : {"no/such", "_vendor/x", "session/update", "", "session/neww"}) {
    CHECK(kind_of(served.answer(method, "{}")) == "unknown_method");
  }
  CHECK(served.ask(R"({"jsonrpc":"2.0","method":"_vendor/x"})").empty());
  CHECK(served.ask(R"({"jsonrpc":"2.0","method":"session/cancel","params":{}})").empty());
  CHECK(served.ask(R"({"jsonrpc":"2.0","method":"session/cancel"})").empty());
  CHECK(served.agent.log.empty());
}

TEST_CASE("server: every method reaches the agent and its answer the client") {
  struct Row {
    std::string_view method;
    std::string_view params;
    std::string entry;
  };
  const std::vector<Row> rows = {
      {"authenticate", R"({"methodId":"m"})", "authenticate m"},
      {"logout", "{}", "logout"},
      {"session/new", new_params, "new /w"},
      {"session/load", R"({"sessionId":"a","cwd":"/w","mcpServers":[]})", "load a"},
      {"session/resume", R"({"sessionId":"b","cwd":"/w"})", "resume b"},
      {"session/fork", R"({"sessionId":"c","cwd":"/w"})", "fork c"},
      {"session/list", R"({"cwd":"/x"})", "list /x"},
      {"session/list", "{}", "list everywhere"},
      {"session/delete", R"({"sessionId":"d"})", "delete d"},
      {"session/close", R"({"sessionId":"e"})", "close e"},
      {"session/set_mode", R"({"sessionId":"f","modeId":"m"})", "mode m"},
      {"session/set_config_option", R"({"sessionId":"g","configId":"c","value":"v"})", "option c"},
      {"session/prompt", R"({"sessionId":"h","prompt":[{"type":"text","text":"hi"}]})",
       "prompt hi"},
  };
  Served served;
  served.initialize();
  for (const Row& row : rows) {
    INFO(row.method);
    served.agent.log.clear();
    const std::string line = served.answer(row.method, row.params);
    CHECK(kind_of(line) == "(no error)");
    CHECK(served.agent.log == Log{row.entry});
  }
}

TEST_CASE("server: wrong parameters are refused with their path and never reach the agent") {
  Served served;
  served.initialize();
  const std::string line = served.answer(
      "session/prompt", R"({"sessionId":"s","prompt":[{"type":"text","text":{"my":"secret"}}]})");
  CHECK(kind_of(line) == "invalid_params");
  CHECK(message_of(line) == "expected string at params.prompt[0].text");
  CHECK(line.find("secret") == std::string::npos);
  CHECK(message_of(served.answer("session/new", R"({"cwd":"w","mcpServers":[]})")) ==
        "expected absolute path at params.cwd");
  CHECK(message_of(served.answer("session/new", "[]")) == "expected object at params");
  CHECK(served.agent.log.empty());
}

TEST_CASE("server: what was not announced is refused") {
  Served served;
  served.agent.initialized.agent_capabilities = {};
  served.initialize();
  struct Row {
    std::string_view method;
    std::string_view params;
  };
  const std::vector<Row> rows = {
      {"logout", "{}"},
      {"session/load", R"({"sessionId":"a","cwd":"/w","mcpServers":[]})"},
      {"session/resume", R"({"sessionId":"b","cwd":"/w"})"},
      {"session/fork", R"({"sessionId":"c","cwd":"/w"})"},
      {"session/list", "{}"},
      {"session/delete", R"({"sessionId":"d"})"},
      {"session/close", R"({"sessionId":"e"})"},
  };
  for (const Row& row : rows) {
    INFO(row.method);
    CHECK(kind_of(served.answer(row.method, row.params)) == "unknown_method");
  }
  CHECK(message_of(served.answer(
            "session/prompt",
            R"({"sessionId":"s","prompt":[{"type":"image","data":"","mimeType":"image/png"}]})")) ==
        "images are not supported at params.prompt[0]");
  CHECK(message_of(served.answer("session/new",
                                 R"({"cwd":"/w","mcpServers":[],)"
                                 R"("systemPrompt":{"mode":"append","content":[]}})")) ==
        "a system prompt is not supported at params.systemPrompt");
  CHECK(served.agent.log.empty());
}

TEST_CASE("server: without the unstable protocol nothing of it is there") {
  Served served(AgentServerOptions{.unstable = false});
  const std::string initialized = served.initialize();
  CHECK(initialized.find("\"fork\"") == std::string::npos);
  CHECK(initialized.find("systemPrompt") == std::string::npos);
  CHECK(initialized.find("\"resume\"") != std::string::npos);
  CHECK(kind_of(served.answer("session/fork", R"({"sessionId":"c","cwd":"/w"})")) ==
        "unknown_method");
  const std::string prompted = R"({"sessionId":"s","prompt":[]})";
  CHECK(served.answer("session/prompt", prompted).find("usage") == std::string::npos);
  CHECK(kind_of(served.answer("session/new", R"({"cwd":"/w","mcpServers":[],"systemPrompt":)"
                                             R"({"mode":"later","content":[]}})")) == "(no error)");

  Served unstable;
  CHECK(unstable.initialize().find("\"fork\":{}") != std::string::npos);
  CHECK(unstable.answer("session/prompt", prompted).find("\"usage\"") != std::string::npos);
  CHECK(kind_of(unstable.answer("session/fork",
                                R"({"sessionId":"c","cwd":"/w","systemPrompt":)"
                                R"({"mode":"append","content":[{"type":"text","text":"x"}]}})")) ==
        "(no error)");
  CHECK(unstable.agent.log.back() == "fork c with a prompt");
}

TEST_CASE("server: terminal logins are offered only to clients that can") {
  AuthMethod agent_method;
  agent_method.id = agent_method.name = "a";
  AuthMethod terminal;
  terminal.type = AuthMethod::Type::terminal;
  terminal.id = terminal.name = "t";
  Served without;
  without.agent.initialized.auth_methods = {agent_method, terminal};
  CHECK(without.initialize().find("terminal\",\"id") == std::string::npos);
  Served with;
  with.agent.initialized.auth_methods = {agent_method, terminal};
  CHECK(with.initialize(R"({"auth":{"terminal":true}})").find("terminal\",\"id") !=
        std::string::npos);
}

TEST_CASE("server: boolean options are in responses only for clients that announced them") {
  ConfigOption boolean;
  boolean.type = ConfigOption::Type::boolean;
  boolean.id = boolean.name = "fast";
  for (const bool announced : {false, true}) {
    Served served;
    served.agent.opened.config_options = {boolean};
    served.initialize(announced ? R"({"session":{"configOptions":{"boolean":{}}}})" : "{}");
    const std::vector<std::string> answers = {
        served.answer("session/new", new_params),
        served.answer("session/load", R"({"sessionId":"a","cwd":"/w","mcpServers":[]})"),
        served.answer("session/fork", R"({"sessionId":"c","cwd":"/w"})"),
        served.answer("session/set_config_option",
                      R"({"sessionId":"g","configId":"c","value":"v"})")};
    for (const std::string& line : answers) {
      CHECK(line.find("configOptions") != std::string::npos);
      CHECK((line.find("fast") != std::string::npos) == announced);
    }
  }
}

TEST_CASE("server: a session that is not found is named") {
  Served served;
  served.initialize();
  served.agent.refusal = Error(ErrorKind::session_not_found, "there is no such session");
  const std::string line = served.answer("session/load", R"({"sessionId":"a\"b","cwd":"/w",)"
                                                         R"("mcpServers":[]})");
  const json::View error = json::View(line).find("error");
  CHECK(error.find("code").integer() == -32002);
  CHECK(error.find("data").find("sessionId").equals("a\"b"));
  served.agent.refusal = Error(ErrorKind::session_locked, "busy");
  CHECK(served.answer("session/close", R"({"sessionId":"a"})").find("sessionId") ==
        std::string::npos);
}

TEST_CASE("server: updates of a new session come right after the response that makes it") {
  Served served;
  served.initialize();
  served.agent.after_new = [&] {
    Update update = available_commands({{"tine-usage", "shows usage", "", ""}});
    update.session = "s1";
    served.proxy.update(update);
  };
  const Log lines = served.ask(request(7, "session/new", new_params));
  REQUIRE(lines.size() == 2);
  CHECK(json::View(lines[0]).find("id").integer() == 7);
  CHECK(json::View(lines[1]).find("method").equals("session/update"));
  served.agent.refusal = Error(ErrorKind::internal, "no");
  CHECK(served.ask(request(8, "session/new", new_params)).size() == 1);
}

TEST_CASE("server: requests start in the order in which they came, and no cancel overtakes them") {
  Served served;
  served.initialize();
  const auto prompt = [](int id) {
    return request(
        id, "session/prompt",
        R"({"sessionId":"s","prompt":[{"type":"text","text":")" + std::to_string(id) + "\"}]}");
  };
  const std::string cancel =
      R"({"jsonrpc":"2.0","method":"session/cancel","params":{"sessionId":"s"}})";
  served.client.send(prompt(1) + "\n" + prompt(2) + "\n" + cancel + "\n" + prompt(3));
  CHECK(served.agent.log == Log{"prompt 1", "prompt 2", "cancel s", "prompt 3"});
}

TEST_CASE("server: a cancelled request is told so and answers all the same") {
  Served served;
  served.initialize();
  served.agent.on_prompt = [&](PromptRequest, RequestContext& context) -> Answer<PromptResponse> {
    transport::Event stopped(served.loop);
    const auto subscription = context.cancel.on_cancel([&] { stopped.set(); });
    CHECK(context.id == "\"p\"");
    co_await stopped.wait();
    co_return fail(ErrorKind::cancelled, "as asked");
  };
  CHECK(served
            .ask(R"({"jsonrpc":"2.0","id":"p","method":"session/prompt",)"
                 R"("params":{"sessionId":"s","prompt":[]}})")
            .empty());
  CHECK(served.server.open_requests() == 1);
  const Log lines =
      served.ask(R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":"p"}})");
  REQUIRE(lines.size() == 1);
  CHECK(json::View(lines[0]).find("error").find("code").integer() == -32800);
  CHECK(served.server.open_requests() == 0);
}

TEST_CASE("server: an exception in the agent is an internal error") {
  Served served;
  served.initialize();
  served.agent.on_prompt = [](PromptRequest, RequestContext&) -> Answer<PromptResponse> {
    throw std::bad_alloc();
    co_return PromptResponse{};
  };
  CHECK(kind_of(served.answer("session/prompt", R"({"sessionId":"s","prompt":[]})")) == "internal");
  CHECK(served.server.open_requests() == 0);
  CHECK(kind_of(served.answer("session/new", new_params)) == "(no error)");
}

TEST_CASE("server: closing waits for what came before the end") {
  Served served;
  served.initialize();
  transport::Event go_on(served.loop);
  served.agent.on_prompt = [&](PromptRequest, RequestContext&) -> Answer<PromptResponse> {
    co_await go_on.wait();
    PromptResponse response;
    response.stop_reason = StopReason::cancelled;
    co_return response;
  };
  const std::string prompt = request(9, "session/prompt", R"({"sessionId":"s","prompt":[]})");
  schema().check_message(tests::Sender::client, prompt, served.pending);
  const std::string_view line = prompt;
  const std::size_t before = served.client.lines.size();
  transport::test::run(served.loop, [&]() -> Task<void> {
    // Not started yet when the server is closed: the agent hears of it before it is told of the
    // end.
    served.server.on_request("session/prompt", json::View(line).find("params"), {});
    const bool in_time = co_await served.server.close(transport::Milliseconds(0));
    CHECK_FALSE(in_time);
    CHECK(served.agent.log == Log{"prompt ", "disconnected"});
    CHECK(served.server.open_requests() == 1);
    go_on.set();
    const bool done = co_await served.server.close(transport::test::hung);
    CHECK(done);
  });
  CHECK(served.client.lines.size() == before);
}

TEST_CASE("server: a last request at the end of the input is answered") {
  Served served;
  served.initialize();
  served.client.send(request(5, "session/new", new_params));
  served.client.end();
  transport::test::run(served.loop, [&]() -> Task<void> {
    const bool done = co_await served.server.close(transport::test::hung);
    CHECK(done);
  });
  CHECK(json::View(served.client.lines.back()).find("id").integer() == 5);
}

// --- what the client gets -----------------------------------------------------------------------

Update in_session(Update update) {
  update.session = "s";
  return update;
}

TEST_CASE("client: what it did not ask for is not sent, or said otherwise") {
  Served served;
  served.initialize();
  const Log nothing = served.after([&] {
    served.proxy.update(in_session(notice(Severity::info, "fine")));
    served.proxy.update(in_session(compaction_update("c", CompactionStatus::in_progress)));
  });
  CHECK(nothing.empty());
  const Log thoughts = served.after([&] {
    served.proxy.update(in_session(notice(Severity::error, "broken")));
    served.proxy.update(in_session(notice(Severity::error, "broken again")));
  });
  REQUIRE(thoughts.size() == 2);
  const auto update = [](std::string_view line) {
    return json::View(line).find("params").find("update");
  };
  CHECK(update(thoughts[0]).find("sessionUpdate").equals("agent_thought_chunk"));
  CHECK(update(thoughts[0]).find("messageId").raw() != update(thoughts[1]).find("messageId").raw());

  Served asked;
  asked.initialize(R"({"session":{"notices":{},"compaction":{}}})");
  const Log both = asked.after([&] {
    asked.proxy.update(in_session(notice(Severity::info, "fine")));
    asked.proxy.update(in_session(compaction_update("c", CompactionStatus::in_progress)));
  });
  REQUIRE(both.size() == 2);
  CHECK(update(both[0]).find("sessionUpdate").equals("notice"));
}

TEST_CASE("client: long texts come in several chunks, and too long messages cut") {
  Served served;
  served.initialize();
  const std::string text(limits::max_text_chunk * 2 + 1, 'x');
  const Log chunks = served.after([&] {
    served.proxy.update(in_session(text_chunk(UpdateKind::agent_message_chunk, text, "m")));
  });
  CHECK(chunks.size() == 3);
  const Log cut = served.after([&] {
    ToolCall call;
    call.id = "call";
    call.title = "reads";
    call.raw_output = "\"" + std::string(limits::max_line, 'y') + "\"";
    served.proxy.update(in_session(tool_call(call)));
  });
  REQUIRE(cut.size() == 1);
  CHECK(cut.front().size() <= limits::max_line);
  CHECK(cut.front().find("bytes left out]") != std::string::npos);
}

template <class Response>
struct Asked {
  bool ended = false;
  Result<Response> answer = fail(ErrorKind::internal, "not asked");
  transport::CancelSource cancel;
};

/// Runs a question of the agent beside the test.
template <class Response, class Question>
std::shared_ptr<Asked<Response>> ask(Served& served, Question question) {
  auto asked = std::make_shared<Asked<Response>>();
  transport::test::start(served.loop, [asked, question]() -> Task<void> {
    asked->answer = co_await question(&asked->cancel);
    asked->ended = true;
  });
  return asked;
}

TEST_CASE("client: no question that needs what the client did not announce is sent") {
  Served served;
  served.initialize();
  Client& client = served.proxy;
  TerminalRequest terminal{"s", "t", ""};
  ElicitationRequest form;
  ElicitationRequest url;
  url.mode = ElicitationRequest::Mode::url;
  const auto refused = [&](auto question) {
    ErrorKind kind = ErrorKind::internal;
    transport::test::run(served.loop, [&]() -> Task<void> {
      const auto answer = co_await question();
      if (!answer) kind = answer.error().kind;
    });
    return kind == ErrorKind::unsupported;
  };
  const std::size_t before = served.client.lines.size();
  CHECK(refused([&] { return client.read_text_file({"s", "/f", {}, {}, ""}, nullptr); }));
  CHECK(refused([&] { return client.write_text_file({"s", "/f", "x", ""}, nullptr); }));
  CHECK(refused([&] { return client.create_terminal({"s", "ls", {}, {}, {}, {}, ""}, nullptr); }));
  CHECK(refused([&] { return client.terminal_output(terminal, nullptr); }));
  CHECK(refused([&] { return client.wait_for_terminal_exit(terminal, nullptr); }));
  CHECK(refused([&] { return client.kill_terminal(terminal, nullptr); }));
  CHECK(refused([&] { return client.release_terminal(terminal, nullptr); }));
  CHECK(refused([&] { return client.create_elicitation(form, nullptr); }));
  CHECK(refused([&] { return client.create_elicitation(url, nullptr); }));
  client.complete_elicitation("e");
  served.loop.run_ready();
  CHECK(served.client.lines.size() == before);
}

TEST_CASE("client: questions are sent as announced, and answered") {
  Served served;
  served.initialize(R"({"fs":{"readTextFile":true,"writeTextFile":true},"terminal":true,)"
                    R"("elicitation":{"form":{},"url":{}}})");
  Client& client = served.proxy;
  const TerminalRequest terminal{"s", "t", ""};
  /// Sends the question, checks its method and gives it the answer.
  const auto exchange = [&]<class Response>(std::string_view method, std::string_view result,
                                            Response, auto question) {
    std::shared_ptr<Asked<Response>> asked;
    const Log lines = served.after([&] {
      asked = ask<Response>(served, [question](Client::Cancel cancel) { return question(cancel); });
    });
    REQUIRE(lines.size() == 1);
    CHECK(json::View(lines[0]).find("method").equals(method));
    const std::string id(json::View(lines[0]).find("id").raw());
    served.client.send(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + std::string(result) +
                       "}");
    CHECK(asked->ended);
    return std::move(asked->answer);
  };
  using Cancel = Client::Cancel;
  const auto read = exchange("fs/read_text_file", R"({"content":"x"})", ReadTextFileResponse{},
                             [&](Cancel cancel) {
                               return client.read_text_file({"s", "/f", 1, 2, ""}, cancel);
                             });
  CHECK(read.value().content == "x");
  const auto written =
      exchange("fs/write_text_file", "null", WriteTextFileResponse{}, [&](Cancel cancel) {
        return client.write_text_file({"s", "/f", "x", ""}, cancel);
      });
  CHECK(written);
  const auto created = exchange(
      "terminal/create", R"({"terminalId":"t"})", CreateTerminalResponse{}, [&](Cancel cancel) {
        return client.create_terminal({"s", "ls", {}, {}, {}, {}, ""}, cancel);
      });
  CHECK(created.value().terminal_id == "t");
  const auto output =
      exchange("terminal/output", R"({"output":"o","truncated":false,"exitStatus":{"exitCode":3}})",
               TerminalOutputResponse{},
               [&](Cancel cancel) { return client.terminal_output(terminal, cancel); });
  CHECK(output.value().exit.value().exit_code == 3U);
  const auto exit =
      exchange("terminal/wait_for_exit", R"({"signal":"SIGKILL"})", TerminalExit{},
               [&](Cancel cancel) { return client.wait_for_terminal_exit(terminal, cancel); });
  CHECK(exit.value().signal == "SIGKILL");
  CHECK(exchange("terminal/kill", "{}", KillTerminalResponse{},
                 [&](Cancel cancel) { return client.kill_terminal(terminal, cancel); }));
  CHECK(exchange("terminal/release", "{}", ReleaseTerminalResponse{},
                 [&](Cancel cancel) { return client.release_terminal(terminal, cancel); }));
  ElicitationRequest form;
  form.message = "which?";
  form.session_id = "s";
  form.requested_schema = R"({"type":"object","properties":{}})";
  const auto filled = exchange(
      "elicitation/create", R"({"action":"accept","content":{"a":1}})", ElicitationResponse{},
      [&](Cancel cancel) { return client.create_elicitation(form, cancel); });
  CHECK(filled.value().content == R"({"a":1})");
  const Log complete = served.after([&] { client.complete_elicitation("e"); });
  REQUIRE(complete.size() == 1);
  CHECK(json::View(complete[0]).find("method").equals("elicitation/complete"));
}

TEST_CASE("client: of an answer to a permission question only a good one counts") {
  PermissionRequest question;
  question.session_id = "s";
  question.tool_call.id = "call";
  question.options = {{"y", "Yes", PermissionOption::Kind::allow_once, ""}};
  Served served;
  served.initialize();
  const auto decide = [&](const std::string& rest) {
    std::shared_ptr<Asked<PermissionResponse>> asked;
    const Log lines = served.after([&] {
      asked = ask<PermissionResponse>(served, [&](Client::Cancel cancel) {
        return served.proxy.request_permission(question, cancel);
      });
    });
    REQUIRE(lines.size() == 1);
    const std::string id(json::View(lines[0]).find("id").raw());
    served.client.send(R"({"jsonrpc":"2.0","id":)" + id + "," + rest + "}");
    REQUIRE(asked->ended);
    return asked->answer && chosen(question.options, *asked->answer) != nullptr;
  };
  CHECK(decide(R"("result":{"outcome":{"outcome":"selected","optionId":"y"}})"));
  CHECK_FALSE(decide(R"("result":{"outcome":{"outcome":"selected","optionId":"other"}})"));
  CHECK_FALSE(decide(R"("result":{"outcome":{"outcome":"cancelled"}})"));
  CHECK_FALSE(decide(R"("result":{"outcome":{"outcome":"selected"}})"));
  CHECK_FALSE(decide(R"("result":{})"));
  CHECK_FALSE(decide(R"("result":null)"));
  CHECK_FALSE(decide(R"("error":{"code":-32603,"message":"no"})"));
}

TEST_CASE("client: a cancelled question is withdrawn and not waited for") {
  Served served;
  served.initialize();
  PermissionRequest question;
  question.session_id = "s";
  question.tool_call.id = "call";
  std::shared_ptr<Asked<PermissionResponse>> asked;
  served.after([&] {
    asked = ask<PermissionResponse>(served, [&](Client::Cancel cancel) {
      return served.proxy.request_permission(question, cancel);
    });
  });
  CHECK_FALSE(asked->ended);
  const Log lines = served.after([&] { asked->cancel.cancel(); });
  REQUIRE(asked->ended);
  CHECK(asked->answer.error().kind == ErrorKind::cancelled);
  REQUIRE(lines.size() == 1);
  CHECK(json::View(lines[0]).find("method").equals("$/cancel_request"));
}

}  // namespace
}  // namespace tine::v1
