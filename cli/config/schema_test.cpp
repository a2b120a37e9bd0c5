#include "cli/config/schema.h"

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/writer.h"
#include "tests/catch.h"

namespace tine::cli {
namespace {

/// As the documentation shows a default.
std::string default_text(const SettingKey& key) {
  const Value value = value_of(Settings(), key.member);
  if (const auto* const flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* const text = std::get_if<std::string>(&value)) return json::quoted(*text);
  return "[]";
}

std::string sources_text(const SettingKey& key) {
  std::string text;
  if (!key.variable.empty()) text.append("`").append(key.variable).append("`");
  if (!key.flag.empty()) text.append(", `").append(key.flag).append("`");
  return text.empty() ? text : text + " ";
}

/// The rows that docs/config.md must have, from the tables.
std::vector<std::string> rows() {
  std::vector<std::string> all;
  for (const SettingKey& key : setting_keys()) {
    std::string row = "| `";
    row.append(key.name).append("` | ").append(type_of(key)).append(" | `");
    row.append(default_text(key)).append("` | ").append(sources_text(key)).append("| ");
    all.push_back(row.append(key.doc).append(" |"));
  }
  for (const BackendKey& key : backend_keys()) {
    std::string kinds;
    for (const auto kind :
         {BackendKind::codex, BackendKind::claude, BackendKind::acp, BackendKind::rehearsal}) {
      if (!key.known_to(kind)) continue;
      kinds.append(kinds.empty() ? "" : ", ").append(name_of(kind));
    }
    std::string row = "| `";
    row.append(key.name).append("` | ").append(kinds).append(" | ").append(type_of(key));
    all.push_back(row.append(" | ").append(key.doc).append(" |"));
  }
  return all;
}

}  // namespace

TEST_CASE("schema: docs/config.md has a row for every key and no other") {
  std::ifstream file("docs/config.md");
  REQUIRE(file);
  std::vector<std::string> written;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) written.push_back(line);
  }
  const std::vector<std::string> expected = rows();
  for (const std::string& row : expected) {
    INFO("the table of the program has\n" << row);
    CHECK(std::find(written.begin(), written.end(), row) != written.end());
  }
  CHECK(written == expected);
}

TEST_CASE("schema: docs/config.md lists what a project file may set") {
  std::ifstream file("docs/config.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("## What a project file may set");
  REQUIRE(begin != std::string::npos);
  const std::string section = all.substr(begin, all.find("\n## ", begin + 1) - begin);
  for (const SettingKey& key : setting_keys()) {
    INFO(key.name);
    const bool listed = section.find("\n- `" + std::string(key.name) + "`") != std::string::npos;
    CHECK(listed == key.project);
  }
}

TEST_CASE("schema: names are unique, and variables follow from them") {
  // Set for the children of a session; a setting of that name would reach the wrong ones.
  std::set<std::string> taken = {"TINE_SESSION_ID", "TINE_DEPTH", "TINE_PROJECT_ROOT",
                                 "TINE_PARENT_SESSION", "TINE_SESSION_DIR"};
  for (const SettingKey& key : setting_keys()) {
    INFO(key.name);
    CHECK(taken.insert(std::string(key.name)).second);
    std::string variable = "TINE_";
    for (const char c : key.name) {
      variable += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    const bool one_value = key.member.index() <= 2;
    CHECK(key.variable == (one_value ? variable : std::string()));
    CHECK(taken.insert(variable).second);
    CHECK(key.doc.ends_with('.'));
    // What a project's file sets is a string, which is looked at, or it only narrows.
    const bool narrows = key.name == "permissions.deny" || key.name == "memory.mcp";
    if (key.project) CHECK((key.member.index() == 2 || narrows));
    CHECK_FALSE((key.project && key.rule.path));
  }
  std::set<std::string_view> backend_names = {"kind"};
  for (const BackendKey& key : backend_keys()) {
    CHECK(backend_names.insert(key.name).second);
    CHECK(key.doc.ends_with('.'));
    CHECK(key.kinds != 0);
  }
}

TEST_CASE("schema: kinds have names") {
  for (const auto kind :
       {BackendKind::codex, BackendKind::claude, BackendKind::acp, BackendKind::rehearsal}) {
    CHECK(backend_kind_named(name_of(kind)) == kind);
  }
  CHECK_FALSE(backend_kind_named("Codex"));
  CHECK_FALSE(backend_kind_named(""));
}

}  // namespace tine::cli
