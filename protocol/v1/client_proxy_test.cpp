#include "protocol/v1/client_proxy.h"

#include "protocol/v1/build_update.h"
#include "protocol/v1/limits.h"
#include "tests/doubles/served_agent.h"

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

TEST_CASE("proxy: a long update that is given away arrives like any other") {
  const std::string capabilities = GENERATE("{}", R"({"session":{"notices":{}}})");
  const std::string filler(transport::limits::long_message, 'f');
  std::string text;
  while (text.size() < 2 * limits::max_text_chunk) text += "\"w\xC3\xB6rds\n";
  ToolCall call;
  call.id = "call";
  call.title = filler;
  ToolCall too_long = call;
  too_long.raw_output = "\"" + std::string(limits::max_line, 'y') + "\"";
  Served copies;
  Served gives;
  copies.initialize(capabilities);
  gives.initialize(capabilities);
  for (const Update& update :
       {text_chunk(UpdateKind::agent_message_chunk, text, "m"),
        text_chunk(UpdateKind::agent_message_chunk, "short", "m"),
        text_chunk(UpdateKind::agent_thought_chunk, filler, "t"), notice(Severity::error, filler),
        tool_call(call), tool_call(too_long)}) {
    const Log copied = copies.after([&] { copies.proxy.update(in_session(update)); });
    const Log given = gives.after([&] { gives.proxy.send(in_session(update)); });
    CHECK_FALSE(copied.empty());
    CHECK((copied == given));
  }
}

TEST_CASE("proxy: a client that joins messages gets a blank line before a long one, too") {
  Served served;
  served.initialize("{}", "CodeCompanion.nvim");
  const std::string filler(transport::limits::long_message, 'f');
  const auto said = [&](const std::string& text, const std::string& id) {
    return served.after([&] {
      served.proxy.send(in_session(text_chunk(UpdateKind::agent_message_chunk, text, id)));
    });
  };
  CHECK(said("short", "one").size() == 1);
  const Log apart = said(filler, "two");
  REQUIRE(apart.size() == 2);
  const auto chunk = [](const std::string& line) {
    return json::View(line).find("params").find("update");
  };
  CHECK(chunk(apart[0]).find("content").find("text").equals("\n\n"));
  CHECK(chunk(apart[1]).find("messageId").equals("two"));
  CHECK(said(filler, "two").size() == 1);
}

template <class Response>
struct Asked {
  bool ended = false;
  Result<Response> answer = fail(ErrorKind::internal, "not asked");
  transport::CancelSource cancel;
};

/// Runs a question of the agent beside the test.
template <class Method>
std::shared_ptr<Asked<typename Method::Response>> ask(Served& served,
                                                      typename Method::Request request) {
  auto asked = std::make_shared<Asked<typename Method::Response>>();
  transport::test::start(served.loop, [&served, asked, request]() -> Task<void> {
    asked->answer = co_await served.proxy.ask<Method>(request, &asked->cancel);
    asked->ended = true;
  });
  return asked;
}

/// Gives the client's answer to the one question in `lines`.
void reply(Served& served, const Log& lines, std::string_view result) {
  REQUIRE(lines.size() == 1);
  const std::string id(json::View(lines[0]).find("id").raw());
  served.client.send(R"({"jsonrpc":"2.0","id":)" + id + "," + std::string(result) + "}");
}

TerminalRequest terminal() { return {"s", "t", ""}; }
CreateTerminalRequest command() { return {"s", "ls", {}, {}, {}, {}, ""}; }

ElicitationRequest form() {
  ElicitationRequest made;
  made.message = "which?";
  made.session_id = "s";
  made.requested_schema = R"({"type":"object","properties":{}})";
  return made;
}

TEST_CASE("proxy: no question that needs what the client did not announce is sent") {
  Served served;
  served.initialize();
  const std::size_t before = served.client.lines.size();
  const auto refused = [&]<class Method>(Method, typename Method::Request request) {
    const auto asked = ask<Method>(served, std::move(request));
    served.loop.run_ready();
    return asked->ended && !asked->answer && asked->answer.error().kind == ErrorKind::unsupported;
  };
  ElicitationRequest url;
  url.mode = ElicitationRequest::Mode::url;
  CHECK(refused(method::ReadTextFile(), {"s", "/f", {}, {}, ""}));
  CHECK(refused(method::WriteTextFile(), {"s", "/f", "x", ""}));
  CHECK(refused(method::CreateTerminal(), command()));
  CHECK(refused(method::TerminalOutput(), terminal()));
  CHECK(refused(method::WaitForTerminalExit(), terminal()));
  CHECK(refused(method::KillTerminal(), terminal()));
  CHECK(refused(method::ReleaseTerminal(), terminal()));
  CHECK(refused(method::CreateElicitation(), form()));
  CHECK(refused(method::CreateElicitation(), url));
  served.proxy.notify(method::elicitation_complete, R"({"elicitationId":"e"})");
  served.loop.run_ready();
  CHECK(served.client.lines.size() == before);
}

constexpr const char* all_announced =
    R"({"fs":{"readTextFile":true,"writeTextFile":true},"terminal":true,)"
    R"("elicitation":{"form":{},"url":{}}})";

TEST_CASE("proxy: questions are sent as announced, and answered") {
  Served served;
  served.initialize(all_announced);
  /// Sends the question, checks its method and gives it the answer.
  const auto exchange = [&]<class Method>(Method, typename Method::Request request,
                                          std::string_view result) {
    std::shared_ptr<Asked<typename Method::Response>> asked;
    const Log lines = served.after([&] { asked = ask<Method>(served, std::move(request)); });
    reply(served, lines, R"("result":)" + std::string(result));
    CHECK(json::View(lines[0]).find("method").equals(Method::name));
    CHECK(asked->ended);
    return std::move(asked->answer);
  };
  const auto read = exchange(method::ReadTextFile(), {"s", "/f", 1, 2, ""}, R"({"content":"x"})");
  CHECK(read.value().content == "x");
  CHECK(exchange(method::WriteTextFile(), {"s", "/f", "x", ""}, "null"));
  const auto created = exchange(method::CreateTerminal(), command(), R"({"terminalId":"t"})");
  CHECK(created.value().terminal_id == "t");
  const auto output = exchange(method::TerminalOutput(), terminal(),
                               R"({"output":"o","truncated":false,"exitStatus":{"exitCode":3}})");
  CHECK(output.value().exit.value().exit_code == 3U);
  const auto exit = exchange(method::WaitForTerminalExit(), terminal(), R"({"signal":"SIGKILL"})");
  CHECK(exit.value().signal == "SIGKILL");
  CHECK(exchange(method::KillTerminal(), terminal(), "{}"));
  CHECK(exchange(method::ReleaseTerminal(), terminal(), "{}"));
  const auto filled =
      exchange(method::CreateElicitation(), form(), R"({"action":"accept","content":{"a":1}})");
  CHECK(filled.value().content == R"({"a":1})");
  const Log complete = served.after(
      [&] { served.proxy.notify(method::elicitation_complete, R"({"elicitationId":"e"})"); });
  REQUIRE(complete.size() == 1);
  CHECK(json::View(complete[0]).find("method").equals("elicitation/complete"));
}

TEST_CASE("proxy: a question in JSON loses no member, and neither does its answer") {
  Served served;
  served.initialize(all_announced);
  const auto exchange = [&](std::string name, std::string params, const std::string& result) {
    Result<std::string> answer = fail(ErrorKind::internal, "not asked");
    const std::size_t before = served.client.lines.size();
    transport::test::start(served.loop, [&]() -> Task<void> {
      answer = co_await served.proxy.call(name, params, nullptr);
    });
    served.loop.run_ready();
    const Log lines(served.client.lines.begin() + static_cast<std::ptrdiff_t>(before),
                    served.client.lines.end());
    reply(served, lines, R"("result":)" + result);
    CHECK(json::View(lines[0]).find("method").equals(name));
    CHECK(json::View(lines[0]).find("params").raw() == params);
    CHECK(answer.value() == result);
  };
  exchange("fs/read_text_file", R"({"later": [1, 2], "path": "/f", "sessionId": "s"})",
           R"({"content":"x","later":{"b":null}})");
  exchange("_vendor/ask", R"({"anything":true})", R"([1])");
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
    const Log lines =
        served.after([&] { asked = ask<method::RequestPermission>(served, question); });
    reply(served, lines, rest);
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
  served.after([&] { asked = ask<method::RequestPermission>(served, question); });
  CHECK_FALSE(asked->ended);
  const Log lines = served.after([&] { asked->cancel.cancel(); });
  REQUIRE(asked->ended);
  CHECK(asked->answer.error().kind == ErrorKind::cancelled);
  REQUIRE(lines.size() == 1);
  CHECK(json::View(lines[0]).find("method").equals("$/cancel_request"));
}

}  // namespace
}  // namespace tine::v1
