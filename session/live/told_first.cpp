#include "session/live/told_first.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "session/context/given_documents.h"
#include "session/fork/soft_context.h"
#include "session/live/session.h"
#include "session/memory/brief.h"
#include "session/record/brief.h"
#include "session/record/past.h"

namespace tine::session {

bool begins_anew(const Session& session) {
  const History& history = *session.history();
  if (!session.state().adopted.empty()) return false;
  return history.last_kept_turn() == nullptr || history.is_to_be_retold();
}

bool begins_with_brief(const Session& session) {
  const Policy& policy = session.library().policy;
  const store::State& state = session.state();
  return policy.memory_brief != MemoryBrief::off && policy.keep_text &&
         session.history()->turns() == 0 && state.parent.empty() && state.adopted.empty() &&
         state.told_until == 0;
}

transport::Task<void> note_brief(Session& session, transport::CancelSource cancel) {
  const Library& library = session.library();
  const std::string brief =
      co_await brief_for(library, session.workspace().cwd, library.policy.memory_brief);
  if (!brief.empty() && !cancel.cancelled())
    session.record()->add(record_type::brief, told_data(brief));
}

transport::Task<Result<ToldFirst>> past_to_tell(Session& session, bool is_sent_again) {
  const std::shared_ptr<const History> known = session.history();
  const Library& library = session.library();
  const auto left = left_at(session.state(), *known);
  Span span{.since = left ? left->seq : 0,
            .until = std::max(known->cursor(), known->retold_until())};
  if (is_sent_again) {
    // What the other backend has done of the turn.
    session.record()->flush();
    span.until = session.state().last_seq;
  }
  auto past = co_await soft_context(library.loop, library.store, library.redactor, known, span,
                                    library.policy.soft_tokens);
  const bool may_be_nothing = left || !known->is_to_be_retold();
  if (!past && past.error().kind == ErrorKind::unsupported && may_be_nothing) co_return ToldFirst();
  if (!past) co_return fail(std::move(past.error()));
  co_return ToldFirst{.past = std::move(past->text), .documents = std::move(past->documents)};
}

transport::Task<Result<ToldFirst>> offer_summary(Session& session, TurnClient& client, Error lost) {
  constexpr const char* accept = "summary";
  v1::PermissionRequest request;
  request.tool_call.id = "conversation-lost-" + std::to_string(session.history()->turns() + 1);
  request.tool_call.title =
      "The provider has lost this conversation. Go on from a summary of its transcript?";
  request.options = {
      {.id = accept,
       .name = "Go on from a summary",
       .kind = v1::PermissionOption::Kind::allow_once,
       .meta = {}},
      {.id = "stop", .name = "Stop", .kind = v1::PermissionOption::Kind::reject_once, .meta = {}}};
  const auto answer =
      co_await client.ask<v1::method::RequestPermission>(std::move(request), nullptr);
  if (!answer || answer->option_id != accept) {
    if (lost.hint.empty()) {
      lost.hint =
          "The transcript is still there: load it, or answer yes when you are asked to go on from "
          "a summary.";
    }
    co_return fail(std::move(lost));
  }
  const std::shared_ptr<const History> known = session.history();
  const Library& library = session.library();
  const Span all{.since = 0, .until = known->cursor()};
  auto past = co_await soft_context(library.loop, library.store, library.redactor, known, all,
                                    library.policy.soft_tokens);
  if (!past) co_return fail(std::move(past.error()));
  co_return ToldFirst{.past = std::move(past->text), .documents = std::move(past->documents)};
}

transport::Task<void> tell_first(Session& session, ToldFirst told, bool has_documents,
                                 std::vector<v1::ContentBlock>& blocks,
                                 transport::CancelSource cancel) {
  if (!told.past.empty()) blocks.insert(blocks.begin(), v1::text_block(std::move(told.past)));
  const store::State& state = session.state();
  const Library& library = session.library();
  if (!has_documents ||
      !gives_documents(library.policy, session.elsewhere().backends, state.backend))
    co_return;
  std::string documents = std::move(told.documents);
  if (documents.empty()) {
    executor::Loading loading = executor::kept_loading(state.loads);
    documents = co_await documents_for(library, session.workspace().cwd, std::move(loading));
    if (documents.empty() || cancel.cancelled()) co_return;
  }
  session.record()->add(record_type::documents, told_data(documents));
  blocks.insert(blocks.begin(), v1::text_block(std::move(documents)));
}

}  // namespace tine::session
