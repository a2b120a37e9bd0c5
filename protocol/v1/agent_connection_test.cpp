#include "protocol/v1/agent_connection.h"

#include "conformance/schema/schema_check.h"
#include "protocol/v1/agent_server.h"
#include "protocol/v1/build_update.h"
#include "tests/catch.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/scripted_agent.h"

namespace tine::v1 {
namespace {

using Log = std::vector<std::string>;
using transport::Task;

/// Allows what it is asked and writes down what it sees.
class ScriptedClient : public ClientHandler {
 public:
  Log log;
  transport::Event* hold = nullptr;  ///< a permission question waits for it, or for its cancel

  void on_update(std::string_view session_id, const ToldUpdate& update) override {
    log.push_back(std::string(session_id) + " " + std::string(name_of(update.kind)));
  }
  Answer<PermissionResponse> request_permission(PermissionRequest request,
                                                RequestContext& context) override {
    log.push_back("permission for " + request.tool_call.id);
    if (hold != nullptr) {
      const auto subscription = context.cancel.on_cancel([this] {
        log.emplace_back("question cancelled");
        hold->set();
      });
      co_await hold->wait();
    }
    co_return PermissionResponse{request.options.at(0).id, ""};
  }
  Answer<std::string> on_request(std::string method, std::string params,
                                 RequestContext& context) override {
    if (method != method::ReadTextFile::name) {
      co_return co_await ClientHandler::on_request(std::move(method), std::move(params), context);
    }
    const auto request = read_params<ReadTextFileRequest>(json::View(params));
    if (!request) co_return fail(request.error());
    log.push_back("read " + request->path);
    co_return write(ReadTextFileResponse{"contents", ""});
  }
  void on_notification(std::string_view method, json::View params) override {
    log.push_back("notified of " + std::string(method) + " " + std::string(params.raw()));
  }
};

/// An agent and a client of ours, connected within the process. Every line is judged.
struct Connected {
  Connected() : server(loop, agent, proxy, {}) {
    transport::test::start(loop, [this] { return agent_peer->serve(server); });
    transport::test::start(loop, [this]() -> Task<void> {
      co_await connection.serve();
      client_done = true;
    });
  }
  ~Connected() {
    connection.close();
    agent_peer->close();
    loop.run_ready();
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;

  void judge(char direction, std::string_view line) {
    static conformance::SchemaCheck schema;
    const auto sender = direction == 'i' ? conformance::Sender::agent : conformance::Sender::client;
    INFO(line);
    CHECK(schema.check_message(sender, line, pending) == conformance::valid);
  }

  transport::Loop loop;
  transport::test::ChannelPair ends = transport::make_memory_channel(loop);
  ScriptedClient handler;
  conformance::SchemaCheck::Pending pending;
  AgentConnection connection{
      loop, std::move(ends.first), handler,
      [this](char direction, std::string_view line) { judge(direction, line); }};
  std::shared_ptr<transport::RpcPeer> agent_peer =
      transport::RpcPeer::make(loop, std::move(ends.second));
  ClientProxy proxy{agent_peer};
  ScriptedAgent agent;
  AgentServer server;
  bool client_done = false;
};

InitializeRequest able_client() {
  InitializeRequest request;
  request.client_capabilities.read_text_file = true;
  request.client_capabilities.write_text_file = true;
  request.client_capabilities.elicitation_url = true;
  request.client_capabilities.boolean_options = true;
  request.client_capabilities.meta = R"({"tine":{}})";
  return request;
}

Workspace workspace() {
  Workspace made;
  made.cwd = "/w";
  return made;
}

/// Calls without deadline, and requests, by name: a co_await takes no braces.
const transport::CallOptions& plain() {
  static const transport::CallOptions options;
  return options;
}

PromptRequest prompt_of(std::string text) {
  PromptRequest request;
  request.session_id = "s";
  request.prompt.push_back(text_block(std::move(text)));
  return request;
}

TEST_CASE("connection: every call reaches the agent and comes back typed") {
  Connected it;
  AgentConnection& agent = it.connection;
  const NewSessionRequest open{workspace(), ""};
  const LoadSessionRequest load{"a", workspace(), ""};
  const ResumeSessionRequest resume{"b", workspace(), ""};
  const ForkSessionRequest fork{"c", workspace(), ""};
  const ListSessionsRequest list;
  const SetModeRequest mode{"s", "m", ""};
  const SetConfigOptionRequest option{"s", "c", true, ""};
  const CloseSessionRequest close{"e", ""};
  const DeleteSessionRequest erase{"d", ""};
  const AuthenticateRequest login{"m", ""};
  const LogoutRequest logout;
  transport::test::run(it.loop, [&]() -> Task<void> {
    const auto initialized = co_await agent.ask<method::Initialize>(able_client(), plain());
    CHECK(initialized.value().agent_capabilities.session.fork);
    const auto authenticated = co_await agent.ask<method::Authenticate>(login, plain());
    CHECK(authenticated);
    const auto opened = co_await agent.ask<method::NewSession>(open, plain());
    CHECK(opened.value().session_id == "s1");
    const auto loaded = co_await agent.ask<method::LoadSession>(load, plain());
    CHECK(loaded);
    const auto resumed = co_await agent.ask<method::ResumeSession>(resume, plain());
    CHECK(resumed);
    const auto forked = co_await agent.ask<method::ForkSession>(fork, plain());
    CHECK(forked.value().session_id == "s1");
    const auto listed = co_await agent.ask<method::ListSessions>(list, plain());
    CHECK(listed.value().sessions.empty());
    const auto moded = co_await agent.ask<method::SetMode>(mode, plain());
    CHECK(moded);
    const auto set = co_await agent.ask<method::SetConfigOption>(option, plain());
    CHECK(set);
    const auto prompted = co_await agent.ask<method::Prompt>(prompt_of("hi"), plain());
    CHECK(prompted.value().stop_reason == StopReason::end_turn);
    CHECK(prompted.value().usage.value().total == 5U);
    const auto closed = co_await agent.ask<method::CloseSession>(close, plain());
    CHECK(closed);
    const auto erased = co_await agent.ask<method::DeleteSession>(erase, plain());
    CHECK(erased);
    const auto out = co_await agent.ask<method::Logout>(logout, plain());
    CHECK(out);
    const auto raw = co_await agent.call("session/list", "{}", plain());
    CHECK(raw.value() == R"({"sessions":[]})");
    agent.cancel("s");
  });
  it.loop.run_ready();
  CHECK(it.agent.log == Log{"initialize 1", "authenticate m", "new /w", "load a", "resume b",
                            "fork c", "list everywhere", "mode m", "option c", "prompt hi",
                            "close e", "delete d", "logout", "list everywhere", "cancel s"});
}

TEST_CASE("connection: all updates of a turn are seen before its call returns") {
  Connected it;
  it.agent.on_prompt = [&](PromptRequest, RequestContext&) -> Answer<PromptResponse> {
    for (int i = 0; i < 3; ++i) {
      Update update = text_chunk(UpdateKind::agent_message_chunk, "x", "m");
      update.session = "s\"1";
      it.proxy.update(update);
    }
    co_return PromptResponse{};
  };
  transport::test::run(it.loop, [&]() -> Task<void> {
    co_await it.connection.ask<method::Initialize>(able_client(), plain());
    co_await it.connection.ask<method::Prompt>(prompt_of("hi"), plain());
    const std::string chunk = "s\"1 agent_message_chunk";
    CHECK(it.handler.log == Log{chunk, chunk, chunk});
  });
}

TEST_CASE("connection: the agent's questions reach the client and its answers the agent") {
  Connected it;
  it.agent.on_prompt = [&](PromptRequest, RequestContext&) -> Answer<PromptResponse> {
    PermissionRequest question;
    question.session_id = "s";
    question.tool_call.id = "call";
    question.options = {{"y", "Yes", PermissionOption::Kind::allow_once, ""}};
    const auto allowed = co_await it.proxy.ask<method::RequestPermission>(question, nullptr);
    CHECK(allowed.value().option_id == "y");
    ReadTextFileRequest file;
    file.session_id = "s";
    file.path = "/f";
    const auto read = co_await it.proxy.ask<method::ReadTextFile>(file, nullptr);
    CHECK(read.value().content == "contents");
    WriteTextFileRequest unwanted;
    unwanted.session_id = "s";
    unwanted.path = "/f";
    const auto written = co_await it.proxy.ask<method::WriteTextFile>(unwanted, nullptr);
    CHECK(written.error().kind == ErrorKind::unknown_method);
    it.proxy.notify(method::elicitation_complete, R"({"elicitationId":"e"})");
    co_return PromptResponse{};
  };
  transport::test::run(it.loop, [&]() -> Task<void> {
    co_await it.connection.ask<method::Initialize>(able_client(), plain());
    co_await it.connection.ask<method::Prompt>(prompt_of("hi"), plain());
  });
  CHECK(it.handler.log == Log{"permission for call", "read /f",
                              R"(notified of elicitation/complete {"elicitationId":"e"})"});
}

TEST_CASE("connection: an agent's error keeps its kind and says what was not found") {
  Connected it;
  const CloseSessionRequest close{"e", ""};
  transport::test::run(it.loop, [&]() -> Task<void> {
    co_await it.connection.ask<method::Initialize>(able_client(), plain());
    it.agent.refusal = Error(ErrorKind::session_not_found, "gone");
    const auto missing = co_await it.connection.ask<method::CloseSession>(close, plain());
    CHECK(missing.error().kind == ErrorKind::session_not_found);
    CHECK(missing.error().data == R"("sessionId":"e")");
    it.agent.refusal = Error(ErrorKind::usage_limit, "no more today");
    const auto limited = co_await it.connection.ask<method::CloseSession>(close, plain());
    CHECK(limited.error().kind == ErrorKind::usage_limit);
    CHECK(limited.error().message == "no more today");
  });
}

TEST_CASE("connection: a question of an agent that goes is cancelled, and serving ends after it") {
  Connected it;
  transport::Event hold(it.loop);
  it.handler.hold = &hold;
  it.agent.on_prompt = [&](PromptRequest, RequestContext&) -> Answer<PromptResponse> {
    PermissionRequest question;
    question.session_id = "s";
    question.tool_call.id = "call";
    question.options = {{"y", "Yes", PermissionOption::Kind::allow_once, ""}};
    co_await it.proxy.ask<method::RequestPermission>(question, nullptr);
    co_return PromptResponse{};
  };
  ErrorKind kind = ErrorKind::internal;
  transport::test::start(it.loop, [&]() -> Task<void> {
    co_await it.connection.ask<method::Initialize>(able_client(), plain());
    const auto answer = co_await it.connection.ask<method::Prompt>(prompt_of("hi"), plain());
    if (!answer) kind = answer.error().kind;
  });
  it.loop.run_ready();
  CHECK(it.handler.log == Log{"permission for call"});
  CHECK_FALSE(it.client_done);
  it.agent_peer->close();
  it.loop.run_ready();
  CHECK(kind == ErrorKind::peer_gone);
  CHECK(it.handler.log == Log{"permission for call", "question cancelled"});
  CHECK(it.client_done);
}

/// The client's end, and the bare end that an agent would hold.
struct Bare {
  Bare() {
    transport::test::start(loop, [this] { return connection.serve(); });
    loop.run_ready();
  }
  ~Bare() {
    connection.close();
    loop.run_ready();
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  transport::Loop loop;
  transport::test::ChannelPair ends = transport::make_memory_channel(loop);
  ScriptedClient handler;
  AgentConnection connection{loop, std::move(ends.first), handler};
  BareEnd agent{loop, std::move(ends.second)};
};

TEST_CASE("connection: a bad answer of an agent is its failure") {
  Bare it;
  std::optional<Result<NewSessionResponse>> answer;
  const NewSessionRequest open{workspace(), ""};
  transport::test::start(it.loop, [&]() -> Task<void> {
    answer = co_await it.connection.ask<method::NewSession>(open, plain());
  });
  it.loop.run_ready();
  it.agent.send(R"({"jsonrpc":"2.0","id":1,"result":{"sessionId":7}})");
  REQUIRE(answer);
  CHECK(answer->error().kind == ErrorKind::backend_failed);
  CHECK(answer->error().message == "bad answer: expected string at result.sessionId");
}

TEST_CASE("connection: what an agent may not ask is refused, what makes no sense passed over") {
  Bare it;
  it.agent.send(R"({"jsonrpc":"2.0","id":1,"method":"session/new","params":{}})");
  CHECK(it.agent.lines.at(0).find("-32601") != std::string::npos);
  it.agent.send(R"({"jsonrpc":"2.0","id":2,"method":"fs/read_text_file","params":{"path":3}})");
  CHECK(it.agent.lines.at(1).find("missing params.sessionId") != std::string::npos);
  it.agent.send(R"({"jsonrpc":"2.0","id":3,"method":"terminal/create",)"
                R"("params":{"sessionId":"s","command":"c"}})");
  CHECK(it.agent.lines.at(2).find("-32601") != std::string::npos);
  it.agent.send(R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":3}})");
  it.agent.send(R"({"jsonrpc":"2.0","method":"session/update"})");
  CHECK(it.handler.log.empty());
  it.agent.send(R"({"jsonrpc":"2.0","method":"session/update",)"
                R"("params":{"sessionId":"s\u0031","update":{"sessionUpdate":"plan"}}})");
  it.agent.send(R"({"jsonrpc":"2.0","method":"_vendor/x","params":{}})");
  CHECK(it.handler.log == Log{"s1 plan", "notified of _vendor/x {}"});
  CHECK(it.agent.lines.size() == 3);
}

}  // namespace
}  // namespace tine::v1
