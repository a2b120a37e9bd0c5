#pragma once
// Decides whether a session's folder may start programs: by the user's setting, by what the user
// has said to the backend's own program, and by what the user has answered here. docs/trust.md is
// the page for users.
//
// One per process, made by main, on the loop's thread; sessions share it. It looks at files on the
// worker's thread.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "executor/executor.h"
#include "session/policy.h"
#include "session/trust_record.h"
#include "transport/worker.h"

namespace tine::session {

class Trust {
 public:
  /// `rule` is the user's setting; it outlives this.
  Trust(transport::Worker& worker, Env& env, Log& log, Redactor& redactor, TrustRecord record,
        const TrustRule& rule)
      : worker_(worker),
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
    bool open = false;  ///< nobody has decided yet; it is not trusted until somebody does
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
  transport::Task<void> keep(const executor::Executor& backend, std::string cwd,
                             executor::FolderFacts facts, Answer answer);

 private:
  using Place = std::pair<std::string, std::string>;  // the folder and the kind of the backend

  transport::Worker& worker_;
  Env& env_;
  Log& log_;
  Redactor& redactor_;
  TrustRecord record_;
  const TrustRule& rule_;
  // What was answered in this process and is not kept for good.
  std::map<Place, std::vector<std::string>> agreed_;
  std::map<Place, std::vector<std::string>> declined_;
};

}  // namespace tine::session
