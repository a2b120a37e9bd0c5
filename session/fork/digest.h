#pragma once
// What happened in a session, gathered from its transcript: no more of it than could be told in a
// given number of tokens, however long the transcript is. What is newest matters most.
//
// A value, and what makes it: on the loop's thread, as is its redactor, which outlives it.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "session/fork/excerpt.h"
#include "session/fork/passage.h"

namespace tine::session {

/// Holds no secret that the redactor knows. Lists begin with what is oldest.
struct Digest {
  struct Exchange {
    std::uint64_t turn = 0;
    Excerpt prompt;
    Excerpt answer;
  };
  struct Asked {
    std::uint64_t turn = 0;
    std::string prompt;  ///< its beginning, on one line
  };
  struct File {
    FileChange sum;            ///< with the text of the last change
    std::uint64_t number = 0;  ///< of its last change
  };
  struct Command {
    std::string title;
    std::string outcome;
    Excerpt output;
  };
  /// Something that did not come to its end.
  struct Open {
    std::string what;
    std::string why;
  };

  std::uint64_t turns = 0;       ///< that the provider has kept
  std::uint64_t said_bytes = 0;  ///< of prompts and answers
  std::uint64_t tool_bytes = 0;  ///< of what tools have put out
  std::optional<Exchange> first;
  std::vector<Exchange> last;
  std::vector<Asked> asked;
  std::vector<File> files;
  std::vector<Command> commands;
  std::vector<PlanPassage::Step> plan;
  std::vector<Open> unanswered;  ///< prompts whose turns have failed
  std::vector<Open> failed;      ///< tool calls that did not work later either
  std::vector<std::string> questions;

  /// Whether there is nothing to tell.
  bool empty() const;
};

/// The newest of a list, as many as have room together; the last one always.
template <class T>
class Newest {
 public:
  explicit Newest(std::size_t room) : room_(room) {}
  void add(T item, std::size_t bytes) {
    items_.push_back({std::move(item), bytes});
    bytes_ += bytes;
    for (; bytes_ > room_ && items_.size() > 1; items_.pop_front()) bytes_ -= items_.front().bytes;
  }
  /// Takes out those of which `is_it` is true.
  template <class Is>
  void remove(Is is_it) {
    std::erase_if(items_, [&](const Sized& each) {
      if (!is_it(each.item)) return false;
      bytes_ -= each.bytes;
      return true;
    });
  }
  std::vector<T> take() {
    std::vector<T> out;
    out.reserve(items_.size());
    for (Sized& each : items_) out.push_back(std::move(each.item));
    items_.clear();
    bytes_ = 0;
    return out;
  }

 private:
  struct Sized {
    T item;
    std::size_t bytes;
  };
  std::size_t room_;
  std::size_t bytes_ = 0;
  std::deque<Sized> items_;
};

class DigestMaker {
 public:
  /// Of each text, and of each list together, no more than `room` bytes are kept.
  DigestMaker(Redactor& redactor, std::size_t room);
  DigestMaker(const DigestMaker&) = delete;
  DigestMaker& operator=(const DigestMaker&) = delete;

  /// Passages come in the order of the transcript, each after the one before was read.
  void begin(Passage passage);
  /// Reads about so many bytes of it. False when all is read.
  bool read(std::size_t bytes);
  Digest take();

 private:
  struct Call {
    std::string id;
    std::string title;
    v1::ToolKind kind = v1::ToolKind::other;
    std::optional<std::vector<FileChange>> changes;
    std::vector<std::string> places;
    std::string terminal;
    std::optional<std::int64_t> exit_code;
    Excerpt output;
    std::uint64_t output_bytes = 0;  // of all of it
  };
  struct Question {
    std::uint64_t id = 0;
    std::string text;
    std::string terminal;
  };

  void see(std::monostate /*nothing*/) {}
  void see(PromptPassage prompt);
  void see(AnswerPassage answer);
  void see(CallPassage change);
  void see(PlanPassage plan);
  void see(QuestionPassage question);
  void see(ReplyPassage reply);
  void see(FaultPassage fault);
  void see(TurnEndPassage end);

  void read_into(std::string text, RedactionStream& stream, ExcerptMaker& into,
                 std::function<void()> then);
  Excerpt end_of_text(ExcerptMaker& into);
  void end_message();
  void forget_answer();
  Call& call_of(const std::string& id);
  void end_call(Call call, bool failed);
  void add_change(FileChange change);
  void forget_old_texts();
  /// On one line, without secrets, cut.
  std::string label(const std::string& text);

  Redactor& redactor_;
  std::size_t room_;

  /// A text that is being read.
  struct Reading {
    std::string text;
    std::size_t at = 0;
    RedactionStream* stream = nullptr;
    ExcerptMaker* into = nullptr;
    std::function<void()> then;
  };
  std::optional<Reading> reading_;
  RedactionStream text_stream_;  // of a prompt, or of an output
  ExcerptMaker text_;
  ExcerptMaker output_;

  // The turn that is open.
  std::uint64_t turn_ = 0;
  Excerpt prompt_;
  std::string fault_;
  RedactionStream answer_stream_;
  ExcerptMaker answer_;
  bool has_answer_ = false;
  std::string message_;    // the last one of the answer
  std::list<Call> calls_;  // the one that spoke last is the last
  std::list<Question> questions_;

  Digest digest_;
  Newest<Digest::Exchange> last_;
  Newest<Digest::Asked> prompts_;
  Newest<Digest::Command> commands_;
  Newest<Digest::Open> unanswered_;
  Newest<Digest::Open> failed_;
  std::map<std::string, Digest::File> files_;
  std::uint64_t changes_ = 0;
};

}  // namespace tine::session
