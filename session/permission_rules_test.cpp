#include "session/permission_rules.h"

#include "tests/catch.h"

namespace tine::session {
namespace {

using Verdict = PermissionRule::Verdict;

PermissionRule rule(Verdict verdict, std::string_view text) {
  const auto made = read_permission_rule(verdict, text, "a test");
  REQUIRE(made);
  return *made;
}

std::string question(std::string_view call) { return R"({"toolCall":)" + std::string(call) + "}"; }

std::string command(std::string_view words) {
  return question(R"({"kind":"execute","title":"x","rawInput":{"command":)" + std::string(words) +
                  "}}");
}

bool allows(std::string_view text, const std::string& params) {
  const std::vector<PermissionRule> rules{rule(Verdict::allow, text)};
  return rule_for(rules, json::View(params), "/w") != nullptr;
}

bool denies(std::string_view text, const std::string& params) {
  const std::vector<PermissionRule> rules{rule(Verdict::deny, text)};
  return rule_for(rules, json::View(params), "/w") != nullptr;
}

TEST_CASE("permission rules: a command is allowed by its beginning, and nothing behind it is") {
  CHECK(allows("execute:git status*", command(R"("git status --short")")));
  CHECK(allows("git status*", command(R"("git status")")));
  CHECK(allows("git status*", command(R"(["/bin/bash","-lc","git status"])")));
  CHECK(allows("git status*", command(R"(["git","status","-s"])")));
  CHECK_FALSE(allows("git status*", command(R"("git stash")")));
  for (const char* more :
       {R"("git status; rm -rf x")", R"("git status && rm x")", R"("git status | sh")",
        R"("git status > x")", R"-("git status $(rm x)")-", R"("git status `rm x`")",
        R"("git status\nrm x")", R"-("git status <(rm x)")-", R"("git status & rm x")",
        R"(["bash","-c","git status; rm x"])"}) {
    CAPTURE(more);
    CHECK_FALSE(allows("git status*", command(more)));
    CHECK(allows("execute", command(more)));
    CHECK(denies("rm *", command(more)) == (std::string(more).find("> x") == std::string::npos &&
                                            std::string(more).find("| sh") == std::string::npos));
  }
}

TEST_CASE("permission rules: no title allows anything") {
  const std::string titled = question(R"({"kind":"execute","title":"git status"})");
  CHECK_FALSE(allows("git status*", titled));
  CHECK(denies("git status*", titled));
}

TEST_CASE("permission rules: paths, each of a call, as they are and within the directory") {
  const auto edit = [](std::string_view paths) {
    return question(R"({"kind":"edit","title":"x","locations":[)" + std::string(paths) + "]}");
  };
  CHECK(allows("edit:src/*", edit(R"({"path":"/w/src/a.c"})")));
  CHECK(allows("edit:/w/*", edit(R"({"path":"/w/src/a.c"})")));
  CHECK(allows("edit:src/*", edit(R"({"path":"src/a.c"})")));
  CHECK_FALSE(allows("edit:src/*", edit(R"({"path":"/w/src/../secret"})")));
  CHECK_FALSE(allows("edit:src/*", edit(R"({"path":"/w/src/a.c"},{"path":"/etc/passwd"})")));
  CHECK(denies("edit:/etc/*", edit(R"({"path":"/w/src/a.c"},{"path":"/etc/passwd"})")));
  CHECK_FALSE(allows("edit:src/*", edit("")));
  CHECK_FALSE(allows("read:src/*", edit(R"({"path":"/w/src/a.c"})")));
  CHECK_FALSE(allows("edit:src/*", question(R"({"kind":"edit","locations":[{"path":"/w/src/a"}],)"
                                            R"("content":[{"type":"diff","path":"/w/b"}]})")));
}

TEST_CASE("permission rules: the host of an address") {
  const auto fetch = [](std::string_view url) {
    return question(R"({"kind":"fetch","rawInput":{"url":")" + std::string(url) + R"("}})");
  };
  CHECK(allows("fetch:*.example.com", fetch("https://docs.example.com/a?b")));
  CHECK(allows("fetch:example.com", fetch("https://me@example.com:443/")));
  CHECK_FALSE(allows("fetch:example.com", fetch("https://example.com@evil.org/")));
  CHECK_FALSE(allows("fetch:example.com", fetch("https://evil.org/example.com")));
  CHECK_FALSE(allows("fetch:*example.com", fetch("https://evil.org\\\\example.com")));
}

TEST_CASE("permission rules: what denies goes first, then what asks") {
  const std::string params = command(R"("git push")");
  const std::vector<PermissionRule> rules{rule(Verdict::allow, "execute"),
                                          rule(Verdict::ask, "git push*"),
                                          rule(Verdict::allow, "git *")};
  CHECK(rule_for(rules, json::View(params), "/w")->verdict == Verdict::ask);
  std::vector<PermissionRule> more = rules;
  more.insert(more.begin(), rule(Verdict::deny, "*push*"));
  CHECK(rule_for(more, json::View(params), "/w")->text() == "*push*");
}

TEST_CASE("permission rules: the trust in a folder is no matter of rules") {
  const std::string params =
      R"({"toolCall":{"kind":"execute"},"_meta":{"tine":{"trust":{"starts":[]}}}})";
  CHECK_FALSE(allows("execute", params));
  CHECK_FALSE(read_permission_rule(Verdict::allow, "", "x"));
}

}  // namespace
}  // namespace tine::session
