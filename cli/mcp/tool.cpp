#include "cli/mcp/tool.h"

#include <utility>

namespace tine::cli {
namespace {

Failure wrong(const char* name, const std::string& expected) {
  return fail(Error(ErrorKind::invalid_params, std::string(name) + " must be " + expected)
                  .with_hint("Call the tool again with such a value."));
}

}  // namespace

const json::Document* Arguments::member(const char* name) const {
  const auto found = members_.find(name);
  return found == members_.end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> Arguments::text(const char* name) const {
  const json::Document* const found = member(name);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return wrong(name, "a string");
  return found->get<std::string>();
}

Result<std::string> Arguments::needed_text(const char* name) const {
  auto out = text(name);
  if (out && out->empty()) return wrong(name, "a string that is not empty");
  return out;
}

Result<std::int64_t> Arguments::number(const char* name, std::int64_t least, std::int64_t most,
                                       std::int64_t otherwise) const {
  const json::Document* const found = member(name);
  if (found == nullptr) return otherwise;
  const auto expected = [&] {
    return wrong(name,
                 "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  };
  // A number that is too large for one without a sign is no integer for the parser.
  if (!found->is_number_integer()) return expected();
  if (found->is_number_unsigned() &&
      found->get<std::uint64_t>() > static_cast<std::uint64_t>(most)) {
    return expected();
  }
  const auto value = found->get<std::int64_t>();
  if (value < least || value > most) return expected();
  return value;
}

Result<bool> Arguments::flag(const char* name) const {
  const json::Document* const found = member(name);
  if (found == nullptr) return false;
  if (!found->is_boolean()) return wrong(name, "true or false");
  return found->get<bool>();
}

Result<std::vector<std::string>> Arguments::texts(const char* name) const {
  std::vector<std::string> out;
  const json::Document* const found = member(name);
  if (found == nullptr) return out;
  if (!found->is_array()) return wrong(name, "an array of strings");
  for (const auto& each : *found) {
    if (!each.is_string()) return wrong(name, "an array of strings");
    out.push_back(each.get<std::string>());
  }
  return out;
}

}  // namespace tine::cli
