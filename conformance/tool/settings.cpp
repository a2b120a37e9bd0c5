#include "conformance/tool/settings.h"

#include "conformance/play/pattern.h"

namespace tine::conformance {
namespace {

/// Whether one of the choices has that value as its `member`; those of a group count, too.
bool is_among(json::View choices, std::string_view member, const std::string& value) {
  for (const json::View each : choices.elements()) {
    if (each.find(member).equals(value) || is_among(each.find("options"), member, value))
      return true;
  }
  return false;
}

}  // namespace

std::string wrong_value(json::View option) {
  const json::View value = option.find("currentValue");
  if (option.find("type").equals("boolean"))
    return value.boolean() ? "" : "not yes or no: " + shown(value.raw());
  if (!option.find("type").equals("select")) return {};
  if (is_among(option.find("options"), "value", value.string().value_or(""))) return {};
  return "the option " + shown(option.find("id").raw()) + " does not offer its own value " +
         shown(value.raw());
}

std::string wrong_mode(json::View modes) {
  const json::View mode = modes.find("currentModeId");
  if (!mode.exists()) return {};
  if (is_among(modes.find("availableModes"), "id", mode.string().value_or(""))) return {};
  return "the session does not offer its own mode " + shown(mode.raw());
}

}  // namespace tine::conformance
