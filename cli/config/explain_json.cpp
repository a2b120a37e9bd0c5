#include "cli/config/explain_json.h"

#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "cli/config/explain.h"

namespace tine::cli {
namespace {

using json::Document;

constexpr std::string_view hidden = "«set»";

Document document_of(const Value& value, bool secret) {
  if (const auto* const flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* const text = std::get_if<std::string>(&value)) {
    return secret && !text->empty() ? std::string(hidden) : *text;
  }
  if (const auto* const list = std::get_if<Strings>(&value)) {
    Document all = Document::array();
    for (const std::string& each : *list) all.push_back(secret ? std::string(hidden) : each);
    return all;
  }
  if (const auto* const variables = std::get_if<Variables>(&value)) {
    Document all = Document::object();
    for (const auto& [name, content] : *variables) {
      all[name] = secret ? std::string(hidden) : content;
    }
    return all;
  }
  const auto* const object = std::get_if<JsonObject>(&value);
  if (object == nullptr || object->text.empty()) return nullptr;
  return secret ? Document(hidden) : json::parsed(object->text);
}

void add_origin(const Origin& origin, Document& to) {
  to["layer"] = name_of(origin.layer);
  switch (origin.layer) {
    case Layer::user:
    case Layer::project:
      to["file"] = origin.source;
      to["line"] = origin.at.line;
      to["column"] = origin.at.column;
      break;
    case Layer::environment:
      to["variable"] = origin.source;
      break;
    case Layer::flag:
      to["flag"] = origin.source;
      break;
    case Layer::discovered:
      to["program"] = origin.source;
      break;
    case Layer::builtin:
      break;
  }
}

Document setting(const Config& config, std::size_t index) {
  const SettingKey& key = setting_keys()[index];
  const auto& origins = config.origins[index];
  Document out;
  out["key"] = key.name;
  out["value"] = document_of(value_of(config.settings, key.member), key.rule.secret);
  add_origin(origins.empty() ? Origin() : origins.back(), out);
  Document overrides = Document::array();
  for (std::size_t i = origins.size(); i-- > 1;) {
    add_origin(origins[i - 1], overrides.emplace_back());
  }
  out["overrides"] = std::move(overrides);
  return out;
}

Document backend_document(const BackendConfig& backend) {
  Document out;
  out["name"] = backend.name;
  out["kind"] = name_of(backend.kind);
  for (const BackendKey& key : backend_keys()) {
    const Value value = value_of(backend, key.member);
    if (!key.known_to(backend.kind) || is_empty(value)) continue;
    out[std::string(key.name)] = document_of(value, key.rule.secret);
  }
  add_origin(backend.origin, out);
  return out;
}

Document file_document(const std::string& path, bool exists) {
  Document out;
  out["path"] = path;
  out["exists"] = exists;
  return out;
}

}  // namespace

std::string json_text(const Value& value, bool secret) {
  return json::text_of(document_of(value, secret));
}

bool is_empty(const Value& value) {
  if (const auto* const list = std::get_if<Strings>(&value)) return list->empty();
  if (const auto* const variables = std::get_if<Variables>(&value)) return variables->empty();
  if (const auto* const text = std::get_if<std::string>(&value)) return text->empty();
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number == kind_decides;
  if (const auto* const object = std::get_if<JsonObject>(&value)) return object->text.empty();
  return false;
}

std::string explain_json(const Config& config) {
  Document out;
  out["userFile"] = file_document(config.user_file, config.user_file_exists);
  out["projectFile"] =
      config.project_file.empty() ? Document() : file_document(config.project_file, true);
  out["pricesFile"] = file_document(config.prices_file, config.prices_file_exists);
  out["settings"] = Document::array();
  for (std::size_t i = 0; i < setting_keys().size(); ++i) {
    out["settings"].push_back(setting(config, i));
  }
  out["backends"] = Document::array();
  for (const BackendConfig& each : config.backends) {
    out["backends"].push_back(backend_document(each));
  }
  out["defaultBackend"]["name"] = config.default_backend;
  out["defaultBackend"]["reason"] = config.default_reason;
  out["warnings"] = config.warnings;
  return json::text_of(out);
}

}  // namespace tine::cli
