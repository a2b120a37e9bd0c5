#include "session/store/index.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <unordered_set>

#include "session/store/index_lines.h"
#include "session/store/limits.h"
#include "session/store/sessions.h"

namespace tine::session::store {
namespace {

/// How often, and how long apart, an index is looked at again that another process is just putting
/// in its place. Then it counts as damaged.
constexpr int replacing_tries = 20;
constexpr std::chrono::milliseconds replacing_pause{5};

/// How often an index is made anew when it is damaged or removed meanwhile.
constexpr int making_tries = 3;

}  // namespace

void Index::take(IndexEntry entry) {
  if (!entry.parent.empty() && !entry.gone) forks_[entry.parent].insert(entry.id);
  if (entry.gone) {
    const auto known = entries_.find(entry.id);
    if (known == entries_.end()) return;
    const auto siblings = forks_.find(known->second.parent);
    if (siblings != forks_.end()) {
      siblings->second.erase(entry.id);
      if (siblings->second.empty()) forks_.erase(siblings);
    }
    entries_.erase(known);
    return;
  }
  std::string id = entry.id;
  // Most come in the order of their ids.
  const auto next =
      entries_.empty() || entries_.rbegin()->first < id ? entries_.end() : entries_.lower_bound(id);
  entries_.insert_or_assign(next, std::move(id), std::move(entry));
}

bool Index::take_line(std::string_view line) {
  auto entry = read_index_line(line);
  if (!entry) return false;
  ++lines_;
  ++lines_read_;
  take(std::move(*entry));
  return true;
}

std::vector<std::string> Index::forks_of(const std::string& id) const {
  const auto found = forks_.find(id);
  if (found == forks_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

/// None: it is missing, cut or damaged, or the sessions before it are still to be added.
Result<std::optional<OpenIndex>> Index::open_whole() const {
  for (int tries = 0; tries < replacing_tries; ++tries) {
    auto index = OpenIndex::open(*root_);
    if (!index || !*index || !(*index)->header.whole) {
      if (index) return std::optional<OpenIndex>();
      return index;
    }
    if (agrees(**index, IndexLock::note(*root_))) return index;
    const auto lock = IndexLock::take(*root_);
    if (!lock) return std::optional<OpenIndex>();
    if (*lock) {
      // Nobody is replacing it, so both stay as they are now.
      index = OpenIndex::open(*root_);
      if (index && *index && (*index)->header.whole && agrees(**index, IndexLock::note(*root_)))
        return index;
      if (!index) return index;
      return std::optional<OpenIndex>();
    }
    std::this_thread::sleep_for(replacing_pause);
  }
  return std::optional<OpenIndex>();
}

void Index::begin(const OpenIndex& index) {
  entries_.clear();
  forks_.clear();
  tail_.clear();
  lines_ = 0;
  name_ = index.header.name;
  offset_ = index.first_line;
  index.file.read_ahead();
}

Result<Index::Found> Index::read_lines(const OpenIndex& index) {
  if (index.bytes < offset_) return Found::damaged;
  const auto good =
      each_line(index, offset_, tail_, [this](std::string_view line) { return take_line(line); });
  if (!good) return fail(good.error());
  return *good ? Found::good : Found::damaged;
}

Result<Index::Found> Index::read_on() {
  const auto index = open_whole();
  if (!index) return fail(index.error());
  if (!*index) return Found::damaged;
  if ((*index)->header.name != name_) begin(**index);
  return read_lines(**index);
}

/// Puts an empty index in the place of the damaged one, so that what others change meanwhile is
/// added to that; walks; then puts both together. Without the lock the walk alone has to do, and
/// the next question walks again.
Result<void> Index::make_anew() {
  name_.clear();
  std::optional<OpenIndex> journal;
  if (auto lock = IndexLock::take(*root_); lock && *lock) {
    if (begin_index_anew(*root_, **lock)) {
      auto opened = OpenIndex::open(*root_);
      if (opened && *opened) journal = std::move(**opened);
    }
  }
  auto walked = walk(*root_);
  if (!walked) return fail(std::move(walked.error()));
  entries_.clear();
  forks_.clear();
  tail_.clear();
  lines_ = 0;
  for (IndexEntry& entry : *walked) take(std::move(entry));
  compared_ = true;
  if (!journal) return {};
  auto lock = IndexLock::take(*root_);
  if (!lock || !*lock) return {};
  const auto now = OpenIndex::open(*root_);
  // Whoever has removed or replaced it did so because it lacks something.
  if (!now || !*now || (*now)->header.name != journal->header.name) return {};
  offset_ = (*now)->first_line;
  const auto read = read_lines(**now);
  if (!read || *read == Found::damaged) return {};
  // A disk that is full is no reason to give no answer.
  [[maybe_unused]] const auto ignored = save(**lock);
  return {};
}

Result<void> Index::save(IndexLock& lock) {
  std::string text;
  for (const auto& [id, entry] : entries_) text += index_line(entry);
  const auto header = renew_index(*root_, lock, text);
  if (!header) return fail(header.error());
  // One that was removed meanwhile is made anew for the next question.
  if (!*header) return {};
  name_ = (*header)->name;
  tail_.clear();
  lines_ = entries_.size();
  offset_ = static_cast<std::int64_t>(index_header_line(**header).size() + text.size());
  return {};
}

/// Sessions that were made without saying so are added; those whose folders are gone are taken out.
Result<void> Index::compare_with_folders() {
  const auto projects = root_->names();
  if (!projects) return fail(projects.error());
  std::unordered_set<std::string_view> there;
  std::vector<std::vector<std::string>> kept;
  std::vector<IndexEntry> missing;
  for (const std::string& project : *projects) {
    auto ids = session_ids(*root_, project);
    if (!ids) return fail(std::move(ids.error()));
    for (const std::string& id : *ids) {
      if (entries_.contains(id)) continue;
      auto entry = look_at(*root_, project, id);
      if (!entry) return fail(std::move(entry.error()));
      if (*entry) missing.push_back(std::move(**entry));
    }
    kept.push_back(std::move(*ids));
  }
  for (const auto& ids : kept) there.insert(ids.begin(), ids.end());
  std::vector<IndexEntry> gone;
  for (const auto& [id, entry] : entries_) {
    if (there.contains(id)) continue;
    gone.push_back(entry);
    gone.back().gone = true;
  }
  compared_ = true;
  if (missing.empty() && gone.empty()) return {};
  return add_difference(std::move(missing), std::move(gone));
}

/// What other processes have added since they looked is newer than what is added here, so it is
/// read first, and they add nothing in between. Without the lock this process alone knows better,
/// until they do; the next one finds the same again.
Result<void> Index::add_difference(std::vector<IndexEntry> missing, std::vector<IndexEntry> gone) {
  auto lock = IndexLock::take(*root_);
  const bool is_held = lock && *lock;
  if (is_held) {
    const auto read = read_on();
    if (!read) return fail(read.error());
    // Damage is seen again by the next question.
    std::erase_if(missing, [this](const auto& each) { return entries_.contains(each.id); });
  }
  std::string news;
  for (auto* each : {&missing, &gone}) {
    for (IndexEntry& entry : *each) {
      news += index_line(entry);
      take(std::move(entry));
    }
  }
  if (is_held) [[maybe_unused]]
    const auto ignored = add_to_index(*root_, **lock, news);
  return {};
}

Result<void> Index::compact() {
  const std::size_t dead = lines_ > entries_.size() ? lines_ - entries_.size() : 0;
  if (dead <= std::max(entries_.size(), limits::dead_lines)) return {};
  auto lock = IndexLock::take(*root_);
  if (!lock || !*lock) return {};
  const auto read = read_on();
  if (!read) return fail(read.error());
  // Damage is seen again by the next question.
  if (*read == Found::damaged) return {};
  [[maybe_unused]] const auto ignored = save(**lock);
  return {};
}

Result<void> Index::catch_up(const std::string& waiting) {
  for (int tries = 0; tries < making_tries; ++tries) {
    const auto read = read_on();
    if (!read) return fail(read.error());
    if (*read == Found::damaged) {
      if (auto made = make_anew(); !made) return made;
      if (name_.empty()) break;
      continue;
    }
    if (!compared_) {
      if (auto compared = compare_with_folders(); !compared) return compared;
    }
    if (auto done = compact(); !done) return done;
    break;
  }
  std::string_view rest = waiting;
  while (!rest.empty()) {
    const std::size_t newline = rest.find('\n');
    if (auto entry = read_index_line(rest.substr(0, newline))) take(std::move(*entry));
    rest.remove_prefix(newline + 1);
  }
  return {};
}

Result<std::vector<IndexEntry>> Index::find(std::string_view prefix) const {
  Entries found;
  const auto keep = [&found](IndexEntry entry) {
    std::string id = entry.id;
    if (entry.gone) {
      found.erase(id);
    } else {
      found.insert_or_assign(std::move(id), std::move(entry));
    }
  };
  if (!name_.empty() || compared_) {
    for (auto each = entries_.lower_bound(prefix);
         each != entries_.end() && each->first.starts_with(prefix); ++each) {
      keep(each->second);
    }
  } else {
    const auto index = open_whole();
    if (!index) return fail(index.error());
    if (!*index) return std::vector<IndexEntry>();
    const std::string wanted = std::string(index_line_begin).append(prefix);
    std::int64_t offset = (*index)->first_line;
    std::string tail;
    const auto good = each_line(**index, offset, tail, [&](std::string_view line) {
      if (!line.starts_with(wanted)) return true;
      auto entry = read_index_line(line);
      if (entry) keep(std::move(*entry));
      return entry.has_value();
    });
    if (!good) return fail(good.error());
    if (!*good) return std::vector<IndexEntry>();
  }
  std::vector<IndexEntry> out;
  for (auto& [id, entry] : found) out.push_back(std::move(entry));
  return out;
}

}  // namespace tine::session::store
