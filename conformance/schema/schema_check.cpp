#include "conformance/schema/schema_check.h"

#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "conformance/embedded.h"

namespace tine::conformance {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

Json read_schema(const std::string& path) {
  if (path.empty()) return Json::parse(embedded_file("schema/acp.v1.json"), nullptr, false);
  std::ifstream file(path);
  return Json::parse(file, nullptr, false);
}

/// Whether the schema leaves open what members are inside.
bool is_free(const std::string& member, const Json& value) {
  static const std::set<std::string> always = {"_meta", "rawInput", "rawOutput", "requestedSchema"};
  if (always.contains(member)) return true;
  // An error's data, an answer's content, a set of variables; blocks of content have a type.
  static const std::set<std::string> sometimes = {"data", "content", "env"};
  return sometimes.contains(member) && value.is_object() && !value.contains("type");
}

struct Names {
  std::set<std::string> members;
  std::set<std::string> maps;  // members whose own members may have any name
  std::set<std::string> open;  // members with anything inside
};

/// `"additionalProperties": true` says so, of an object or of the objects in a list.
bool is_open(const Json& schema) {
  if (!schema.is_object()) return false;
  const auto others = schema.find("additionalProperties");
  if (others != schema.end() && *others == true) return true;
  const auto items = schema.find("items");
  return items != schema.end() && is_open(*items);
}

void collect_names(const Json& node, Names& names) {
  if (node.is_object()) {
    if (const auto properties = node.find("properties"); properties != node.end()) {
      for (const auto& [name, value] : properties->items()) {
        names.members.insert(name);
        const auto others = value.find("additionalProperties");
        if (others != value.end() && others->is_object()) names.maps.insert(name);
        if (is_open(value)) names.open.insert(name);
      }
    }
  }
  if (!node.is_structured()) return;
  for (const Json& child : node) collect_names(child, names);
}

std::string unknown_member(const Json& node, const Names& names, bool any_name = false) {
  if (!node.is_structured()) return {};
  if (node.is_array()) {
    for (const Json& child : node) {
      if (auto found = unknown_member(child, names); !found.empty()) return found;
    }
    return {};
  }
  for (const auto& [name, value] : node.items()) {
    if (!any_name && !names.members.contains(name)) return name;
    if (!any_name && (is_free(name, value) || names.open.contains(name))) continue;
    const bool map = !any_name && names.maps.contains(name);
    if (auto found = unknown_member(value, names, map); !found.empty()) return found;
  }
  return {};
}

}  // namespace

class SchemaCheck::Schema {
 public:
  explicit Schema(const std::string& path) {
    document_ = read_schema(path);
    if (!document_.is_object() || !document_.contains("$defs")) {
      fault_ = "no schema at " + path;
      return;
    }
    collect_names(document_, names_);
    for (const auto& [name, type] : document_["$defs"].items()) {
      if (!type.contains("x-method")) continue;
      const std::string kind = name.ends_with("Request")    ? "request"
                               : name.ends_with("Response") ? "response"
                                                            : "notification";
      types_[{type["x-side"].get<std::string>(), type["x-method"].get<std::string>(), kind}] = name;
    }
  }

  /// Why there is no schema; empty: there is one.
  const std::string& fault() const { return fault_; }

  std::string check(const std::string& type, const Json& value) {
    if (!fault_.empty()) return fault_;
    if (!document_["$defs"].contains(type)) return "the schema has no type " + type;
    valijson::ValidationResults results;
    valijson::Validator validator;
    try {
      if (validator.validate(compiled(type), Adapter(value), &results)) {
        const std::string unknown =
            is_open(document_["$defs"][type]) ? "" : unknown_member(value, names_);
        return unknown.empty() ? "" : type + ": unknown member " + unknown;
      }
    } catch (const std::exception& fault) {
      return type + ": " + fault.what();
    }
    std::string all = type + ":";
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      std::string where;
      for (const std::string& part : error.context) where += part;
      all += "\n  " + where + ": " + error.description;
    }
    return all;
  }

  /// The type of a message's parameters or result; empty: the schema knows no such message.
  std::string type_of(Sender receiver, const std::string& method, const std::string& kind) const {
    const std::string side = receiver == Sender::agent ? "agent" : "client";
    for (const std::string& owner : {side, std::string("protocol")}) {
      const auto found = types_.find({owner, method, kind});
      if (found != types_.end()) return found->second;
    }
    return {};
  }

 private:
  const valijson::Schema& compiled(const std::string& type) {
    auto& place = schemas_[type];
    if (!place) {
      place = std::make_unique<valijson::Schema>();
      const Json root = {{"$ref", "#/$defs/" + type}, {"$defs", document_["$defs"]}};
      valijson::SchemaParser().populateSchema(Adapter(root), *place);
    }
    return *place;
  }

  Json document_;
  std::string fault_;
  Names names_;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> types_;
  std::map<std::string, std::unique_ptr<valijson::Schema>> schemas_;
};

SchemaCheck::SchemaCheck(const std::string& path) : schema_(std::make_unique<Schema>(path)) {}
SchemaCheck::~SchemaCheck() = default;

std::string SchemaCheck::check_type(const std::string& type, std::string_view json) {
  const Json value = Json::parse(json, nullptr, false);
  if (value.is_discarded()) return type + ": not JSON";
  return schema_->check(type, value);
}

std::string SchemaCheck::check_message(Sender sender, std::string_view line, Pending& pending) {
  const Sender receiver = sender == Sender::agent ? Sender::client : Sender::agent;
  const Json message = Json::parse(line, nullptr, false);
  if (!schema_->fault().empty()) return schema_->fault();
  if (!message.is_object()) return "not a JSON object";
  if (message.value("jsonrpc", Json()) != "2.0") return "jsonrpc is not 2.0";

  if (message.contains("method")) {
    if (!message["method"].is_string()) return "a method that is not a string";
    const auto method = message["method"].get<std::string>();
    const bool request = message.contains("id");
    const std::string type =
        schema_->type_of(receiver, method, request ? "request" : "notification");
    if (request) pending[{sender, message["id"].dump()}] = method;
    if (type.empty()) return "the schema has no " + method + " to be sent by this side";
    return schema_->check(type, message.value("params", Json::object()));
  }

  if (!message.contains("id")) return "neither a method nor an id";
  if (message.contains("result") == message.contains("error")) {
    return "not exactly one of result and error";
  }
  std::string method;
  if (const auto asked = pending.find({receiver, message["id"].dump()}); asked != pending.end()) {
    method = asked->second;
    pending.erase(asked);
  }
  if (message.contains("error")) return schema_->check("Error", message["error"]);
  if (method.empty()) return "a result that nobody asked for";
  if (method.starts_with('_')) return {};  // an extension, of which the schema says nothing
  const std::string type = schema_->type_of(sender, method, "response");
  return type.empty() ? "the schema has no result of " + method
                      : schema_->check(type, message["result"]);
}

}  // namespace tine::conformance
