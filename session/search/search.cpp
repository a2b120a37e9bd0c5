#include "session/search/search.h"

#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <utility>

#include "base/ulid.h"

namespace tine::session::search {
namespace {

/// Hits whose excerpts are made before others on the loop get their turn.
constexpr std::size_t slice = 16;

Failure no_time(std::string_view when) {
  return fail(Error(ErrorKind::invalid_params,
                    "\"" + std::string(when.substr(0, 64)) + "\" is no time to search from")
                  .with_hint("Say 12h, 7d or 2w, or a day like 2026-01-31."));
}

/// Midnight of a day like 2026-01-31, in the time of this place.
std::optional<std::int64_t> midnight(std::string_view day) {
  std::tm parts{};
  const auto number = [&day](std::size_t at, std::size_t length, int& to) {
    const char* const end = day.data() + at + length;
    const auto [stop, fault] = std::from_chars(day.data() + at, end, to);
    return fault == std::errc() && stop == end;
  };
  if (day.size() != 10 || day[4] != '-' || day[7] != '-' || !number(0, 4, parts.tm_year) ||
      !number(5, 2, parts.tm_mon) || !number(8, 2, parts.tm_mday)) {
    return std::nullopt;
  }
  constexpr int first_year = 1900;
  parts.tm_year -= first_year;
  parts.tm_mon -= 1;
  parts.tm_isdst = -1;
  const std::tm asked = parts;
  const std::time_t seconds = std::mktime(&parts);
  // What is no day becomes another one.
  if (parts.tm_mon != asked.tm_mon || parts.tm_mday != asked.tm_mday) return std::nullopt;
  return std::int64_t{seconds} * 1000;
}

std::optional<std::int64_t> length_of(char unit) {
  constexpr std::int64_t minute = 60'000;
  switch (unit) {
    case 'm':
      return minute;
    case 'h':
      return 60 * minute;
    case 'd':
      return 24 * 60 * minute;
    case 'w':
      return 7 * 24 * 60 * minute;
    default:
      return std::nullopt;
  }
}

/// Once more, when the index turns out to be damaged.
Result<Finds> find_now(std::shared_ptr<const store::Folder> root, const std::string& path,
                       const Wish& wish, const std::shared_ptr<Progress>& progress) {
  std::optional<std::string> damage;
  for (;;) {
    Keeper keeper(root, path, progress);
    auto report = keeper.bring_up_to_date(wish.folder);
    if (!report) return fail(std::move(report.error()));
    if (damage) report->notices.push_back(*damage);
    Finds finds = find(keeper, *root, wish, std::move(*report), *progress);
    const auto fault = keeper.database().fault();
    if (!fault) return finds;
    const bool is_first = !damage;
    if (is_first) damage = keeper.set_damaged_aside();
    if (!is_first || !damage)
      return fail(ErrorKind::storage_failed, "the search index cannot be used: " + fault->message);
  }
}

}  // namespace

Result<std::int64_t> since_ms(std::string_view when, std::int64_t now_ms) {
  if (const auto exact = wall_ms_of(when)) return *exact;
  if (const auto day = midnight(when)) return *day;
  if (when.size() < 2) return no_time(when);
  const auto unit = length_of(when.back());
  std::int64_t count = 0;
  const char* const end = when.data() + when.size() - 1;
  const auto [stop, fault] = std::from_chars(when.data(), end, count);
  constexpr std::int64_t most = 1'000'000;
  if (!unit || fault != std::errc() || stop != end || count < 0 || count > most)
    return no_time(when);
  return now_ms - count * *unit;
}

Result<Searcher::Place> Searcher::place() {
  auto whole = store_.whole();
  if (!whole) return fail(std::move(whole.error()));
  return Place{.root = std::make_shared<const store::Folder>(std::move(*whole)),
               .path = store_.path().value_or("")};
}

Searcher::~Searcher() {
  for (const auto& each : begun_) {
    if (const auto progress = each.lock()) progress->stop = true;
  }
}

std::shared_ptr<Progress> Searcher::begin(std::shared_ptr<Progress> progress) {
  if (!progress) progress = std::make_shared<Progress>();
  std::erase_if(begun_, [](const auto& each) { return each.expired(); });
  begun_.push_back(progress);
  return progress;
}

transport::Task<Result<Answer>> Searcher::search(Wish wish, transport::CancelSource cancel,
                                                 std::shared_ptr<Progress> progress) {
  auto place = this->place();
  if (!place) co_return fail(std::move(place.error()));
  progress = begin(std::move(progress));
  const auto stops = cancel.on_cancel([progress] { progress->stop = true; });
  const auto finds = std::make_shared<Result<Finds>>();
  std::function<void()> job = [finds, progress, place = *place, wish] {
    *finds = find_now(place.root, place.path, wish, progress);
  };
  co_await worker_.run(std::move(job));
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the search was cancelled");
  if (!*finds) co_return fail(std::move(finds->error()));
  Answer answer{.hits = {}, .more = (*finds)->more, .notices = std::move((*finds)->notices)};
  for (Find& each : (*finds)->all) {
    if (answer.hits.size() % slice == slice - 1) co_await transport::yield(loop_);
    answer.hits.push_back({.session = std::move(each.session),
                           .title = redactor_.redacted(each.title),
                           .backend = std::move(each.backend),
                           .project = std::move(each.project),
                           .who = each.who,
                           .turn = each.turn,
                           .seq = each.seq,
                           .time_ms = each.time_ms,
                           .excerpt = excerpt_of(each, redactor_.redacted(each.text), wish.query)});
  }
  co_return answer;
}

transport::Task<Result<void>> Searcher::keep(Keeper::Task task) {
  auto place = this->place();
  if (!place) co_return fail(std::move(place.error()));
  // Without a search so far there is no index, and no thread is needed.
  if (!Keeper::has_index(*place->root)) co_return Result<void>();
  const auto done = std::make_shared<Result<void>>();
  std::function<void()> job = [done, task, place = *place, progress = begin(nullptr)] {
    Keeper keeper(place.root, place.path, progress);
    *done = keeper.keep(task);
  };
  co_await worker_.run(std::move(job));
  co_return *done;
}

transport::Task<Result<void>> Searcher::tidy() { return keep(Keeper::Task::tidy); }

void Searcher::refresh_soon() {
  if (*refreshes_) return;
  *refreshes_ = true;
  loop_.spawn(refresh_later(*this, refreshes_));
}

transport::Task<void> Searcher::refresh_later(Searcher& searcher, std::weak_ptr<bool> alive) {
  co_await transport::pause(searcher.loop_, limits::delay);
  if (const auto refreshes = alive.lock()) {
    *refreshes = false;
  } else {
    co_return;
  }
  const auto done = co_await searcher.keep(Keeper::Task::refresh);
  if (!done && alive.lock()) searcher.log_.warning(done.error().message);
}

}  // namespace tine::session::search
