// Whether a folder is trusted: by which rule, from which answer, and for how long.

#include "session/trust.h"

#include <fstream>
#include <optional>

#include "session/project.h"
#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;
using executor::FolderFacts;

namespace {

/// A it whose backend starts what the test says, in a folder that the test answers for.
struct Stage : OpenSession {
  Stage() {
    backend->look = [this] { return facts; };
    facts.starts = {"one", "two"};
  }
  Trust::Verdict judge() { return judge(trust); }
  Trust::Verdict judge(Trust& by) { return run(by.judge(*backend, workspace)); }
  void keep(Trust::Answer answer) {
    run([](Stage& stage, Trust::Answer what) -> transport::Task<bool> {
      Trust::Verdict found{.trust = {},
                           .facts = stage.facts,
                           .folder = canonical(stage.workspace.cwd),
                           .open = true};
      co_await stage.trust.keep(*stage.backend, std::move(found), what);
      co_return true;
    }(*this, answer));
  }
  /// What another process comes to.
  Trust::Verdict judge_elsewhere() {
    Trust other(loop, worker, env, log, redactor,
                TrustRecord(store::system_files(), place.path() + "/store"), policy.trust);
    return judge(other);
  }
  FolderFacts facts;
};

bool is_open(const Trust::Verdict& verdict) { return verdict.open && !verdict.trust.given; }
bool is_declined(const Trust::Verdict& verdict) { return !verdict.open && !verdict.trust.given; }

}  // namespace

TEST_CASE("trust: a folder that starts something is open, one that starts nothing is not") {
  Stage stage;
  CHECK(is_open(stage.judge()));
  stage.facts.starts.clear();
  CHECK(is_declined(stage.judge()));
}

TEST_CASE("trust: a yes is kept for what the folder starts, and for nothing else") {
  Stage stage;
  stage.keep(Trust::Answer::yes);
  CHECK(stage.judge().trust.covers(stage.facts));
  CHECK(stage.judge_elsewhere().trust.given);
  const auto verdict = stage.judge();
  stage.facts.starts = {"one", "other"};
  CHECK_FALSE(verdict.trust.covers(stage.facts));
  CHECK(is_open(stage.judge()));
  CHECK(is_open(stage.judge_elsewhere()));
  // The lines as a whole are what was agreed to.
  stage.facts.starts = {"onetwo"};
  CHECK(is_open(stage.judge()));
}

TEST_CASE("trust: what could not be looked into is trusted by this process alone") {
  Stage stage;
  stage.facts.unclear = true;
  stage.keep(Trust::Answer::yes);
  CHECK(stage.judge().trust.given);
  CHECK(is_open(stage.judge_elsewhere()));
}

TEST_CASE("trust: not now holds for this process, never for all, whatever the folder starts") {
  Stage stage;
  stage.keep(Trust::Answer::not_now);
  CHECK(is_declined(stage.judge()));
  CHECK(is_open(stage.judge_elsewhere()));
  stage.keep(Trust::Answer::never);
  stage.facts.starts = {"more"};
  CHECK(is_declined(stage.judge()));
  CHECK(is_declined(stage.judge_elsewhere()));
  stage.keep(Trust::Answer::yes);
  CHECK(stage.judge_elsewhere().trust.given);
}

TEST_CASE("trust: the user's rule goes first") {
  Stage stage;
  stage.policy.trust = TrustRule::always;
  CHECK(stage.judge().trust.given);
  CHECK_FALSE(stage.judge().trust.starts);
  stage.policy.trust = TrustRule::cli;
  stage.keep(Trust::Answer::yes);
  CHECK(is_declined(stage.judge()));
  stage.facts.trusted_by_cli = true;
  CHECK(stage.judge().trust.given);
  stage.policy.trust = TrustRule::ask;
  CHECK_FALSE(stage.judge().trust.starts);
}

TEST_CASE("trust: a record that is damaged trusts nothing, and is begun anew by an answer") {
  Stage stage;
  for (const char* text :
       {"", "[]", "{\"folders\":7}", "{\"folders\":[7,{},{\"folder\":\"/\"}]}"}) {
    std::ofstream(stage.place.path() + "/store/trust.json") << text;
    CHECK(is_open(stage.judge()));
  }
  stage.keep(Trust::Answer::yes);
  CHECK(stage.judge_elsewhere().trust.given);
}

TEST_CASE("trust: a conversation is begun anew for another decision") {
  Stage stage;
  stage.turn();
  stage.keep(Trust::Answer::yes);
  stage.backend->done.clear();
  stage.turn();
  CHECK(stage.backend->done.starts_with("close resume "));
  stage.backend->done.clear();
  stage.turn();
  CHECK(stage.backend->done.empty());
}
