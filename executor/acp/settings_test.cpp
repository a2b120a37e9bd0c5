#include "executor/acp/settings.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::executor::acp;

namespace {

v1::ModeState modes(const std::string& current) {
  return {.current = current,
          .available = {{.id = "ask", .name = "Ask", .description = {}, .meta = {}},
                        {.id = "free", .name = "Free", .description = {}, .meta = {}}},
          .meta = {}};
}

v1::ConfigOption option(const std::string& id, const std::string& category,
                        const std::string& current) {
  v1::ConfigOption made;
  made.id = id;
  made.name = id;
  made.category = category;
  made.current = current;
  for (const char* value : {"ask", "free", "fast", "slow"})
    made.values.push_back({.value = value, .name = value, .description = {}, .meta = {}});
  return made;
}

}  // namespace

TEST_CASE("acp settings: the option that stands for the mode is not offered twice") {
  const Offer offer =
      offer_of(modes("ask"), {{option("mode", "mode", "free"), option("speed", "", "fast")}});
  CHECK(offer.settings.modes.current == "free");
  CHECK(offer.mode_option.empty());
  REQUIRE(offer.settings.options.size() == 1);
  CHECK(offer.settings.options[0].id == "speed");
}

TEST_CASE("acp settings: an agent may have its modes as an option alone") {
  const Offer offer = offer_of({}, {{option("how", "mode", "slow")}});
  CHECK(offer.mode_option == "how");
  CHECK(offer.settings.modes.current == "slow");
  CHECK(offer.settings.modes.available.size() == 4);
  CHECK(offer.settings.options.empty());
}

TEST_CASE("acp settings: what was chosen and not told yet stays chosen") {
  const Settings before = offer_of(modes("ask"), {{option("speed", "", "fast")}}).settings;
  Settings wanted = before;
  wanted.modes.current = "free";
  wanted.options[0].current = "slow";
  const Settings now = with_choices(before, before, wanted);
  CHECK(now.modes.current == "free");
  CHECK(now.options[0].current == "slow");
}

TEST_CASE("acp settings: what the agent changes itself is taken, and what it has no more is not") {
  const Settings before = offer_of(modes("ask"), {{option("speed", "", "fast")}}).settings;
  Settings offered = before;
  offered.modes.current = "free";
  offered.options[0].current = "slow";
  CHECK(with_choices(offered, before, before) == offered);
  Settings wanted = before;
  wanted.modes.current = "gone";
  wanted.options[0].current = "gone";
  CHECK(with_choices(offered, before, wanted) == offered);
}

TEST_CASE("acp settings: commands without a name are left out") {
  const auto commands = commands_of(json::View(
      R"([{"name":"fly","description":"Fly","input":{"hint":"where"},"_meta":{"a":1}},{},7])"));
  REQUIRE(commands.size() == 1);
  CHECK(commands[0].name == "fly");
  CHECK(commands[0].hint == "where");
  CHECK(commands[0].meta == R"({"a":1})");
}
