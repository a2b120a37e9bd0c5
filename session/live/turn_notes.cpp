#include "session/live/turn_notes.h"

#include <utility>

#include "base/ulid.h"
#include "session/git.h"
#include "session/live/session.h"
#include "session/memory/session_digest.h"

namespace tine::session {
namespace {

/// In the order of the turns. `left`: the session as it is now, when it has left a branch.
transport::Task<void> remember_after(std::shared_ptr<transport::Event> before, Library library,
                                     TurnDone done, std::optional<store::State> left,
                                     std::shared_ptr<transport::Event> over) {
  if (before) co_await before->wait();
  co_await remember_turn(library, std::move(done));
  if (left) co_await write_digest(library, std::move(*left));
  over->set();
}

}  // namespace

std::optional<GitHead> TurnNotes::head() const {
  auto head = git_head(session_.workspace().cwd);
  if (head) head->branch = session_.library().redactor.redacted(head->branch);
  return head;
}

void TurnNotes::prepare() {
  git_ = nullptr;
  branch_.reset();
  if (const auto& git = session_.state().git) branch_ = git->after_branch.value_or(git->branch);
}

void TurnNotes::begin() {
  const Library& library = session_.library();
  git_ = std::make_shared<Git>();
  git_->begun_ms = library.env.wall_ms();
  git_->turn.before = head();
  library.loop.spawn(ask_git(git_));
}

/// What only git can tell of the state of the project as the turn begins.
transport::Task<void> TurnNotes::ask_git(std::shared_ptr<Git> git) {
  const auto session = session_.shared_from_this();
  const Library& library = session_.library();
  const auto found = co_await git_snapshot(library.loop, library.env, session_.workspace().cwd);
  if (!found || !git->turn.before) co_return;
  GitHead& before = *git->turn.before;
  if (before.commit.empty() && before.branch.empty()) {
    // A repository of another format than the one whose files are read.
    before.commit = found->commit;
    before.branch = library.redactor.redacted(found->branch);
  }
  git->turn.dirty = found->dirty;
  // No answer waits for git. What comes too late for its own turn is saved with the next write.
  if (git->late && git_ == git) session_.record()->set_git(state_of(git->turn));
}

std::optional<TurnGit> TurnNotes::end() {
  if (!git_) return std::nullopt;
  git_->late = true;
  git_->turn.after = head();
  if (!git_->turn.before && !git_->turn.after && !session_.state().git) return std::nullopt;
  return git_->turn;
}

void TurnNotes::remember(std::string plan, std::string stop, std::uint64_t since) {
  const Library& library = session_.library();
  if (!library.policy.keeps_memory || !library.policy.keep_text || !git_) return;
  const store::State& state = session_.state();
  TurnDone done{.cwd = session_.workspace().cwd,
                .session = session_.id(),
                .session_begun_ms = wall_ms_of(state.created).value_or(0),
                .turn = session_.history()->turns(),
                .backend = std::string(session_.executor().name()),
                .stop = std::move(stop),
                .plan = std::move(plan),
                .before = git_->turn.before,
                .after = git_->turn.after,
                .begun_ms = git_->begun_ms,
                .history = session_.history(),
                .records = {.since = since, .until = session_.history()->cursor()}};
  std::optional<store::State> left;
  if (branch_ && git_->turn.after && git_->turn.after->branch != *branch_) left = state;
  auto before = std::exchange(remembering_, std::make_shared<transport::Event>(library.loop));
  library.loop.spawn(
      remember_after(std::move(before), library, std::move(done), std::move(left), remembering_));
}

transport::Task<void> TurnNotes::remembered() {
  const auto last = remembering_;
  if (last) co_await last->wait();
}

}  // namespace tine::session
