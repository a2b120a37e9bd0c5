#pragma once
// Decides whether a session's folder may start programs: by the user's setting, by what the user
// has said to the backend's own program, and by what the user has answered here. docs/trust.md is
// the page for users.
//
// One per process, made by main, on the loop's thread; sessions share it. It looks at files on the
// worker's thread.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/executor.h"
#include "session/policy.h"
#include "session/trust_record.h"
#include "transport/event.h"
#include "transport/worker.h"

namespace tine::session {

class Trust {
 public:
  /// `rule` is the user's setting; it outlives this.
  Trust(transport::Loop& loop, transport::Worker& worker, Env& env, Log& log, Redactor& redactor,
        TrustRecord record, const TrustRule& rule)
      : loop_(loop),
        worker_(worker),
        env_(env),
        log_(log),
        redactor_(redactor),
        record_(std::move(record)),
        rule_(rule) {}
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  struct Verdict {
    executor::FolderTrust trust;
    executor::FolderFacts facts;
    std::string folder;  ///< canonical
    bool open = false;   ///< nobody has decided yet; it is not trusted until somebody does
  };
  /// Judges the workspace's folder as it is now.
  transport::Task<Verdict> judge(const executor::Executor& backend, v1::Workspace workspace);

  /// What a person answers to the question.
  enum class Answer : std::uint8_t {
    yes,      ///< kept for good, for what the folder starts now
    not_now,  ///< until this process ends, for what the folder starts now
    never     ///< kept for good, whatever it starts
  };
  /// Keeps an answer for the folder as it was found.
  transport::Task<void> keep(const executor::Executor& backend, Verdict found, Answer answer);

  /// Set once a person is no longer being asked about a folder.
  using QuestionOver = std::shared_ptr<transport::Event>;

 private:
  using Place = std::pair<std::string, std::string>;  // the folder and the kind of the backend
  using Questions = std::map<Place, QuestionOver>;

 public:
  /// Lives while a person is being asked: of the sessions in one folder only one asks.
  class Question {
   public:
    Question(transport::Loop& loop, std::shared_ptr<Questions> all, Place about);
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question();

   private:
    std::shared_ptr<Questions> all_;
    Place about_;
  };
  Question begin_question(const executor::Executor& backend, const Verdict& found);
  /// The end of the question that is being asked about the folder; nothing when none is.
  QuestionOver asking(const executor::Executor& backend, const Verdict& found) const;

 private:
  transport::Loop& loop_;
  transport::Worker& worker_;
  Env& env_;
  Log& log_;
  Redactor& redactor_;
  TrustRecord record_;
  const TrustRule& rule_;
  // What was answered in this process and is not kept for good.
  std::map<Place, std::vector<std::string>> agreed_;
  std::map<Place, std::vector<std::string>> declined_;
  std::shared_ptr<Questions> questions_ = std::make_shared<Questions>();
};

}  // namespace tine::session
