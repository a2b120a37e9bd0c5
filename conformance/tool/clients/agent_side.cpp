#include "conformance/tool/clients/agent_side.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/json/scanner.h"

namespace tine::conformance {
namespace {

/// From here on a client that takes numbers for doubles cannot tell them apart.
constexpr std::int64_t first_inexact = std::int64_t{1} << 53;

/// What an agent announces so that a client may call these methods.
struct AgentAbility {
  std::string_view method;
  std::string_view announced;
  const char* requirement;
};
constexpr std::array agent_abilities = {
    AgentAbility{"session/load", "loadSession", "ACP-CLIENT-011"},
    AgentAbility{"session/resume", "sessionCapabilities.resume", "ACP-CLIENT-012"},
    AgentAbility{"session/close", "sessionCapabilities.close", "ACP-CLIENT-013"},
    AgentAbility{"session/list", "sessionCapabilities.list", "ACP-CLIENT-014"},
    AgentAbility{"session/delete", "sessionCapabilities.delete", "ACP-CLIENT-015"},
    AgentAbility{"logout", "auth.logout", "ACP-CLIENT-016"},
};

/// What a kind of content needs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> contents = {
    {{"image", "promptCapabilities.image"},
     {"audio", "promptCapabilities.audio"},
     {"resource", "promptCapabilities.embeddedContext"}}};

}  // namespace

void AgentSide::find(const std::string& requirement, std::string what, std::string_view line) {
  findings_.push_back(
      {requirement, std::move(what), std::string(line.substr(0, Finding::longest_line))});
}

bool AgentSide::announces(std::string_view path) const {
  json::View value = json::View(announced_).find("agentCapabilities");
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    value = value.find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value.is_object() || value.boolean() == true;
}

// --- what the agent says

void AgentSide::note_sent(std::string_view line) {
  json::Scanner scanner;
  if (!scanner.feed(line) || !scanner.finish()) return;
  const json::View message(line);
  const std::string id(message.find("id").raw());
  if (message.find("method").exists()) {
    if (id.empty()) return;
    SchemaCheck::Pending sent;
    schema_.check_message(Sender::agent, line, sent);
    pending_.merge(sent);
    return;
  }
  const auto asked = asked_.find(id);
  if (asked == asked_.end()) return;
  const json::View result = message.find("result");
  if (asked->second == "initialize" && announced_.empty()) announced_ = result.raw();
  if (result.find("sessionId").is_string())
    sessions_.insert(result.find("sessionId").string().value_or(""));
  prompts_.erase(id);
  asked_.erase(asked);
}

std::string AgentSide::answer(std::string_view request) {
  const json::View message(request);
  if (!message.find("id").exists() || !message.find("method").exists()) return {};
  const std::string begin = R"({"jsonrpc":"2.0","id":)" + std::string(message.find("id").raw());
  const json::View method = message.find("method");
  if (method.equals("session/new"))
    return begin + R"(,"result":{"sessionId":"more-)" + std::to_string(++made_) + "\"}}";
  if (method.equals("session/prompt")) return begin + R"(,"result":{"stopReason":"end_turn"}})";
  return begin + R"(,"error":{"code":-32601,"message":"this agent does not do that"}})";
}

// --- what the client says

std::string AgentSide::check_noise(std::string_view line) {
  json::Scanner scanner;
  scanner.feed(line);
  if (scanner.fault() == json::Fault::bad_utf8) {
    find("ACP-CLIENT-006", "not UTF-8: " + shown(line), line);
  } else {
    find("ACP-CLIENT-005", "not a message: " + shown(line), line);
  }
  return {};
}

std::string AgentSide::check(std::string_view line, const std::string& /*asked*/) {
  const json::View message(line);
  if (!message.is_object()) return check_noise(line);
  const std::string method = message.find("method").string().value_or("");
  const json::View params = message.find("params");
  const json::View id = message.find("id");
  if (initialize_.empty() && method != "initialize")
    find("ACP-CLIENT-001", "before initialize it sends " + shown(line), line);
  check_schema(line);
  check_paths(params.exists() ? params : message.find("result"), line);
  if (method.empty()) return {};
  if (method == "initialize") check_initialize(params, line);
  if (method == "session/prompt") check_prompt(id, params, line);
  check_call(method, params, line);
  if (id.exists()) asked_[std::string(id.raw())] = method;
  return {};
}

void AgentSide::check_schema(std::string_view line) {
  const std::string fault = schema_.check_message(Sender::client, line, pending_);
  if (fault.empty()) return;
  const json::View message(line);
  if (message.find("method").string().value_or("").starts_with('_')) return;
  if (fault.find("unknown member") != std::string::npos) {
    find("ACP-CLIENT-004", fault, line);
  } else if (fault.find("nobody asked for") != std::string::npos) {
    // A rounded id is a matter of its own.
    const bool is_rounded = message.find("id").integer().value_or(0) >= first_inexact;
    if (!is_rounded) find("ACP-CLIENT-007", fault, line);
  } else {
    find("ACP-CLIENT-003", fault, line);
  }
}

void AgentSide::check_initialize(json::View params, std::string_view line) {
  if (!initialize_.empty()) return find("ACP-CLIENT-002", "a second initialize", line);
  initialize_ = params.exists() ? std::string(params.raw()) : "{}";
  const json::View info = params.find("clientInfo");
  if (json::text_in(info, "name").empty() || json::text_in(info, "version").empty())
    find("ACP-CLIENT-021", "no name and version in clientInfo", line);
  if (!params.find("clientCapabilities").is_object())
    find("ACP-CLIENT-022", "no clientCapabilities", line);
}

void AgentSide::check_call(std::string_view method, json::View params, std::string_view line) {
  for (const AgentAbility& each : agent_abilities) {
    if (method != each.method || announces(each.announced)) continue;
    find(each.requirement,
         "it calls " + std::string(method) + ", and the agent does not announce " +
             std::string(each.announced),
         line);
  }
  if (params.find("additionalDirectories").is_array() &&
      !announces("sessionCapabilities.additionalDirectories"))
    find("ACP-CLIENT-017", "further directories, which the agent does not announce", line);
  for (const json::View server : params.find("mcpServers").elements()) {
    const std::string type = json::text_in(server, "type");
    if ((type == "http" || type == "sse") && !announces("mcpCapabilities." + type))
      find("ACP-CLIENT-019", "a server over " + type + ", which the agent does not announce", line);
  }
  if (method == "authenticate") {
    const std::string wish = json::text_in(params, "methodId");
    bool is_offered = false;
    for (const json::View each : json::View(announced_).find("authMethods").elements())
      is_offered =
          is_offered || (each.find("id").equals(wish) && !each.find("type").equals("terminal"));
    if (!is_offered) find("ACP-CLIENT-020", "the agent does not offer the method " + wish, line);
  }
}

void AgentSide::check_prompt(json::View id, json::View params, std::string_view line) {
  const std::string session = json::text_in(params, "sessionId");
  if (!sessions_.contains(session))
    find("ACP-CLIENT-009", "there is no session " + shown(session) + " yet", line);
  const bool is_second = std::any_of(prompts_.begin(), prompts_.end(),
                                     [&](const auto& each) { return each.second == session; });
  if (is_second) find("ACP-CLIENT-010", "a prompt while another one runs", line);
  prompts_[std::string(id.raw())] = session;
  for (const json::View block : params.find("prompt").elements()) {
    for (const auto& [type, needed] : contents) {
      if (block.find("type").equals(type) && !announces(needed))
        find("ACP-CLIENT-018",
             "content of the kind " + std::string(type) + ", which the agent does not announce",
             line);
    }
  }
}

void AgentSide::check_paths(json::View value, std::string_view line) {
  const auto is_absolute = [](json::View path) {
    return path.escaped().starts_with('/') || path.escaped().starts_with("\\/");
  };
  const json::View cwd = value.find("cwd");
  if (cwd.is_string() && !is_absolute(cwd))
    find("ACP-CLIENT-008", "not an absolute path: " + shown(cwd.raw()), line);
  for (const json::View each : value.find("additionalDirectories").elements()) {
    if (!is_absolute(each))
      find("ACP-CLIENT-008", "not an absolute path: " + shown(each.raw()), line);
  }
}

}  // namespace tine::conformance
