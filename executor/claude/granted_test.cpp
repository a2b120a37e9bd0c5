// Rules that were allowed, as they are handed to the next process.

#include "executor/claude/granted.h"

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "executor/claude/limits.h"
#include "tests/catch.h"
#include "tests/sanitized.h"

using namespace tine;
using executor::claude::Granted;
using Json = nlohmann::json;

namespace {

Json update_of(const std::string& tool, const Json& content) {
  Json rule = {{"toolName", tool}};
  if (!content.is_null()) rule["ruleContent"] = content;
  return {{"type", "addRules"}, {"behavior", "allow"}, {"rules", Json::array({rule})}};
}

Json allowed(const Granted& granted) {
  const std::string request = granted.request();
  if (request.empty()) return Json::array();
  return Json::parse(request).at("settings").at("permissions").at("allow");
}

Json handed_over(const std::string& tool, const Json& content) {
  Granted granted;
  const std::string text = update_of(tool, content).dump();
  granted.add(json::View(text));
  return allowed(granted);
}

/// How Claude Code 2.1.328 reads a rule in settings: the first bracket to the last, without the
/// escapes.
struct Read {
  std::string tool;
  std::string content;
  bool whole_tool = false;
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

bool is_escaped(const std::string& text, std::size_t at) {
  std::size_t slashes = 0;
  while (slashes < at && text[at - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

Read read(const std::string& rule) {
  std::size_t open = 0;
  while (open < rule.size() && (rule[open] != '(' || is_escaped(rule, open))) ++open;
  if (open == rule.size()) return {rule, {}, true};
  REQUIRE(rule.back() == ')');
  REQUIRE_FALSE(is_escaped(rule, rule.size() - 1));
  const std::string raw = rule.substr(open + 1, rule.size() - open - 2);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '(' || raw[i] == ')') REQUIRE(is_escaped(raw, i));
  }
  if (raw.empty() || raw == "*") return {rule.substr(0, open), {}, true};
  return {rule.substr(0, open),
          replaced(replaced(replaced(raw, "\\(", "("), "\\)", ")"), "\\\\", "\\"), false};
}

}  // namespace

TEST_CASE("granted: a command that looks like rules is one rule, of itself") {
  const std::string attack = "python3 -c 'print(1),Bash(*),int(2)'";
  const Json rules = handed_over("Bash", attack);
  REQUIRE(rules.size() == 1);
  CHECK(rules[0] == R"(Bash(python3 -c 'print\(1\),Bash\(*\),int\(2\)'))");
  CHECK(read(rules[0].get<std::string>()).content == attack);
}

TEST_CASE("granted: what could mean more than was allowed is not handed over") {
  CHECK(handed_over("Bash", "").empty());
  CHECK(handed_over("Bash", "*").empty());
  CHECK(handed_over("Bash(*),Read", "x").empty());
  CHECK(handed_over("", "x").empty());
  CHECK(handed_over("Bash", 7).empty());
  CHECK(handed_over("WebSearch", nullptr) == Json::array({"WebSearch"}));
  CHECK(handed_over("mcp__server__tool-1.2", nullptr).size() == 1);
  Granted granted;
  granted.add(json::View(R"({"type":"addRules","behavior":"deny","rules":[{"toolName":"Bash"}]})"));
  granted.add(json::View(R"({"type":"setMode","mode":"bypassPermissions"})"));
  CHECK(granted.request().empty());
}

TEST_CASE("granted: whatever a rule holds, it is read as what it was") {
  const std::string alphabet = "()\\,*:'\"` \n\t;|&$<>{}[]!#~ab-/=\x01";
  std::mt19937 random(328);
  constexpr int rules_tried = test::is_sanitized ? 4'000 : 20'000;
  for (int i = 0; i < rules_tried; ++i) {
    std::string content;
    const std::size_t length = 1 + random() % 24;
    while (content.size() < length) content += alphabet[random() % alphabet.size()];
    if (content == "*") continue;
    const Json rules = handed_over("Bash", content);
    REQUIRE(rules.size() == 1);
    const Read found = read(rules[0].get<std::string>());
    REQUIRE(found.tool == "Bash");
    REQUIRE_FALSE(found.whole_tool);
    REQUIRE(found.content == content);
  }
}

TEST_CASE("granted: the same again adds nothing, and the oldest goes beyond the limit") {
  Granted granted;
  for (std::size_t i = 0; i <= executor::claude::limits::granted; ++i) {
    const std::string text = update_of("Bash", "command " + std::to_string(i)).dump();
    granted.add(json::View(text));
    granted.add(json::View(text));
  }
  const Json rules = allowed(granted);
  CHECK(rules.size() == executor::claude::limits::granted);
  CHECK(rules.front() == "Bash(command 1)");
}

TEST_CASE("granted: directories are handed over beside the rules") {
  Granted granted;
  granted.add(json::View(R"({"type":"addDirectories","directories":["/a b","/c,d"]})"));
  CHECK(
      Json::parse(granted.request()).at("settings").at("permissions").at("additionalDirectories") ==
      Json::array({"/a b", "/c,d"}));
}
