#include "conformance/play/bindings.h"

namespace tine::conformance {

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

Checked<std::string> Bindings::fill(std::string_view text) const {
  std::string out;
  for (;;) {
    const std::size_t at = text.find('$');
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at);
    const std::string_view name = name_at(text);
    if (name.empty()) {
      out.push_back('$');
      text.remove_prefix(1);
      continue;
    }
    const std::string* value = find(name);
    if (value == nullptr) return wrong("nothing is called $" + std::string(name) + " yet");
    std::string_view json(*value);
    if (json.size() >= 2 && json.front() == '"') json = json.substr(1, json.size() - 2);
    out.append(json);
    text.remove_prefix(1 + name.size());
  }
}

}  // namespace tine::conformance
