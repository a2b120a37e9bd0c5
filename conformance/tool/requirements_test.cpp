#include "conformance/tool/requirements.h"

#include <algorithm>
#include <set>

#include "conformance/embedded.h"
#include "conformance/tool/clients/run_clients.h"
#include "conformance/tool/scenarios.h"
#include "tests/catch.h"

namespace tine::conformance {
namespace {

Requirements ours() {
  auto read = read_requirements(embedded_file("requirements.toml"), "requirements.toml");
  if (!read) FAIL(read.error().message);
  return std::move(*read);
}

TEST_CASE("each requirement is tested in one way, or has the reason why it is not") {
  const Requirements requirements = ours();
  const auto scenarios = read_scenarios("");
  REQUIRE(scenarios);
  std::set<std::string> tested;
  for (const Scenario& each : *scenarios) {
    INFO(each.what.place << " " << each.what.title);
    CHECK(!each.what.tests.empty());
    CHECK(!each.text.empty());
    for (const std::string& id : each.what.tests) {
      CHECK(requirements.find(id) != nullptr);
      tested.insert(id);
    }
  }
  for (const Requirement& each : requirements.all) {
    INFO(each.id);
    const bool is_tested = each.is_watched || tested.contains(each.id);
    CHECK((is_tested || each.level == Level::told) == each.untested.empty());
  }
}

TEST_CASE("a requirement about clients names the one that tests it") {
  const auto clients =
      read_requirements(embedded_file("client_requirements.toml"), "client_requirements.toml");
  REQUIRE(clients);
  const auto scenarios = read_client_scenarios();
  REQUIRE(scenarios);
  std::set<std::string> tested;
  for (const Scenario& each : *scenarios) {
    INFO(each.what.place << " " << each.what.title);
    CHECK(!each.what.tests.empty());
    for (const std::string& id : each.what.tests) {
      CHECK(clients->find(id) != nullptr);
      tested.insert(id);
    }
  }
  for (const Requirement& each : clients->all) {
    INFO(each.id);
    CHECK((each.is_watched || tested.contains(each.id)) == each.untested.empty());
  }
  const Requirements requirements = ours();
  for (const Requirement& each : requirements.all) {
    INFO(each.id << ": " << each.untested);
    const std::size_t at = each.untested.find("ACP-CLIENT-");
    if (at == std::string::npos) continue;
    const Requirement* const other = clients->find(each.untested.substr(at, 14));
    CHECK(other != nullptr);
  }
}

TEST_CASE("a requirement that is not written as it should is refused, with its place") {
  const auto fault_of = [](std::string_view text) {
    const auto read = read_requirements(text, "r.toml");
    return read ? std::string() : read.error().message;
  };
  CHECK(fault_of("revision = \"a\"\n[ACP-A-001]\nlevel = \"MUST NOT\"\nsays = \"b\"\n").empty());
  CHECK(
      fault_of("[ACP-A-001]\nlevel = \"MAY\"\nsays = \"b\"\n").starts_with("r.toml:1: ACP-A-001"));
  CHECK(fault_of("[ACP-A-001]\nlevel = \"MUST\"\n").starts_with("r.toml:1: ACP-A-001"));
  CHECK(fault_of("[ACP-A-001]\nlevel = \"MUST\"\nsays = \"b\"\nhat = 1\n").find("hat") !=
        std::string::npos);
}

TEST_CASE("a MUST is mandatory, but for what an agent need not have") {
  const Requirements requirements = ours();
  const auto scenarios = read_scenarios("");
  REQUIRE(scenarios);
  for (const Scenario& each : *scenarios) {
    const bool needs_one = std::any_of(each.what.needs.begin(), each.what.needs.end(),
                                       [](const std::string& need) { return need[0] != '!'; });
    for (const std::string& id : each.what.tests) {
      INFO(id);
      const Requirement* requirement = requirements.find(id);
      REQUIRE(requirement != nullptr);
      if (needs_one) CHECK(requirement->tier != Tier::mandatory);
    }
  }
  const auto tier_of = [](const std::string& members) {
    const auto read = read_requirements("[ACP-A-001]\nsays = \"b\"\n" + members, "r.toml");
    return read ? std::string(name_of(read->all.front().tier)) : read.error().message;
  };
  CHECK(tier_of("level = \"MUST NOT\"\n") == "MANDATORY");
  CHECK(tier_of("level = \"MUST\"\ntier = \"CAPABILITY\"\n") == "CAPABILITY");
  CHECK(tier_of("level = \"SHOULD\"\n") == "ADVISORY");
  CHECK(tier_of("level = \"TOLD\"\n") == "INFORMATIONAL");
  CHECK(tier_of("level = \"SHOULD\"\ntier = \"CAPABILITY\"\n").starts_with("r.toml:1"));
  CHECK(tier_of("level = \"MUST\"\ntier = \"MANDATORY\"\n").starts_with("r.toml:1"));
}

TEST_CASE("the words for a level, and where to read it") {
  Requirement requirement{.id = "ACP-A-001",
                          .level = Level::should,
                          .forbids = true,
                          .page = "content",
                          .says = "b",
                          .untested = {},
                          .kit = {}};
  CHECK(word_for(requirement) == "SHOULD NOT");
  CHECK(address_of(requirement) == "https://agentclientprotocol.com/protocol/v1/content");
  requirement.page.clear();
  CHECK(address_of(requirement).empty());
}

}  // namespace
}  // namespace tine::conformance
