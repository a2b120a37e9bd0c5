#include "executor/form.h"

#include "tests/doubles/answering_client.h"
#include "tests/doubles/peers.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::transport::test;
using tine::test::AnsweringClient;
using transport::Task;
using End = FormAnswers::End;

namespace {

Choice colour(const std::string& name) {
  return choice(name, v1::PermissionOption::Kind::allow_once, name);
}

Form form_of_three() {
  FormField one;
  one.id = "one";
  one.title = "Colour";
  one.description = "of the \"wall\"";
  one.question = "Which colour?";
  one.choices = {colour("red"), colour("blue")};
  FormField many = one;
  many.id = "many";
  many.description.clear();
  many.many = true;
  FormField text = one;
  text.id = "text";
  text.open = true;
  Form form;
  form.session = "S";
  form.tool_call = "call-1";
  form.message = "It asks";
  form.fields = {one, many, text};
  return form;
}

struct Filling {
  Filling() : client(loop) {}
  FormAnswers fill(Form form) {
    FormAnswers answers;
    run(loop, [&]() -> Task<void> { answers = co_await fill_in(form, client, cancel); });
    return answers;
  }
  transport::Loop loop;
  AnsweringClient client;
  transport::CancelSource cancel;
};

}  // namespace

TEST_CASE("questions are put all at once to a client that shows forms") {
  Filling filling;
  filling.client.can.elicitation_form = true;
  v1::ElicitationResponse response;
  response.action = "accept";
  response.content = R"({"text":"gr\u00fcn","many":["red","blue"],"one":"blue","other":1})";
  filling.client.form_answer = response;
  const FormAnswers answers = filling.fill(form_of_three());
  CHECK(answers.end == End::answered);
  CHECK(answers.given.size() == 3);
  CHECK(answers.to("one") == "blue");
  CHECK(answers.to("many") == "red, blue");
  CHECK(answers.to("text") == "grün");
  CHECK(answers.to("none").empty());
  REQUIRE(filling.client.forms.size() == 1);
  const v1::ElicitationRequest& form = filling.client.forms.front();
  CHECK(form.session_id == "S");
  CHECK(form.tool_call_id == "call-1");
  CHECK(form.message == "It asks");
  CHECK(form.requested_schema ==
        R"({"type":"object","properties":{)"
        R"("one":{"type":"string","title":"Colour","description":"of the \"wall\"",)"
        R"("enum":["red","blue"]},)"
        R"("many":{"type":"array","title":"Colour",)"
        R"("items":{"type":"string","enum":["red","blue"]}},)"
        R"("text":{"type":"string","title":"Colour","description":"of the \"wall\""}},)"
        R"("required":["one","many","text"]})");
}

TEST_CASE("a form that is declined or cannot be put has no answers") {
  Filling filling;
  filling.client.can.elicitation_form = true;
  CHECK(filling.fill(form_of_three()).end == End::unanswered);
  v1::ElicitationResponse response;
  response.action = "decline";
  response.content = R"({"one":"red"})";
  filling.client.form_answer = response;
  const FormAnswers answers = filling.fill(form_of_three());
  CHECK(answers.end == End::declined);
  CHECK(answers.given.empty());
}

TEST_CASE("a form tells what its choices mean") {
  Filling filling;
  filling.client.can.elicitation_form = true;
  Form form = form_of_three();
  form.fields.resize(1);
  form.fields.front().choices.push_back(
      choice("grey", v1::PermissionOption::Kind::allow_once, "grey", "as \"ever\""));
  filling.fill(form);
  CHECK(filling.client.forms.front().requested_schema.find(
            R"("description":"of the \"wall\"\ngrey: as \"ever\"")") != std::string::npos);
}

TEST_CASE("without forms each question that has choices is put alone, where names are shown") {
  Filling filling;
  filling.client.can.option_names = true;
  filling.client.answer = "blue";
  Form form = form_of_three();
  form.fields[1].choices.clear();
  const FormAnswers answers = filling.fill(form);
  CHECK(answers.end == End::answered);
  CHECK(answers.given.size() == 3);
  CHECK(answers.to("text") == "blue");
  CHECK(answers.to("many") == ask_in_words);
  REQUIRE(filling.client.asked.size() == 2);
  const v1::PermissionRequest& asked = filling.client.asked.front();
  CHECK(asked.session_id == "S");
  CHECK(asked.tool_call.id == "call-1");
  CHECK(asked.tool_call.title == "Which colour?");
  CHECK(asked.options.size() == 2);
}

TEST_CASE("a question that can be declined ends the others") {
  Filling filling;
  filling.client.can.option_names = true;
  filling.client.answer = "Decline to answer";
  Form form = form_of_three();
  form.declinable = true;
  CHECK(filling.fill(form).end == End::declined);
  REQUIRE(filling.client.asked.size() == 1);
  CHECK(filling.client.asked.front().options.back().name == "Decline to answer");
}

TEST_CASE("what nobody answers is declined, what stops the turn is not") {
  Filling filling;
  filling.client.can.option_names = true;
  filling.cancel.cancel();
  CHECK(filling.fill(form_of_three()).end == End::declined);
  filling.client.stops = true;
  CHECK(filling.fill(form_of_three()).end == End::stopped);
}

TEST_CASE("a client that shows neither forms nor names is asked nothing") {
  Filling filling;
  filling.client.answer = "blue";
  const FormAnswers answers = filling.fill(form_of_three());
  CHECK(answers.end == End::not_shown);
  CHECK(answers.given.empty());
  CHECK(filling.client.asked.empty());
}
