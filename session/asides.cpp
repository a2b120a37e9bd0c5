#include "session/asides.h"

#include <algorithm>
#include <utility>

#include "protocol/v1/build_update.h"
#include "session/record/past.h"
#include "session/session.h"
#include "session/settings.h"

namespace tine::session {
namespace {

const v1::ConfigOption* option_of(const executor::Settings& settings, const std::string& id) {
  const auto found = std::find_if(settings.options.begin(), settings.options.end(),
                                  [&id](const v1::ConfigOption& each) { return each.id == id; });
  return found == settings.options.end() ? nullptr : &*found;
}

bool same_choice(const v1::ConfigOption& one, const v1::ConfigOption& other) {
  return one.current == other.current && one.on == other.on;
}

/// The options of `now` for which something else is chosen than in `before`.
std::vector<v1::ConfigOption> chosen_anew(const executor::Settings& before,
                                          const executor::Settings& now) {
  std::vector<v1::ConfigOption> out;
  for (const v1::ConfigOption& each : now.options) {
    const v1::ConfigOption* was = option_of(before, each.id);
    if (was != nullptr && !same_choice(*was, each)) out.push_back(each);
  }
  return out;
}

std::string shown(const executor::Settings& settings) {
  return v1::config_options(all_options(settings)).payload;
}

}  // namespace

executor::ConversationEvents Asides::calls() {
  const std::weak_ptr<Asides> self = weak_from_this();
  executor::ConversationEvents calls;
  calls.on_update = [self](v1::Update update) {
    const auto asides = self.lock();
    const auto session = asides ? asides->session_.lock() : nullptr;
    if (session) session->overhear(std::move(update));
  };
  calls.on_settings = [self](const executor::Settings& settings) {
    const auto asides = self.lock();
    if (!asides) return;
    if (const auto session = asides->session_.lock()) {
      session->offer(settings);
    } else {
      asides->settings_ = settings;
    }
  };
  calls.on_commands = [self](const std::vector<v1::Command>& commands) {
    const auto asides = self.lock();
    if (!asides) return;
    if (const auto session = asides->session_.lock()) {
      session->offer_commands(commands);
    } else {
      asides->commands_ = commands;
    }
  };
  calls.on_idle = [self] {
    const auto asides = self.lock();
    const auto session = asides ? asides->session_.lock() : nullptr;
    if (session) session->rest();
  };
  return calls;
}

void Asides::tell(const std::shared_ptr<Session>& session) {
  session_ = session;
  if (const auto settings = std::exchange(settings_, std::nullopt)) session->offer(*settings);
  if (const auto commands = std::exchange(commands_, std::nullopt))
    session->offer_commands(*commands);
}

// --- the session's side
// ----------------------------------------------------------------------------

void Session::listen_to(std::shared_ptr<Asides> asides) {
  asides_ = std::move(asides);
  asides_->tell(shared_from_this());
}

void Session::overhear(v1::Update update) {
  if (!record_->claimed()) {
    library_.log.warning("session " + id() +
                         ": what its conversation said while it slept is lost, as another process "
                         "may be at work in it");
    return;
  }
  say(std::move(update));
}

void Session::offer(const executor::Settings& offered) {
  const executor::Settings before = std::exchange(settings_, chosen(offered, state()));
  if (shown(before) == shown(settings_)) return;
  const bool other_mode = settings_.modes.current != before.modes.current;
  if (other_mode) note_unasked(v1::current_mode(settings_.modes.current));
  if (!chosen_anew(before, settings_).empty())
    note_unasked(v1::config_options(all_options(settings_)));
  show_choices(other_mode);
}

/// Without the right to write nothing is lost: who opens the session next comes to the same choice.
void Session::note_unasked(const v1::Update& update) {
  if (!record_->begun()) {
    record_->preset(update);
  } else if (record_->claimed()) {
    record_->update(update);
  }
}

void Session::offer_commands(std::vector<v1::Command> commands) {
  commands_ = std::move(commands);
  if (!replaying_) announce_commands();
}

void Session::rest() {
  if (std::exchange(keeps_claim_, false)) record_->release();
}

// --- ahead of the first prompt
// ---------------------------------------------------------------------

void Session::prepare() {
  if (!executor_.capabilities().prepares || conversation_ || preparing_ || running()) return;
  preparing_ = std::make_shared<transport::Event>(library_.loop);
  library_.loop.spawn(make_ahead(preparing_));
}

transport::Task<void> Session::make_ahead(std::shared_ptr<transport::Event> made) {
  const auto self = shared_from_this();
  auto conversation = co_await begin_conversation();
  if (preparing_ == made) {
    preparing_ = nullptr;
    if (conversation) {
      set_conversation(std::move(*conversation));
    } else {
      library_.log.info("session " + id() +
                        " could not be prepared: " + conversation.error().message);
    }
    made->set();
  } else if (conversation) {
    // The session was closed meanwhile, or goes on with other servers and directories.
    co_await (*conversation)->close();
  }
}

/// Waits for a conversation that is being made, unless the turn is cancelled first.
transport::Task<void> Session::await_preparation(transport::CancelSource cancel) {
  while (preparing_ && !cancel.cancelled()) {
    const auto woken = preparing_;
    woken->reset();
    const auto subscription = cancel.on_cancel([woken] { woken->set(); });
    co_await woken->wait();
  }
}

transport::Task<Result<std::unique_ptr<executor::Conversation>>> Session::begin_conversation() {
  co_await trust_.look(workspace_);
  const executor::Settings given = settings_;
  const auto point = provider_point(state(), *history(), history()->cursor());
  Result<std::unique_ptr<executor::Conversation>> made;
  if (point) {
    made = co_await executor_.resume(spec(), *point);
  } else {
    made = co_await executor_.start(spec());
  }
  trust_.begun_with(trust_.given());
  if (made) catch_up(**made, given);
  co_return made;
}

/// What was chosen while the conversation was being made.
void Session::catch_up(executor::Conversation& conversation, const executor::Settings& given) {
  Result<void> set;
  if (settings_.modes.current != given.modes.current)
    set = conversation.set_mode(settings_.modes.current);
  for (const v1::ConfigOption& each : chosen_anew(given, settings_)) {
    if (set) set = conversation.set_option(each);
  }
  if (!set) library_.log.warning("session " + id() + ": " + set.error().message);
}

void Session::drop_preparation() {
  if (const auto ahead = std::exchange(preparing_, nullptr)) ahead->set();
}

}  // namespace tine::session
