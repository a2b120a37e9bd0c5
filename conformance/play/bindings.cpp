#include "conformance/play/bindings.h"

namespace tine::conformance {
namespace {

/// Whether what follows `json` stands in a string, if what `json` begins with does so or not.
bool ends_in_string(std::string_view json, bool in_string) {
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') in_string = !in_string;
    if (in_string && json[i] == '\\') ++i;
  }
  return in_string;
}

}  // namespace

std::string_view name_at(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t end = 1;
  while (end < text.size() && (fits(text[end]) || (end > 1 && digit(text[end])))) ++end;
  return text.substr(1, end - 1);
}

void Bindings::set(std::string_view name, std::string_view json) {
  values_.insert_or_assign(std::string(name), std::string(json));
}

const std::string* Bindings::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

Checked<std::string> Bindings::fill(std::string_view text) const { return filled(text, false); }

Checked<std::string> Bindings::fill_json(std::string_view text) const { return filled(text, true); }

Checked<std::string> Bindings::filled(std::string_view text, bool is_json) const {
  std::string out;
  bool in_string = false;
  for (;;) {
    const std::size_t at = text.find('$');
    const std::string_view before = text.substr(0, at);
    out.append(before);
    if (at == std::string_view::npos) return out;
    if (is_json) in_string = ends_in_string(before, in_string);
    text.remove_prefix(at);
    const std::string_view name = name_at(text);
    if (name.empty()) {
      out.push_back('$');
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
      continue;
    }
    const std::string* value = find(name);
    if (value == nullptr) return wrong("nothing is called $" + std::string(name) + " yet");
    std::string_view json(*value);
    const bool is_whole = is_json && !in_string;
    if (!is_whole && json.size() >= 2 && json.front() == '"')
      json = json.substr(1, json.size() - 2);
    out.append(json);
    text.remove_prefix(1 + name.size());
  }
}

}  // namespace tine::conformance
