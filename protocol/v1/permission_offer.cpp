#include "protocol/v1/permission_offer.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/visible.h"
#include "protocol/v1/codec.h"

namespace tine::v1 {
namespace {

struct Kind {
  std::string_view name;
  std::string_view words;
};
constexpr std::array offered_kinds = {
    Kind{"allow_once", "Allow once"}, Kind{"allow_always", "Allow always"},
    Kind{"reject_once", "Reject once"}, Kind{"reject_always", "Reject always"}};

struct Option {
  const Kind* kind;
  json::View asked;
  std::string own_id;
  std::string id;    // as it is offered
  std::string name;  // likewise
};

std::vector<Option> options_of(json::View asked, bool by_name) {
  std::vector<Option> all;
  std::array<std::size_t, offered_kinds.size()> counts{};
  for (const json::View each : asked.elements()) {
    const auto* const kind = std::ranges::find_if(
        offered_kinds, [each](const Kind& one) { return each.find("kind").equals(one.name); });
    std::string own_id = json::text_in(each, "optionId");
    // Of two with one id the backend could not tell which was chosen.
    if (kind == offered_kinds.end() ||
        std::ranges::find(all, own_id, &Option::own_id) != all.end()) {
      continue;
    }
    const std::size_t number = ++counts[static_cast<std::size_t>(kind - offered_kinds.begin())];
    if (number > 1 && !by_name) continue;
    std::string id(kind->name);
    if (number > 1) id += "_" + std::to_string(number);
    all.push_back({.kind = kind,
                   .asked = each,
                   .own_id = std::move(own_id),
                   .id = std::move(id),
                   .name = visible_line(json::text_in(each, "name"))});
  }
  return all;
}

/// What choosing them means; empty: their names say it.
std::string words_of(const std::vector<Option>& options, bool by_name) {
  std::string out;
  for (const Option& each : options) {
    const json::View ours = each.asked.find("_meta").find("tine");
    const std::string description = visible_line(json::text_in(ours, "description"));
    if (by_name && description.empty()) continue;
    std::string line(by_name ? each.name : each.kind->words);
    if (!by_name && each.name != line) line += ": " + each.name;
    if (!description.empty()) line += (by_name ? ": " : ". ") + description;
    out += "\n- " + line;
  }
  return out.empty() ? out : "What the answers mean:" + out;
}

void write_options(json::Writer& out, const std::vector<Option>& options) {
  out.begin_array();
  for (const Option& each : options) {
    out.begin_object().member("optionId", std::string_view(each.id));
    out.member("name", std::string_view(each.name)).member("kind", each.kind->name);
    for (const auto& [key, value] : each.asked.members()) {
      if (key.equals("optionId") || key.equals("name") || key.equals("kind")) continue;
      out.key(key.string().value_or(std::string())).raw(value.raw());
    }
    out.end_object();
  }
  out.end_array();
}

/// The tool call with `words` behind its content.
void write_subject(json::Writer& out, json::View call, std::string_view words) {
  out.begin_object();
  for (const auto& [key, value] : call.members()) {
    if (!key.equals("content")) out.key(key.string().value_or(std::string())).raw(value.raw());
  }
  out.key("content").begin_array();
  for (const json::View each : call.find("content").elements()) out.raw(each.raw());
  out.begin_object().member("type", "content").key("content").begin_object();
  out.member("type", "text").member("text", words).end_object().end_object();
  out.end_array().end_object();
}

}  // namespace

PermissionOffer::PermissionOffer(std::string_view asked, bool by_name) {
  const json::View question(asked);
  const std::vector<Option> options = options_of(question.find("options"), by_name);
  const std::string words = words_of(options, by_name);
  json::Writer out(params_);
  out.begin_object();
  for (const auto& [key, value] : question.members()) {
    out.key(key.string().value_or(std::string()));
    if (key.equals("options")) {
      write_options(out, options);
    } else if (key.equals("toolCall") && !words.empty()) {
      write_subject(out, value, words);
    } else {
      out.raw(value.raw());
    }
  }
  out.end_object();
  for (const Option& each : options) ids_.emplace_back(each.id, each.own_id);
}

Result<std::string> PermissionOffer::answer(std::string given) const {
  const auto response =
      read_result<PermissionResponse>(json::View(given), ErrorKind::invalid_request);
  if (!response) return Failure(response.error());
  if (!response->option_id) return given;
  for (const auto& [id, own] : ids_) {
    if (id != *response->option_id) continue;
    const std::string_view named = json::View(given).find("outcome").find("optionId").raw();
    const auto place = static_cast<std::size_t>(named.data() - given.data());
    given.replace(place, named.size(), json::quoted(own));
    return given;
  }
  return fail(ErrorKind::invalid_request, "the client chose an option that was not offered");
}

}  // namespace tine::v1
