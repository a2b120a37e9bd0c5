#include "protocol/v1/known_clients.h"

#include "tests/catch.h"

namespace tine::v1 {
namespace {

Implementation named(const char* name) { return {.name = name, .title = "zed", .version = "1"}; }

}  // namespace

TEST_CASE("known clients: who shows option names goes by the exact name") {
  CHECK(shows_option_names(named("zed")));
  CHECK(shows_option_names(named("agent-shell")));
  for (const char* name : {"CodeCompanion.nvim", "acpx", "Zed", "zed ", ""})
    CHECK_FALSE(shows_option_names(named(name)));
  CHECK_FALSE(shows_option_names({}));
}

TEST_CASE("known clients: messages are kept apart for those that overlook their ids") {
  for (const char* name : {"CodeCompanion.nvim", "toad", "vscode-acp-client"})
    CHECK(joins_messages(named(name)));
  for (const char* name : {"zed", "agent-shell", "acpx", "someone", ""})
    CHECK_FALSE(joins_messages(named(name)));
  CHECK_FALSE(joins_messages({}));
}

TEST_CASE("known clients: how a session is opened is said in the client's own words") {
  const auto has = [](const char* name, std::string_view words) {
    return way_to_open(named(name)).find(words) != std::string_view::npos;
  };
  CHECK(has("CodeCompanion.nvim", "`/resume`"));
  CHECK(has("agent-shell", "`M-x agent-shell-fork`"));
  CHECK(has("acpx", "--resume-session"));
  CHECK(has("zed", "thread list"));
  for (const char* name : {"toad", "vscode-acp-client", "obsidian-agent-client", "someone", ""})
    CHECK(has(name, "list of sessions"));
  CHECK(way_to_open({}) == way_to_open(named("someone")));
}

}  // namespace tine::v1
