#include "session/fork/digest.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json/utf8.h"
#include "session/limits.h"

namespace tine::session {
namespace {

bool has_text(const Digest::Exchange& exchange) {
  return !exchange.prompt.empty() || !exchange.answer.empty();
}

std::size_t bytes_of(const Digest::Open& open) { return open.what.size() + open.why.size(); }

/// On one line, and cut between characters.
std::string in_short(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() > limits::soft_label) break;
    const bool is_blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!is_blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.size() > limits::soft_label) {
    out.resize(json::character_start(out, limits::soft_label));
    return out + "…";
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// `change` is the newer one.
FileChange together(FileChange before, FileChange change) {
  using How = FileChange::How;
  change.more += before.more;
  change.fewer += before.fewer;
  if (before.how == How::added && change.how == How::changed) change.how = How::added;
  return change;
}

}  // namespace

bool Digest::empty() const {
  return std::none_of(last.begin(), last.end(), has_text) && !(first && has_text(*first)) &&
         files.empty() && commands.empty() && plan.empty() && unanswered.empty() &&
         failed.empty() && questions.empty();
}

DigestMaker::DigestMaker(Redactor& redactor, std::size_t room)
    : redactor_(redactor),
      room_(room),
      text_stream_(redactor),
      text_(room),
      output_(std::min(room, limits::soft_output)),
      answer_stream_(redactor),
      answer_(room),
      last_(room),
      prompts_(room),
      commands_(room),
      unanswered_(room),
      failed_(room) {}

void DigestMaker::begin(Passage passage) {
  std::visit([this](auto& each) { see(std::move(each)); }, passage);
}

bool DigestMaker::read(std::size_t bytes) {
  if (!reading_) return false;
  Reading& reading = *reading_;
  std::string clean;
  const std::string_view slice = std::string_view(reading.text).substr(reading.at, bytes);
  reading.stream->feed(slice, clean);
  reading.into->append(clean);
  reading.at += slice.size();
  if (reading.at < reading.text.size()) return true;
  const auto then = std::move(reading.then);
  reading_.reset();
  if (then) then();
  return false;
}

void DigestMaker::read_into(std::string text, RedactionStream& stream, ExcerptMaker& into,
                            std::function<void()> then) {
  reading_ = Reading{
      .text = std::move(text), .at = 0, .stream = &stream, .into = &into, .then = std::move(then)};
}

std::string DigestMaker::label(const std::string& text) {
  if (text.size() > limits::soft_label_source) return "(" + std::to_string(text.size()) + " bytes)";
  return in_short(redactor_.redacted(text));
}

// --- prompts and answers
// ------------------------------------------------------------------------------------

void DigestMaker::see(PromptPassage prompt) {
  forget_answer();
  fault_.clear();
  questions_.clear();
  turn_ = prompt.turn;
  digest_.said_bytes += prompt.text.size();
  read_into(std::move(prompt.text), text_stream_, text_, [this] { prompt_ = end_of_text(text_); });
}

/// The rest of a text, and what is kept of all of it.
Excerpt DigestMaker::end_of_text(ExcerptMaker& into) {
  std::string rest;
  text_stream_.finish(rest);
  into.append(rest);
  return into.take();
}

void DigestMaker::see(AnswerPassage answer) {
  if (answer.message != message_) {
    end_message();
    if (has_answer_) answer_.append("\n\n");
    message_ = std::move(answer.message);
  }
  has_answer_ = true;
  digest_.said_bytes += answer.text.size();
  read_into(std::move(answer.text), answer_stream_, answer_, nullptr);
}

void DigestMaker::end_message() {
  std::string rest;
  answer_stream_.finish(rest);
  answer_.append(rest);
}

/// What is said between turns belongs to none.
void DigestMaker::forget_answer() {
  end_message();
  answer_.take();
  message_.clear();
  has_answer_ = false;
}

void DigestMaker::see(FaultPassage fault) { fault_ = std::move(fault.kind); }

void DigestMaker::see(TurnEndPassage end) {
  end_message();
  for (const std::string& id : end.failed_calls) {
    const auto found = std::find_if(calls_.begin(), calls_.end(),
                                    [&id](const Call& each) { return each.id == id; });
    if (found == calls_.end()) continue;
    Call call = std::move(*found);
    calls_.erase(found);
    end_call(std::move(call), true);
  }
  Digest::Exchange exchange{.turn = turn_, .prompt = std::move(prompt_), .answer = answer_.take()};
  prompt_ = {};
  forget_answer();
  const std::string prompt = in_short(exchange.prompt.begin);
  const bool failed = end.stop == "error" || end.stop == "broken off";
  if (end.kept) {
    ++digest_.turns;
    unanswered_.remove([&prompt](const Digest::Open& each) { return each.what == prompt; });
    prompts_.add({.turn = turn_, .prompt = prompt}, prompt.size());
    if (!digest_.first)
      digest_.first = {.turn = exchange.turn, .prompt = exchange.prompt, .answer = {}};
    const std::size_t bytes = exchange.prompt.bytes() + exchange.answer.bytes();
    last_.add(std::move(exchange), bytes);
    if (!failed) return;
  }
  // What a command of ours has said is of the moment.
  if ((!failed && end.stop != "cancelled") || prompt.empty() || prompt.starts_with("/tine-"))
    return;
  const bool is_known = end.stop == "error" && !fault_.empty();
  Digest::Open open{.what = prompt, .why = is_known ? fault_ : end.stop};
  const std::size_t bytes = bytes_of(open);
  unanswered_.add(std::move(open), bytes);
}

// --- what was done
// ------------------------------------------------------------------------------------

/// Becomes the last one. Of too many, the one that was silent for the longest time is forgotten.
DigestMaker::Call& DigestMaker::call_of(const std::string& id) {
  const auto found =
      std::find_if(calls_.begin(), calls_.end(), [&id](const Call& each) { return each.id == id; });
  if (found != calls_.end()) {
    calls_.splice(calls_.end(), calls_, found);
    return calls_.back();
  }
  if (calls_.size() == limits::soft_calls) calls_.pop_front();
  Call& call = calls_.emplace_back();
  call.id = id;
  return call;
}

void DigestMaker::see(CallPassage change) {
  Call& call = call_of(change.id);
  if (change.title) call.title = label(*change.title);
  if (change.kind) call.kind = *change.kind;
  if (change.exit_code) call.exit_code = change.exit_code;
  if (!change.places.empty()) call.places = std::move(change.places);
  if (!change.terminal.empty()) call.terminal = std::move(change.terminal);
  if (change.changes) {
    auto& changes = *change.changes;
    if (changes.size() > limits::soft_files)
      changes.erase(changes.begin(), changes.end() - limits::soft_files);
    std::size_t bytes = 0;
    for (FileChange& each : changes) {
      bytes += each.text.size();
      if (bytes > room_) each.text.clear();
    }
    call.changes = std::move(changes);
  }
  if (change.output) call.output_bytes = change.output->size();
  const auto status = change.status;
  const bool has_failed = status == v1::ToolStatus::failed;
  const bool has_ended = has_failed || status == v1::ToolStatus::completed;
  // What was read or found is not told, only why it was not.
  const bool is_told = call.kind == v1::ToolKind::execute || has_failed;
  const auto end = [this, has_ended, has_failed] {
    if (!has_ended) return;
    Call ended = std::move(calls_.back());
    calls_.pop_back();
    end_call(std::move(ended), has_failed);
  };
  if (!change.output || !is_told) return end();
  read_into(std::move(*change.output), text_stream_, output_, [this, end] {
    calls_.back().output = end_of_text(output_);
    end();
  });
}

void DigestMaker::end_call(Call call, bool failed) {
  digest_.tool_bytes += call.output_bytes;
  failed = failed || call.exit_code.value_or(0) != 0;
  failed_.remove([&call](const Digest::Open& each) { return each.what == call.title; });
  const std::string why = in_short(call.output.begin);
  // One that was forgotten on the way has no title.
  if (call.kind == v1::ToolKind::execute && !call.title.empty()) {
    Digest::Command command;
    command.title = call.title;
    command.outcome = failed ? "failed" : "done";
    if (call.exit_code) command.outcome = "exit code " + std::to_string(*call.exit_code);
    command.output = std::move(call.output);
    const std::size_t bytes = command.title.size() + command.output.bytes();
    commands_.add(std::move(command), bytes);
  }
  if (failed) {
    if (call.title.empty()) return;
    Digest::Open open{.what = call.title, .why = why};
    const std::size_t bytes = bytes_of(open);
    failed_.add(std::move(open), bytes);
    return;
  }
  using How = FileChange::How;
  const bool removes = call.kind == v1::ToolKind::remove;
  const bool moves = call.kind == v1::ToolKind::move;
  if (call.changes) {
    for (FileChange& each : *call.changes) {
      if (removes) each.how = How::removed;
      add_change(std::move(each));
    }
  } else if (removes || moves || call.kind == v1::ToolKind::edit) {
    for (std::string& place : call.places) {
      FileChange change;
      change.path = std::move(place);
      if (removes) change.how = How::removed;
      if (moves) change.how = How::moved;
      add_change(std::move(change));
    }
  }
}

void DigestMaker::add_change(FileChange change) {
  change.path = label(change.path);
  change.text = redactor_.redacted(change.text);
  const std::string path = change.path;
  const auto known = files_.find(path);
  if (known != files_.end()) change = together(std::move(known->second.sum), std::move(change));
  files_[path] = {.sum = std::move(change), .number = ++changes_};
  const auto is_older = [](const auto& a, const auto& b) {
    return a.second.number < b.second.number;
  };
  if (files_.size() > limits::soft_files)
    files_.erase(std::min_element(files_.begin(), files_.end(), is_older));
  forget_old_texts();
}

/// The texts of all files together have no more room than one.
void DigestMaker::forget_old_texts() {
  std::vector<Digest::File*> newest;
  for (auto& [path, file] : files_)
    if (!file.sum.text.empty()) newest.push_back(&file);
  std::sort(newest.begin(), newest.end(),
            [](const Digest::File* a, const Digest::File* b) { return a->number > b->number; });
  std::size_t bytes = 0;
  for (Digest::File* each : newest) {
    bytes += each->sum.text.size();
    if (bytes > room_) each->sum.text.clear();
  }
}

void DigestMaker::see(PlanPassage plan) {
  // An empty one does not take back what was planned.
  if (plan.steps.empty()) return;
  if (plan.steps.size() > limits::soft_steps) plan.steps.resize(limits::soft_steps);
  for (PlanPassage::Step& each : plan.steps) each.text = label(each.text);
  digest_.plan = std::move(plan.steps);
}

// --- questions
// ------------------------------------------------------------------------------------

void DigestMaker::see(QuestionPassage question) {
  if (question.text.empty() && question.terminal.empty()) return;
  if (questions_.size() == limits::soft_calls) questions_.pop_front();
  questions_.push_back(
      {.id = question.id, .text = label(question.text), .terminal = std::move(question.terminal)});
}

void DigestMaker::see(ReplyPassage reply) {
  const auto question =
      std::find_if(questions_.begin(), questions_.end(),
                   [&reply](const Question& each) { return each.id == reply.question; });
  if (question == questions_.end()) return;
  for (Call& call : calls_) {
    if (!question->terminal.empty() && call.terminal == question->terminal)
      call.exit_code = reply.exit_code;
  }
  if (reply.settled || question->text.empty()) questions_.erase(question);
}

Digest DigestMaker::take() {
  digest_.last = last_.take();
  digest_.asked = prompts_.take();
  digest_.commands = commands_.take();
  digest_.unanswered = unanswered_.take();
  digest_.failed = failed_.take();
  for (auto& [path, file] : files_) digest_.files.push_back(std::move(file));
  std::sort(digest_.files.begin(), digest_.files.end(),
            [](const Digest::File& a, const Digest::File& b) { return a.number < b.number; });
  for (Question& each : questions_)
    if (!each.text.empty()) digest_.questions.push_back(std::move(each.text));
  return std::move(digest_);
}

}  // namespace tine::session
