#include "executor/codex/options.h"

#include "executor/offered.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::executor::codex;

TEST_CASE("modes go from the narrowest to the widest, and decide approvals and sandbox") {
  Settings settings = settings_for({}, {});
  REQUIRE(settings.modes.available.size() == 3);
  CHECK(settings.modes.current == "auto");
  CHECK(choices_of(settings) ==
        Choices{.model = "", .effort = "", .approval = "on-request", .sandbox = "workspace-write"});
  settings.modes.current = settings.modes.available.front().id;
  CHECK(choices_of(settings).sandbox == "read-only");
  settings.modes.current = settings.modes.available.back().id;
  CHECK(choices_of(settings).approval == "never");
  CHECK(choices_of(settings).sandbox == "danger-full-access");
  settings.modes.current = "what is this";
  CHECK(choices_of(settings).sandbox == "read-only");
}

TEST_CASE("what is configured is offered and chosen, and goes before the mode") {
  const Defaults defaults{.model = "own-model",
                          .effort = "high",
                          .approval = "never",
                          .sandbox = "read-only",
                          .config = {}};
  const Settings settings =
      settings_for(defaults, R"([{"model":"a","displayName":"A"},{"model":"b","hidden":true}])");
  CHECK(
      choices_of(settings) ==
      Choices{.model = "own-model", .effort = "high", .approval = "never", .sandbox = "read-only"});
  const auto& models = settings.options.front().values;
  REQUIRE(models.size() == 3);
  CHECK(models[0].value == tine::executor::unset);
  CHECK(models[1].value == "a");
  CHECK(models[2].value == "own-model");
}
