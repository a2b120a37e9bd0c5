#include "executor/claude/questions.h"

#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"

using namespace tine;
using namespace tine::executor::claude;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using transport::Task;

namespace {

struct Asking {
  Asking() : client(loop) {}
  std::string ask(const std::string& request) {
    std::string answer;
    run(loop, [&]() -> Task<void> {
      Question question;
      question.request = request;
      question.session = "S";
      question.cwd = "/w";
      answer = co_await put(std::move(question), client, cancel);
    });
    return answer;
  }
  transport::Loop loop;
  AnsweringClient client;
  transport::CancelSource cancel;
};

std::string asks(const std::string& tool, const std::string& input,
                 const std::string& suggestions = "[]") {
  return R"({"subtype":"can_use_tool","tool_name":")" + tool + R"(","tool_use_id":"t1","input":)" +
         input + R"(,"permission_suggestions":)" + suggestions + "}";
}

constexpr const char* rule =
    R"([{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"ls"}],"behavior":"allow",)"
    R"("destination":"localSettings"}])";
constexpr const char* two_questions =
    R"({"questions":[{"question":"Which?","header":"Pick","multiSelect":false,)"
    R"("options":[{"label":"Red"},{"label":"Blue"}]},)"
    R"({"question":"Sizes?","header":"","multiSelect":true,"options":[{"label":"S"}]}]})";

}  // namespace

TEST_CASE("what is allowed goes back as it was asked for, to the last digit") {
  Asking asking;
  asking.client.answer = "allow";
  const std::string input = R"({"command":"ls","n":1.50,"big":123456789012345678901234567890})";
  CHECK(asking.ask(asks("Bash", input)) == R"({"behavior":"allow","updatedInput":)" + input + "}");
}

TEST_CASE("a suggestion that is taken holds for the session") {
  Asking asking;
  asking.client.answer = "suggestion-1";
  CHECK(asking.ask(asks("Bash", R"({"command":"ls"})", rule)) ==
        R"({"behavior":"allow","updatedInput":{"command":"ls"},"updatedPermissions":[)"
        R"({"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"ls"}],)"
        R"("behavior":"allow","destination":"session"}]})");
  CHECK(asking.client.asked.front().options[1].name == "Allow Bash(ls) for this session");
}

TEST_CASE("what is declined, not answered or stops the turn is said in words") {
  Asking asking;
  asking.client.answer = "deny";
  CHECK(asking.ask(asks("Bash", "{}")) ==
        R"({"behavior":"deny","message":"The user does not want this to be done."})");
  asking.client.answer = "what is this";
  CHECK(
      asking.ask(asks("Bash", "{}")) ==
      R"({"behavior":"deny","message":"The question was not answered. Do not go on with this."})");
  asking.client.stops = true;
  CHECK(asking.ask(asks("Bash", "{}")) ==
        R"({"behavior":"deny","message":"The user stopped here.","interrupt":true})");
}

TEST_CASE("a plan may begin with all edits allowed") {
  Asking asking;
  asking.client.answer = "edits";
  CHECK(asking.ask(asks("ExitPlanMode", R"({"plan":"first"})")) ==
        R"({"behavior":"allow","updatedInput":{"plan":"first"},"updatedPermissions":[)"
        R"({"type":"setMode","mode":"acceptEdits","destination":"session"}]})");
  CHECK(asking.client.asked.front().tool_call.content->front().content.text == "first");
}

TEST_CASE("the model's own questions are answered by their texts, in a form or one by one") {
  Asking asking;
  asking.client.answer = "option-1";
  const std::string questions(two_questions);
  const std::string inside = questions.substr(0, questions.size() - 1);
  CHECK(asking.ask(asks("AskUserQuestion", questions)) ==
        R"({"behavior":"allow","updatedInput":)" + inside +
            R"(,"answers":{"Which?":"Red","Sizes?":"S"}}})");
  asking.client.can.elicitation_form = true;
  v1::ElicitationResponse response;
  response.action = "accept";
  response.content = R"({"q1":"Blue","q2":[]})";
  asking.client.form_answer = response;
  CHECK(asking.ask(asks("AskUserQuestion", questions)) ==
        R"({"behavior":"allow","updatedInput":)" + inside + R"(,"answers":{"Which?":"Blue"}}})");
  CHECK(asking.client.forms.front().requested_schema ==
        R"({"type":"object","properties":{)"
        R"("q1":{"type":"string","title":"Which?","description":"Pick","enum":["Red","Blue"]},)"
        R"("q2":{"type":"array","title":"Sizes?","items":{"type":"string","enum":["S"]}}},)"
        R"("required":["q1","q2"]})");
}

TEST_CASE("questions without an input are no fault") {
  Asking asking;
  CHECK(asking.ask(R"({"subtype":"can_use_tool","tool_name":"AskUserQuestion"})") ==
        R"({"behavior":"allow","updatedInput":{"answers":{}}})");
}
