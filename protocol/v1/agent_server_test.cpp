#include "protocol/v1/agent_server.h"

#include <algorithm>

#include "protocol/v1/build_update.h"
#include "protocol/v1/limits.h"
#include "tests/doubles/served_agent.h"
#include "transport/limits.h"

namespace tine::v1 {
namespace {

using transport::Task;

constexpr std::string_view new_params = R"({"cwd":"/w","mcpServers":[]})";

TEST_CASE("server: nothing before initialize, and initialize only once") {
  Served served;
  CHECK(kind_of(served.answer("session/new", new_params)) == "not_initialized");
  CHECK(kind_of(served.answer("no/such/method", "{}")) == "not_initialized");
  CHECK(kind_of(served.answer("initialize", "{}")) == "invalid_params");
  CHECK(served.agent.log.empty());
  served.initialize();
  CHECK(kind_of(served.answer("initialize", R"({"protocolVersion":1})")) == "invalid_request");
  CHECK(served.agent.log.empty());
}

TEST_CASE("server: without _meta.tine an error has details for a person, and nothing else") {
  Served served;
  served.answer("initialize", R"({"protocolVersion":1,"clientCapabilities":{"_meta":{"tine":1}}})");
  const std::string line = served.answer("no/such", "{}");
  const json::View error = json::View(line).find("error");
  CHECK(error.find("data").raw() ==
        "{\"details\":" +
            json::quoted(*error.find("message").string() +
                         ". Call only what the agent's capabilities announce.") +
            "}");
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
  const std::string prompted = R"({"sessionId":"s","prompt":[{"type":"text","text":"a"}]})";
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

TEST_CASE("server: beyond the limit of open lists nothing is read until they are answered") {
  Served served;
  served.initialize();
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    const std::size_t count = limits::open_lists - 1 + more;
    CHECK(served.server.has_room());
    std::size_t taken = 0;
    const std::size_t before = served.agent.log.size();
    // None of them begins before this turn of the loop is over.
    for (; taken < count && served.server.has_room(); ++taken)
      served.server.on_request("session/list", json::View("{}"), {});
    CHECK(taken == std::min(count, limits::open_lists));
    CHECK(served.server.has_room() == (count < limits::open_lists));
    bool went_on = false;
    transport::test::start(served.loop, [&]() -> Task<void> {
      co_await served.server.room();
      went_on = true;
    });
    served.loop.run_ready();
    CHECK(went_on);
    CHECK(served.server.has_room());
    CHECK(served.agent.log.size() == before + taken);
  }
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
                 R"("params":{"sessionId":"s","prompt":[{"type":"text","text":"a"}]}})")
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
  CHECK(kind_of(served.answer("session/prompt",
                              R"({"sessionId":"s","prompt":[{"type":"text","text":"a"}]})")) ==
        "internal");
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
  const std::string prompt =
      request(9, "session/prompt", R"({"sessionId":"s","prompt":[{"type":"text","text":"a"}]})");
  schema().check_message(conformance::Sender::client, prompt, served.pending);
  const std::string_view line = prompt;
  const std::size_t before = served.client.lines.size();
  transport::test::run(served.loop, [&]() -> Task<void> {
    // Not started yet when the server is closed: the agent hears of it before it is told of the
    // end.
    served.server.on_request("session/prompt", json::View(line).find("params"), {});
    const bool in_time = co_await served.server.close(transport::Milliseconds(0));
    CHECK_FALSE(in_time);
    CHECK(served.agent.log == Log{"prompt a", "disconnected"});
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

TEST_CASE("a long prompt is decoded beside the loop, and what comes behind it stays behind it") {
  Served served;
  served.initialize();
  std::string heard;
  served.agent.on_prompt = [&](PromptRequest prompt,
                               RequestContext& /*context*/) -> Answer<PromptResponse> {
    heard = prompt.prompt.front().text;
    served.loop.stop();
    co_return PromptResponse{};
  };
  constexpr std::size_t bytes = std::size_t{30} * 1024 * 1024;
  std::string text;
  while (text.size() < bytes / 2) text += R"(\"\u0041)";
  served.client.send(
      request(7, "session/prompt",
              R"({"sessionId":"s","prompt":[{"type":"text","text":")" + text + R"("}]})") +
      "\n" + R"({"jsonrpc":"2.0","method":"session/cancel","params":)" + R"({"sessionId":"s"}})");
  if (heard.empty()) served.loop.run();
  served.loop.run_ready();
  CHECK(heard.size() == text.size() / 4);
  REQUIRE(served.agent.log.size() == 2);
  CHECK(served.agent.log.back() == "cancel s");
  REQUIRE(served.client.lines.size() == 2);
  CHECK(json::View(served.client.lines.back()).find("id").integer() == 7);
  CHECK(served.loop.longest_run() <= transport::limits::longest_run);
}

TEST_CASE("a long request that is not in order is answered as a short one is") {
  Served served;
  served.initialize();
  const std::string filler(2 * transport::limits::long_message, 'x');
  const auto answer = [&](std::string_view method, const std::string& params) {
    const std::size_t before = served.client.lines.size();
    served.client.send(request(9, method, params));
    while (served.client.lines.size() == before) served.loop.run_ready();
    return served.client.lines.back();
  };
  CHECK(kind_of(answer("session/none", R"({"x":")" + filler + R"("})")) == "unknown_method");
  CHECK(kind_of(answer("session/prompt", R"({"sessionId":")" + filler + R"("})")) ==
        "invalid_params");
  std::string blocks = R"({"type":"text","text":"a"})";
  for (std::size_t i = 0; i < limits::prompt_blocks; ++i)
    blocks += R"(,{"type":"text","text":"a"})";
  CHECK(message_of(answer("session/prompt", R"({"sessionId":"s","prompt":[)" + blocks + "]}")) ==
        "expected at most 16384 content blocks at params.prompt");
  CHECK(served.agent.log.empty());
}

TEST_CASE("what is being decoded when its client goes is not begun") {
  Served served;
  served.initialize();
  const std::string text(2 * transport::limits::long_message, 'x');
  served.client.send(
      request(7, "session/prompt",
              R"({"sessionId":"s","prompt":[{"type":"text","text":")" + text + R"("}]})"));
  bool closed = false;
  served.loop.spawn([](Served& the_served, bool& is_closed) -> transport::Task<void> {
    co_await the_served.server.close(transport::Milliseconds(60'000));
    is_closed = true;
    the_served.loop.stop();
  }(served, closed));
  served.loop.run_ready();
  if (!closed) served.loop.run();
  // Whichever came first.
  const bool has_begun = served.agent.log.size() == 2;
  CHECK(served.agent.log.back() == "disconnected");
  CHECK((has_begun || served.agent.log.size() == 1));
}

}  // namespace
}  // namespace tine::v1
