#include "session/store/known_names.h"

#include <nlohmann/json.hpp>

#include "session/store/limits.h"

namespace tine::session::store {
namespace {

using Json = nlohmann::json;

constexpr const char* names_file = "names";
constexpr int version = 1;

/// A count in a document; none: there is none.
std::optional<std::uint64_t> count_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

}  // namespace

void IdTally::add(std::uint64_t id_high, std::uint64_t id_low) {
  // Ids that were made at the same time are neighbours: what tells them apart is spread over all
  // bits, so that no sum of some of them is that of others.
  const auto spread = [](std::uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31U);
  };
  const std::uint64_t mixed = spread(id_low + spread(id_high));
  ++count;
  low += mixed;
  high += spread(mixed ^ id_high);
}

KnownNames KnownNames::read(const Folder& root) {
  KnownNames out;
  const auto text = root.read_if_there(names_file, limits::known_names);
  if (!text || !*text) return out;
  const Json document = Json::parse(**text, nullptr, false);
  if (!document.is_object() || count_in(document, "v") != version) return out;
  const auto folders = document.find("folders");
  if (folders == document.end() || !folders->is_object()) return out;
  for (const auto& [project, each] : folders->items()) {
    if (!each.is_object()) continue;
    const auto inode = count_in(each, "inode");
    const auto modified = count_in(each, "modified");
    const auto count = count_in(each, "count");
    const auto high = count_in(each, "high");
    const auto low = count_in(each, "low");
    if (!inode || !modified || !count || !high || !low) continue;
    out.known_[project] = {
        .state = {.inode = *inode, .modified_ms = static_cast<std::int64_t>(*modified)},
        .tally = {.count = *count, .high = *high, .low = *low}};
  }
  return out;
}

std::optional<FolderState> KnownNames::state_of(const Folder& root, const std::string& project) {
  const auto folder = root.open_file(project + "/sessions", Files::Open::read);
  if (!folder) return std::nullopt;
  const auto facts = folder->facts();
  if (!facts || !facts->directory) return std::nullopt;
  return FolderState{.inode = facts->inode, .modified_ms = facts->modified_ms};
}

std::optional<IdTally> KnownNames::tally(const std::string& project, const FolderState& now) const {
  const auto found = known_.find(project);
  if (found == known_.end() || found->second.state != now) return std::nullopt;
  return found->second.tally;
}

void KnownNames::note(const std::string& project, const FolderState& before, const IdTally& tally,
                      std::int64_t now_ms) {
  // What changes within the same tick of the file system's clock does not change the time.
  const bool is_settled = now_ms - before.modified_ms >= limits::names_settled.count();
  if (!is_settled || before.modified_ms < 0) return;
  if (known_.size() >= limits::known_projects && !known_.contains(project)) known_.clear();
  known_[project] = {.state = before, .tally = tally};
  is_changed_ = true;
}

void KnownNames::keep(const Folder& root) const {
  if (!is_changed_) return;
  Json folders = Json::object();
  for (const auto& [project, each] : known_) {
    folders[project] = {{"inode", each.state.inode},
                        {"modified", static_cast<std::uint64_t>(each.state.modified_ms)},
                        {"count", each.tally.count},
                        {"high", each.tally.high},
                        {"low", each.tally.low}};
  }
  const Json document = {{"v", version}, {"folders", std::move(folders)}};
  [[maybe_unused]] const auto kept = root.replace(
      names_file, document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", false);
}

}  // namespace tine::session::store
