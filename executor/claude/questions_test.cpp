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
  asking.client.answer = "Allow once";
  const std::string input = R"({"command":"ls","n":1.50,"big":123456789012345678901234567890})";
  CHECK(asking.ask(asks("Bash", input)) == R"({"behavior":"allow","updatedInput":)" + input + "}");
}

TEST_CASE("a suggestion that is taken holds for the session") {
  Asking asking;
  asking.client.answer = "Allow Bash(ls) for this session";
  CHECK(asking.ask(asks("Bash", R"({"command":"ls"})", rule)) ==
        R"({"behavior":"allow","updatedInput":{"command":"ls"},"updatedPermissions":[)"
        R"({"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"ls"}],)"
        R"("behavior":"allow","destination":"session"}]})");
}

TEST_CASE("suggestions are offered from the narrowest to the widest") {
  Asking asking;
  asking.client.answer = "Decline, and go on";
  asking.ask(asks("Bash", R"({"command":"ls -l"})",
                  R"([{"type":"setMode","mode":"plan"},{"type":"setMode","mode":"acceptEdits"},)"
                  R"({"type":"addRules","behavior":"allow","rules":[{"toolName":"Bash"}]},)"
                  R"({"type":"addDirectories","directories":["/a","/b"]},)"
                  R"({"type":"addRules","behavior":"allow","rules":[)"
                  R"({"toolName":"Read","ruleContent":"/x"},)"
                  R"({"toolName":"Read","ruleContent":"/x/**"}]},)"
                  R"({"type":"addRules","behavior":"deny","rules":[{"toolName":"Bash"}]},)"
                  R"({"type":"addRules","behavior":"allow","rules":[)"
                  R"({"toolName":"Bash","ruleContent":"ls -l"}]}])"));
  std::vector<std::string> names;
  for (const auto& each : asking.client.asked.front().options) names.push_back(each.name);
  CHECK(names == std::vector<std::string>{"Allow once", "Allow Bash(ls -l) for this session",
                                          "Allow Read(/x), Read(/x/**) for this session",
                                          "Allow /a, /b for this session",
                                          "Allow Bash for this session",
                                          "Allow all edits in the project for this session",
                                          "Go on in the mode plan", "Decline, and go on"});
}

TEST_CASE("what is to be allowed is shown whole, and a diff before anything else") {
  Asking asking;
  asking.client.answer = "Decline, and go on";
  const std::string command(1000, 'x');
  asking.ask(asks("Bash", R"({"command":")" + command + R"(\n\u001b"})"));
  asking.ask(asks("mcp__s__t", R"({"a":[1]})"));
  const std::string edit = asks("Edit", R"({"file_path":"/w/a","new_string":"n"})");
  asking.ask(edit.substr(0, edit.size() - 1) + R"(,"decision_reason":"because"})");
  const auto content = [&asking](std::size_t i) {
    return *asking.client.asked[i].tool_call.content;
  };
  CHECK(content(0).front().content.text == "$ " + command + "\n\\u001b");
  CHECK(content(1).front().content.text == R"({"a":[1]})");
  CHECK(content(2).front().new_text == "n");
  CHECK(content(2).back().content.text == "because");
}

TEST_CASE("what is declined, not answered or stops the turn is said in words") {
  Asking asking;
  asking.client.answer = "Decline, and go on";
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
  asking.client.answer = "Yes, and allow all edits in the project";
  CHECK(asking.ask(asks("ExitPlanMode", R"({"plan":"first"})")) ==
        R"({"behavior":"allow","updatedInput":{"plan":"first"},"updatedPermissions":[)"
        R"({"type":"setMode","mode":"acceptEdits","destination":"session"}]})");
  CHECK(asking.client.asked.front().tool_call.content->front().content.text == "first");
}

TEST_CASE("the model's own questions are answered by their texts, in a form or one by one") {
  Asking asking;
  const std::string questions(two_questions);
  const std::string in_words = asking.ask(asks("AskUserQuestion", questions));
  CHECK(in_words.starts_with(R"({"behavior":"deny","message":"The user has not seen this)"));
  CHECK(asking.client.asked.empty());
  asking.client.can.option_names = true;
  asking.client.first = true;
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
