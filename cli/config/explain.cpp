#include "cli/config/explain.h"

#include "cli/config/explain_json.h"
#include "cli/config/schema.h"

namespace tine::cli {
namespace {

std::string place(const Origin& origin) {
  std::string text(name_of(origin.layer));
  return origin.source.empty() ? text : text.append(" ").append(origin.str());
}

/// "user /home/me/.config/tine/config.toml:3:1, over project /src/app/.tine.toml:1:1"
std::string places(const std::vector<Origin>& origins) {
  if (origins.empty()) return std::string(name_of(Layer::builtin));
  std::string text = place(origins.back());
  for (std::size_t i = origins.size() - 1; i-- > 0;) {
    text.append(i + 2 == origins.size() ? ", over " : ", ").append(place(origins[i]));
  }
  return text;
}

void pad(std::string& line, std::size_t width) {
  if (line.size() < width) line.append(width - line.size(), ' ');
  line += ' ';
}

std::string file_line(std::string_view what, const std::string& path, bool exists) {
  std::string line(what);
  pad(line, 14);
  if (path.empty()) return line.append("none\n");
  return line.append(path).append(exists ? "\n" : " (absent)\n");
}

}  // namespace

std::string explain(const Config& config, bool origins) {
  std::string text = file_line("user file", config.user_file, config.user_file_exists);
  text += file_line("project file", config.project_file, !config.project_file.empty());
  text += file_line("prices file", config.prices_file, config.prices_file_exists);
  text += "\n";
  for (std::size_t i = 0; i < setting_keys().size(); ++i) {
    const SettingKey& key = setting_keys()[i];
    std::string line(key.name);
    pad(line, 17);
    line += "= " + json_text(value_of(config.settings, key.member), key.rule.secret);
    if (origins) {
      pad(line, 40);
      line += "# " + places(config.origins[i]);
    }
    text += line + "\n";
  }
  for (const BackendConfig& backend : config.backends) {
    text += "\n[backends." + backend.name + "]";
    if (origins) text += "  # " + place(backend.origin);
    text += "\nkind = \"" + std::string(name_of(backend.kind)) + "\"\n";
    for (const BackendKey& key : backend_keys()) {
      const Value value = value_of(backend, key.member);
      if (!key.known_to(backend.kind) || is_empty(value)) continue;
      text.append(key.name).append(" = ").append(json_text(value, key.rule.secret)).append("\n");
    }
  }
  text +=
      "\nThe default backend is " + config.default_backend + ": " + config.default_reason + ".\n";
  for (const std::string& warning : config.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace tine::cli
