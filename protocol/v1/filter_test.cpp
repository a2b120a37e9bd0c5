#include "protocol/v1/filter.h"

#include "protocol/v1/build_update.h"
#include "tests/catch.h"

namespace tine::v1 {
namespace {

std::vector<ConfigOption> two_options() {
  ConfigOption select;
  select.id = select.name = "model";
  select.current = "a";
  select.values = {{"a", "A", "", ""}};
  ConfigOption boolean;
  boolean.type = ConfigOption::Type::boolean;
  boolean.id = boolean.name = "fast";
  return {select, boolean};
}

std::string words_for(const ClientCapabilities& client, Update update) {
  update.session = "s";
  const auto instead = fallback(client, update, "id");
  if (!instead) return "(nothing)";
  CHECK(instead->session == "s");
  CHECK(instead->kind == UpdateKind::agent_thought_chunk);
  CHECK(json::View(instead->payload).find("messageId").equals("id"));
  return json::View(instead->payload).find("content").find("text").string().value();
}

TEST_CASE("boolean options go only to clients that announced them") {
  ClientCapabilities client;
  CHECK(for_client(client, two_options()).size() == 1);
  const Update update = config_options(two_options(), R"({"k":1})");
  CHECK_FALSE(takes(client, update));
  const auto instead = fallback(client, update, "id");
  REQUIRE(instead);
  CHECK(instead->kind == UpdateKind::config_option_update);
  CHECK(instead->payload == config_options({two_options().front()}, R"({"k":1})").payload);
  CHECK(takes(client, *instead));

  client.boolean_options = true;
  CHECK(for_client(client, two_options()).size() == 2);
  CHECK(takes(client, update));
}

TEST_CASE("notices go only to clients that announced them; warnings are told as thoughts") {
  ClientCapabilities client;
  CHECK(words_for(client, notice(Severity::warning, "slow", "very")) == "Warning: slow\nvery");
  CHECK(words_for(client, notice(Severity::error, "broken")) == "Error: broken");
  CHECK(words_for(client, notice(Severity::info, "fine")) == "(nothing)");
  client.notices = true;
  CHECK(takes(client, notice(Severity::warning, "slow")));
}

TEST_CASE("compaction goes only to clients that announced it; its end is told as a thought") {
  ClientCapabilities client;
  const auto update = [](CompactionStatus status) {
    return compaction_update("c", status, "summary", "no room");
  };
  CHECK(words_for(client, update(CompactionStatus::in_progress)) == "(nothing)");
  CHECK(words_for(client, update(CompactionStatus::cancelled)) == "(nothing)");
  CHECK(words_for(client, update(CompactionStatus::completed)) ==
        "The conversation was compacted to make room.");
  CHECK(words_for(client, update(CompactionStatus::failed)) ==
        "The conversation could not be compacted.\nno room");
  client.compaction = true;
  CHECK(takes(client, update(CompactionStatus::in_progress)));
}

TEST_CASE("each kind is sent only as announced") {
  using Kind = UpdateKind;
  using Can = ClientCapabilities;
  struct Row {
    Kind kind;
    bool Can::*needs;
  };
  const std::vector<Row> rows = {{Kind::notice, &Can::notices},
                                 {Kind::compaction_update, &Can::compaction},
                                 {Kind::compaction_summary_chunk, &Can::compaction},
                                 {Kind::plan_update, &Can::plan_updates},
                                 {Kind::plan_removed, &Can::plan_updates},
                                 {Kind::subagent_update, &Can::subagents},
                                 {Kind::session_message, &Can::subagents},
                                 {Kind::session_message_chunk, &Can::subagents}};
  for (int i = 0; i <= static_cast<int>(Kind::other); ++i) {
    const auto kind = static_cast<Kind>(i);
    INFO("kind " << i);
    const Update update{"s", kind, "{}", {}};
    ClientCapabilities client;
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [kind](const Row& candidate) { return candidate.kind == kind; });
    CHECK(takes(client, update) == (row == rows.end()));
    if (row == rows.end()) {
      CHECK(fallback(client, update, "id") == update);
      continue;
    }
    CHECK_FALSE(fallback(client, update, "id"));
    client.*(row->needs) = true;
    CHECK(takes(client, update));
    CHECK(fallback(client, update, "id") == update);
  }
}

}  // namespace
}  // namespace tine::v1
