#include "cli/config/apply.h"

#include <algorithm>

#include "cli/config/limits.h"
#include "cli/config/nearest.h"
#include "executor/acp/presets.h"
#include "executor/claude/terminal.h"
#include "executor/codex/terminal.h"

namespace tine::cli {
namespace {

using Names = std::vector<std::string_view>;

std::size_t index_of(const SettingKey& key) {
  return static_cast<std::size_t>(&key - setting_keys().data());
}

/// The value holds unless a stronger source has set the key before.
Result<void> set(const SettingKey& key, Value value, Origin origin, std::string_view home,
                 Config& to) {
  if (key.rule.path) {
    auto& path = std::get<std::string>(value);
    if (path.starts_with("~/")) {
      if (home.empty()) return refuse(origin, "HOME is not set, which ~/ stands for");
      path.replace(0, 1, home);
    }
  }
  auto& origins = to.origins[index_of(key)];
  const auto stronger =
      std::find_if(origins.begin(), origins.end(),
                   [&origin](const Origin& other) { return other.layer > origin.layer; });
  if (stronger == origins.end()) assign(to.settings, key.member, std::move(value));
  origins.insert(stronger, std::move(origin));
  return {};
}

Result<void> set_from(const SettingKey& key, const toml::Node& node, Origin origin,
                      std::string_view home, Config& to) {
  auto value = read_value(node, key.member.index(), key.rule);
  if (!value) {
    origin.at = value.error().at;
    return refuse(origin, std::string(key.name) + ": " + value.error().text);
  }
  origin.at = node.key_at;
  return set(key, std::move(*value), std::move(origin), home, to);
}

/// The keys that stand in the table `group`, or outside of all tables, without its name.
Names names_in(std::string_view group) {
  Names names;
  for (const SettingKey& key : setting_keys()) {
    const std::size_t dot = key.name.find('.');
    if (group.empty()) {
      const std::string_view name = key.name.substr(0, dot);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    } else if (key.name.substr(0, dot) == group && dot != std::string_view::npos) {
      names.emplace_back(key.name.substr(dot + 1));
    }
  }
  if (group.empty()) names.emplace_back("backends");
  return names;
}

/// The key `name` of the table `group`, or outside of all tables.
const SettingKey* find_key(std::string_view group, std::string_view name) {
  for (const SettingKey& key : setting_keys()) {
    const std::size_t dot = key.name.find('.');
    const bool inside = dot != std::string_view::npos;
    if (inside ? key.name.substr(0, dot) == group && key.name.substr(dot + 1) == name
               : group.empty() && key.name == name) {
      return &key;
    }
  }
  return nullptr;
}

bool is_group(std::string_view name) {
  for (const SettingKey& key : setting_keys()) {
    if (key.name.size() > name.size() && key.name.starts_with(name) &&
        key.name[name.size()] == '.') {
      return true;
    }
  }
  return false;
}

void warn(Config& to, Origin origin, const toml::Node& node, std::string_view text) {
  origin.at = node.key_at;
  to.warnings.push_back(origin.str() + ": " + std::string(text));
}

Result<void> apply_group(const toml::Node& table, Origin origin, std::string_view home,
                         Config& to) {
  if (table.type != toml::Node::Type::table) {
    origin.at = table.at;
    return refuse(origin,
                  table.key + ": expected a table, found " + std::string(describe(table.type)));
  }
  for (const toml::Node& node : table.children) {
    const SettingKey* const key = find_key(table.key, node.key);
    if (key == nullptr) {
      warn(to, origin, node,
           "unknown key " + shown(node.key) + " in [" + table.key + "]" +
               suggestion(node.key, names_in(table.key)));
    } else if (auto done = set_from(*key, node, origin, home, to); !done) {
      return done;
    }
  }
  return {};
}

Result<BackendKind> read_kind(const toml::Node& table, Origin origin) {
  const toml::Node* const node = table.find("kind");
  origin.at = node != nullptr ? node->at : table.key_at;
  const auto kind = node != nullptr && node->type == toml::Node::Type::string
                        ? backend_kind_named(node->text)
                        : std::nullopt;
  if (kind) return *kind;
  return refuse(origin, "backends." + table.key + ": expected kind = \"codex\", \"claude\", " +
                            "\"acp\" or \"rehearsal\"");
}

Result<void> apply_backend_key(const toml::Node& node, Origin origin, BackendConfig& backend,
                               Config& to) {
  Names names = {"kind"};
  for (const BackendKey& key : backend_keys()) {
    const bool known = key.known_to(backend.kind);
    if (known) names.push_back(key.name);
    if (key.name != node.key) continue;
    if (!known) {
      warn(to, origin, node,
           "the key " + shown(node.key) + " has no meaning for a backend of kind \"" +
               std::string(name_of(backend.kind)) + "\"");
      return {};
    }
    auto value = read_value(node, key.member.index(), key.rule);
    if (!value) {
      origin.at = value.error().at;
      return refuse(origin,
                    "backends." + backend.name + "." + node.key + ": " + value.error().text);
    }
    assign(backend, key.member, std::move(*value));
    return {};
  }
  warn(to, origin, node,
       "unknown key " + shown(node.key) + " in [backends." + backend.name + "]" +
           suggestion(node.key, names));
  return {};
}

/// What a recipe for a fork in a terminal may name in braces.
std::vector<std::string_view> recipe_placeholders(BackendKind kind) {
  if (kind == BackendKind::codex)
    return {executor::codex::recipe_placeholders.begin(),
            executor::codex::recipe_placeholders.end()};
  return {executor::claude::recipe_placeholders.begin(),
          executor::claude::recipe_placeholders.end()};
}

/// A relative path would be one of the project that is worked on.
bool names_program(std::string_view text) {
  return !text.empty() && (text.find('/') == std::string_view::npos || text.starts_with('/'));
}

/// Finds the known agent that a backend is, and takes its command where none is set.
Result<void> take_preset(const toml::Node& table, Origin origin, BackendConfig& backend) {
  const std::string name = backend.preset.empty() ? backend.name : backend.preset;
  const executor::acp::Preset* const preset = executor::acp::find_preset(name);
  if (preset != nullptr) {
    backend.preset = preset->name;
    if (table.find("command") == nullptr) backend.command = preset->command();
    return {};
  }
  const toml::Node* const named = table.find("preset");
  Names names;
  for (const executor::acp::Preset& each : executor::acp::presets()) names.push_back(each.name);
  if (named != nullptr) {
    origin.at = named->at;
    return refuse(origin, "backends." + table.key + ".preset: no agent of that name is known" +
                              suggestion(name, names) + "; `tine backends` lists them");
  }
  if (table.find("command") != nullptr) return {};
  return refuse(origin, "backends." + table.key +
                            ": a backend of kind \"acp\" needs command = [\"program\", …], or the "
                            "name of an agent that `tine backends` lists" +
                            suggestion(name, names));
}

Result<void> apply_backend(const toml::Node& table, Origin origin, Config& to) {
  origin.at = table.key_at;
  if (!is_backend_name(table.key)) {
    return refuse(origin, "backends: the name " + shown(table.key) +
                              " is not made of letters, digits, '.', '_' and '-'");
  }
  if (table.type != toml::Node::Type::table) {
    return refuse(origin, "backends." + table.key + ": expected a table, found " +
                              std::string(describe(table.type)));
  }
  const auto kind = read_kind(table, origin);
  if (!kind) return tl::unexpected(kind.error());
  BackendConfig backend;
  backend.name = table.key;
  backend.kind = *kind;
  backend.origin = origin;
  for (const toml::Node& node : table.children) {
    if (node.key == "kind") continue;
    if (auto done = apply_backend_key(node, origin, backend, to); !done) return done;
  }
  const toml::Node* const command = table.find("command");
  if (backend.kind == BackendKind::acp) {
    if (auto known = take_preset(table, origin, backend); !known) return known;
  }
  if (command != nullptr && backend.kind != BackendKind::rehearsal &&
      (backend.command.empty() || !names_program(backend.command.front()))) {
    origin.at = command->at;
    return refuse(origin, "backends." + table.key +
                              ".command: expected the name of a program in PATH, or its absolute "
                              "path");
  }
  if (!backend.pty.text.empty()) {
    auto own = executor::pty::read_own_recipe(backend.pty.text, recipe_placeholders(*kind));
    if (!own) {
      origin.at = table.find("pty")->at;
      return refuse(origin, "backends." + table.key + ".pty." + own.error().message);
    }
    backend.recipe = std::move(*own);
  }
  to.backends.push_back(std::move(backend));
  return {};
}

Result<void> apply_backends(const toml::Node& table, Origin origin, Config& to) {
  origin.at = table.at;
  if (table.type != toml::Node::Type::table) {
    return refuse(origin, "backends: expected a table, found " + std::string(describe(table.type)));
  }
  if (table.children.size() > limits::max_backends) {
    return refuse(origin, "backends: more than " + std::to_string(limits::max_backends));
  }
  for (const toml::Node& child : table.children) {
    if (auto done = apply_backend(child, origin, to); !done) return done;
  }
  return {};
}

}  // namespace

bool is_backend_name(std::string_view name) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= limits::max_backend_name &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

Failure refuse(const Origin& origin, std::string_view text) {
  return fail(ErrorKind::config_invalid, origin.str() + ": " + std::string(text));
}

Failure refuse_backend(const Config& config, std::string_view key, std::string_view name,
                       const Origin& origin) {
  Names names;
  std::string list;
  for (const BackendConfig& backend : config.backends) {
    names.push_back(backend.name);
    list += (list.empty() ? "" : ", ") + backend.name;
  }
  return refuse(origin, std::string(key) + ": there is no backend " + shown(name) +
                            suggestion(name, names) + " (there are: " + list + ")");
}

Result<void> apply_user_file(const toml::Node& root, const std::string& file, std::string_view home,
                             Config& to) {
  const Origin origin{Layer::user, file, {}};
  for (const toml::Node& node : root.children) {
    Result<void> done;
    if (node.key == "backends") {
      done = apply_backends(node, origin, to);
    } else if (const SettingKey* const key = find_key({}, node.key); key != nullptr) {
      done = set_from(*key, node, origin, home, to);
    } else if (is_group(node.key)) {
      done = apply_group(node, origin, home, to);
    } else {
      warn(to, origin, node, "unknown key " + shown(node.key) + suggestion(node.key, names_in({})));
    }
    if (!done) return done;
  }
  return {};
}

Result<void> apply_project_file(const toml::Node& root, const std::string& file, Config& to) {
  Names allowed;
  std::string list;
  for (const SettingKey& key : setting_keys()) {
    if (key.project) allowed.push_back(key.name);
  }
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i != 0) list += i + 1 == allowed.size() ? " and " : ", ";
    list += allowed[i];
  }
  Origin origin{Layer::project, file, {}};
  // A table of which it may set something is a group of keys.
  std::vector<std::pair<std::string, const toml::Node*>> nodes;
  for (const toml::Node& node : root.children) {
    const bool is_table =
        node.type == toml::Node::Type::table &&
        std::any_of(allowed.begin(), allowed.end(),
                    [&node](std::string_view key) { return key.starts_with(node.key + "."); });
    if (!is_table) nodes.emplace_back(std::string(), &node);
    if (!is_table) continue;
    for (const toml::Node& each : node.children) nodes.emplace_back(node.key, &each);
  }
  for (const auto& [group, place] : nodes) {
    const toml::Node& node = *place;
    const SettingKey* const key = find_key(group, node.key);
    if (key == nullptr || !key->project) {
      const std::string name = group.empty() ? node.key : group + "." + node.key;
      origin.at = node.key_at.line != 0 ? node.key_at : node.at;
      return refuse(origin, "a project's file may not set " + shown(name) +
                                ", as it comes with code that is not trusted; it may set " + list +
                                (key == nullptr ? suggestion(name, allowed) : std::string()));
    }
    // Nothing said would take back what the user said, a mode for one; and what looks like a flag
    // must not come near the command line of a backend.
    if (node.type == toml::Node::Type::string && (node.text.empty() || node.text[0] == '-')) {
      origin.at = node.at;
      return refuse(origin, node.key + ": a project's file may not set it to this");
    }
    if (key->name == "memory.mcp" && node.type == toml::Node::Type::boolean && node.boolean) {
      origin.at = node.at;
      return refuse(origin, "memory.mcp: a project's file may only turn it off");
    }
    // No path may be set here, so no home directory is needed.
    if (auto done = set_from(*key, node, origin, {}, to); !done) return done;
  }
  return {};
}

Result<void> apply_text(const SettingKey& key, std::string_view text, Origin origin,
                        std::string_view home, Config& to) {
  auto value = parse_value(text, key.member.index(), key.rule);
  if (!value) return refuse(origin, value.error().text);
  return set(key, std::move(*value), std::move(origin), home, to);
}

}  // namespace tine::cli
