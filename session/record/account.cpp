#include "session/record/account.h"

#include <algorithm>

#include "protocol/v1/update.h"
#include "session/limits.h"
#include "session/record/brief.h"
#include "session/record/conclusion.h"
#include "session/record/data.h"
#include "session/record/drift.h"
#include "session/record/header.h"
#include "session/store/retire.h"

namespace tine::session {
namespace {

std::uint64_t number_in(json::View object, std::string_view key) {
  return json::count_in(object, key).value_or(0);
}

/// Most lines are chunks of messages, which change nothing here: told by how they begin, as they
/// are written by us.
bool is_chunk(std::string_view update) {
  return update.starts_with(R"({"sessionUpdate":"agent_message_chunk")") ||
         update.starts_with(R"({"sessionUpdate":"agent_thought_chunk")");
}

void take_options(json::View options, store::State& state) {
  for (const json::View each : options.elements()) {
    const std::string id = json::text_in(each, "id");
    const json::View value = each.find("currentValue");
    if (const auto on = value.boolean()) {
      state.options[id] = *on ? "true" : "false";
    } else if (each.find("category").equals("mode")) {
      state.mode = value.string().value_or("");
    } else {
      state.options[id] = value.string().value_or("");
    }
  }
}

}  // namespace

std::optional<TurnMark> mark_of(const store::Line& line, std::int64_t begin, std::int64_t end) {
  if (line.type != record_type::turn_end && line.type != record_type::turn_aborted)
    return std::nullopt;
  TurnMark mark;
  mark.seq = line.seq;
  mark.turn = number_in(line.data, "turn");
  const json::View provider = line.data.find("provider");
  mark.provider_turn = json::text_in(provider, "turn");
  mark.last_prompt = json::count_in(line.data.find("usage"), "lastPrompt");
  mark.last_answer = json::count_in(line.data.find("usage"), "lastAnswer");
  mark.conversation = json::text_in(provider, "conversation");
  mark.told_until = number_in(provider, "toldUntil");
  mark.asked = asked_in_end(line.data);
  mark.line = begin;
  mark.end = end;
  return mark;
}

void Account::take(const store::Line& line, std::int64_t begin, std::int64_t end) {
  state.last_seq = line.seq;
  state.transcript_bytes = end;
  if (line.type == record_type::update) {
    if (!is_chunk(line.data.raw())) take_update(line.data);
    return;
  }
  state.accessed = line.time;
  if (line.type == record_type::prompt) {
    turn_open = true;
    asked = asked_in_prompt(line.data.raw());
    open_tool_calls.clear();
    state.prompted = true;
    state.status = store::Status::active;
  } else if (line.type == record_type::sent) {
    if (asked) asked->sent = true;
  } else if (line.type == record_type::turn_end || line.type == record_type::turn_aborted) {
    take_turn_end(line, begin, end);
  } else if (line.type == record_type::header) {
    take_header(line.data, state);
  } else if (line.type == record_type::seed || line.type == record_type::brief ||
             line.type == record_type::summary) {
    state.told_until = line.seq;
    history->go_on_told(line.seq);
  } else if (line.type == record_type::drift) {
    take_drift(line.data, state);
  } else if (line.type == record_type::backend) {
    take_backend(line.data);
  } else if (line.type == record_type::conclusion) {
    store::retire(state);
  } else if (line.type == record_type::fork) {
    // From here on it has the past that it was made with. Of a new session that began from a seed a
    // person knows nothing yet.
    state.prompted = !line.data.find("seed").boolean().value_or(false);
    state.expected = cost_in(line.data.find("expected"));
  }
}

store::WritePoint Account::end() const {
  const std::uint64_t first = state.fork_seq;
  const bool begun = state.transcript_bytes > 0;
  return {.next_seq = begun ? state.last_seq + 1 : first,
          .offset = state.transcript_bytes,
          .first_seq = first};
}

void Account::take_tool_call(json::View update, bool is_new) {
  const std::string id = json::text_in(update, "toolCallId");
  const json::View status = update.find("status");
  const bool ended = status.equals("completed") || status.equals("failed");
  const auto known = std::find(open_tool_calls.begin(), open_tool_calls.end(), id);
  if (ended) {
    if (known != open_tool_calls.end()) open_tool_calls.erase(known);
  } else if (is_new && known == open_tool_calls.end()) {
    if (open_tool_calls.size() == limits::open_tool_calls)
      open_tool_calls.erase(open_tool_calls.begin());
    open_tool_calls.push_back(id);
  }
}

void Account::take_update(json::View data) {
  switch (v1::classify(data)) {
    case v1::UpdateKind::session_info_update:
      if (auto title = data.find("title").string()) state.description = std::move(*title);
      break;
    case v1::UpdateKind::current_mode_update:
      state.mode = json::text_in(data, "currentModeId");
      break;
    case v1::UpdateKind::config_option_update:
      take_options(data.find("configOptions"), state);
      break;
    case v1::UpdateKind::tool_call:
      take_tool_call(data, true);
      break;
    case v1::UpdateKind::tool_call_update:
      take_tool_call(data, false);
      break;
    case v1::UpdateKind::compaction_update:
      if (data.find("status").equals("completed")) {
        state.compacted = true;
        state.compacted_at = state.accessed;
        if (store::may_become(state.status, store::Status::available))
          state.status = store::Status::available;
      }
      break;
    default:
      break;
  }
}

void Account::take_backend(json::View data) {
  state.backend = json::text_in(data, "backend");
  state.mode = json::text_in(data, "mode");
  state.options.clear();
  for (const auto& [id, value] : data.find("options").members())
    state.options[id.string().value_or("")] = value.string().value_or("");
  state.told_until = number_in(data, "toldUntil");
  history->go_on_told(state.told_until);
  state.away.reset();
  if (const json::View away = data.find("away"); away.is_object()) {
    state.away = {.from = json::text_in(away, "from"), .until = json::text_in(away, "until")};
  }
  // Nothing is known of what another backend finds in its provider's cache.
  state.expected = {};
}

void Account::take_turn_end(const store::Line& line, std::int64_t begin, std::int64_t end) {
  TurnMark mark = *mark_of(line, begin, end);
  const json::View provider = line.data.find("provider");
  turn_open = false;
  asked.reset();
  open_tool_calls.clear();
  state.turns = mark.turn;
  state.last_turn_offset = begin;
  state.marker = std::max(state.marker, number_in(line.data, "marker"));

  if (const auto git = turn_git_in(line.data)) state.git = state_of(*git);
  if (const json::View actual = line.data.find("fork").find("actual"); actual.exists())
    state.actual = cost_in(actual);

  store::BackendState& backend = state.backends[state.backend];
  if (auto id = provider.find("conversation").string()) backend.provider_id = std::move(*id);
  if (!mark.provider_turn.empty()) {
    backend.provider_turn = mark.provider_turn;
    backend.provider_turn_seq = mark.seq;
    if (!line.data.find("owesDrift").boolean().value_or(false)) state.drift.clear();
  }
  const json::View stop = line.data.find("stop");
  backend.last_action = "turn " + std::to_string(mark.turn) + ": " +
                        (stop.exists() ? stop.string().value_or("") : std::string("aborted"));
  backend.updated = line.time;
  ++backend.turns;
  const json::View usage = line.data.find("usage");
  if (std::string model = json::text_in(usage, "model"); !model.empty())
    backend.model = std::move(model);
  if (const auto opening = json::count_in(usage, "opening")) backend.opening = opening;
  const executor::Tokens tokens = tokens_from(usage.find("tokens"));
  backend.tokens.add(tokens);
  state.total.add(tokens);
  history->add(std::move(mark));
}

}  // namespace tine::session
