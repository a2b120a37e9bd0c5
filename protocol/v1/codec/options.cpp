#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 2> option_types = {"select", "boolean"};

}  // namespace

bool decode(json::View from, Mode& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("id", to.id)
      .required("name", to.name)
      .lenient("description", to.description)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const Mode& from) {
  out.begin_object();
  out.member("id", std::string_view(from.id)).member("name", std::string_view(from.name));
  text_member(out, "description", from.description);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ModeState& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("currentModeId", to.current)
      .valid_items("availableModes", to.available)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ModeState& from) {
  out.begin_object().member("currentModeId", std::string_view(from.current));
  list_member(out, "availableModes", from.available);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ConfigValue& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("value", to.value)
      .required("name", to.name)
      .lenient("description", to.description)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ConfigValue& from) {
  out.begin_object();
  out.member("value", std::string_view(from.value)).member("name", std::string_view(from.name));
  text_member(out, "description", from.description);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ConfigGroup& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  return reader.required("group", to.group)
      .required("name", to.name)
      .valid_items("options", to.values)
      .raw_object("_meta", to.meta)
      .ok();
}

void encode(json::Writer& out, const ConfigGroup& from) {
  out.begin_object();
  out.member("group", std::string_view(from.group)).member("name", std::string_view(from.name));
  list_member(out, "options", from.values);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, ConfigOption::Type& to, const json::Path& path,
            json::Complaint& complaint) {
  return decode_enum(from, to, option_types, path, complaint);
}

bool decode(json::View from, ConfigOption& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("id", to.id).required("name", to.name).required("type", to.type);
  reader.lenient("description", to.description).lenient("category", to.category);
  reader.raw_object("_meta", to.meta);
  if (!reader.ok()) return false;
  if (to.type == ConfigOption::Type::boolean) return reader.required("currentValue", to.on).ok();
  reader.required("currentValue", to.current);
  bool grouped = false;
  for (const json::View entry : reader.find("options").elements()) {
    grouped = entry.find("group").exists();
    break;
  }
  if (grouped) {
    reader.required("options", to.groups);
  } else {
    reader.required("options", to.values);
  }
  return reader.ok();
}

void encode(json::Writer& out, const ConfigOption& from) {
  out.begin_object();
  out.member("type", enum_name(from.type, option_types));
  out.member("id", std::string_view(from.id)).member("name", std::string_view(from.name));
  text_member(out, "description", from.description);
  text_member(out, "category", from.category);
  if (from.type == ConfigOption::Type::boolean) {
    out.member("currentValue", from.on);
  } else {
    out.member("currentValue", std::string_view(from.current));
    if (from.groups.empty()) {
      list_member(out, "options", from.values);
    } else {
      list_member(out, "options", from.groups);
    }
  }
  out.raw_member("_meta", from.meta).end_object();
}

void encode(json::Writer& out, const Command& from) {
  out.begin_object().member("name", std::string_view(from.name));
  out.member("description", std::string_view(from.description));
  if (!from.hint.empty()) {
    out.key("input").begin_object().member("hint", std::string_view(from.hint)).end_object();
  }
  out.raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
