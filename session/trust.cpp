#include "session/trust.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "session/project.h"

namespace tine::session {
namespace {

/// What a look at the disk has found.
struct Found {
  executor::FolderFacts facts;
  std::string folder;
  std::optional<TrustEntry> kept;
  std::optional<Error> fault;
};

}  // namespace

transport::Task<Trust::Verdict> Trust::judge(const executor::Executor& backend,
                                             v1::Workspace workspace) {
  Verdict verdict;
  executor::FolderLook look = backend.folder_look(workspace);
  if (!look) co_return verdict;
  if (rule_ == TrustRule::always) {
    verdict.trust.given = true;
    co_return verdict;
  }
  const auto found = std::make_shared<Found>();
  std::function<void()> job = [found, look = std::move(look), record = record_, cwd = workspace.cwd,
                               kind = std::string(backend.kind())] {
    found->facts = look();
    found->folder = canonical(cwd);
    auto entries = record.read();
    if (!entries) {
      found->fault = std::move(entries.error());
      return;
    }
    for (TrustEntry& each : *entries) {
      if (each.is_of(found->folder, kind)) found->kept = std::move(each);
    }
  };
  co_await worker_.run(std::move(job));
  if (found->fault) log_.warning(found->fault->message);
  verdict.facts = std::move(found->facts);
  verdict.folder = std::move(found->folder);
  const std::vector<std::string>& starts = verdict.facts.starts;
  if (verdict.facts.trusted_by_cli) {
    verdict.trust.given = true;
    co_return verdict;
  }
  if (rule_ == TrustRule::cli || starts.empty()) co_return verdict;
  const Place place(verdict.folder, backend.kind());
  const auto agreed = agreed_.find(place);
  const bool is_kept = found->kept && !verdict.facts.unclear && found->kept->agrees_to(starts);
  if (is_kept || (agreed != agreed_.end() && agreed->second == starts)) {
    verdict.trust = {.given = true, .starts = starts};
    co_return verdict;
  }
  const auto declined = declined_.find(place);
  const bool is_declined = (found->kept && !found->kept->trusted) ||
                           (declined != declined_.end() && declined->second == starts);
  verdict.open = !is_declined;
  co_return verdict;
}

Trust::Question::Question(transport::Loop& loop, std::shared_ptr<Questions> all, Place about)
    : all_(std::move(all)), about_(std::move(about)) {
  all_->emplace(about_, std::make_shared<transport::Event>(loop));
}

Trust::Question::~Question() {
  const auto found = all_->find(about_);
  found->second->set();
  all_->erase(found);
}

Trust::Question Trust::begin_question(const executor::Executor& backend, const Verdict& found) {
  return Question(loop_, questions_, Place(found.folder, backend.kind()));
}

Trust::QuestionOver Trust::asking(const executor::Executor& backend, const Verdict& found) const {
  const auto one = questions_->find(Place(found.folder, backend.kind()));
  return one == questions_->end() ? nullptr : one->second;
}

transport::Task<void> Trust::keep(const executor::Executor& backend, Verdict found, Answer answer) {
  const executor::FolderFacts& facts = found.facts;
  const Place place(found.folder, backend.kind());
  if (answer == Answer::yes) {
    declined_.erase(place);
    agreed_[place] = facts.starts;
  } else {
    agreed_.erase(place);
    declined_[place] = facts.starts;
  }
  if (answer == Answer::not_now || (answer == Answer::yes && facts.unclear)) co_return;
  TrustEntry entry = agreement(env_, kept_path(place.first, redactor_), place.second, facts.starts);
  entry.trusted = answer == Answer::yes;
  const auto kept = std::make_shared<Result<void>>();
  std::function<void()> job = [kept, record = record_, entry = std::move(entry),
                               folder = place.first] {
    *kept = record.change([&entry, &folder](std::vector<TrustEntry>& entries) {
      std::erase_if(entries, [&entry, &folder](const TrustEntry& each) {
        return each.is_of(folder, entry.backend);
      });
      entries.push_back(entry);
    });
  };
  co_await worker_.run(std::move(job));
  // The answer holds all the same, for as long as this process runs.
  if (!*kept)
    log_.warning("the answer about a folder's trust is not kept: " + kept->error().message);
}

}  // namespace tine::session
