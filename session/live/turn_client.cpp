#include "session/live/turn_client.h"

#include <optional>

#include "protocol/v1/build_update.h"
#include "protocol/v1/permission_offer.h"
#include "protocol/v1/shown.h"
#include "session/limits.h"
#include "session/live/session.h"
#include "session/record/calls.h"

namespace tine::session {
namespace {

/// `params` with this session in the place of the one that they name.
std::string in_session(std::string params, std::string_view id) {
  const std::string_view named = json::View(params).find("sessionId").raw();
  if (!named.empty()) {
    const auto place = static_cast<std::size_t>(named.data() - params.data());
    params.replace(place, named.size(), json::quoted(id));
  }
  return params;
}

}  // namespace

void TurnClient::end_tool_calls() {
  const std::vector<std::string> open = session_->open_tool_calls();  // saying so ends them
  for (const std::string& id : open) {
    v1::ToolCall last;
    last.id = id;
    last.status = v1::ToolStatus::failed;
    session_->say(v1::tool_call_update(last));
  }
}

void TurnClient::release_terminals() {
  for (const std::string& id : open_terminals_) session_->release_terminal(id);
  open_terminals_.clear();
}

void TurnClient::cut_off() {
  if (session_ == nullptr) return;
  end_tool_calls();
  release_terminals();
}

void TurnClient::end(bool cut_short) {
  if (session_ == nullptr) return;
  if (cut_short) end_tool_calls();
  release_terminals();
  session_ = nullptr;
}

const v1::ClientCapabilities& TurnClient::capabilities() const {
  static const v1::ClientCapabilities nothing;
  const v1::Client* client = session_ != nullptr ? session_->client() : nullptr;
  return client != nullptr ? client->capabilities() : nothing;
}

/// A cancelled turn is drained whether or not the client reads: text that finds no room is not
/// sent.
bool TurnClient::is_only_recorded(const v1::Update& update) const {
  return cancel_.cancelled() && !update.text.none() && !session_->has_room();
}

/// Backends tell of other things before their model does.
void TurnClient::note_sign(v1::UpdateKind kind) {
  using Kind = v1::UpdateKind;
  const bool is_sign = kind == Kind::agent_message_chunk || kind == Kind::agent_thought_chunk ||
                       kind == Kind::tool_call || kind == Kind::plan;
  if (!is_sign || !on_sign_) return;
  const auto callback = std::exchange(on_sign_, nullptr);
  callback();
}

void TurnClient::send(v1::Update update) {
  note_sign(update.kind);
  if (session_ == nullptr || silent_) return;
  if (update.kind == v1::UpdateKind::plan && session_->library().policy.keeps_memory)
    plan_ = update.payload;
  const bool skip = is_only_recorded(update);
  session_->say(std::move(update), skip ? Session::Audience::record : Session::Audience::client);
}

void TurnClient::long_update(std::shared_ptr<v1::Update> update) {
  note_sign(update->kind);
  if (session_ == nullptr || silent_) return;
  const bool skip = is_only_recorded(*update);
  session_->say_long(std::move(update),
                     skip ? Session::Audience::record : Session::Audience::client);
}

bool TurnClient::has_room() const {
  return session_ == nullptr || cancel_.cancelled() ||
         (session_->has_room() && session_->record()->has_room());
}

transport::Task<void> TurnClient::room() {
  if (!has_room()) co_await session_->room(cancel_);
}

std::optional<std::string> TurnClient::answered_by_rule(json::View params) const {
  const std::string& cwd = session_->workspace().cwd;
  // The project's file is read anew: what it denies now is denied.
  const auto choices = session_->elsewhere().choose(cwd, std::string(session_->executor().name()));
  std::vector<PermissionRule> rules = session_->narrowing();
  // What a file that cannot be read would deny is not known: then nothing is allowed, and what the
  // user denies stays denied, as the agent may have written the file.
  const std::vector<PermissionRule>& configured =
      choices ? choices->permissions : session_->library().policy.permissions;
  for (const PermissionRule& each : configured) {
    if (choices || each.verdict != PermissionRule::Verdict::allow) rules.push_back(each);
  }
  const PermissionRule* const rule = rule_for(rules, params, cwd);
  return rule == nullptr ? std::nullopt : answer_by(*rule, params);
}

v1::Client::Reply<std::string> TurnClient::call(std::string method, std::string params,
                                                Cancel /*cancel*/) {
  if (cancel_.cancelled() || session_ == nullptr) {
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  transport::CancelSource turn = cancel_;
  const std::shared_ptr<Record> record = session_->record();
  co_await record->caught_up();
  if (turn.cancelled() || session_ == nullptr) {
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  v1::Client* client = session_->client();
  if (client == nullptr) {
    co_return fail(ErrorKind::peer_gone, "no client is connected to this session");
  }
  if (method == v1::method::CreateTerminal::name &&
      open_terminals_.size() == limits::open_terminals) {
    co_return fail(ErrorKind::queue_full, "too many terminals of one turn are open");
  }
  params = in_session(std::move(params), session_->id());
  const bool is_read_by_people = method == v1::method::RequestPermission::name ||
                                 method == v1::method::CreateElicitation::name;
  if (is_read_by_people) params = v1::with_controls_shown(std::move(params));
  std::optional<v1::PermissionOffer> offer;
  if (method == v1::method::RequestPermission::name) {
    offer.emplace(params, client->capabilities().option_names);
    params = offer->params();
  }
  const std::string question = recorded_question(method, json::View(params));
  if (!record->has_room_for(question.size()))
    co_return fail(ErrorKind::cancelled, "the turn ends: its session is full");
  const std::uint64_t number = record->note_question(method, question);
  Result<std::string> answer;
  auto by_rule = offer ? answered_by_rule(json::View(params)) : std::nullopt;
  if (by_rule) {
    answer = std::move(*by_rule);
  } else {
    answer = co_await client->call(method, params, &cancel_);
  }
  if (answer) note_terminals(method, params, *answer);
  co_await record->caught_up();
  if (answer) {
    record->note_answer(number, recorded_answer(method, json::View(*answer)));
  } else {
    record->note_refusal(number, answer.error());
  }
  // Whoever was asked has gone: that is no answer to go on with.
  if (!answer && answer.error().kind == ErrorKind::peer_gone) turn.cancel();
  if (answer && offer) answer = offer->answer(std::move(*answer));
  co_return answer;
}

void TurnClient::note_terminals(std::string_view method, std::string_view params,
                                std::string_view answer) {
  constexpr const char* id = "terminalId";
  if (method == v1::method::ReleaseTerminal::name) {
    open_terminals_.erase(json::text_in(json::View(params), id));
  } else if (method == v1::method::CreateTerminal::name) {
    std::string created = json::text_in(json::View(answer), id);
    if (!created.empty()) open_terminals_.insert(std::move(created));
  }
}

void TurnClient::notify(std::string_view method, std::string_view params) {
  v1::Client* client = session_ != nullptr ? session_->client() : nullptr;
  if (client != nullptr) client->notify(method, params);
}

}  // namespace tine::session
