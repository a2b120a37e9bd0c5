#include "tests/mock/responses.h"

#include <utility>

namespace tine::mock {
namespace {

using nlohmann::json;

std::string text_of(const json& message) {
  std::string text;
  for (const json& part : message.value("content", json::array()))
    if (part.contains("text")) text += part["text"].get<std::string>();
  return text;
}

Situation situation_of(const json& input) {
  Situation out;
  for (const json& item : input) {
    const std::string type = item.value("type", "message");
    if (type == "message" && item.value("role", "") == "user") {
      const std::string text = text_of(item);
      if (text.starts_with("<") || text.starts_with("# AGENTS.md")) continue;  // not a person's
      out.told += text + "\n";
      out.prompt = text;
      out.results = 0;
    } else if (type.ends_with("_call_output")) {
      ++out.results;
    }
  }
  return out;
}

/// What the model reads of a request. It does not see the ids of items.
std::string read_by_the_model(const json& body) {
  std::string text = body.value("model", "") + body.value("tools", json()).dump();
  for (json item : body.value("input", json::array())) {
    item.erase("id");
    text += item.dump();
  }
  return text;
}

std::string error_body(const std::string& code, const std::string& message) {
  return json{{"error", {{"code", code}, {"type", code}, {"message", message}}}}.dump();
}

json exec_call(const std::string& command, bool escalate) {
  json arguments{{"cmd", command}};
  if (escalate) {
    arguments["sandbox_permissions"] = "require_escalated";
    arguments["justification"] = "the mock wants it";
  }
  return {{"type", "function_call"}, {"name", "exec_command"}, {"arguments", arguments.dump()}};
}

json plan_call(const std::string& argument) {
  json plan = json::array();
  for (const std::string& step : parts_of(argument, "|"))
    plan.push_back({{"step", step}, {"status", plan.empty() ? "in_progress" : "pending"}});
  return {{"type", "function_call"},
          {"name", "update_plan"},
          {"arguments", json{{"plan", plan}}.dump()}};
}

json call_of(const Step& step) {
  if (step.name == "patch")
    return {{"type", "custom_tool_call"}, {"name", "apply_patch"}, {"input", step.argument}};
  if (step.name == "plan") return plan_call(step.argument);
  if (step.name == "call") {
    const auto parts = words(step.argument, 2);
    return {{"type", "function_call"}, {"name", parts.at(0)}, {"arguments", parts.at(1)}};
  }
  if (step.name == "mcp") {
    const auto parts = words(step.argument, 3);
    return {{"type", "function_call"},
            {"namespace", parts.at(0)},
            {"name", parts.at(1)},
            {"arguments", parts.at(2)}};
  }
  return exec_call(step.argument, step.name == "escalate");
}

}  // namespace

struct Responses::Call {
  std::string id;
  std::string authorization;  // services repeat it when they refuse it
  std::string key;            // of the prompt and the place in its script
  std::vector<Step> steps;
  std::string prompt;  // all that the model reads
  Counted counted;
  std::uint64_t output_bytes = 0;
  std::uint64_t thought_bytes = 0;
  int items = 0;
  bool begun = false;
};

std::string Responses::next_id(const char* prefix) { return prefix + std::to_string(++ids_); }

transport::Task<void> Responses::handle(HttpRequest request, Exchange& exchange) {
  const json body = json::parse(request.body, nullptr, false);
  if (request.method != "POST" || !request.target.ends_with("/responses") || !body.is_object()) {
    recording_.add(request, json::object());
    co_await exchange.answer(404, {}, error_body("not_found", "there is no such thing here"));
    co_return;
  }
  Call call;
  call.id = next_id("resp_");
  call.authorization = request.headers["authorization"];
  const Situation situation = situation_of(body["input"]);
  call.key = situation.prompt + "#" + std::to_string(situation.results);
  call.steps = steps_of_answer(situation);
  call.prompt = read_by_the_model(body);
  call.counted = cache_.count(call.prompt, clock_.now());
  recording_.add(request,
                 {{"response", call.id},
                  {"counted", {{"prompt", call.counted.prompt}, {"cached", call.counted.cached}}}});
  co_await play(exchange, call);
}

transport::Task<void> Responses::play(Exchange& exchange, Call& call) {
  for (const Step& step : call.steps) {
    const bool failed = co_await fault(exchange, call, step);
    if (failed || exchange.broken()) co_return;
    if (step.name == "later") {
      co_await transport::pause(exchange.loop(), transport::Milliseconds(std::stoi(step.argument)));
      continue;
    }
    if (!call.begun) {
      call.begun = true;
      cache_.keep(call.prompt, clock_.now());
      co_await exchange.begin_events();
      const json created{{"type", "response.created"}, {"response", {{"id", call.id}}}};
      co_await exchange.event("response.created", created.dump());
    }
    if (step.name == "say" || step.name == "slow" || step.name == "clock") {
      co_await say(exchange, call, speech_of(step));
    } else if (step.name == "think") {
      co_await think(exchange, call, step.argument);
    } else if (calls_of(step) > 0) {
      json made = call_of(step);
      made["call_id"] = next_id("call_");
      call.output_bytes += made.dump().size();
      co_await item(exchange, call, std::move(made));
    }
  }
  co_await complete(exchange, call);
}

transport::Task<bool> Responses::fault(Exchange& exchange, Call& call, Step step) {
  const bool is_fault = step.name == "status" || step.name == "drop" || step.name == "hang" ||
                        step.name == "quota" || step.name == "context" || step.name == "limit";
  if (!is_fault) co_return false;
  if (!faults_.strikes(call.key, step)) co_return false;
  const auto parts = words(step.argument, 3);
  std::map<std::string, std::string> headers;
  if (step.name == "status") {
    if (parts.size() > 2) headers["retry-after"] = parts[2];
    const int status = std::stoi(parts.at(0));
    co_await exchange.answer(status, headers,
                             error_body("mocked", "refused for " + call.authorization));
  } else if (step.name == "quota") {
    co_await exchange.answer(429, headers, error_body("insufficient_quota", "quota exceeded"));
  } else if (step.name == "limit") {
    const json body{{"error",
                     {{"type", "usage_limit_reached"},
                      {"message", "The usage limit has been reached"},
                      {"plan_type", "pro"},
                      {"resets_at", std::stoll(parts.at(0))}}}};
    headers = {{"x-codex-primary-used-percent", "100"},
               {"x-codex-primary-window-minutes", "300"},
               {"x-codex-primary-reset-at", parts.at(0)}};
    co_await exchange.answer(429, headers, body.dump());
  } else if (step.name == "context") {
    co_await exchange.answer(400, headers,
                             error_body("context_length_exceeded", "too long for this model"));
  } else if (step.name == "drop") {
    exchange.drop();
  } else {
    if (step.argument == "body" && !call.begun) co_await exchange.begin_events();
    co_await exchange.hang();
  }
  co_return true;
}

transport::Task<void> Responses::say(Exchange& exchange, Call& call, Speech speech) {
  const std::string id = next_id("msg_");
  json message{{"type", "message"}, {"id", id}, {"role", "assistant"}, {"content", json::array()}};
  const json added{
      {"type", "response.output_item.added"}, {"output_index", call.items}, {"item", message}};
  co_await exchange.event("response.output_item.added", added.dump());
  std::string text;
  for (std::size_t i = 0; i < speech.chunks.size() && !exchange.broken(); ++i) {
    const std::string chunk = speech.chunk(i);
    text += chunk;
    const json delta{{"type", "response.output_text.delta"},
                     {"item_id", id},
                     {"output_index", call.items},
                     {"content_index", 0},
                     {"delta", chunk}};
    co_await exchange.event("response.output_text.delta", delta.dump());
    if (speech.pause_ms > 0)
      co_await transport::pause(exchange.loop(), transport::Milliseconds(speech.pause_ms));
  }
  message["content"] = json::array({json{{"type", "output_text"}, {"text", text}}});
  call.output_bytes += text.size();
  const json done{
      {"type", "response.output_item.done"}, {"output_index", call.items++}, {"item", message}};
  co_await exchange.event("response.output_item.done", done.dump());
}

transport::Task<void> Responses::think(Exchange& exchange, Call& call, std::string text) {
  const std::string id = next_id("rs_");
  json thought{{"type", "reasoning"}, {"id", id}, {"summary", json::array()}};
  const json added{
      {"type", "response.output_item.added"}, {"output_index", call.items}, {"item", thought}};
  co_await exchange.event("response.output_item.added", added.dump());
  const json part{{"type", "response.reasoning_summary_part.added"},
                  {"item_id", id},
                  {"summary_index", 0},
                  {"part", {{"type", "summary_text"}, {"text", ""}}}};
  co_await exchange.event("response.reasoning_summary_part.added", part.dump());
  const json delta{{"type", "response.reasoning_summary_text.delta"},
                   {"item_id", id},
                   {"summary_index", 0},
                   {"delta", text}};
  co_await exchange.event("response.reasoning_summary_text.delta", delta.dump());
  thought["summary"] = json::array({json{{"type", "summary_text"}, {"text", text}}});
  thought["encrypted_content"] = "mock";
  call.output_bytes += text.size();
  call.thought_bytes += text.size();
  const json done{
      {"type", "response.output_item.done"}, {"output_index", call.items++}, {"item", thought}};
  co_await exchange.event("response.output_item.done", done.dump());
}

transport::Task<void> Responses::item(Exchange& exchange, Call& call, json item) {
  item["id"] = next_id("item_");
  const json done{
      {"type", "response.output_item.done"}, {"output_index", call.items++}, {"item", item}};
  co_await exchange.event("response.output_item.done", done.dump());
}

transport::Task<void> Responses::complete(Exchange& exchange, Call& call) {
  const std::uint64_t output = PrefixCache::tokens_in(call.output_bytes);
  const std::uint64_t thought = PrefixCache::tokens_in(call.thought_bytes);
  recording_.note(
      {{"completed", call.id}, {"counted", {{"output", output}, {"thought", thought}}}});
  const json usage{{"input_tokens", call.counted.prompt},
                   {"input_tokens_details", {{"cached_tokens", call.counted.cached}}},
                   {"output_tokens", output},
                   {"output_tokens_details", {{"reasoning_tokens", thought}}},
                   {"total_tokens", call.counted.prompt + output}};
  const json done{{"type", "response.completed"},
                  {"response", {{"id", call.id}, {"usage", usage}}}};
  co_await exchange.event("response.completed", done.dump());
}

}  // namespace tine::mock
