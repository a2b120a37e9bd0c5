#include "executor/codex/launch.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;
using namespace tine::executor::codex;
using Tree = nlohmann::json;

namespace {

ConversationSpec spec_of(Settings settings) {
  ConversationSpec spec;
  spec.session_id = "S";
  spec.identity = {.session_id = "S",
                   .depth = 2,
                   .project_root = "/w",
                   .parent_session = "P",
                   .session_dir = "/state/S"};
  spec.workspace.cwd = "/w";
  spec.settings = std::move(settings);
  return spec;
}

Tree thread(ThreadCall call, const ConversationSpec& spec, const std::string& config = {}) {
  return Tree::parse(thread_params(call, spec, choices_of(spec.settings), config,
                                   R"({"/w":{"trust_level":"untrusted"}})",
                                   {.conversation = "T", .turn = "t1"}));
}

}  // namespace

TEST_CASE("a thread begins with its directory, permissions and identity") {
  ConversationSpec spec = spec_of(settings_for({}, {}));
  spec.workspace.additional_directories = {"/more"};
  v1::McpServer local;
  local.name = "my tools";
  local.command = "tool";
  local.args = {"-x"};
  local.env = {{.name = "KEY", .value = "v"}};
  v1::McpServer remote;
  remote.transport = v1::McpServer::Transport::http;
  remote.name = "far";
  remote.url = "https://x";
  remote.headers = {{.name = "A", .value = "b"}};
  spec.workspace.mcp_servers = {local, remote};
  const Tree params = thread(ThreadCall::start, spec, R"({"personality":"none"})");
  CHECK(params["cwd"] == "/w");
  CHECK(params["approvalPolicy"] == "on-request");
  CHECK_FALSE(params.contains("model"));
  CHECK_FALSE(params.contains("threadId"));
  const Tree& config = params["config"];
  CHECK(config["personality"] == "none");
  CHECK(config["shell_environment_policy.set.TINE_SESSION_ID"] == "S");
  CHECK(config["shell_environment_policy.set.TINE_PARENT_SESSION"] == "P");
  CHECK(config["tools.update_plan"]["enabled"] == true);
  CHECK(config["mcp_servers.my_tools"] ==
        Tree{{"command", "tool"}, {"args", {"-x"}}, {"env", {{"KEY", "v"}}}});
  CHECK(config["mcp_servers.far"] == Tree{{"url", "https://x"}, {"http_headers", {{"A", "b"}}}});
}

TEST_CASE("a thread is opened for reading alone, whatever is chosen and configured") {
  Settings settings = settings_for({}, {});
  for (const v1::Mode& mode : std::vector(settings.modes.available)) {
    settings.modes.current = mode.id;
    const ConversationSpec spec = spec_of(settings);
    for (const ThreadCall call : {ThreadCall::start, ThreadCall::resume, ThreadCall::fork}) {
      const Tree params = thread(call, spec, R"({"sandbox_mode":"danger-full-access",
          "default_permissions":":workspace","projects":{"/w":{"trust_level":"trusted"}},
          "projects./w.trust_level":"trusted","projects_of_mine":1})");
      CHECK(params["sandbox"] == "read-only");
      CHECK_FALSE(params.contains("permissions"));
      for (const auto& [key, value] : params["config"].items()) {
        CHECK_FALSE(key.starts_with("projects."));
        CHECK(key != "sandbox_mode");
        CHECK(key != "default_permissions");
      }
      CHECK(params["config"]["projects_of_mine"] == 1);
      CHECK(params["config"]["projects"] == Tree{{"/w", {{"trust_level", "untrusted"}}}});
    }
  }
}

TEST_CASE("a thread is resumed whole and forked at a turn") {
  const ConversationSpec spec = spec_of(settings_for({.model = "m"}, {}));
  const Tree resumed = thread(ThreadCall::resume, spec);
  CHECK(resumed["threadId"] == "T");
  CHECK_FALSE(resumed.contains("lastTurnId"));
  const Tree forked = thread(ThreadCall::fork, spec);
  CHECK(forked["lastTurnId"] == "t1");
  CHECK(forked["model"] == "m");
  CHECK(forked["excludeTurns"] == true);
}

TEST_CASE("a system prompt goes with the start of a thread only") {
  ConversationSpec spec = spec_of(settings_for({}, {}));
  v1::SystemPrompt prompt;
  prompt.mode = "append";
  prompt.content = {v1::text_block("be brief")};
  spec.workspace.system_prompt = prompt;
  CHECK(thread(ThreadCall::start, spec)["developerInstructions"] == "be brief");
  CHECK_FALSE(thread(ThreadCall::fork, spec).contains("developerInstructions"));
  spec.workspace.system_prompt->mode = "override";
  CHECK(thread(ThreadCall::start, spec)["baseInstructions"] == "be brief");
}

TEST_CASE("writing in the project is as Codex, the backend and the session have it") {
  v1::Workspace workspace;
  const auto sandbox = [&](const std::string& codex, const std::string& configured) {
    return Tree::parse(workspace_sandbox(json::View(codex), configured, workspace));
  };
  const Tree closed{{"type", "workspaceWrite"},
                    {"writableRoots", Tree::array()},
                    {"networkAccess", false},
                    {"excludeTmpdirEnvVar", false},
                    {"excludeSlashTmp", false}};
  CHECK(sandbox("", "") == closed);
  CHECK(sandbox("null", "{}") == closed);
  const std::string own = R"({"writable_roots":["/own"],"network_access":true,
      "exclude_tmpdir_env_var":true,"exclude_slash_tmp":true})";
  const Tree as_codex_has_it = sandbox(own, "");
  CHECK(as_codex_has_it["writableRoots"] == Tree{"/own"});
  CHECK(as_codex_has_it["networkAccess"] == true);
  CHECK(as_codex_has_it["excludeTmpdirEnvVar"] == true);
  CHECK(as_codex_has_it["excludeSlashTmp"] == true);
  workspace.additional_directories = {"/more"};
  CHECK(sandbox(own, "")["writableRoots"] == Tree{"/own", "/more"});
  CHECK(sandbox(own, R"({"sandbox_workspace_write":{"network_access":false}})")["networkAccess"] ==
        false);
  const Tree dotted = sandbox(own, R"({"sandbox_workspace_write.writable_roots":["/other"]})");
  CHECK(dotted["writableRoots"] == Tree{"/other", "/more"});
  CHECK(dotted["networkAccess"] == true);
}
