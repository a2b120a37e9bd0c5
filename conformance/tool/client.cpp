#include "conformance/tool/client.h"

#include <algorithm>
#include <array>

#include "base/json/scanner.h"
#include "conformance/tool/settings.h"

namespace tine::conformance {
namespace {

/// The version of the protocol that the schema is of.
constexpr std::string_view schema_version = "1";

/// The code of an error that asks for a login.
constexpr std::string_view login_wanted = "-32000";

/// What an agent says that has no content to say.
constexpr std::string_view null_result = "null";

/// What the client answers in passing, as if it had a terminal in which a command has ended.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> results = {
    {{"terminal/create", R"({"terminalId":"term-0"})"},
     {"terminal/output", R"({"output":"hello\n","truncated":false,"exitStatus":{"exitCode":0}})"},
     {"terminal/wait_for_exit", R"({"exitCode":0})"},
     {"terminal/kill", "{}"},
     {"terminal/release", "{}"}}};

/// What a client announces so that an agent may call these methods.
struct ClientAbility {
  std::string_view methods;  // a prefix
  std::string_view announced;
  const char* requirement;
};
constexpr std::array client_abilities = {
    ClientAbility{"fs/read_text_file", "fs.readTextFile", "ACP-FS-001"},
    ClientAbility{"fs/write_text_file", "fs.writeTextFile", "ACP-FS-001"},
    ClientAbility{"terminal/", "terminal", "ACP-TERM-001"},
    ClientAbility{"elicitation/", "elicitation", "ACP-ELIC-001"},
};

/// Kinds of updates that belong to a turn.
constexpr std::array<std::string_view, 5> of_a_turn = {"agent_message_chunk", "agent_thought_chunk",
                                                       "tool_call", "tool_call_update", "plan"};

bool is_announced(json::View value) { return value.is_object() || value.boolean() == true; }

/// Members of any name and content.
bool is_free(std::string_view member) {
  return member == "_meta" || member == "rawInput" || member == "rawOutput" ||
         member == "content" || member == "env";
}

}  // namespace

void Client::find(const char* requirement, std::string what, std::string_view line,
                  std::source_location judge) {
  findings_.push_back({requirement, std::move(what),
                       std::string(line.substr(0, Finding::longest_line)),
                       "client.cpp:" + std::to_string(judge.line())});
}

// --- what the client sends

void Client::note_sent(std::string_view line) {
  json::Scanner scanner;
  if (!scanner.feed(line) || !scanner.finish()) return;
  const json::View message(line);
  if (!message.is_object()) return;
  const std::string method = message.find("method").string().value_or("");
  const json::View params = message.find("params");
  const std::string id(message.find("id").raw());
  if (method.empty()) return;
  if (!id.empty()) {
    SchemaCheck::Pending sent;
    schema_.check_message(Sender::client, line, sent);
    pending_.merge(sent);
  }
  if (method == "initialize") {
    const json::View can = params.find("clientCapabilities");
    if (is_announced(can.find("terminal"))) can_.insert("terminal");
    if (is_announced(can.find("elicitation"))) can_.insert("elicitation");
    for (const std::string name : {"readTextFile", "writeTextFile"}) {
      if (is_announced(can.find("fs").find(name))) can_.insert("fs." + name);
    }
    if (is_announced(can.find("session").find("configOptions").find("boolean")))
      can_.insert("boolean");
    if (is_announced(can.find("auth").find("terminal"))) can_.insert("login");
  }
  if (method == "session/load" || method == "session/resume")
    sessions_.insert(params.find("sessionId").string().value_or(""));
  if (method == "session/prompt") {
    const std::string session = params.find("sessionId").string().value_or("");
    prompts_[id] = session;
    cancelled_.erase(session);
  }
}

void Client::note_restart() {
  pending_.clear();
  can_.clear();
  prompts_.clear();
  cancelled_.clear();
}

std::string Client::answer(std::string_view request) {
  const json::View message(request);
  if (!message.find("id").exists() || !message.find("method").exists()) return {};
  const std::string begin = R"({"jsonrpc":"2.0","id":)" + std::string(message.find("id").raw());
  const std::string method = message.find("method").string().value_or("");
  for (const auto& [name, result] : results) {
    if (method == name) return begin + ",\"result\":" + std::string(result) + "}";
  }
  if (method != "session/request_permission")
    return begin + R"(,"error":{"code":-32603,"message":"this client does nothing for an agent"}})";
  for (const json::View option : message.find("params").find("options").elements()) {
    if (!option.find("kind").equals(allows_ ? "allow_once" : "reject_once")) continue;
    return begin + R"(,"result":{"outcome":{"outcome":"selected","optionId":)" +
           std::string(option.find("optionId").raw()) + "}}}";
  }
  return begin + R"(,"result":{"outcome":{"outcome":"cancelled"}}})";
}

// --- what the agent says

std::string Client::check_noise(std::string_view line) {
  json::Scanner scanner;
  scanner.feed(line);
  if (scanner.fault() == json::Fault::bad_utf8) {
    find("ACP-STDIO-002", "not UTF-8: " + shown(line), line);
    return {};
  }
  find("ACP-STDIO-001", "not a message: " + shown(line), line);
  return {};
}

std::string Client::check(std::string_view line, const std::string& asked) {
  const json::View message(line);
  if (!message.is_object()) return check_noise(line);
  if (asked == "initialize" && initialize_.empty()) {
    const json::View result = message.find("result");
    initialize_ = result.raw();
    speaks_ours_ = !result.find("protocolVersion").exists() ||
                   result.find("protocolVersion").raw() == schema_version;
    if (speaks_ours_) check_logins(result.find("authMethods"), line);
  }
  if (speaks_ours_) check_schema(line);
  if (message.find("error").find("code").raw() == login_wanted) wants_login_ = true;
  const std::string method = message.find("method").string().value_or("");
  const json::View params = message.find("params");
  if (message.find("method").exists()) {
    check_request(method, line);
    check_paths(params, line);
    if (method == "session/update") check_update(params, line);
  } else {
    check_answer(message, line);
    check_paths(message.find("result"), line);
  }
  return {};
}

void Client::check_schema(std::string_view line) {
  const json::View message(line);
  const bool is_null = message.find("result").raw() == null_result;
  // A page of the protocol has null for an empty object.
  const std::string object =
      R"({"jsonrpc":"2.0","result":{},"id":)" + std::string(message.find("id").raw()) + "}";
  const std::string fault =
      schema_.check_message(Sender::agent, is_null ? std::string_view(object) : line, pending_);
  if (fault.empty()) {
    if (is_null) find("ACP-RPC-009", "null, where an object is meant", line);
    return;
  }
  if (message.find("method").string().value_or("").starts_with('_')) return;
  if (fault.find("unknown member") != std::string::npos) {
    find("ACP-EXT-001", fault, line);
  } else if (fault.find("nobody asked for") != std::string::npos) {
    find("ACP-RPC-001", fault, line);
  } else {
    find("ACP-SCHEMA-001", fault, line);
  }
}

void Client::check_request(std::string_view method, std::string_view line) {
  for (const ClientAbility& each : client_abilities) {
    if (!method.starts_with(each.methods) || can_.contains(each.announced)) continue;
    find(each.requirement,
         "it calls " + std::string(method) + ", and the client did not announce " +
             std::string(each.announced),
         line);
  }
}

void Client::check_update(json::View params, std::string_view line) {
  const json::View update = params.find("update");
  const std::string kind = update.find("sessionUpdate").string().value_or("");
  check_settings(update, line);
  const std::string session = params.find("sessionId").string().value_or("");
  if (!sessions_.contains(session))
    find("ACP-PROMPT-005", "an update of " + shown(session) + ", which is not open", line);
  if (cancelled_.contains(session) &&
      std::find(of_a_turn.begin(), of_a_turn.end(), kind) != of_a_turn.end()) {
    find("ACP-CANCEL-003", "an update of a turn after its response said that it was cancelled",
         line);
  }
}

void Client::check_answer(json::View message, std::string_view line) {
  const json::View result = message.find("result");
  check_settings(result, line);
  if (const auto session = result.find("sessionId").string()) sessions_.insert(*session);
  check_error(message.find("error"), line);
  const auto prompt = prompts_.find(std::string(message.find("id").raw()));
  if (prompt == prompts_.end()) return;
  const std::string session = prompt->second;
  prompts_.erase(prompt);
  const json::View usage = result.find("usage");
  check_usage(usage, line);
  usages_.push_back({.session = session,
                     .is_cancelled = result.find("stopReason").equals("cancelled"),
                     .total = usage.find("totalTokens").integer(),
                     .output = usage.find("outputTokens").integer().value_or(0)});
  const bool is_open = std::any_of(prompts_.begin(), prompts_.end(),
                                   [&](const auto& each) { return each.second == session; });
  if (!is_open && result.find("stopReason").equals("cancelled")) cancelled_.insert(session);
}

void Client::check_settings(json::View holder, std::string_view line) {
  for (const json::View option : holder.find("configOptions").elements()) {
    if (option.find("type").equals("boolean") && !can_.contains("boolean"))
      find("ACP-CONFIG-001", "a boolean option, which the client did not announce", line);
    if (const std::string fault = wrong_value(option); !fault.empty())
      find("ACP-CONFIG-016", fault, line);
  }
  if (const std::string fault = wrong_mode(holder.find("modes")); !fault.empty())
    find("ACP-MODES-001", fault, line);
}

void Client::check_logins(json::View methods, std::string_view line) {
  std::set<std::string> ids;
  for (const json::View method : methods.elements()) {
    const std::string id = method.find("id").string().value_or("");
    if (!ids.insert(id).second) find("ACP-AUTH-007", "two logins have the id " + shown(id), line);
    if (method.find("type").equals("terminal") && !can_.contains("login"))
      find("ACP-AUTH-008", "a login in a terminal, which the client did not announce", line);
  }
}

void Client::check_error(json::View error, std::string_view line) {
  if (!error.is_object()) return;
  const std::string message = error.find("message").string().value_or("");
  if (message.empty() || message.find('\n') != std::string::npos)
    find("ACP-ERROR-001", message.empty() ? "no text" : "more than one line", line);
}

void Client::check_usage(json::View usage, std::string_view line) {
  if (!usage.is_object()) return;
  const auto count = [&](const char* part) { return usage.find(part).integer().value_or(0); };
  const std::int64_t output = count("outputTokens");
  const std::int64_t cached = count("cachedReadTokens") + count("cachedWriteTokens");
  const std::int64_t thought = count("thoughtTokens");
  const std::int64_t sum = count("inputTokens") + output + cached;
  const std::int64_t total = count("totalTokens");
  if (thought > output || (thought > 0 && total == sum + thought)) {
    find("ACP-USAGE-003", "the tokens of thoughts are not in those of the output", line);
  } else if (cached > 0 && total == sum - cached) {
    find("ACP-USAGE-002", "the tokens of the cache are in the input: the total has them once",
         line);
  } else if (total != sum) {
    find("ACP-USAGE-001", "the parts of the usage make " + std::to_string(sum), line);
  }
}

void Client::check_paths(json::View value, std::string_view line) {
  for (const json::View each : value.elements()) check_paths(each, line);
  for (const auto& [key, member] : value.members()) {
    const std::string name = key.string().value_or("");
    if ((name == "path" || name == "cwd") && member.is_string()) {
      if (!member.escaped().starts_with('/') && !member.escaped().starts_with("\\/"))
        find("ACP-PATH-001", "not an absolute path: " + shown(member.raw()), line);
    } else if (name == "content" || !is_free(name)) {
      check_paths(member, line);
    }
  }
}

}  // namespace tine::conformance
