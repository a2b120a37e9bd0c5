#include "executor/claude/turn.h"

#include <utility>

#include "executor/claude/errors.h"
#include "executor/claude/questions.h"

namespace tine::executor::claude {
namespace {

/// Whether it is a link of the conversation's own chain, at which another can branch off.
bool is_link(json::View line) {
  const json::View type = line.find("type");
  if (!type.equals("assistant") && !type.equals("user")) return false;
  if (line.find("parent_tool_use_id").is_string()) return false;
  return !line.find("isReplay").boolean().value_or(false);
}

}  // namespace

Turn::Turn(transport::Loop& loop, v1::Client& client, std::shared_ptr<Process> process,
           std::string uuid, std::string session, std::string cwd, limits::Patience patience)
    : loop_(loop),
      client_(client),
      process_(std::move(process)),
      uuid_(std::move(uuid)),
      session_(std::move(session)),
      cwd_(std::move(cwd)),
      patience_(patience),
      woken_(loop),
      no_question_(loop),
      not_holding_(loop) {
  no_question_.set();
  not_holding_.set();
}

void Turn::say(v1::Update update) {
  update.session = session_;
  client_.update(update);
  if (client_.has_room() || !not_holding_.is_set()) return;
  not_holding_.reset();
  process_->pace()->hold();
  loop_.spawn(let_catch_up());
}

transport::Task<void> Turn::let_catch_up() {
  co_await client_.room();
  ++signs_;
  process_->pace()->release();
  not_holding_.set();
}

// --- its course
// ------------------------------------------------------------------------------------

void Turn::hear(json::View line, std::size_t agents) {
  if (over_) return;
  ++signs_;
  if (line.find("type").equals("command_lifecycle")) {
    lifecycle(line);
    return;
  }
  if (started_ && is_link(line)) last_link_ = text_in(line, "uuid");
  note_phase(line);
  if (answered_ && agents == 0 && !std::exchange(awaits_follow_up_, agents == 0)) woken_.set();
}

/// In which of the two ways it is silent from here on.
void Turn::note_phase(json::View line) {
  bool due = model_due_;
  const json::View type = line.find("type");
  if (type.equals("stream_event")) {
    due = !line.find("event").find("type").equals("message_stop");
  } else if (type.equals("system") && line.find("status").equals("requesting")) {
    due = true;
  }
  if (std::exchange(model_due_, due) != due) woken_.set();
}

void Turn::lifecycle(json::View line) {
  if (!line.find("command_uuid").equals(uuid_)) return;
  const json::View state = line.find("state");
  if (state.equals("started")) started_ = true;
  // A turn that has begun says more with its result.
  if (!state.equals("cancelled") || started_) return;
  outcome_.stop = v1::StopReason::cancelled;
  end();
}

bool Turn::result(json::View line, const TurnUsage& usage, std::size_t agents) {
  if (over_) return false;
  ++signs_;
  const bool own = line.find("user_message_uuid").equals(uuid_);
  if (!own && !answered_) return false;
  if (!answered_) outcome_.usage.first_call = usage.first_call;
  outcome_.usage.last_prompt = usage.last_prompt;
  outcome_.usage.add_spent(usage);
  outcome_.usage.raw = usage.raw;
  if (usage.context) outcome_.usage.context = usage.context;
  if (auto error = error_of_result(line)) {
    outcome_.stop = tine::fail(std::move(*error));
    end();
    return true;
  }
  outcome_.stop = stop_of_result(line);
  outcome_.provider_turn = last_link_;
  answered_ = true;
  awaits_follow_up_ = false;
  if (agents > 0 && !hurried_ && *outcome_.stop != v1::StopReason::cancelled) {
    woken_.set();
  } else {
    end();
  }
  return true;
}

void Turn::end() {
  over_ = true;
  woken_.set();
}

void Turn::fail(Error why) {
  if (over_) return;
  outcome_.stop = tine::fail(std::move(why));
  end();
}

void Turn::stop() {
  if (over_) return;
  outcome_.stop = v1::StopReason::cancelled;
  end();
}

void Turn::overrule(Error why) {
  over_ = false;
  fail(std::move(why));
}

void Turn::hurry() {
  hurried_ = true;
  woken_.set();
}

transport::Milliseconds Turn::patience_now() const {
  if (hurried_) return patience_.interrupt;
  if (awaits_follow_up_) return patience_.follow_up;
  return model_due_ && !answered_ ? patience_.model : patience_.tool;
}

transport::Task<bool> Turn::ended() {
  while (!over_) {
    woken_.reset();
    const std::uint64_t before = signs_;
    const bool woken = co_await woken_.wait_for(patience_now());
    if (over_ || woken) continue;
    if (hurried_) co_return false;
    if (signs_ != before || !asked_.empty() || !not_holding_.is_set()) continue;
    if (!awaits_follow_up_) co_return false;
    end();
  }
  co_return true;
}

transport::Task<void> Turn::close() {
  over_ = true;
  const auto open = asked_;
  for (const auto& [id, asked] : open) asked->cancel.cancel();
  co_await no_question_.wait();
  co_await not_holding_.wait();
}

// --- questions
// ------------------------------------------------------------------------------------

void Turn::ask(const std::string& id, json::View request) {
  ++signs_;
  if (over_ || hurried_ || !is_known_question(request)) {
    process_->refuse(id, "this cannot be asked now");
    return;
  }
  const auto asked = std::make_shared<Asked>();
  asked->id = id;
  asked_.emplace(id, asked);
  no_question_.reset();
  loop_.spawn(put_question(std::string(request.raw()), asked));
}

transport::Task<void> Turn::put_question(std::string request, std::shared_ptr<Asked> asked) {
  Question question;
  question.request = std::move(request);
  question.session = session_;
  question.cwd = cwd_;
  const std::string answer = co_await put(std::move(question), client_, asked->cancel);
  if (!asked->withdrawn) {
    process_->answer(asked->id, answer);
    for (const json::View each : json::View(answer).find("updatedPermissions").elements())
      granted_.emplace_back(each.raw());
  }
  asked_.erase(asked->id);
  ++signs_;
  if (asked_.empty()) no_question_.set();
}

void Turn::withdraw(const std::string& id) {
  const auto found = asked_.find(id);
  if (found == asked_.end()) return;
  const auto asked = found->second;
  asked->withdrawn = true;
  asked->cancel.cancel();
}

}  // namespace tine::executor::claude
