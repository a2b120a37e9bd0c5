#include "tests/agent/agent.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

namespace tine::tests {
namespace {

const Json nothing = Json::object();

std::string text_of(const Json& prompt) {
  std::string text;
  for (const Json& block : prompt)
    if (block.value("type", "") == "text") text += block.value("text", "");
  return text;
}

/// Text as a model says it, of so many bytes.
std::string words(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "It reads the file, finds the place and changes two lines. ";
  return text.substr(0, bytes);
}

/// Sessions outlive the process in a file where it was started with one.
std::string store() {
  const char* const path = std::getenv("SCRIPTED_AGENT_STORE");
  return path == nullptr ? std::string() : std::string(path);
}

}  // namespace

// --- lines
// ------------------------------------------------------------------------------------

int Agent::serve() {
  if (!store().empty()) {
    std::ifstream file(store());
    const Json kept = Json::parse(file, nullptr, false);
    if (kept.is_object())
      for (const auto& [id, past] : kept.items())
        sessions_[id].past = past.get<std::vector<std::string>>();
  }
  while (step()) {
  }
  while (is("stays")) ::pause();
  return 0;
}

bool Agent::step() {
  std::size_t end = input_.find('\n');
  while (end == std::string::npos) {
    char part[65536];
    const ssize_t got = ::read(STDIN_FILENO, part, sizeof part);
    if (got <= 0) return false;
    const std::size_t from = input_.size();
    input_.append(part, static_cast<std::size_t>(got));
    end = input_.find('\n', from);
  }
  const std::string line = input_.substr(0, end);
  input_.erase(0, end + 1);
  const Json message = Json::parse(line, nullptr, false);
  if (message.is_object()) serve(message);
  return true;
}

void Agent::write(const std::string& line) {
  const std::string whole = line + "\n";
  for (std::size_t done = 0; done < whole.size();) {
    const ssize_t put = ::write(STDOUT_FILENO, whole.data() + done, whole.size() - done);
    if (put <= 0) std::_Exit(1);
    done += static_cast<std::size_t>(put);
  }
}

void Agent::answer(const Json& id, const Json& result) {
  write(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}.dump());
}

void Agent::refuse(const Json& id, int code, const std::string& text) {
  write(
      Json{{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", text}}}}.dump());
}

void Agent::notify(const std::string& method, const Json& params) {
  write(Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}.dump());
}

void Agent::update(const std::string& session, const Json& told) {
  notify("session/update", {{"sessionId", session}, {"update", told}});
}

void Agent::say(const std::string& session, const std::string& text) {
  update(session, {{"sessionUpdate", "agent_message_chunk"},
                   {"content", {{"type", "text"}, {"text", text}}}});
}

/// Says the numbers up to one, each in a chunk of its own and many of them in one write. A tool
/// call stands before each thousandth.
void Agent::count(const std::string& session, unsigned long to) {
  std::string many;
  const auto add = [&](const Json& told) {
    many += Json{{"jsonrpc", "2.0"},
                 {"method", "session/update"},
                 {"params", {{"sessionId", session}, {"update", told}}}}
                .dump();
    many += '\n';
  };
  for (unsigned long i = 1; i <= to; ++i) {
    if (i % 1000 == 0)
      add({{"sessionUpdate", "tool_call"},
           {"toolCallId", "call-" + std::to_string(i)},
           {"title", std::to_string(i)},
           {"status", "completed"}});
    add({{"sessionUpdate", "agent_message_chunk"},
         {"content", {{"type", "text"}, {"text", std::to_string(i) + " "}}}});
    if (many.size() < 65536 && i < to) continue;
    many.pop_back();  // write() adds it
    write(many);
    many.clear();
  }
}

/// Says what the clock that all processes share shows, in nanoseconds: so often, and so many
/// microseconds apart.
void Agent::tell_time(const std::string& session, const std::string& how_often) {
  const std::size_t blank = how_often.find(' ');
  const std::chrono::microseconds pause(std::stoul(how_often.substr(blank + 1)));
  for (unsigned long left = std::stoul(how_often.substr(0, blank)); left > 0; --left) {
    say(session, std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
    std::this_thread::sleep_for(pause);
  }
}

/// Asks the client and serves what comes until it has answered.
Json Agent::call(const std::string& method, const Json& params) {
  const std::uint64_t id = ++asked_;
  write(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump());
  while (!answers_.contains(id))
    if (!step()) std::_Exit(0);
  return answers_[id];
}

// --- what is asked of it
// ------------------------------------------------------------------------------------

void Agent::serve(const Json& message) {
  if (!message.contains("method")) {
    if (message.contains("id") && message["id"].is_number_unsigned())
      answers_[message["id"].get<std::uint64_t>()] = message;
    return;
  }
  const std::string method = message.value("method", "");
  const Json& params = message.contains("params") ? message["params"] : nothing;
  if (method == "session/cancel") {
    sessions_[params.value("sessionId", "")].cancelled = true;
    return;
  }
  if (!message.contains("id")) return;
  const Json& id = message["id"];
  if (method == "initialize") return initialize(id, params);
  if (method == "_session/steering" && is("steers")) return steer(id, params);
  if (method == "session/prompt") return prompt(id, params);
  if (method == "session/set_mode") {
    Session& session = sessions_[params.value("sessionId", "")];
    session.mode = params.value("modeId", "");
    return answer(id, nothing);
  }
  if (method == "session/close" || method == "session/delete") return answer(id, nothing);
  if (method == "authenticate") return answer(id, nothing);
  if (method.starts_with("session/")) return open(id, method, params);
  refuse(id, -32601, "the scripted agent has no such method");
}

/// Takes words into a turn that waits.
void Agent::steer(const Json& id, const Json& params) {
  const auto found = sessions_.find(params.value("sessionId", ""));
  if (found == sessions_.end() || !found->second.waits)
    return answer(id, {{"outcome", "promptRequired"}, {"reason", "noRunningTurn"}});
  found->second.steered = text_of(params["prompt"]);
  found->second.past.push_back(found->second.steered);
  answer(id, {{"outcome", "injected"}});
}

void Agent::initialize(const Json& id, const Json& params) {
  client_ = params.contains("clientCapabilities") ? params["clientCapabilities"] : nothing;
  if (is("mute")) return;
  if (is("refuses")) return refuse(id, -32603, "the scripted agent does not want to");
  Json session = {{"close", nothing}, {"delete", nothing}};
  if (!is("forkless")) session["fork"] = nothing;
  if (!is("forgets") && !is("loads")) session["resume"] = nothing;
  Json logins = Json::array({{{"id", "key"}, {"name", "A key"}}});
  if (client_.contains("auth"))
    logins.push_back({{"id", "browser"},
                      {"name", "In a browser"},
                      {"type", "terminal"},
                      {"args", {"logs-in"}},
                      {"env", {{"SCRIPTED_LOGIN", "yes"}}}});
  Json meta = nothing;
  if (is("steers")) meta["steering"] = {{"supported", true}};
  answer(id, {{"protocolVersion", is("modern") ? 2 : 1},
              {"agentInfo", {{"name", "scripted-agent"}, {"version", "1.2.3"}}},
              {"authMethods", logins},
              {"_meta", meta},
              {"agentCapabilities",
               {{"loadSession", !is("forgets")},
                {"promptCapabilities", {{"image", true}, {"embeddedContext", true}}},
                {"mcpCapabilities", {{"http", true}}},
                {"sessionCapabilities", session}}}});
}

Json Agent::choices(const std::string& session) const {
  Json out = {{"sessionId", session}};
  if (!is("modeless"))
    out["modes"] = {
        {"currentModeId", sessions_.at(session).mode},
        {"availableModes", {{{"id", "ask"}, {"name", "Ask"}}, {{"id", "free"}, {"name", "Free"}}}}};
  return out;
}

void Agent::replay(const std::string& session) {
  if (is("mute-past")) return;
  if (is("forgetful")) return say(session, "what was it?");
  for (const std::string& each : sessions_[session].past) {
    update(session, {{"sessionUpdate", "user_message_chunk"},
                     {"content", {{"type", "text"}, {"text", each}}}});
    say(session, "replayed");
  }
}

void Agent::open(const Json& id, const std::string& method, const Json& params) {
  if (is("login")) return refuse(id, -32000, "Authentication required");
  const std::string of = params.value("sessionId", "");
  const bool is_known = sessions_.contains(of);
  const bool begins = method == "session/new";
  if (!begins && !is_known) return refuse(id, -32002, "Resource not found: " + of);
  if (is("nameless") && begins) return answer(id, nothing);
  std::string session = of;
  if (begins || method == "session/fork") {
    if (method == "session/fork" && is("stubborn")) return refuse(id, -32603, "no fork today");
    session = "s-" + std::to_string(::getpid()) + "-" + std::to_string(++made_);
    if (method == "session/fork" && is("same")) session = of;
    if (is_known && session != of) sessions_[session].past = sessions_[of].past;
    sessions_[session].dead = method == "session/fork" && is("stillborn");
  }
  if (is("replays") && !begins) replay(session);
  if (method == "session/load" && !is("replays")) replay(session);
  answer(id, choices(session));
  if (is("announces"))
    update(session, {{"sessionUpdate", "available_commands_update"},
                     {"availableCommands", {{{"name", "fly"}, {"description", "Fly away"}}}}});
}

// --- prompts
// ------------------------------------------------------------------------------------

void Agent::prompt(const Json& id, const Json& params) {
  const std::string session = params.value("sessionId", "");
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || found->second.dead) return refuse(id, -32002, "no such session");
  found->second.cancelled = false;
  meta_ = params.contains("_meta") ? params["_meta"] : nothing;
  const std::string text = text_of(params.contains("prompt") ? params["prompt"] : Json::array());
  found->second.past.push_back(text);
  if (!store().empty()) {
    Json kept = nothing;
    for (const auto& [name, each] : sessions_) kept[name] = each.past;
    std::ofstream(store()) << kept.dump();
  }
  result_ = {{"stopReason", "end_turn"}};
  late_.clear();
  for (const Directive& each : directives_of(text)) {
    if (sessions_[session].cancelled) break;
    if (!act(each, session, id)) return;
  }
  if (sessions_[session].cancelled) result_ = {{"stopReason", "cancelled"}};
  answer(id, result_);
  for (const std::string& each : late_) {
    if (each == "twice") {
      answer(id, result_);
    } else {
      say(session, each);
    }
  }
}

/// Does one thing. False: the prompt is not answered, or has been.
bool Agent::act(const Directive& directive, const std::string& session, const Json& id) {
  const auto& [name, argument] = directive;
  const auto json = [&argument = argument](std::size_t from = 0) {
    return Json::parse(argument.substr(from), nullptr, false);
  };
  const auto method_and_params = [&] {
    const std::size_t blank = argument.find(' ');
    Json params = blank == std::string::npos ? nothing : json(blank + 1);
    params["sessionId"] = session;
    return std::pair(argument.substr(0, blank), params);
  };
  const Json permission = {
      {"sessionId", session},
      {"toolCall", {{"toolCallId", "tool-1"}, {"title", "do it"}, {"kind", "execute"}}},
      {"options",
       {{{"optionId", "yes"}, {"name", "Yes"}, {"kind", "allow_once"}},
        {{"optionId", "no"}, {"name", "No"}, {"kind", "reject_once"}}}}};
  if (name == "say") {
    say(session, argument);
  } else if (name == "meta") {
    say(session, meta_.dump());
  } else if (name == "client") {
    say(session, client_.dump());
  } else if (name == "steered") {
    Session& own = sessions_[session];
    own.waits = true;
    while (!own.cancelled && own.steered.empty())
      if (!step()) std::_Exit(0);
    own.waits = false;
    say(session, "steered: " + own.steered);
    own.steered.clear();
  } else if (name == "recall") {
    std::string all;
    for (const std::string& each : sessions_[session].past) all += each + "\n";
    say(session, all + "in mode " + sessions_[session].mode);
  } else if (name == "update") {
    update(session, json());
  } else if (name == "usage") {
    result_["usage"] = json();
  } else if (name == "result") {
    result_ = json();
  } else if (name == "error") {
    write(Json{{"jsonrpc", "2.0"}, {"id", id}, {"error", json()}}.dump());
    return false;
  } else if (name == "permission") {
    say(session, "answer: " + call("session/request_permission", permission).dump());
  } else if (name == "ask") {
    const auto [method, params] = method_and_params();
    const Json got = call(method, params);
    say(session, "answer: " + (got.contains("error") ? got["error"] : got["result"]).dump());
  } else if (name == "notify") {
    const auto [method, params] = method_and_params();
    notify(method, params);
  } else if (name == "questions") {
    const std::uint64_t first = asked_ + 1;
    for (int i = std::atoi(argument.c_str()); i > 0; --i) {
      write(Json{{"jsonrpc", "2.0"},
                 {"id", ++asked_},
                 {"method", "session/request_permission"},
                 {"params", permission}}
                .dump());
    }
    for (std::uint64_t each = first; each <= asked_; ++each)
      while (!answers_.contains(each))
        if (!step()) std::_Exit(0);
    say(session, "all answered");
  } else if (name == "reuse") {
    for (int i = 0; i < 2; ++i)
      write(Json{{"jsonrpc", "2.0"},
                 {"id", 7777},
                 {"method", "session/request_permission"},
                 {"params", permission}}
                .dump());
    while (!answers_.contains(7777))
      if (!step()) std::_Exit(0);
    say(session, "answered");
  } else if (name == "late" || name == "twice") {
    late_.push_back(name == "late" ? argument : name);
  } else if (name == "stray") {
    answer(987654, {{"stopReason", "refusal"}});
    answer("no-such-id", nothing);
  } else if (name == "elsewhere") {
    say(argument, "not for you");
  } else if (name == "flood") {
    const std::size_t blank = argument.find(' ');
    const Json chunk = {
        {"sessionUpdate", "agent_message_chunk"},
        {"content", {{"type", "text"}, {"text", words(std::stoul(argument.substr(blank + 1)))}}}};
    const std::string line = Json{{"jsonrpc", "2.0"},
                                  {"method", "session/update"},
                                  {"params", {{"sessionId", session}, {"update", chunk}}}}
                                 .dump();
    std::string many;
    for (unsigned long left = std::stoul(argument.substr(0, blank)); left > 0; --left) {
      many += line;
      if (many.size() > 65536 || left == 1) {
        write(many);
        many.clear();
      } else {
        many += '\n';
      }
    }
  } else if (name == "count") {
    count(session, std::stoul(argument));
  } else if (name == "clock") {
    tell_time(session, argument);
  } else if (name == "raw") {
    write(argument);
  } else if (name == "bytes") {
    write(R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":")" + session +
          R"(","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":")" +
          "\xFF\xFE" + R"("}}}})");
  } else if (name == "big") {
    say(session, std::string(std::stoul(argument), 'b'));
  } else if (name == "slow") {
    const std::string line = Json{{"jsonrpc", "2.0"},
                                  {"method", "session/update"},
                                  {"params",
                                   {{"sessionId", session},
                                    {"update",
                                     {{"sessionUpdate", "agent_message_chunk"},
                                      {"content", {{"type", "text"}, {"text", "slowly"}}}}}}}}
                                 .dump() +
                             "\n";
    for (const char each : line) {
      if (::write(STDOUT_FILENO, &each, 1) != 1) std::_Exit(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(std::stoul(argument)));
    }
  } else if (name == "exit") {
    std::_Exit(std::atoi(argument.c_str()));
  } else if (name == "stop") {
    ::raise(SIGSTOP);
  } else if (name == "deaf") {
    return false;  // the prompt has no answer, whatever comes
  } else if (name == "wait") {
    while (!sessions_[session].cancelled)
      if (!step()) std::_Exit(0);
  }
  return true;
}

}  // namespace tine::tests
