#include "session/record/past.h"

#include "base/json/decode.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/update.h"
#include "session/record/brief.h"
#include "session/record/chain_reader.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

/// What was asked, as a backend that takes plain text got it.
std::string asked(json::View content) {
  std::vector<v1::ContentBlock> blocks;
  json::decode_valid(content, blocks, json::Path("content"));
  return v1::plain_text(blocks);
}

}  // namespace

transport::Task<Result<std::vector<KeptTurn>>> past_turns(transport::Loop& loop,
                                                          store::Store& store,
                                                          std::shared_ptr<const History> history,
                                                          std::uint64_t until) {
  std::vector<KeptTurn> turns;
  KeptTurn turn;
  ChainReader reader(store, *history, history->retold_until());
  for (;;) {
    if (reader.needs_disk()) co_await transport::yield(loop);
    const auto line = reader.next();
    if (!line) co_return fail(line.error());
    if (!*line || (*line)->seq > until) co_return turns;
    const json::View data = (*line)->data;
    if ((*line)->type == record_type::prompt) {
      turn = {};
      turn.prompt = asked(data.find("content"));
    } else if ((*line)->type == record_type::documents) {
      turn.documents = json::text_in(data, "text");
    } else if ((*line)->type == record_type::update) {
      const v1::UpdateKind kind = v1::classify(data);
      if (kind == v1::UpdateKind::user_message_chunk)
        turn.prompt += "\n\n" + json::text_in(data.find("content"), "text");
      if (kind == v1::UpdateKind::agent_message_chunk)
        turn.answer += json::text_in(data.find("content"), "text");
    } else if ((*line)->type == record_type::turn_end) {
      turn.id = json::text_in(data.find("provider"), "turn");
      if (!turn.id.empty()) turns.push_back(std::move(turn));
      turn = {};
    }
  }
}

executor::ChildIdentity identity_of(const Library& library, const store::State& state) {
  executor::ChildIdentity identity;
  identity.session_id = state.id;
  // Who is too deep has been refused when the session was opened.
  identity.depth = executor::depth_below(library.env, library.policy.max_depth).value_or(1);
  identity.project_root = state.project;
  identity.parent_session =
      state.parent.empty() ? library.env.variable("TINE_SESSION_ID").value_or("") : state.parent;
  identity.session_dir = library.store.path_of(store::entry_of(state, 0));
  return identity;
}

std::optional<executor::ProviderPoint> provider_point(const store::State& state,
                                                      const History& history, std::uint64_t seq) {
  const auto known = state.backends.find(state.backend);
  if (known == state.backends.end() || known->second.provider_id.empty()) return std::nullopt;
  const TurnMark* turn = history.kept_turn_until(seq);
  // What the provider has only been told of is no point of its own.
  if (history.retold_until() > 0 && (turn == nullptr || turn->seq <= history.retold_until()))
    return std::nullopt;
  if (turn == nullptr) {
    // Of what was adopted there is no turn here.
    if (state.adopted.empty()) return std::nullopt;
    return executor::ProviderPoint{.conversation = known->second.provider_id,
                                   .turn = state.adopted_turn};
  }
  // A fork's own conversation knows what it has inherited; of its own turns each may belong to
  // another one, when one was lost on the way.
  const bool inherited = turn->seq <= history.fork_seq() || turn->conversation.empty();
  return executor::ProviderPoint{
      .conversation = inherited ? known->second.provider_id : turn->conversation,
      .turn = turn->provider_turn};
}

std::optional<LeftAt> left_at(const store::State& state, const History& history) {
  if (state.told_until == 0 || !history.is_to_be_retold()) return std::nullopt;
  const auto known = state.backends.find(state.backend);
  if (known == state.backends.end() || known->second.provider_turn.empty()) return std::nullopt;
  const store::BackendState& backend = known->second;
  return LeftAt{.point = {.conversation = backend.provider_id, .turn = backend.provider_turn},
                .seq = backend.provider_turn_seq};
}

executor::ProviderPoint origin_of(const store::State& state, const History& history,
                                  std::uint64_t seq) {
  const TurnMark* turn = history.kept_turn_until(seq);
  if (history.retold_until() > 0 && (turn == nullptr || turn->seq <= history.retold_until()))
    return {};
  if (turn == nullptr) return {.conversation = state.adopted, .turn = state.adopted_turn};
  if (!turn->conversation.empty())
    return {.conversation = turn->conversation, .turn = turn->provider_turn};
  const auto known = state.backends.find(state.backend);
  if (known == state.backends.end()) return {};
  return {.conversation = known->second.provider_id, .turn = turn->provider_turn};
}

transport::Task<Result<std::uint64_t>> seq_of_message(transport::Loop& loop, store::Store& store,
                                                      std::shared_ptr<const History> history,
                                                      std::string message_id) {
  ChainReader reader(store, *history, 0);
  for (;;) {
    if (reader.needs_disk()) co_await transport::yield(loop);
    const auto line = reader.next();
    if (!line) co_return fail(line.error());
    if (!*line) co_return std::uint64_t{0};
    const bool may_bear =
        (*line)->type == record_type::prompt || (*line)->type == record_type::update;
    if (may_bear && (*line)->data.find("messageId").equals(message_id)) co_return (*line)->seq;
  }
}

}  // namespace tine::session
