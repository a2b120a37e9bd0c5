#include "conformance/tool/record/recorder.h"

#include <algorithm>
#include <array>
#include <csignal>

#include "base/json/redact.h"
#include "base/json/scanner.h"
#include "base/json/writer.h"
#include "conformance/play/pattern.h"

namespace tine::conformance {
namespace {

constexpr std::string_view heading = R"(
# To play it: acp-conform replay FILE -- AGENT
# To loosen it, put * in the place of a value, remove a member, or put a line with three dots where
# other messages may come. docs/conformance.md tells more.

== as it was recorded
passes: {"id":absent,"method":not "session/update"}
passes: {"method":"session/update","params":{"update":{"sessionUpdate":either [
    "agent_thought_chunk","available_commands_update","config_option_update",
    "current_mode_update","session_info_update","usage_update"]}}}
passes: {"method":"session/update","params":{"update":{"sessionUpdate":"tool_call_update","status":absent}}}
)";

/// Kinds of updates that the heading lets pass.
constexpr std::array<std::string_view, 6> passing_kinds = {
    "agent_thought_chunk", "available_commands_update", "config_option_update",
    "current_mode_update", "session_info_update",       "usage_update"};

bool is_json(std::string_view text) {
  json::Scanner scanner;
  return scanner.feed(text) && scanner.finish();
}

/// A line as bytes, in the notation for them.
std::string bytes_of(std::string_view line) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "=> \"";
  for (const char each : line) {
    const auto byte = static_cast<unsigned char>(each);
    if (each == '"' || each == '\\') {
      out.append("\\").push_back(each);
    } else if (byte < 0x20 || byte > 0x7E) {
      out.append("\\x");
      out.push_back(digits[byte >> 4U]);
      out.push_back(digits[byte & 15U]);
    } else {
      out.push_back(each);
    }
  }
  return out + "\\n\"";
}

/// Whether the short notation says all of a message.
bool is_plain(json::View message) {
  bool plain = message.find("jsonrpc").equals("2.0");
  for (const auto& [key, value] : message.members()) {
    plain = plain && (key.equals("jsonrpc") || key.equals("id") || key.equals("method") ||
                      key.equals("params") || key.equals("result") || key.equals("error"));
  }
  const std::string method = message.find("method").string().value_or("");
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/' || c == '$' ||
           c == '.';
  };
  return plain && std::all_of(method.begin(), method.end(), is_letter) &&
         (!method.starts_with('$') || method.starts_with("$/")) && method != "prompt" &&
         method != "update" && method != "says" && method != "null";
}

/// The text of a prompt that is nothing but one text.
json::View only_text(json::View params) {
  std::size_t count = 0;
  for (const auto& [key, value] : params.members())
    count += key.equals("sessionId") || key.equals("prompt") ? 1 : 10;
  json::View text;
  for (const json::View block : params.find("prompt").elements()) {
    for (const auto& [key, value] : block.members())
      count += key.equals("type") || key.equals("text") ? 1 : 10;
    text = block.find("type").equals("text") ? block.find("text") : json::View();
  }
  return count == 4 && text.is_string() ? text : json::View();
}

std::string_view signal_name(int number) {
  return number == SIGTERM ? "TERM" : number == SIGINT ? "INT" : number == SIGHUP ? "HUP" : "";
}

}  // namespace

void Recorder::begin(const std::vector<std::string>& command, const std::string& date) {
  std::string line = "# Recorded by acp-conform on " + date + ":";
  for (const std::string& each : command) line += " " + shown(redactor_.redacted(each));
  file_.append(line + std::string(heading));
}

// --- the editor

/// Credentials that the agent gets for its servers are secrets wherever they turn up.
void Recorder::learn(json::View params) {
  const auto know = [&](std::string_view value, std::string_view kind) {
    if (KnownSecret known = redactor_.know(value, kind)) secrets_.push_back(std::move(known));
  };
  for (const json::View server : params.find("mcpServers").elements()) {
    for (const json::View each : server.find("env").elements()) {
      if (is_secret_name(json::text_in(each, "name")))
        know(json::text_in(each, "value"), "mcp-env");
    }
    for (const json::View each : server.find("headers").elements()) {
      const std::string value = json::text_in(each, "value");
      if (is_secret_name(json::text_in(each, "name"))) know(secret_in_header(value), "mcp-header");
    }
    const std::string url = json::text_in(server, "url");
    for (const std::string_view part : secrets_in_url(url)) know(part, "mcp-url");
  }
}

void Recorder::client_said(const std::string& line) {
  const bool is_message = is_json(line) && json::View(line).is_object();
  if (!is_message) {
    interrupt(false);
    return file_.append(bytes_of(redactor_.redacted(line)));
  }
  learn(json::View(line).find("params"));
  const std::string clean = json::redacted(line, redactor_);
  const json::View message(clean);
  const json::View id = message.find("id");
  if (message.find("method").exists()) return client_asked(message);
  const auto asked = asks_.find(id.raw());
  interrupt(true);
  if (asked == asks_.end() || !is_plain(message)) return file_.append("-> " + words_.sent(message));
  const json::View result = message.find("result");
  file_.append("-> $" + asked->second + (result.exists() ? " = " : " ! ") +
               words_.sent(result.exists() ? result : message.find("error")));
  asks_.erase(asked);
}

void Recorder::client_asked(json::View message) {
  const json::View id = message.find("id");
  const json::View params = message.find("params");
  const std::string method = json::text_in(message, "method");
  const std::string session = json::text_in(params, "sessionId");
  if (const std::string cwd = json::text_in(params, "cwd"); !cwd.empty()) words_.learn_folder(cwd);
  interrupt(false);
  if (id.exists()) open_[std::string(id.raw())] = {.method = method, .session = session};
  if (!is_plain(message)) return file_.append("-> " + words_.sent(message));
  std::string step = "-> ";
  if (id.exists()) step += words_.sent(id) + " ";
  const std::string name = words_.session(session);
  const json::View text = only_text(params);
  if (method == "session/prompt" && id.exists() && text.exists() && !name.empty()) {
    step += "prompt " + (name == "$S" ? "" : name + " ") + words_.sent(text);
  } else {
    step += method;
    if (params.exists()) step += " " + words_.sent(params);
  }
  file_.append(step);
}

/// What comes of the turns that run now depends on when the agent hears of this.
void Recorder::interrupt(bool by_answer) {
  const bool in_mid_speech = speech_.has_value();
  end_speech(in_mid_speech && !open_.empty());
  if (by_answer && !in_mid_speech) return;
  for (auto& [id, request] : open_) request.loose = true;
}

void Recorder::client_ended() {
  if (client_over_) return;
  interrupt(false);
  client_over_ = true;
  file_.append("eof");
}

void Recorder::signalled(int number) {
  interrupt(false);
  const std::string_view name = signal_name(number);
  if (!name.empty()) file_.append("signal " + std::string(name));
}

void Recorder::agent_ended(int status) {
  end_speech(false);
  if (is_loose({})) file_.append("...");
  file_.append("exit " + std::to_string(status));
}

// --- the agent

bool Recorder::is_loose(std::string_view session) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& each) {
    return each.second.loose && (session.empty() || each.second.session == session);
  });
}

void Recorder::expect(const std::string& step, bool loose) {
  end_speech(false);
  if (loose) file_.append("...");
  file_.append(step);
}

void Recorder::agent_said(const std::string& line) {
  if (!is_json(line) || !json::View(line).is_object()) {
    end_speech(false);
    if (!line.empty())
      file_.append("# not a message of the protocol: " + shown(redactor_.redacted(line)));
    return;
  }
  const json::View message(line);
  const json::View update = message.find("params").find("update");
  const json::View content = update.find("content");
  const json::View text = content.find("text");
  if (message.find("method").equals("session/update") &&
      update.find("sessionUpdate").equals("agent_message_chunk") &&
      content.find("type").equals("text") && text.is_string())
    return say(json::text_in(message.find("params"), "sessionId"), text.string().value_or(""));
  const std::string clean = json::redacted(line, redactor_);
  const json::View seen(clean);
  if (!seen.find("method").exists()) return agent_answered(seen);
  seen.find("id").exists() ? agent_asked(seen) : agent_told(seen);
}

void Recorder::agent_asked(json::View message) {
  const json::View params = message.find("params");
  const bool loose = is_loose(json::text_in(params, "sessionId"));
  end_speech(false);
  const std::string name = "R" + std::to_string(++asked_);
  asks_[std::string(message.find("id").raw())] = name;
  std::string step = (loose ? "<? $" : "<- $") + name + " " + json::text_in(message, "method");
  if (params.exists()) step += " " + words_.expected(params);
  file_.append(step);
}

void Recorder::agent_answered(json::View message) {
  const json::View id = message.find("id");
  const auto asked = open_.find(id.raw());
  if (asked == open_.end()) return expect("<- " + words_.expected(message), is_loose({}));
  const bool loose = asked->second.loose;
  std::string step = open_.size() > 1 ? "<* " : "<- ";
  open_.erase(asked);
  step += id.raw();
  const json::View error = message.find("error");
  if (error.exists()) {
    step += " ! " + std::string(error.find("code").raw());
  } else {
    step += " = " + words_.expected(message.find("result"));
  }
  expect(step, loose);
}

void Recorder::agent_told(json::View message) {
  const json::View params = message.find("params");
  const json::View update = params.find("update");
  const std::string kind = json::text_in(update, "sessionUpdate");
  const std::string session = json::text_in(params, "sessionId");
  const bool passes =
      kind.empty() ||
      std::find(passing_kinds.begin(), passing_kinds.end(), kind) != passing_kinds.end() ||
      (kind == "tool_call_update" && !update.find("status").exists());
  if (passes || is_loose(session)) return;
  end_speech(false);
  const std::string name = words_.session(session);
  if (name.empty()) return file_.append("<- " + words_.expected(message));
  std::string rest = words_.expected(update);
  // The notation says the kind already.
  const std::string first = "{\"sessionUpdate\":\"" + kind + "\"";
  if (rest.starts_with(first + ",")) rest.erase(1, first.size());
  file_.append("<- update " + (name == "$S" ? "" : name + " ") + kind + " " + rest);
}

// --- what it says in pieces

void Recorder::say(const std::string& session, std::string_view piece) {
  if (is_loose(session)) return;
  if (speech_ && speech_->session != session) end_speech(false);
  if (!speech_) {
    speech_.emplace(redactor_);
    speech_->session = session;
    file_.append(speech_line({}, false));
  }
  std::string more;
  speech_->stream.feed(piece, more);
  speech_->text += more;
  std::string escaped;
  json::escape(more, escaped);
  file_.grow(escaped);
}

std::string Recorder::speech_line(std::string_view text, bool cut) const {
  const std::string name = words_.session(speech_->session);
  return "<- says " + (name.empty() || name == "$S" ? "" : name + " ") + (cut ? "~\"" : "\"") +
         words_.text(text) + (cut ? "*\"" : "\"");
}

/// The whole line is written anew where names stand in it, or where the text was cut off.
void Recorder::end_speech(bool cut) {
  if (!speech_) return;
  speech_->stream.finish(speech_->text);
  file_.replace_last(speech_line(speech_->text, cut));
  speech_.reset();
}

}  // namespace tine::conformance
