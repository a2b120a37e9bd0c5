#include "executor/rehearsal/conversation.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "executor/rehearsal/rehearsal.h"
#include "executor/rehearsal/script.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::rehearsal {
namespace {

const v1::ConfigOption* option(const Settings& settings, std::string_view id) {
  const auto found = std::find_if(settings.options.begin(), settings.options.end(),
                                  [id](const v1::ConfigOption& each) { return each.id == id; });
  return found == settings.options.end() ? nullptr : &*found;
}

/// A prompt that is read as a script, perhaps beside the loop.
struct Reading {
  std::vector<v1::ContentBlock> prompt;
  std::string text;
  std::optional<Result<Script>> script;

  void read() {
    text = v1::plain_text(std::exchange(prompt, {}));
    script = parse_script(text);
  }
};

}  // namespace

RehearsedConversation::RehearsedConversation(transport::Loop& loop, Rehearsal& agent,
                                             std::string id, ConversationSpec spec)
    : loop_(loop),
      agent_(agent),
      id_(std::move(id)),
      spec_(std::move(spec)),
      backstage_(std::make_shared<Backstage>()) {
  backstage_->events = spec_.events;
}

RehearsedConversation::~RehearsedConversation() { backstage_->over = true; }

void RehearsedConversation::look_around(Settings settings) {
  loop_.spawn(offer_soon(loop_, backstage_, std::move(settings)));
}

transport::Task<void> RehearsedConversation::offer_soon(transport::Loop& loop,
                                                        std::shared_ptr<Backstage> backstage,
                                                        Settings settings) {
  co_await transport::yield(loop);
  if (backstage->over) co_return;
  const v1::Command recite{
      .name = "recite", .description = "Recites what it was told", .hint = {}, .meta = {}};
  if (backstage->events.on_settings) backstage->events.on_settings(settings);
  if (backstage->events.on_commands) backstage->events.on_commands({recite});
}

transport::Task<void> RehearsedConversation::say_later(transport::Loop& loop,
                                                       std::shared_ptr<Backstage> backstage,
                                                       Later what) {
  co_await transport::pause(loop, what.pause);
  if (backstage->over) co_return;
  const ConversationEvents& events = backstage->events;
  if (events.on_update) {
    events.on_update(v1::text_chunk(v1::UpdateKind::agent_message_chunk, what.text, what.message));
  }
  if (--backstage->waiting == 0 && events.on_idle) events.on_idle();
}

transport::Task<TurnOutcome> RehearsedConversation::prompt(std::vector<v1::ContentBlock> prompt,
                                                           v1::Client& client,
                                                           transport::CancelSource& cancel) {
  TurnOutcome outcome;
  if (unread_) {
    auto recalled = co_await agent_.recall(spec_, *unread_);
    if (!recalled) {
      outcome.stop = fail(std::move(recalled.error()));
      co_return outcome;
    }
    unread_.reset();
    agent_.memory(id_) = std::move(*recalled);
  }
  const Branch before = agent_.memory(id_);
  const auto reading = std::make_shared<Reading>();
  reading->prompt = std::move(prompt);
  if (v1::bytes_of(reading->prompt) > transport::limits::long_message) {
    std::function<void()> read = [reading] { reading->read(); };
    co_await loop_.long_work().run(std::move(read));
  } else {
    reading->read();
  }
  auto& script = *reading->script;
  if (!script) {
    outcome.stop = fail(std::move(script.error()));
    co_return outcome;
  }

  // A turn that was lost has left messages and tool calls: their ids are not used again.
  const std::string id = turn_id(std::max(next_number(before), spec_.turns + 1));
  Stage stage{.loop = loop_,
              .client = client,
              .cancel = cancel,
              .session = spec_.session_id,
              .backend = std::string(agent_.name()),
              .cwd = spec_.workspace.cwd,
              .mode = spec_.settings.modes.current,
              .settings = spec_.settings,
              .trusted = spec_.trust.given,
              .turn = id,
              .past = before};
  const v1::ConfigOption* model = option(spec_.settings, "model");
  stage.thinks_first = model != nullptr && model->current == "owl";
  Performance performance(std::move(stage));
  outcome.stop = co_await performance.play(*script);

  Said said{.id = id,
            .told = std::move(script->text),
            .prompt = std::move(reading->text),
            .answer = performance.answer(),
            .thought = performance.thought_tokens()};
  Tokens cost;
  const Branch after = remember(before, std::move(said), cost);
  // A turn that was given up on and ends late must not undo what came after it.
  if (agent_.memory(id_) == before) agent_.memory(id_) = after;
  if (performance.forgets()) agent_.lose(id_);
  outcome.provider_turn = after->id;
  for (const Later& each : performance.later()) {
    ++backstage_->waiting;
    loop_.spawn(say_later(loop_, backstage_, each));
  }
  const v1::ConfigOption* count = option(spec_.settings, "count");
  if (const auto& given = performance.given_usage()) {
    outcome.usage.add_call(*given);
  } else if (count == nullptr || count->on) {
    outcome.usage.add_call(cost);
    outcome.usage.context =
        v1::ContextUsage{.used = after->end, .size = context_window, .cost = {}, .meta = {}};
  }
  outcome.usage.source = UsageSource::estimate;
  outcome.usage.models.push_back(
      {model != nullptr ? model->current : std::string(), outcome.usage.tokens});
  co_return outcome;
}

Result<void> RehearsedConversation::set_mode(const std::string& mode) {
  spec_.settings.modes.current = mode;
  return {};
}

Result<void> RehearsedConversation::set_option(const v1::ConfigOption& changed) {
  for (v1::ConfigOption& each : spec_.settings.options) {
    if (each.id == changed.id) each = changed;
  }
  return {};
}

transport::Task<void> RehearsedConversation::close() {
  backstage_->over = true;
  backstage_->waiting = 0;
  co_return;
}

}  // namespace tine::executor::rehearsal
