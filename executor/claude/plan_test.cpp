#include "executor/claude/plan.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;
using Status = v1::PlanEntry::Status;

namespace {

std::optional<Plan::Entries> run(Plan& plan, const std::string& tool, const std::string& input,
                                 const std::string& given, bool failed = false) {
  const std::string use = R"({"id":"t","name":")" + tool + R"(","input":)" + input + "}";
  plan.called(json::View(use));
  const std::string result =
      std::string(R"({"tool_use_id":"t","is_error":)") + (failed ? "true}" : "false}");
  return plan.returned(json::View(result), json::View(given));
}

}  // namespace

TEST_CASE("a list of todos is the plan, once it has been taken") {
  Plan plan;
  const std::string given = R"({"oldTodos":[],"newTodos":[
      {"content":"a","status":"completed","activeForm":"A"},
      {"content":"b","status":"in_progress","activeForm":"B"},
      {"content":"c","status":"pending","activeForm":"C"}]})";
  const auto entries = run(plan, "TodoWrite", R"({"todos":[]})", given);
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK(entries->at(0).status == Status::completed);
  CHECK(entries->at(1).status == Status::in_progress);
  CHECK(entries->at(2).content == "c");
  CHECK(entries->at(2).status == Status::pending);
  CHECK(run(plan, "TodoWrite", "{}", R"({"newTodos":[]})")->empty());
  CHECK_FALSE(run(plan, "TodoWrite", "{}", R"("Error: No such tool")", true));
}

TEST_CASE("tasks are the plan, one after the other, once their calls have worked") {
  Plan plan;
  const auto made = [&](const char* id, const char* subject) {
    const std::string task = std::string(R"({"id":")") + id + R"(","subject":")" + subject + "\"}";
    return run(plan, "TaskCreate", "{}", R"({"task":)" + task + "}");
  };
  REQUIRE(made("1", "first"));
  CHECK(made("2", "second")->size() == 2);
  const auto begun =
      run(plan, "TaskUpdate", R"({"taskId":"2","status":"in_progress"})",
          R"({"success":true,"taskId":"2","statusChange":{"from":"pending","to":"in_progress"}})");
  REQUIRE(begun);
  CHECK(begun->at(0).status == Status::pending);
  CHECK(begun->at(1).status == Status::in_progress);
  CHECK(run(plan, "TaskUpdate", R"({"taskId":"2","subject":"other"})",
            R"({"success":true,"taskId":"2"})")
            ->at(1)
            .content == "other");
  const auto left =
      run(plan, "TaskUpdate", R"({"taskId":"1","status":"deleted"})",
          R"({"success":true,"taskId":"1","statusChange":{"from":"pending","to":"deleted"}})");
  REQUIRE(left);
  REQUIRE(left->size() == 1);
  CHECK(left->front().content == "other");
}

TEST_CASE("calls that fail, and tasks that are not known, leave the plan as it is") {
  Plan plan;
  CHECK_FALSE(run(plan, "TaskCreate", "{}", R"("Error: no")", true));
  CHECK_FALSE(run(plan, "TaskCreate", "{}", R"("odd")"));
  CHECK_FALSE(run(plan, "TaskUpdate", R"({"taskId":"9"})", R"({"success":true,"taskId":"9"})"));
  CHECK_FALSE(run(plan, "Bash", "{}", R"({"task":{"id":"1","subject":"x"}})"));
}

TEST_CASE("a listing tells the tasks of earlier processes too") {
  Plan plan;
  const auto listed =
      run(plan, "TaskList", "{}", R"({"tasks":[{"id":"7","subject":"old","status":"completed"}]})");
  REQUIRE(listed);
  CHECK(listed->front().content == "old");
  CHECK(listed->front().status == Status::completed);
  CHECK(run(plan, "TaskUpdate", "{}",
            R"({"success":true,"taskId":"7","statusChange":{"to":"pending"}})")
            ->front()
            .status == Status::pending);
}
