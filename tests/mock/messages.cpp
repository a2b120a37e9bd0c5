#include "tests/mock/messages.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tests/mock/prefix_cache.h"

namespace tine::mock {
namespace {

using nlohmann::json;

constexpr std::size_t json_chunk = 24;  // bytes of a tool's input in one event
constexpr std::string_view summary = "What the mock keeps of a conversation.";

/// What Claude Code adds to the words of a person, in blocks of their own. Copilot puts the time
/// into the same block before them.
bool is_synthetic(std::string_view text) {
  if (text.starts_with("<current_datetime>")) return false;
  constexpr std::array<std::string_view, 6> beginnings = {
      "<",
      "[Request interrupted",
      "[Image",
      "[Your previous response",
      "Your response above was",
      "Output token limit hit",
  };
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view each) { return text.starts_with(each); });
}

/// What is to be done for a prompt. One that asks for a summary has no directives, and would be
/// asked again were the form of the answer not kept.
std::vector<Step> steps_for(const Situation& situation) {
  if (situation.prompt.starts_with("CRITICAL: Respond with TEXT ONLY"))
    return {{.name = "say",
             .argument = "<analysis>Much was said.</analysis>\n<summary>" + std::string(summary) +
                         "</summary>"}};
  return steps_of_answer(situation);
}

/// The content of a message as blocks.
json blocks_of(const json& message) {
  const json content = message.value("content", json::array());
  if (content.is_string()) return json::array({json{{"type", "text"}, {"text", content}}});
  return content;
}

/// What a person wrote in a message: its last text that has directives, else its last text.
std::string prompt_in(const json& blocks) {
  std::string prompt;
  for (const json& block : blocks) {
    if (block.value("type", "") != "text") continue;
    const std::string text = block.value("text", "");
    if (is_synthetic(text)) continue;
    if (prompt.find("[[") == std::string::npos || text.find("[[") != std::string::npos)
      prompt = text;
  }
  return prompt;
}

Situation situation_of(const json& messages) {
  Situation out;
  for (const json& message : messages) {
    if (message.value("role", "") != "user") continue;
    const json blocks = blocks_of(message);
    for (const json& block : blocks)
      if (block.value("type", "") == "tool_result") ++out.results;
    std::string text = prompt_in(blocks);
    if (text.empty()) continue;
    out.told += text + "\n";
    out.prompt = std::move(text);
    out.results = 0;
  }
  return out;
}

PromptBlock prompt_block(json block, const std::string& role) {
  PromptBlock made;
  if (block.contains("cache_control")) {
    const bool hour = block["cache_control"].value("ttl", "5m") == "1h";
    made.lifetime = hour ? BreakpointCache::hour : BreakpointCache::five_minutes;
    block.erase("cache_control");
  }
  made.text = role + block.dump();
  return made;
}

/// All that the model reads, in the order of the cache.
BreakpointCache::Prompt prompt_blocks(const json& body) {
  BreakpointCache::Prompt blocks;
  for (const json& tool : body.value("tools", json::array()))
    blocks.push_back(prompt_block(tool, "tool"));
  for (const json& block : blocks_of({{"content", body.value("system", json::array())}}))
    blocks.push_back(prompt_block(block, "system"));
  for (const json& message : body.value("messages", json::array()))
    for (const json& block : blocks_of(message))
      blocks.push_back(prompt_block(block, "message " + message.value("role", "")));
  return blocks;
}

std::string error_type(int status) {
  switch (status) {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 529:
      return "overloaded_error";
    default:
      return "api_error";
  }
}

json error_of(int status, const std::string& message) {
  return {{"type", "error"}, {"error", {{"type", error_type(status)}, {"message", message}}}};
}

/// Faults of a stream do not touch an answer that is given whole.
bool is_fault_of_stream(const Step& step) {
  return step.name == "drop" || step.name == "truncate" || step.name == "overloaded_event" ||
         (step.name == "hang" && step.argument.starts_with("body"));
}

bool is_fault(const Step& step) {
  return is_fault_of_stream(step) || step.name == "status" || step.name == "context" ||
         step.name == "limit" || step.name == "reset" || step.name == "hang";
}

json usage_of(const CacheUse& use, std::uint64_t output, std::uint64_t thought) {
  return {{"input_tokens", use.input},
          {"cache_creation_input_tokens", use.written_5m + use.written_1h},
          {"cache_read_input_tokens", use.read},
          {"cache_creation",
           {{"ephemeral_5m_input_tokens", use.written_5m},
            {"ephemeral_1h_input_tokens", use.written_1h}}},
          {"output_tokens", output},
          {"output_tokens_details", {{"thinking_tokens", thought}}}};
}

transport::Task<void> send(Exchange& exchange, json event) {
  const std::string name = event.value("type", "");
  co_await exchange.event(name, event.dump());
}

}  // namespace

struct Messages::Answer {
  std::string id;
  std::string model;
  bool streams = false;
  BreakpointCache::Prompt prompt;
  json content = json::array();
  std::vector<Speech> speeches;  // how each block of the content comes
  json usage;
  std::string stop_reason = "end_turn";
  std::optional<Step> fault;  // what becomes of it after the content
  int later_ms = 0;           // before it begins
};

std::string Messages::next_id(const char* prefix) { return prefix + std::to_string(++ids_); }

bool Messages::add(Answer& answer, const Step& step, const std::string& place) {
  if (is_fault(step)) {
    if (is_fault_of_stream(step) && !answer.streams) return true;
    if (!faults_.strikes(place, step)) return true;
    answer.fault = step;
    return false;
  }
  if (step.name == "stop") {
    if (!faults_.strikes(place, step)) return true;
    answer.stop_reason = words(step.argument, 2).at(0);
    return false;
  }
  const auto add_block = [&](json block, Speech speech) {
    answer.content.push_back(std::move(block));
    answer.speeches.push_back(std::move(speech));
  };
  const auto add_call = [&](const std::string& name, const json& input) {
    Speech speech;
    const std::string text = input.dump(-1, ' ', true);
    for (std::size_t at = 0; at < text.size(); at += json_chunk)
      speech.chunks.push_back(text.substr(at, json_chunk));
    const json block{
        {"type", "tool_use"}, {"id", next_id("toolu_")}, {"name", name}, {"input", input}};
    add_block(block, std::move(speech));
    answer.stop_reason = "tool_use";
  };
  if (step.name == "later") answer.later_ms = std::stoi(step.argument);
  if (step.name == "say" || step.name == "slow") {
    Speech speech = speech_of(step);
    const json block{{"type", "text"}, {"text", speech.text()}};
    add_block(block, std::move(speech));
  } else if (step.name == "think") {
    const json block{{"type", "thinking"}, {"thinking", step.argument}, {"signature", "bW9jaw=="}};
    add_block(block, speech_of(step));
  } else if (step.name == "run") {
    add_call("Bash", {{"command", step.argument}, {"description", "Runs what the mock wants"}});
  } else if (step.name == "call" || step.name == "calls") {
    for (const std::string& each : parts_of(step.argument, " | ")) {
      const auto parts = words(each, 2);
      add_call(parts.at(0), json::parse(parts.at(1)));
    }
  }
  return true;
}

Messages::Answer Messages::compose(const json& body) {
  Answer answer;
  answer.id = next_id("msg_");
  answer.model = body.value("model", "");
  answer.streams = body.value("stream", false);
  answer.prompt = prompt_blocks(body);
  const Situation situation = situation_of(body.value("messages", json::array()));
  const std::string place = situation.prompt + "#" + std::to_string(situation.results);
  for (const Step& step : steps_for(situation))
    if (!add(answer, step, place)) break;
  std::uint64_t thought = 0;
  std::uint64_t written = 0;
  for (std::size_t i = 0; i < answer.content.size(); ++i) {
    const std::uint64_t bytes = answer.speeches[i].text().size();
    written += bytes;
    if (answer.content[i]["type"] == "thinking") thought += bytes;
  }
  const CacheUse use = cache_.count(answer.model, answer.prompt, clock_.now());
  answer.usage = usage_of(use, PrefixCache::tokens_in(written), PrefixCache::tokens_in(thought));
  return answer;
}

transport::Task<void> Messages::handle(HttpRequest request, Exchange& exchange) {
  const json body = json::parse(request.body, nullptr, false);
  const std::string path = request.target.substr(0, request.target.find('?'));
  const bool counts = path == "/v1/messages/count_tokens";
  if (request.method != "POST" || (path != "/v1/messages" && !counts) || !body.is_object()) {
    recording_.add(request, json::object());
    co_await exchange.answer(404, {}, error_of(404, "there is no such thing here").dump());
    co_return;
  }
  if (counts) {
    std::uint64_t bytes = 0;
    for (const PromptBlock& block : prompt_blocks(body)) bytes += block.text.size();
    const json counted{{"input_tokens", PrefixCache::tokens_in(bytes)}};
    recording_.add(request, counted);
    co_await exchange.answer(200, {}, counted.dump());
    co_return;
  }
  const Answer answer = compose(body);
  json more{{"response", answer.id},
            {"session", request.headers["x-claude-code-session-id"]},
            {"usage", answer.usage}};
  if (answer.fault) more["fault"] = answer.fault->name;
  recording_.add(request, std::move(more));
  const bool refused = answer.fault && !is_fault_of_stream(*answer.fault);
  if (refused) {
    co_await refuse(exchange, answer, request.headers["x-api-key"]);
    co_return;
  }
  if (answer.later_ms > 0)
    co_await transport::pause(exchange.loop(), transport::Milliseconds(answer.later_ms));
  cache_.keep(answer.model, answer.prompt, clock_.now());
  if (answer.streams) {
    co_await stream(exchange, answer);
    co_return;
  }
  const json message{{"id", answer.id},           {"type", "message"},
                     {"role", "assistant"},       {"model", answer.model},
                     {"content", answer.content}, {"stop_reason", answer.stop_reason},
                     {"stop_sequence", nullptr},  {"usage", answer.usage}};
  co_await exchange.answer(200, {{"request-id", "req_" + answer.id}}, message.dump());
}

/// An answer that never begins. Services repeat the key when they refuse it.
transport::Task<void> Messages::refuse(Exchange& exchange, const Answer& answer, std::string key) {
  const Step& fault = *answer.fault;
  std::map<std::string, std::string> headers{{"request-id", "req_" + answer.id}};
  if (fault.name == "status") {
    const auto parts = words(fault.argument, 3);
    if (parts.size() > 2) headers["retry-after"] = parts[2];
    const int status = std::stoi(parts.at(0));
    const json error = error_of(status, "refused for " + key);
    co_await exchange.answer(status, std::move(headers), error.dump());
  } else if (fault.name == "context") {
    const json error = error_of(400, "prompt is too long: 1200000 tokens > 1000000 maximum");
    co_await exchange.answer(400, std::move(headers), error.dump());
  } else if (fault.name == "limit") {
    const std::string prefix = "anthropic-ratelimit-unified-";
    headers[prefix + "status"] = "rejected";
    headers[prefix + "reset"] = words(fault.argument, 2).at(0);
    headers[prefix + "representative-claim"] = "five_hour";
    const json error = error_of(429, "This request would exceed your account's rate limit.");
    co_await exchange.answer(429, std::move(headers), error.dump());
  } else if (fault.name == "reset") {
    exchange.drop();
  } else {
    co_await exchange.hang();
  }
}

transport::Task<void> Messages::stream(Exchange& exchange, const Answer& answer) {
  co_await exchange.begin_events();
  json begun = answer.usage;
  begun["output_tokens"] = 1;
  begun.erase("output_tokens_details");
  const json message{{"id", answer.id},          {"type", "message"},
                     {"role", "assistant"},      {"model", answer.model},
                     {"content", json::array()}, {"stop_reason", nullptr},
                     {"stop_sequence", nullptr}, {"usage", begun}};
  const json start{{"type", "message_start"}, {"message", message}};
  co_await send(exchange, start);
  const json ping{{"type", "ping"}};
  co_await send(exchange, ping);
  for (std::size_t i = 0; i < answer.content.size() && !exchange.broken(); ++i)
    co_await stream_block(exchange, answer, i);
  if (answer.fault) {
    co_await break_off(exchange, answer);
    co_return;
  }
  const json delta{{"type", "message_delta"},
                   {"delta", {{"stop_reason", answer.stop_reason}, {"stop_sequence", nullptr}}},
                   {"usage", answer.usage}};
  co_await send(exchange, delta);
  const json stop{{"type", "message_stop"}};
  co_await send(exchange, stop);
}

transport::Task<void> Messages::stream_block(Exchange& exchange, const Answer& answer,
                                             std::size_t index) {
  json block = answer.content[index];
  const std::string type = block.value("type", "");
  const std::string signature = block.value("signature", "");
  const char* part = "text";
  std::string delta_type = "text_delta";
  if (type == "tool_use") {
    part = "partial_json";
    delta_type = "input_json_delta";
    block["input"] = json::object();
  } else if (type == "thinking") {
    part = "thinking";
    delta_type = "thinking_delta";
    block["signature"] = "";
  }
  if (block.contains(part)) block[part] = "";
  const json start{{"type", "content_block_start"}, {"index", index}, {"content_block", block}};
  co_await send(exchange, start);
  const Speech& speech = answer.speeches[index];
  json event{{"type", "content_block_delta"}, {"index", index}};
  for (const std::string& chunk : speech.chunks) {
    if (exchange.broken()) co_return;
    event["delta"] = {{"type", delta_type}, {part, chunk}};
    co_await send(exchange, event);
    if (speech.pause_ms > 0)
      co_await transport::pause(exchange.loop(), transport::Milliseconds(speech.pause_ms));
  }
  if (!signature.empty()) {
    event["delta"] = {{"type", "signature_delta"}, {"signature", signature}};
    co_await send(exchange, event);
  }
  const bool last = index + 1 == answer.content.size();
  if (last && answer.fault && answer.fault->name != "truncate") co_return;  // in mid-block
  const json stop{{"type", "content_block_stop"}, {"index", index}};
  co_await send(exchange, stop);
}

/// A stream that has begun and does not come to its end.
transport::Task<void> Messages::break_off(Exchange& exchange, const Answer& answer) {
  if (answer.fault->name == "drop") {
    exchange.drop();
  } else if (answer.fault->name == "hang") {
    co_await exchange.hang();
  } else if (answer.fault->name == "overloaded_event") {
    const json overloaded = error_of(529, "Overloaded");
    co_await send(exchange, overloaded);
  }
}

}  // namespace tine::mock
