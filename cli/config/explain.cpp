#include "cli/config/explain.h"

#include <algorithm>

#include "base/json/writer.h"
#include "cli/config/schema.h"

namespace tine::cli {
namespace {

constexpr std::string_view hidden = "«set»";

void write_list(const Strings& list, bool secret, json::Writer& to) {
  to.begin_array();
  for (const std::string& each : list) to.string(secret ? hidden : each);
  to.end_array();
}

void write(const Value& value, bool secret, json::Writer& to) {
  if (const auto* const flag = std::get_if<bool>(&value)) {
    to.boolean(*flag);
  } else if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    to.integer(*number);
  } else if (const auto* const text = std::get_if<std::string>(&value)) {
    to.string(secret && !text->empty() ? hidden : *text);
  } else if (const auto* const list = std::get_if<Strings>(&value)) {
    write_list(*list, secret, to);
  } else if (const auto* const variables = std::get_if<Variables>(&value)) {
    to.begin_object();
    for (const auto& [name, content] : *variables) to.member(name, secret ? hidden : content);
    to.end_object();
  } else if (const auto* const object = std::get_if<JsonObject>(&value)) {
    if (object->text.empty()) {
      to.null();
    } else if (secret) {
      to.string(hidden);
    } else {
      to.raw(object->text);
    }
  }
}

std::string text_of(const Value& value, bool secret) {
  std::string text;
  json::Writer writer(text);
  write(value, secret, writer);
  return text;
}

bool is_empty(const Value& value) {
  if (const auto* const list = std::get_if<Strings>(&value)) return list->empty();
  if (const auto* const variables = std::get_if<Variables>(&value)) return variables->empty();
  if (const auto* const text = std::get_if<std::string>(&value)) return text->empty();
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number == kind_decides;
  if (const auto* const object = std::get_if<JsonObject>(&value)) return object->text.empty();
  return false;
}

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

void write_origin(const Origin& origin, json::Writer& to) {
  to.member("layer", name_of(origin.layer));
  switch (origin.layer) {
    case Layer::user:
    case Layer::project:
      to.member("file", origin.source).member("line", origin.at.line);
      to.member("column", origin.at.column);
      break;
    case Layer::environment:
      to.member("variable", origin.source);
      break;
    case Layer::flag:
      to.member("flag", origin.source);
      break;
    case Layer::discovered:
      to.member("program", origin.source);
      break;
    case Layer::builtin:
      break;
  }
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

void write_setting(const Config& config, std::size_t index, json::Writer& to) {
  const SettingKey& key = setting_keys()[index];
  const auto& origins = config.origins[index];
  to.begin_object().member("key", key.name).key("value");
  write(value_of(config.settings, key.member), key.rule.secret, to);
  write_origin(origins.empty() ? Origin() : origins.back(), to);
  to.key("overrides").begin_array();
  for (std::size_t i = origins.size(); i-- > 1;) {
    to.begin_object();
    write_origin(origins[i - 1], to);
    to.end_object();
  }
  to.end_array().end_object();
}

void write_backend(const BackendConfig& backend, json::Writer& to) {
  to.begin_object().member("name", backend.name).member("kind", name_of(backend.kind));
  for (const BackendKey& key : backend_keys()) {
    const Value value = value_of(backend, key.member);
    if (!key.known_to(backend.kind) || is_empty(value)) continue;
    to.key(key.name);
    write(value, key.rule.secret, to);
  }
  write_origin(backend.origin, to);
  to.end_object();
}

}  // namespace

std::string explain(const Config& config, bool origins) {
  std::string text = file_line("user file", config.user_file, config.user_file_exists);
  text += file_line("project file", config.project_file, !config.project_file.empty());
  text += "\n";
  for (std::size_t i = 0; i < setting_keys().size(); ++i) {
    const SettingKey& key = setting_keys()[i];
    std::string line(key.name);
    pad(line, 17);
    line += "= " + text_of(value_of(config.settings, key.member), key.rule.secret);
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
      text.append(key.name).append(" = ").append(text_of(value, key.rule.secret)).append("\n");
    }
  }
  text +=
      "\nThe default backend is " + config.default_backend + ": " + config.default_reason + ".\n";
  for (const std::string& warning : config.warnings) text += "warning: " + warning + "\n";
  return text;
}

std::string explain_json(const Config& config) {
  std::string text;
  json::Writer to(text);
  to.begin_object().key("userFile").begin_object();
  to.member("path", config.user_file).member("exists", config.user_file_exists).end_object();
  to.key("projectFile");
  if (config.project_file.empty()) {
    to.null();
  } else {
    to.begin_object().member("path", config.project_file).member("exists", true).end_object();
  }
  to.key("settings").begin_array();
  for (std::size_t i = 0; i < setting_keys().size(); ++i) write_setting(config, i, to);
  to.end_array().key("backends").begin_array();
  for (const BackendConfig& backend : config.backends) write_backend(backend, to);
  to.end_array().key("defaultBackend").begin_object();
  to.member("name", config.default_backend).member("reason", config.default_reason).end_object();
  to.key("warnings");
  write_list(config.warnings, false, to);
  to.end_object();
  return text;
}

}  // namespace tine::cli
