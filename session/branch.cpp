// Sessions that begin with the past of another conversation.

#include "protocol/v1/build_update.h"
#include "session/asides.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/service.h"
#include "session/settings.h"

namespace tine::session {

executor::ConversationSpec SessionService::spec_of(const Branch& branch) const {
  executor::ConversationSpec spec;
  spec.session_id = branch.state.id;
  spec.identity = identity_of(library_, branch.state);
  spec.workspace = branch.workspace;
  spec.trust = branch.trust;
  spec.settings = chosen(branch.backend.settings(), branch.state);
  spec.turns = branch.state.turns;
  spec.events = branch.asides->calls();
  return spec;
}

transport::Task<Result<SessionService::Forked>> SessionService::adopt(v1::Workspace workspace,
                                                                      std::string backend,
                                                                      Adoption what) {
  auto begins = beginning(workspace, backend);
  if (!begins) co_return fail(std::move(begins.error()));
  Branch branch{.backend = *begins->backend,
                .state = std::move(begins->state),
                .workspace = std::move(workspace),
                .parent = nullptr,
                .report = {},
                .conversation = nullptr,
                .asides = std::make_shared<Asides>()};
  const auto verdict = co_await trust_.judge(branch.backend, branch.workspace);
  branch.trust = verdict.trust;
  executor::ConversationSpec spec = spec_of(branch);
  spec.adopted_cwd = std::move(what.cwd);
  auto adopted = co_await branch.backend.adopt(std::move(spec), std::move(what.id));
  if (!adopted) co_return fail(std::move(adopted.error()));
  branch.conversation = std::move(adopted->conversation);

  store::State& state = branch.state;
  state.depth = 1;
  state.fork_strategy = "native";
  state.adopted = std::move(adopted->from.conversation);
  state.adopted_turn = std::move(adopted->from.turn);
  branch.report.strategy = state.fork_strategy;
  branch.report.adopted = state.adopted;
  branch.report.depth = state.depth;
  branch.report.attempts.push_back({"native", true, "the provider branched the conversation"});
  co_return co_await branch_off(std::move(branch));
}

/// Writes down how the session came about, and opens it.
transport::Task<Result<SessionService::Forked>> SessionService::branch_off(Branch branch) {
  if (branch.conversation) {
    branch.state.backends[branch.state.backend].provider_id = branch.conversation->provider_id();
  }
  auto record = begin(std::move(branch.state), std::move(branch.parent));
  if (!record) co_return fail(std::move(record.error()));
  auto claimed = co_await (*record)->claim("the session is forked off");
  if (!claimed) co_return fail(std::move(claimed.error()));
  (*record)->add(record_type::fork, fork_data(branch.report));
  // The parent may have got its title after the point at which they part.
  const std::string title = (*record)->state().description;
  if (!title.empty()) {
    (*record)->update(v1::session_info(title, rfc3339((*record)->updated_ms())));
  }
  auto written = co_await (*record)->write();
  (*record)->release();
  if (!written) co_return fail(std::move(written.error()));

  Forked forked;
  forked.report = std::move(branch.report);
  forked.session = add(branch.backend, std::move(*record), std::move(branch.workspace));
  if (branch.conversation) {
    forked.session->set_conversation(std::move(branch.conversation));
    forked.session->trust().begun_with(std::move(branch.trust));
    forked.session->listen_to(std::move(branch.asides));
  }
  co_return forked;
}

}  // namespace tine::session
