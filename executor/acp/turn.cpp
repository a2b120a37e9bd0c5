#include "executor/acp/turn.h"

#include <utility>

#include "protocol/v1/codec.h"

namespace tine::executor::acp {

Turn::Turn(transport::Loop& loop, v1::Client& client, std::shared_ptr<transport::Pace> pace,
           Meter& meter, std::string session, limits::Patience patience, bool names_message)
    : ProcessTurn(loop, client, std::move(pace), std::move(session), patience.cancel),
      meter_(meter),
      patience_(patience),
      names_message_(names_message) {
  allow_silence(patience_.first_response);
}

void Turn::on_update(v1::Update update) {
  note_sign();
  using Kind = v1::UpdateKind;
  // Some agents say the prompt again; the client has it.
  if (update.kind == Kind::user_message_chunk && !spoken_) return;
  const bool is_models = update.kind == Kind::agent_message_chunk ||
                         update.kind == Kind::agent_thought_chunk || update.kind == Kind::tool_call;
  if (names_message_ && update.kind == Kind::agent_message_chunk)
    message_ = json::text_in(json::View(update.payload), "messageId");
  if (is_models) {
    spoken_ = true;
    allow_silence(patience_.idle);
  }
  say(std::move(update));
}

transport::Task<Result<std::string>> Turn::ask(std::string method, std::string params,
                                               transport::CancelSource cancel) {
  if (!takes_questions()) co_return tine::fail(ErrorKind::cancelled, "the turn is over");
  allow_silence(patience_.idle);
  const auto asked = open_question(std::string());
  const auto subscription = cancel.on_cancel([asked] { asked->cancel.cancel(); });
  auto answer = co_await client().call(std::move(method), std::move(params), &asked->cancel);
  close_question(asked);
  co_return answer;
}

void Turn::on_notification(std::string_view method, json::View params) {
  note_sign();
  client().notify(method, params.raw());
}

void Turn::on_answer(const Result<std::string>& answer, std::string provider_turn) {
  if (over()) return;
  if (!answer) return end(tine::fail(answer.error()));
  const auto response =
      v1::read_result<v1::PromptResponse>(json::View(*answer), ErrorKind::backend_failed);
  if (!response) return end(tine::fail(response.error()));
  so_far().provider_turn = message_.empty() ? std::move(provider_turn) : message_;
  so_far().usage = meter_.read(json::View(*answer).find("usage"));
  end(response->stop_reason);
}

}  // namespace tine::executor::acp
