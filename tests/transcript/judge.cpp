#include "tests/transcript/judge.h"

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

namespace tine::transcript {
namespace {

using Json = nlohmann::json;

/// Messages longer than this are judged each time.
constexpr std::size_t longest_remembered = std::size_t{64} * 1024;

/// What a `_meta.tine` at some place is called in the schema: "session/prompt result" becomes
/// "SessionPromptResult". Indexes do not matter.
std::string type_at(std::string_view where) {
  std::string out;
  bool begins = true;
  for (const char c : where) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) out.push_back(begins && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
    begins = !letter;
  }
  return out;
}

struct Found {
  std::string where;
  std::string json;
};

/// Collects every `_meta.tine`.
void find_ours(const Json& node, const std::string& where, std::vector<Found>& found) {
  if (node.is_array()) {
    for (const Json& each : node) find_ours(each, where, found);
  }
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (key == "_meta") {
      if (value.is_object() && value.contains("tine"))
        found.push_back({where, value["tine"].dump()});
    } else {
      find_ours(value, std::string(where).append(" ").append(key), found);
    }
  }
}

}  // namespace

Judge::Judge()
    : meta_("schemas/meta.v1.schema.json"),
      error_("schemas/error.v1.schema.json"),
      search_("schemas/search.v1.schema.json"),
      tasks_("schemas/tasks.v1.schema.json") {}

std::string Judge::fault() {
  constexpr std::string_view none = "no schema";
  if (auto fault = protocol_.check_type("SessionId", "\"a\""); !fault.empty()) return fault;
  if (auto fault = meta_.check_type("Opened", "{}"); fault.starts_with(none)) return fault;
  if (auto fault = error_.check_type("ErrorData", "{}"); fault.starts_with(none)) return fault;
  if (auto fault = search_.check_type("SearchResponse", "{}"); fault.starts_with(none))
    return fault;
  if (auto fault = tasks_.check_type("TasksResponse", "{}"); fault.starts_with(none)) return fault;
  if (auto fault = files_.fault(); !fault.empty()) return fault;

  struct Sample {
    std::string_view asked;
    std::string_view line;
    std::string_view fault;  // how it must be found wrong; empty: it is right
  };
  static constexpr std::array samples = {
      Sample{"session/new",
             R"({"jsonrpc":"2.0","id":1,"result":{"sessionId":"a","_meta":{"tine":)"
             R"({"backend":"b","seq":0}}}})",
             ""},
      Sample{"session/new", R"({"jsonrpc":"2.0","id":1,"result":{"sessionId":7}})",
             "NewSessionResponse"},
      Sample{"session/new",
             R"({"jsonrpc":"2.0","id":1,"result":{"sessionId":"a","_meta":{"tine":)"
             R"({"backend":"b","seq":-1}}}})",
             "SessionNewResult"},
      Sample{"session/new",
             R"({"jsonrpc":"2.0","id":1,"result":{"sessionId":"a","_meta":{"tine":)"
             R"({"backend":"b","seq":0,"hat":1}}}})",
             "unknown member hat"},
      Sample{"session/list",
             R"({"jsonrpc":"2.0","id":1,"result":{"sessions":[{"sessionId":"a","cwd":"/",)"
             R"("_meta":{"tine":{"backend":"b","parent":7,"depth":0,"turns":0}}}]}})",
             "SessionListResultSessions"},
      Sample{"_tine/search", R"({"jsonrpc":"2.0","id":1,"result":{"hits":[],"more":false}})", ""},
      Sample{"_tine/search", R"({"jsonrpc":"2.0","id":1,"result":{"hits":[{}],"more":false}})",
             "SearchResponse"},
      Sample{"_tine/tasks", R"({"jsonrpc":"2.0","id":1,"result":{"tasks":[]}})", ""},
      Sample{"_tine/tasks", R"({"jsonrpc":"2.0","id":1,"result":{"tasks":[{"title":"a"}]}})",
             "TasksResponse"},
      Sample{"session/prompt",
             R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"a","data":{"tine":)"
             R"({"kind":"internal"}}}})",
             "ErrorData"},
  };
  for (const Sample& sample : samples) {
    const std::string found = check(sample.line, std::string(sample.asked));
    if (found.empty() != sample.fault.empty() || found.find(sample.fault) == std::string::npos) {
      return "the schemas do not judge as they should: " + std::string(sample.line) + " " + found;
    }
  }
  return {};
}

namespace {

/// What a client that did not ask for more is told.
bool is_for_person(const Json& data) {
  return data.size() == 1 && data.contains("details") && data["details"].is_string() &&
         !data["details"].get<std::string>().empty();
}

}  // namespace

std::string Judge::check(std::string_view line, const std::string& asked) {
  std::string fault = fault_of(line, asked);
  return fault.empty() ? fault : "against the schema: " + fault;
}

std::string Judge::fault_of(std::string_view line, const std::string& asked) {
  const std::string key = asked + "\n" + std::string(line);
  if (good_.contains(key)) return {};
  const Json message = Json::parse(line, nullptr, false);
  if (!message.is_object()) return "it is not a JSON object";

  conformance::SchemaCheck::Pending pending;
  if (!asked.empty() && message.contains("id")) {
    pending[{conformance::Sender::client, message["id"].dump()}] = asked;
  }
  if (auto fault = protocol_.check_message(conformance::Sender::agent, line, pending);
      !fault.empty())
    return fault;

  if (const auto result = message.find("result");
      asked == "_tine/search" && result != message.end()) {
    if (auto fault = search_.check_type("SearchResponse", result->dump()); !fault.empty())
      return fault;
  }
  if (const auto result = message.find("result");
      asked == "_tine/tasks" && result != message.end()) {
    if (auto fault = tasks_.check_type("TasksResponse", result->dump()); !fault.empty())
      return fault;
  }
  std::vector<Found> ours;
  find_ours(message, message.value("method", asked), ours);
  for (const Found& each : ours) {
    if (auto fault = meta_.check_type(type_at(each.where), each.json); !fault.empty())
      return "_meta.tine: " + fault;
  }
  if (const auto error = message.find("error"); error != message.end()) {
    const Json data = error->value("data", Json::object());
    if (!data.contains("tine"))
      return is_for_person(data) ? "" : "an error without data.tine, and not for a person either";
    if (auto fault = error_.check_type("ErrorData", data["tine"].dump()); !fault.empty())
      return "data.tine: " + fault;
  }
  if (line.size() <= longest_remembered) good_.insert(key);
  return {};
}

}  // namespace tine::transcript
