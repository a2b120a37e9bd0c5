#include "session/store/glance.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <future>
#include <ranges>
#include <utility>

#include "base/ulid.h"
#include "session/store/index_lines.h"
#include "session/store/line.h"
#include "session/store/project_folder.h"
#include "session/store/sessions.h"
#include "session/store/store.h"

namespace tine::session::store {
namespace {

constexpr std::size_t id_letters = 26;
constexpr std::string_view folder_member = R"(","folder":")";
constexpr std::string_view updated_member = R"(,"updated":)";
constexpr unsigned letter_bits = 5;

constexpr std::string_view letters_in_order = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of each letter of an id; what is no letter has none that matters.
constexpr auto letter_values = [] {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t i = 0; i < letters_in_order.size(); ++i)
    out.at(static_cast<unsigned char>(letters_in_order[i])) = static_cast<std::uint8_t>(i);
  return out;
}();

std::size_t common(std::string_view one, std::string_view other) {
  const auto end = std::mismatch(one.begin(), one.end(), other.begin(), other.end());
  return static_cast<std::size_t>(end.first - one.begin());
}

}  // namespace

Glance::Id Glance::number_of(std::string_view id) {
  Id out;
  for (const char c : id) {
    const std::uint8_t value = letter_values.at(static_cast<unsigned char>(c));
    out.high = (out.high << letter_bits) | (out.low >> (64U - letter_bits));
    out.low = (out.low << letter_bits) | value;
  }
  return out;
}

std::string Glance::id_of(Id number) {
  std::string out(id_letters, '0');
  for (char& each : std::views::reverse(out)) {
    each = letters_in_order[number.low % letters_in_order.size()];
    number.low = (number.low >> letter_bits) | (number.high << (64U - letter_bits));
    number.high >>= letter_bits;
  }
  return out;
}

std::uint32_t Glance::number_of_folder(std::string_view name) {
  // Sessions of one project mostly follow one another, or all take turns.
  const std::size_t before = rows_.empty() ? 0 : rows_.back().folder;
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    const std::size_t at = (before + i) % folders_.size();
    if (folders_[at] == name) return static_cast<std::uint32_t>(at);
  }
  folders_.emplace_back(name);
  return static_cast<std::uint32_t>(folders_.size() - 1);
}

std::optional<std::uint32_t> Glance::known_folder(const std::string& name) const {
  const auto found = std::find(folders_.begin(), folders_.end(), name);
  if (found == folders_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - folders_.begin());
}

/// A line without its newline. False: it is damaged.
bool Glance::read(std::string_view line, std::size_t at) {
  constexpr std::size_t folder_at = index_line_begin.size() + id_letters + folder_member.size();
  if (line.size() < folder_at || !checksum_holds(line) || !line.starts_with(index_line_begin) ||
      line.substr(index_line_begin.size() + id_letters, folder_member.size()) != folder_member) {
    return false;
  }
  // No text holds that, as the quotes in it are escaped.
  const std::size_t updated = line.rfind(updated_member);
  const std::size_t folder_end = line.find('"', folder_at);
  if (updated == std::string_view::npos || folder_end > updated) return false;
  const std::string_view id = line.substr(index_line_begin.size(), id_letters);
  if (!is_ulid(id)) return false;
  Row row;
  row.id = number_of(id);
  row.line = static_cast<std::uint32_t>(at);
  row.bytes = static_cast<std::uint32_t>(line.size());
  row.folder = number_of_folder(line.substr(folder_at, folder_end - folder_at));
  const std::string_view rest = line.substr(updated + updated_member.size());
  const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), row.updated_ms);
  if (fault != std::errc()) return false;
  const std::string_view flags = rest.substr(static_cast<std::size_t>(end - rest.data()));
  row.gone = flags.find(R"("gone":true)") != std::string_view::npos;
  row.listed = flags.find(R"("deleted":true)") == std::string_view::npos &&
               flags.find(R"("prompted":false)") == std::string_view::npos;
  rows_.push_back(row);
  return true;
}

/// Keeps of the file no more than where its lines are. False: one is damaged.
Result<bool> Glance::read_lines(std::shared_ptr<const OpenIndex> index) {
  index->file.read_ahead();
  constexpr std::size_t usual_line = 160;
  rows_.reserve(static_cast<std::size_t>(index->bytes) / usual_line);
  std::int64_t at = index->first_line;
  std::int64_t offset = at;
  // What stands behind the last newline is still being written.
  std::string tail;
  auto good = each_line(*index, offset, tail, [&](std::string_view line) {
    const auto here = static_cast<std::size_t>(at);
    at += static_cast<std::int64_t>(line.size()) + 1;
    return read(line, here);
  });
  index_ = std::move(index);
  return good;
}

/// The last line of a session counts.
void Glance::settle() {
  const auto is_before = [](const Row& a, const Row& b) {
    return a.id != b.id ? a.id < b.id : a.line < b.line;
  };
  if (!std::is_sorted(rows_.begin(), rows_.end(), is_before))
    std::sort(rows_.begin(), rows_.end(), is_before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const bool is_last = i + 1 == rows_.size() || rows_[i + 1].id != rows_[i].id;
    if (is_last && !rows_[i].gone) rows_[kept++] = rows_[i];
  }
  rows_.resize(kept);
}

Result<std::optional<Glance>> Glance::take(const Folder& root, const std::string& folder,
                                           std::int64_t now_ms) {
  auto index = OpenIndex::open(root);
  if (!index) return fail(std::move(index.error()));
  if (!*index || !(*index)->header.whole || !agrees(**index, IndexLock::note(root)))
    return std::optional<Glance>();
  // Both wait for the disk.
  auto tallies = std::async(std::launch::async | std::launch::deferred,
                            [&] { return tally_folders(root, folder, now_ms); });
  Glance glance;
  const auto good = glance.read_lines(std::make_shared<const OpenIndex>(std::move(**index)));
  if (!good) return fail(good.error());
  if (!*good) return std::optional<Glance>();
  glance.settle();
  const auto there = tallies.get();
  if (!there) return fail(there.error());
  if (!glance.agrees_with(*there, folder.empty())) return std::optional<Glance>();
  return std::optional<Glance>(std::move(glance));
}

Glance::Glance(const Index& index) {
  auto lines = std::make_shared<std::string>();
  for (const auto& [id, entry] : index.entries()) {
    const std::size_t at = lines->size();
    *lines += index_line(entry);
    read(std::string_view(*lines).substr(at, lines->size() - at - 1), at);
  }
  lines_ = lines;
}

/// Which sessions the folder of a project has, or those of all projects.
Result<std::vector<Glance::Tally>> Glance::tally_folders(const Folder& root,
                                                         const std::string& folder,
                                                         std::int64_t now_ms) {
  std::vector<std::string> projects = {folder};
  if (folder.empty()) {
    auto names = root.names();
    if (!names) return fail(std::move(names.error()));
    projects = std::move(*names);
  }
  std::vector<Tally> out;
  KnownNames names = KnownNames::read(root);
  for (std::string& project : projects) {
    const auto state = KnownNames::state_of(root, project);
    auto there = state ? names.tally(project, *state) : std::nullopt;
    if (!there) {
      const auto ids = session_ids_in_any_order(root, project);
      if (!ids) return fail(ids.error());
      there.emplace();
      for (const std::string& each : *ids) {
        const Id id = number_of(each);
        there->add(id.high, id.low);
      }
      if (state) names.note(project, *state, *there, now_ms);
    }
    out.push_back({.project = std::move(project), .ids = *there});
  }
  names.keep(root);
  return out;
}

/// Whether the folders have the sessions that it knows, and no other.
bool Glance::agrees_with(const std::vector<Tally>& there, bool are_all) const {
  std::vector<IdTally> known(folders_.size());
  for (const Row& each : rows_) known[each.folder].add(each.id.high, each.id.low);
  for (const Tally& each : there) {
    const auto number = known_folder(each.project);
    if (!number && each.ids.count == 0) continue;
    if (!number || std::exchange(known[*number], {}) != each.ids) return false;
  }
  // Of what is left there is no folder any more.
  return !are_all ||
         std::ranges::all_of(known, [](const IdTally& each) { return each.count == 0; });
}

IndexEntry Glance::entry_of(const Row& row) const {
  std::string line(row.bytes, '\0');
  if (index_) {
    // What is in the file stays in it for as long as it is open here.
    const auto got = index_->file.read_at(line, row.line);
    if (!got || *got != line.size()) return {};
  } else {
    line = lines_->substr(row.line, row.bytes);
  }
  return read_index_line(line).value_or(IndexEntry());
}

std::vector<IndexEntry> Glance::page(const std::string& folder, const Place& after,
                                     std::size_t count) const {
  std::vector<IndexEntry> out;
  const auto wanted = known_folder(folder);
  if (!folder.empty() && !wanted) return out;
  Row edge;
  edge.updated_ms = after.updated_ms;
  edge.id = number_of(after.id);
  std::vector<const Row*> found;
  for (const Row& each : rows_) {
    if (!each.listed || (!folder.empty() && each.folder != *wanted)) continue;
    if (!after.id.empty() && !is_newer(edge, each)) continue;
    found.push_back(&each);
  }
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count, found.size()));
  std::partial_sort(found.begin(), found.begin() + kept, found.end(),
                    [](const Row* a, const Row* b) { return is_newer(*a, *b); });
  found.resize(static_cast<std::size_t>(kept));
  for (const Row* const each : found) out.push_back(entry_of(*each));
  return out;
}

std::size_t Glance::listed(const std::string& folder) const {
  const auto wanted = known_folder(folder);
  if (!folder.empty() && !wanted) return 0;
  return static_cast<std::size_t>(std::count_if(rows_.begin(), rows_.end(), [&](const Row& each) {
    return each.listed && (folder.empty() || each.folder == *wanted);
  }));
}

std::optional<IndexEntry> Glance::find(std::string_view id) const {
  if (!is_ulid(id)) return std::nullopt;
  const Id wanted = number_of(id);
  const auto row =
      std::lower_bound(rows_.begin(), rows_.end(), wanted,
                       [](const Row& each, const Id& least) { return each.id < least; });
  if (row == rows_.end() || row->id != wanted) return std::nullopt;
  return entry_of(*row);
}

std::string Glance::short_id(const std::string& id, std::size_t letters) const {
  const Id wanted = number_of(id);
  const auto row =
      std::lower_bound(rows_.begin(), rows_.end(), wanted,
                       [](const Row& each, const Id& least) { return each.id < least; });
  const auto differ_from = [&](const Row& other) {
    letters = std::max(letters, common(id, id_of(other.id)) + 1);
  };
  if (row != rows_.begin()) differ_from(*std::prev(row));
  const bool is_known = row != rows_.end() && row->id == wanted;
  const auto next = is_known ? std::next(row) : row;
  if (next != rows_.end()) differ_from(*next);
  return id.substr(0, letters);
}

transport::Task<Result<std::shared_ptr<const Glance>>> glance(Store& store, std::string project,
                                                              std::int64_t now_ms) {
  using Taken = Result<std::optional<Glance>>;
  auto whole = store.whole();
  if (!whole) co_return fail(std::move(whole.error()));
  const auto root = std::make_shared<const Folder>(std::move(*whole));
  const auto taken = std::make_shared<Taken>(std::nullopt);
  const std::string folder = project.empty() ? std::string() : project_folder(project);
  std::function<void()> job = [root, taken, folder, now_ms] {
    *taken = Glance::take(*root, folder, now_ms);
  };
  co_await store.worker().run(std::move(job));
  if (!*taken) co_return fail(std::move(taken->error()));
  if (**taken) co_return std::make_shared<const Glance>(std::move(***taken));
  const auto out = std::make_shared<std::shared_ptr<const Glance>>();
  std::function<void(const Index&)> see = [out](const Index& index) {
    *out = std::make_shared<const Glance>(index);
  };
  auto done = co_await store.read(std::move(see));
  if (!done) co_return fail(std::move(done.error()));
  co_return *out;
}

}  // namespace tine::session::store
