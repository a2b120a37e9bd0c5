#include "session/seeds.h"

#include <algorithm>
#include <optional>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/ulid.h"
#include "session/store/limits.h"

namespace tine::session {
namespace {

constexpr const char* seeds_folder = "seeds";

/// None: nothing was ever marked.
Result<std::optional<store::Folder>> folder_of(store::Store& store) {
  const auto root = store.whole();
  if (!root) return fail(root.error());
  const auto there = root->contains(seeds_folder);
  if (!there) return fail(there.error());
  if (!*there) return std::optional<store::Folder>();
  auto folder = root->open(seeds_folder);
  if (!folder) return fail(std::move(folder.error()));
  return std::optional<store::Folder>(std::move(*folder));
}

std::optional<SeedMark> mark_in(const store::Folder& folder, const std::string& id) {
  if (!is_ulid(id)) return std::nullopt;
  const auto text = folder.read_if_there(id, store::limits::index_line);
  if (!text || !*text) return std::nullopt;
  json::Scanner scanner;
  if (!scanner.feed(**text) || !scanner.finish()) return std::nullopt;
  const json::View object(**text);
  const auto marked = wall_ms_of(json::text_in(object, "marked"));
  if (!marked) return std::nullopt;
  return SeedMark{.id = id,
                  .project = json::text_in(object, "project"),
                  .backend = json::text_in(object, "backend"),
                  .marked_ms = *marked};
}

}  // namespace

Result<void> mark_seed(store::Store& store, const SeedMark& mark) {
  const auto root = store.whole();
  if (!root) return fail(root.error());
  const auto folder = root->make(seeds_folder);
  if (!folder) return fail(folder.error());
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("marked", std::string_view(rfc3339(mark.marked_ms)))
      .member("project", std::string_view(mark.project))
      .member("backend", std::string_view(mark.backend))
      .end_object();
  return folder->replace(mark.id, text + "\n", false);
}

Result<bool> unmark_seed(store::Store& store, const std::string& id) {
  const auto folder = folder_of(store);
  if (!folder) return fail(folder.error());
  if (!*folder) return false;
  const auto there = (*folder)->contains(id);
  if (!there) return fail(there.error());
  if (!*there) return false;
  if (auto removed = (*folder)->remove_file(id); !removed) return fail(std::move(removed.error()));
  return true;
}

Result<std::vector<SeedMark>> seed_marks(store::Store& store) {
  std::vector<SeedMark> marks;
  const auto folder = folder_of(store);
  if (!folder) return fail(folder.error());
  if (!*folder) return marks;
  const auto names = (*folder)->names();
  if (!names) return fail(names.error());
  for (const std::string& name : *names) {
    if (auto mark = mark_in(**folder, name)) marks.push_back(std::move(*mark));
  }
  std::sort(marks.begin(), marks.end(), [](const SeedMark& one, const SeedMark& other) {
    return one.marked_ms != other.marked_ms ? one.marked_ms > other.marked_ms : one.id > other.id;
  });
  return marks;
}

}  // namespace tine::session
