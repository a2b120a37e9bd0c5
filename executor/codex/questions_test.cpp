#include "executor/codex/questions.h"

#include "executor/form.h"
#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"

using namespace tine;
using namespace tine::executor::codex;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using Tree = nlohmann::json;
using transport::Task;

namespace {

/// What the server would be answered.
struct Asking {
  Asking() : client(wire.loop) {
    wire.handler.request = [this](std::string_view method, tine::json::View params,
                                  transport::Replier replier) {
      if (!is_known_question(method)) {
        refuse(method, std::move(replier));
        return;
      }
      Question question;
      question.method = method;
      question.params = params.raw();
      question.session = "S";
      question.content = content;
      question.tool_call = "call-1";
      wire.loop.spawn(answer(std::move(question), std::move(replier)));
    };
    wire.serve();
  }

  Task<void> answer(Question question, transport::Replier replier) {
    const std::string text = co_await put(std::move(question), client, cancel);
    replier.result(text);
  }

  Task<Tree> ask(std::string method, std::string params) {
    const std::string line =
        R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}\n";
    co_await wire.tap.send(line);
    const std::string answer = co_await wire.tap.line();
    co_return Tree::parse(answer);
  }

  Tapped wire;
  AnsweringClient client;
  transport::CancelSource cancel;
  std::vector<v1::ToolContent> content;
};

constexpr const char* command_params = R"({"itemId":"c1","reason":"wants it",
  "command":"/bin/bash -lc 'touch x'","availableDecisions":["accept",
  {"acceptWithExecpolicyAmendment":{"execpolicy_amendment":["touch","a b"]}},"acceptForSession",
  "cancel"]})";

std::vector<std::string> names(const v1::PermissionRequest& request) {
  std::vector<std::string> out;
  for (const auto& each : request.options) out.push_back(each.name);
  return out;
}

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

}  // namespace

TEST_CASE("a command is asked about with the choices that Codex gives") {
  Asking asking;
  asking.client.answer = "Always allow touch \"a b\"";
  run(asking.wire.loop, [&]() -> Task<void> {
    const Tree answer =
        co_await asking.ask("item/commandExecution/requestApproval", one_line(command_params));
    CHECK(answer["result"]["decision"]["acceptWithExecpolicyAmendment"]["execpolicy_amendment"] ==
          Tree::array({"touch", "a b"}));
  });
  REQUIRE(asking.client.asked.size() == 1);
  const v1::PermissionRequest& asked = asking.client.asked.front();
  CHECK(names(asked) == std::vector<std::string>{"Allow once", "Allow for this session",
                                                 "Always allow touch \"a b\"", "Decline, and go on",
                                                 "Cancel the turn"});
  CHECK(asked.tool_call.id == "c1");
  CHECK(asked.tool_call.title == "touch x");
  CHECK(asked.tool_call.content->front().content.text == "$ touch x");
  CHECK(asked.tool_call.content->back().content.text == "wants it");
}

TEST_CASE("a change of files is asked about with its diff") {
  Asking asking;
  v1::ToolContent diff;
  diff.type = v1::ToolContent::Type::diff;
  diff.path = "/w/a";
  asking.content = {diff};
  asking.client.answer = "Allow for this session";
  run(asking.wire.loop, [&]() -> Task<void> {
    const Tree answer =
        co_await asking.ask("item/fileChange/requestApproval", R"({"itemId":"f1","reason":"r"})");
    CHECK(answer["result"]["decision"] == "acceptForSession");
  });
  const v1::PermissionRequest& asked = asking.client.asked.front();
  CHECK(names(asked) == std::vector<std::string>{"Allow once", "Allow for this session",
                                                 "Decline, and go on", "Cancel the turn"});
  CHECK(asked.tool_call.content->front().path == "/w/a");
}

TEST_CASE("a question that nobody answers is a no") {
  Asking asking;
  run(asking.wire.loop, [&]() -> Task<void> {
    const auto cancel_soon = [&]() -> Task<void> {
      co_await settle(asking.wire.loop);
      asking.cancel.cancel();
    };
    start(asking.wire.loop, cancel_soon);
    const Tree answer =
        co_await asking.ask("item/commandExecution/requestApproval", one_line(command_params));
    CHECK(answer["result"]["decision"] == "cancel");
  });
}

TEST_CASE("more permissions are given as they were asked for, or not at all") {
  Asking asking;
  const std::string params = R"({"itemId":"p1","permissions":{"network":{"enabled":true}}})";
  run(asking.wire.loop, [&]() -> Task<void> {
    asking.client.answer = "Allow for this session";
    const Tree yes = co_await asking.ask("item/permissions/requestApproval", params);
    CHECK(yes["result"] ==
          Tree{{"permissions", {{"network", {{"enabled", true}}}}}, {"scope", "session"}});
    asking.client.answer = "Decline";
    const Tree no = co_await asking.ask("item/permissions/requestApproval", params);
    CHECK(no["result"] == Tree{{"permissions", Tree::object()}});
  });
}

TEST_CASE("what a tool asks is answered by name, one by one or in a form") {
  Asking asking;
  asking.client.answer = "blue";
  const std::string method = "item/tool/requestUserInput";
  const std::string words(executor::ask_in_words);
  const std::string params =
      R"({"itemId":"i1","questions":[{"id":"colour","header":"Colour","question":"Which?",)"
      R"("isOther":false,"options":[{"label":"red","description":"warm"},{"label":"blue"}]},)"
      R"({"id":"why","header":"Why","question":"Why so?","isOther":true,"options":null}]})";
  run(asking.wire.loop, [&]() -> Task<void> {
    const Tree in_words = co_await asking.ask(method, params);
    CHECK(in_words["result"] ==
          Tree{{"answers", {{"colour", {{"answers", {words}}}}, {"why", {{"answers", {words}}}}}}});
    CHECK(asking.client.asked.empty());
    asking.client.can.option_names = true;
    const Tree alone = co_await asking.ask(method, params);
    CHECK(
        alone["result"] ==
        Tree{{"answers", {{"colour", {{"answers", {"blue"}}}}, {"why", {{"answers", {words}}}}}}});
    asking.client.can.elicitation_form = true;
    v1::ElicitationResponse response;
    response.action = "accept";
    response.content = R"({"colour":"red","why":"so"})";
    asking.client.form_answer = response;
    const Tree form = co_await asking.ask(method, params);
    CHECK(form["result"] ==
          Tree{{"answers", {{"colour", {{"answers", {"red"}}}}, {"why", {{"answers", {"so"}}}}}}});
    asking.client.form_answer->action = "decline";
    const Tree declined = co_await asking.ask(method, params);
    CHECK(declined["result"] == Tree{{"answers", Tree::object()}});
  });
  CHECK(asking.client.asked.front().tool_call.id == "i1");
  CHECK(Tree::parse(asking.client.forms.front().requested_schema) ==
        Tree::parse(
            R"({"type":"object","properties":{"colour":{"type":"string","title":"Colour",)"
            R"("description":"Which?\nred: warm","enum":["red","blue"]},"why":{"type":"string",)"
            R"("title":"Why","description":"Why so?"}},"required":["colour","why"]})"));
}

TEST_CASE("a server's form goes to clients that show forms") {
  Asking asking;
  asking.client.can.elicitation_form = true;
  const std::string params =
      R"({"serverName":"s","mode":"form","message":"who?","requestedSchema":{"type":"object"}})";
  run(asking.wire.loop, [&]() -> Task<void> {
    v1::ElicitationResponse response;
    response.action = "accept";
    response.content = R"({"name":"Ada"})";
    asking.client.form_answer = response;
    const Tree accepted = co_await asking.ask("mcpServer/elicitation/request", params);
    CHECK(accepted["result"] == Tree{{"action", "accept"}, {"content", {{"name", "Ada"}}}});
  });
  CHECK(asking.client.forms.front().message == "who?");
}

TEST_CASE("elsewhere a form is a choice where it can be one, and else declined") {
  Asking asking;
  const auto form = [](const std::string& properties) {
    return R"({"serverName":"s","mode":"form","message":"m","requestedSchema":{"properties":)" +
           properties + "}}";
  };
  run(asking.wire.loop, [&]() -> Task<void> {
    const std::string method = "mcpServer/elicitation/request";
    asking.client.answer = "Accept";
    const Tree plain = co_await asking.ask(method, form("{}"));
    CHECK(plain["result"] == Tree{{"action", "accept"}, {"content", Tree::object()}});
    asking.client.answer = "blue";
    const std::string colours = form(R"({"c":{"enum":["red","blue"]}})");
    const Tree unseen = co_await asking.ask(method, colours);
    CHECK(unseen["result"] == Tree{{"action", "decline"}});
    asking.client.can.option_names = true;
    const Tree one_of = co_await asking.ask(method, colours);
    CHECK(one_of["result"]["content"] == Tree{{"c", "blue"}});
    asking.client.answer = "No";
    const Tree either = co_await asking.ask(method, form(R"({"b":{"type":"boolean"}})"));
    CHECK(either["result"]["content"] == Tree{{"b", false}});
    const std::size_t before = asking.client.asked.size();
    const Tree free = co_await asking.ask(method, form(R"({"t":{"type":"string"}})"));
    CHECK(free["result"] == Tree{{"action", "decline"}});
    CHECK(asking.client.asked.size() == before);
  });
}

constexpr const char* tool_params =
    R"({"serverName":"s","mode":"form","message":"Allow?","requestedSchema":{"properties":{}},)"
    R"("_meta":{"codex_approval_kind":"mcp_tool_call","persist":["always","session"],)"
    R"("tool_params":{"name":"Ada"}}})";

TEST_CASE("leave to call a server's tool is a permission, whatever the client shows") {
  Asking asking;
  asking.client.can.elicitation_form = true;
  asking.client.answer = "Allow for this session";
  run(asking.wire.loop, [&]() -> Task<void> {
    const Tree answer = co_await asking.ask("mcpServer/elicitation/request", tool_params);
    CHECK(answer["result"]["action"] == "accept");
    CHECK(answer["result"]["_meta"]["persist"] == "session");
  });
  const v1::PermissionRequest& asked = asking.client.asked.front();
  CHECK(names(asked) == std::vector<std::string>{"Allow once", "Allow for this session",
                                                 "Always allow", "Decline, and go on",
                                                 "Cancel the turn"});
  CHECK(asked.tool_call.id == "call-1");
  CHECK(asked.tool_call.raw_input == R"({"name":"Ada"})");
  CHECK(asked.tool_call.content->front().content.text == R"({"name":"Ada"})");
}

TEST_CASE("every question is answered at once, known or not") {
  Asking asking;
  run(asking.wire.loop, [&]() -> Task<void> {
    const Tree tool = co_await asking.ask("item/tool/call", "{}");
    CHECK(tool["result"]["success"] == false);
    for (const std::string method :
         {"account/chatgptAuthTokens/refresh", "attestation/generate", "currentTime/read",
          "applyPatchApproval", "execCommandApproval", "something/new"}) {
      const Tree answer = co_await asking.ask(method, "{}");
      CHECK(answer["error"]["code"] == -32601);
    }
  });
}
