#include "cli/config/explain.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/config/schema.h"
#include "tests/catch.h"
#include "tests/doubles/fake_machine.h"

namespace tine::cli {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Config sample() {
  FakeMachine machine;
  machine.files[std::string(user_path)] =
      "model = \"user\"\nmodle = 1\n"
      "[redact]\nliterals = [\"hunter2\"]\nprefixes = [\"acme_\"]\n"
      "[backends.work]\nkind = \"codex\"\nenv = { TOKEN = \"hunter3\" }\n"
      "config = { key = \"hunter4\" }\nsandbox = \"read-only\"\n";
  machine.variables["TINE_LOG_LEVEL"] = "debug";
  machine.flags = {{"--backend", "work"}};
  return machine.load_project("model = \"theirs\"\n").value();
}

}  // namespace

TEST_CASE("explain: every key has a line with its value and where it comes from") {
  const std::string text = explain(sample(), true);
  INFO(text);
  CHECK(has(text, "user file      /home/me/.config/tine/config.toml\n"));
  CHECK(has(text, "prices file    /home/me/.config/tine/prices.toml (absent)\n"));
  CHECK(has(text, "project file   /p/.tine.toml\n"));
  CHECK(has(text, "default_backend   = \"work\"               # flag --backend\n"));
  CHECK(has(text,
            "model             = \"theirs\"             # project /p/.tine.toml:1:1, over user "
            "/home/me/.config/tine/config.toml:1:1\n"));
  CHECK(has(text, "unstable          = true                 # default\n"));
  CHECK(has(text, "log_level         = \"debug\"              # environment TINE_LOG_LEVEL\n"));
  CHECK(has(text,
            "[backends.work]  # user /home/me/.config/tine/config.toml:6:11\nkind = \"codex\"\n"));
  CHECK(has(text, "sandbox = \"read-only\"\n"));
  CHECK(has(text, "[backends.rehearsal]  # default\n"));
  CHECK(has(text, "The default backend is work: it is the default_backend of --backend.\n"));
  CHECK(has(text, "warning: /home/me/.config/tine/config.toml:2:1: unknown key \"modle\""));
  for (const SettingKey& key : setting_keys()) CHECK(has(text, "\n" + std::string(key.name) + " "));
}

TEST_CASE("explain: without origins there are only the values") {
  const std::string text = explain(sample(), false);
  CHECK(has(text, "default_backend   = \"work\"\n"));
  CHECK(has(text, "\n[backends.work]\n"));
  CHECK_FALSE(has(text, "#"));
}

TEST_CASE("explain: absent files are said to be absent") {
  FakeMachine machine;
  CHECK(has(explain(machine.load().value(), true),
            "user file      /home/me/.config/tine/config.toml (absent)\nproject file   none\n"));
  machine.variables.clear();
  CHECK(has(explain(machine.load().value(), true), "user file      none\n"));
}

TEST_CASE("explain: secrets are not shown, in neither form") {
  for (const std::string& text :
       {explain(sample(), true), explain(sample(), false), explain_json(sample())}) {
    INFO(text);
    CHECK_FALSE(has(text, "hunter"));
    CHECK(has(text, "«set»"));
    CHECK(has(text, "TOKEN"));
    CHECK(has(text, "acme_"));
  }
}

TEST_CASE("explain: the JSON form has every key with value, layer and place") {
  const auto json = nlohmann::json::parse(explain_json(sample()));
  CHECK(json.at("userFile").at("path") == user_path);
  CHECK(json.at("userFile").at("exists") == true);
  CHECK(json.at("projectFile").at("path") == "/p/.tine.toml");
  const auto& settings = json.at("settings");
  REQUIRE(settings.size() == setting_keys().size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    CHECK(settings[i].at("key") == setting_keys()[i].name);
  }
  CHECK(settings[0].at("flag") == "--backend");
  const auto& model = settings[1];
  CHECK(model.at("value") == "theirs");
  CHECK(model.at("layer") == "project");
  CHECK(model.at("file") == "/p/.tine.toml");
  CHECK(model.at("line") == 1);
  CHECK(model.at("column") == 1);
  REQUIRE(model.at("overrides").size() == 1);
  CHECK(model.at("overrides")[0].at("layer") == "user");
  CHECK(settings[4].at("value") == true);
  CHECK(settings[4].at("layer") == "default");
  const auto level = std::find_if(settings.begin(), settings.end(),
                                  [](const auto& each) { return each.at("key") == "log_level"; });
  REQUIRE(level != settings.end());
  CHECK(level->at("variable") == "TINE_LOG_LEVEL");

  const auto& work = json.at("backends")[0];
  CHECK(work.at("name") == "work");
  CHECK(work.at("kind") == "codex");
  CHECK(work.at("env") == nlohmann::json{{"TOKEN", "«set»"}});
  CHECK(work.at("config") == "«set»");
  CHECK(work.at("layer") == "user");
  CHECK(work.at("line") == 6);
  CHECK_FALSE(work.contains("permission_mode"));
  CHECK(json.at("defaultBackend").at("name") == "work");
  CHECK(json.at("warnings").size() == 1);
}

TEST_CASE("explain: what is installed says where") {
  FakeMachine machine;
  machine.variables["PATH"] = "/usr/bin";
  machine.programs = {"/usr/bin/codex"};
  const Config config = machine.load().value();
  CHECK(has(explain(config, true), "[backends.codex]  # installed /usr/bin/codex\n"));
  const auto json = nlohmann::json::parse(explain_json(config));
  CHECK(json.at("projectFile").is_null());
  CHECK(json.at("backends")[0].at("layer") == "installed");
  CHECK(json.at("backends")[0].at("program") == "/usr/bin/codex");
}

}  // namespace tine::cli
