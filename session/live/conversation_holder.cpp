#include "session/live/conversation_holder.h"

#include <utility>

#include "session/limits.h"
#include "session/live/session.h"
#include "session/settings.h"

namespace tine::session {

/// A conversation that is being made.
struct ConversationHolder::Making {
  explicit Making(transport::Loop& loop) : news(loop) {}
  transport::Event news;  // it is over, was dropped, or its turn was cancelled
  transport::CancelSource dropped;
  Result<void> outcome;
};

/// Hears a conversation as long as it is the session's. The conversation knows it only weakly.
struct ConversationHolder::Listener {
  ConversationHolder& holder;
};

ConversationHolder::ConversationHolder(Session& session) : session_(session) {}

ConversationHolder::~ConversationHolder() = default;

executor::ConversationEvents ConversationHolder::events(
    const std::shared_ptr<Listener>& listener) const {
  const std::weak_ptr<Listener> weak = listener;
  executor::ConversationEvents events;
  events.on_update = [weak](v1::Update update) {
    if (const auto heard = weak.lock()) heard->holder.session_.take_update(std::move(update));
  };
  events.on_settings = [weak](const executor::Settings& settings) {
    if (const auto heard = weak.lock()) heard->holder.session_.take_settings(settings);
  };
  events.on_commands = [weak](const std::vector<v1::Command>& commands) {
    if (const auto heard = weak.lock()) heard->holder.session_.take_commands(commands);
  };
  events.on_idle = [weak] {
    if (const auto heard = weak.lock()) heard->holder.give_claim_back();
  };
  return events;
}

// --- making one
// ---------------------------------------------------------------------------------

void ConversationHolder::prepare() {
  if (!session_.executor().capabilities().prepares || conversation_ || making_) return;
  begin(usual());
}

ConversationHolder::Begin ConversationHolder::usual() const {
  const auto point = session_.provider_point();
  executor::Executor& backend = session_.executor();
  if (!point)
    return [&backend](executor::ConversationSpec spec) { return backend.start(std::move(spec)); };
  return [&backend, at = *point](executor::ConversationSpec spec) {
    return backend.resume(std::move(spec), at);
  };
}

std::shared_ptr<ConversationHolder::Making> ConversationHolder::begin(Begin begin) {
  auto making = std::make_shared<Making>(session_.library().loop);
  making_ = making;
  listener_ = std::make_shared<Listener>(Listener{*this});
  session_.library().loop.spawn(run(making, std::move(begin)));
  return making;
}

transport::Task<void> ConversationHolder::run(std::shared_ptr<Making> making, Begin begin) {
  const auto session = session_.shared_from_this();
  co_await all_ended();
  co_await session_.trust().look(session_.workspace());
  if (making_ != making) co_return;
  executor::FolderTrust trust = session_.trust().given();
  const executor::Settings given = session_.settings();
  v1::Workspace workspace = session_.workspace();
  auto secrets = session_.secrets();
  executor::ConversationSpec spec = session_.spec(events(listener_));
  spec.unwanted = making->dropped;
  auto conversation = co_await begin(std::move(spec));
  if (making_ != making) {
    // The session was closed meanwhile, or goes on with other servers and directories.
    if (conversation) co_await (*conversation)->close();
    co_return;
  }
  making_ = nullptr;
  if (conversation) {
    conversation_ = std::move(*conversation);
    workspace_ = std::move(workspace);
    secrets_ = std::move(secrets);
    session_.trust().begun_with(std::move(trust));
    catch_up(*conversation_, given);
  } else {
    listener_ = nullptr;
    // A backend may quote what it was given: as long as the session is there its secrets are known.
    Error error = std::move(conversation.error());
    error.message = session_.library().redactor.redacted(error.message);
    error.hint = session_.library().redactor.redacted(error.hint);
    session_.library().log.info("session " + session_.id() +
                                ": no conversation was made: " + error.message);
    making->outcome = fail(std::move(error));
  }
  making->news.set();
}

/// Waits for the conversation that is being made.
transport::Task<Result<void>> ConversationHolder::made(std::shared_ptr<Making> making,
                                                       transport::CancelSource cancel) {
  const auto subscription = cancel.on_cancel([making] { making->news.set(); });
  while (making_ == making && !cancel.cancelled()) {
    making->news.reset();
    co_await making->news.wait();
  }
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  co_return making->outcome;
}

transport::Task<void> ConversationHolder::made_ahead(transport::CancelSource cancel) {
  const auto session = session_.shared_from_this();
  auto making = making_;
  if (making) co_await made(std::move(making), cancel);
}

transport::Task<Result<void>> ConversationHolder::ready(transport::CancelSource cancel) {
  const auto session = session_.shared_from_this();
  while (!conversation_ || workspace_ != session_.workspace()) {
    if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
    if (conversation_) let_go();
    auto making = making_;
    // One that was made ahead and failed is tried again: this prompt meets the error itself.
    const bool is_ahead = making != nullptr;
    if (!is_ahead) making = begin(usual());
    auto outcome = co_await made(std::move(making), cancel);
    if (cancel.cancelled() || (!outcome && !is_ahead)) co_return outcome;
  }
  co_return Result<void>();
}

transport::Task<Result<void>> ConversationHolder::make(Begin how, transport::CancelSource cancel) {
  const auto session = session_.shared_from_this();
  let_go();
  auto making = begin(std::move(how));
  auto outcome = co_await made(std::move(making), cancel);
  if (outcome && !conversation_) co_return fail(ErrorKind::cancelled, "the session was closed");
  co_return outcome;
}

/// Tells it what was chosen while it was being made.
void ConversationHolder::catch_up(executor::Conversation& conversation,
                                  const executor::Settings& given) {
  const executor::Settings& now = session_.settings();
  Result<void> set;
  if (now.modes.current != given.modes.current) set = conversation.set_mode(now.modes.current);
  for (const v1::ConfigOption& each : chosen_anew(given, now)) {
    if (set) set = conversation.set_option(each);
  }
  if (!set) session_.library().log.warning("session " + session_.id() + ": " + set.error().message);
}

// --- ending one
// ---------------------------------------------------------------------------------

void ConversationHolder::drop_making() {
  const auto making = std::exchange(making_, nullptr);
  if (!making) return;
  making->dropped.cancel();
  making->news.set();
}

/// The conversation, which is the session's no longer.
ConversationHolder::Ending ConversationHolder::take() {
  listener_ = nullptr;
  drop_making();
  Ending ending{.conversation = std::exchange(conversation_, nullptr),
                .secrets = std::exchange(secrets_, nullptr),
                .claims = std::exchange(keeps_claim_, false)};
  if (!ending.conversation && std::exchange(ending.claims, false)) session_.record()->release();
  return ending;
}

void ConversationHolder::let_go() {
  Ending ending = take();
  if (!ending.conversation) return;
  ++ending_;
  session_.library().loop.spawn(end(std::move(ending), nullptr));
}

void ConversationHolder::give_up(std::shared_ptr<transport::Event> over) {
  Ending ending = take();
  if (!ending.conversation) return;
  // The turn gives its own claim back soon.
  if (!ending.claims) ending.claims = session_.record()->claim_again();
  ++ending_;
  session_.library().loop.spawn(end(std::move(ending), std::move(over)));
}

/// Other processes are kept out until the conversation's own is gone.
transport::Task<void> ConversationHolder::end(Ending ending,
                                              std::shared_ptr<transport::Event> first) {
  const auto session = session_.shared_from_this();
  if (first) {
    // A session that is closed has waited for its turn already.
    const auto subscription = closing_.on_cancel([first] { first->set(); });
    co_await first->wait_for(limits::cancel_grace);
  }
  co_await ending.conversation->close();
  if (ending.claims) session_.record()->release();
  if (--ending_ > 0) co_return;
  if (const auto ended = std::exchange(ended_, nullptr)) ended->set();
}

transport::Task<void> ConversationHolder::all_ended() {
  while (ending_ > 0) {
    if (!ended_) ended_ = std::make_shared<transport::Event>(session_.library().loop);
    const auto ended = ended_;
    co_await ended->wait();
  }
}

transport::Task<void> ConversationHolder::close() {
  const auto session = session_.shared_from_this();
  closing_.cancel();
  let_go();
  co_await all_ended();
}

bool ConversationHolder::takes_claim() { return is_live() && !std::exchange(keeps_claim_, true); }

void ConversationHolder::give_claim_back() {
  if (std::exchange(keeps_claim_, false)) session_.record()->release();
}

}  // namespace tine::session
