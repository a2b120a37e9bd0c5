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
    : ProcessTurn(loop, client, process->pace(), std::move(session), patience.interrupt),
      process_(std::move(process)),
      uuid_(std::move(uuid)),
      cwd_(std::move(cwd)),
      patience_(patience) {
  set_patience();
}

// --- its course
// ------------------------------------------------------------------------------------

void Turn::hear(json::View line, std::size_t agents) {
  if (over()) return;
  note_sign();
  if (line.find("type").equals("command_lifecycle")) {
    lifecycle(line);
    return;
  }
  if (started_ && is_link(line)) last_link_ = text_in(line, "uuid");
  note_phase(line);
  if (answered_ && agents == 0 && words_.empty()) awaits_follow_up_ = true;
  set_patience();
}

/// In which of the two ways it is silent from here on.
void Turn::note_phase(json::View line) {
  const json::View type = line.find("type");
  if (type.equals("stream_event")) {
    model_due_ = !line.find("event").find("type").equals("message_stop");
  } else if (type.equals("system") && line.find("status").equals("requesting")) {
    model_due_ = true;
  }
}

void Turn::lifecycle(json::View line) {
  const json::View state = line.find("state");
  const std::string uuid = text_in(line, "command_uuid");
  if (words_.contains(uuid)) {
    note_words(uuid, state);
    return;
  }
  if (!line.find("command_uuid").equals(uuid_)) return;
  if (state.equals("started")) started_ = true;
  // A turn that has begun says more with its result.
  if (state.equals("cancelled") && !started_) stop();
}

/// Words that were put into the turn are read in the course of it. Where its answer was given
/// before that, they have an answer of their own.
void Turn::note_words(const std::string& uuid, json::View state) {
  const bool is_off = state.equals("cancelled");
  if (!state.equals("completed") && !is_off) return;
  words_.erase(uuid);
  if (is_off && answered_ && words_.empty()) end(so_far().stop);
}

bool Turn::result(json::View line, const TurnUsage& usage, std::size_t agents) {
  if (over()) return false;
  note_sign();
  const bool own = line.find("user_message_uuid").equals(uuid_);
  if (!own && !answered_) return false;
  if (!answered_) so_far().usage.first_call = usage.first_call;
  so_far().usage.last_prompt = usage.last_prompt;
  so_far().usage.last_answer = usage.last_answer;
  so_far().usage.add_spent(usage);
  so_far().usage.raw = usage.raw;
  if (usage.context) so_far().usage.context = usage.context;
  if (auto error = error_of_result(line)) {
    fail(std::move(*error));
    return true;
  }
  so_far().stop = stop_of_result(line);
  so_far().provider_turn = last_link_;
  answered_ = true;
  awaits_follow_up_ = false;
  words_.erase(text_in(line, "user_message_uuid"));
  const bool goes_on = agents > 0 || !words_.empty();
  if (goes_on && !hurried() && *so_far().stop != v1::StopReason::cancelled) {
    set_patience();
  } else {
    end(so_far().stop);
  }
  return true;
}

void Turn::set_patience() {
  if (awaits_follow_up_) {
    end_in_silence(patience_.follow_up);
  } else {
    allow_silence(model_due_ && !answered_ ? patience_.model : patience_.tool);
  }
}

// --- questions
// ------------------------------------------------------------------------------------

void Turn::ask(const std::string& id, json::View request) {
  note_sign();
  if (!takes_questions() || !is_known_question(request)) {
    process_->refuse(id, "this cannot be asked now");
    return;
  }
  loop().spawn(put_question(std::string(request.raw()), open_question(id)));
}

transport::Task<void> Turn::put_question(std::string request, std::shared_ptr<Asked> asked) {
  Question question;
  question.request = std::move(request);
  question.session = session();
  question.cwd = cwd_;
  const std::string answer = co_await put(std::move(question), client(), asked->cancel);
  if (!asked->withdrawn) {
    process_->answer(asked->id, answer);
    for (const json::View each : json::View(answer).find("updatedPermissions").elements())
      granted_.emplace_back(each.raw());
  }
  close_question(asked);
}

}  // namespace tine::executor::claude
