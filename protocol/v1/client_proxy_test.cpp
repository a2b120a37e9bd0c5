#include "protocol/v1/client_proxy.h"

#include "protocol/v1/build_update.h"
#include "protocol/v1/limits.h"
#include "protocol/v1/test_served.h"

namespace tine::v1 {
namespace {

using transport::Task;

Update in_session(Update update) {
  update.session = "s";
  return update;
}

TEST_CASE("proxy: what it did not ask for is not sent, or said otherwise") {
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

TEST_CASE("proxy: long texts come in several chunks, and too long messages cut") {
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

TEST_CASE("proxy: no question that needs what the client did not announce is sent") {
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

TEST_CASE("proxy: questions are sent as announced, and answered") {
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

TEST_CASE("proxy: of an answer to a permission question only a good one counts") {
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

TEST_CASE("proxy: a cancelled question is withdrawn and not waited for") {
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
