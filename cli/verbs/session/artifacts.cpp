// `tine session artifacts`: the files in a session's folder for what was made in it.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"

namespace tine::cli {
namespace {

namespace fs = std::filesystem;

struct Artifact {
  std::string path;
  std::int64_t bytes = 0;
};

/// Regular files in the folder and below; no link is followed.
std::vector<Artifact> files_in(const fs::path& folder) {
  std::vector<Artifact> out;
  std::error_code fault;
  if (!fs::is_directory(fs::symlink_status(folder, fault))) return out;
  for (fs::recursive_directory_iterator each(folder, fault), end; !fault && each != end;
       each.increment(fault)) {
    std::error_code gone;
    if (!fs::is_regular_file(each->symlink_status(gone))) continue;
    const auto bytes = each->file_size(gone);
    if (!gone) out.push_back({each->path().string(), static_cast<std::int64_t>(bytes)});
  }
  std::sort(out.begin(), out.end(),
            [](const Artifact& a, const Artifact& b) { return a.path < b.path; });
  return out;
}

transport::Task<int> list_artifacts(World& world, std::string id, bool json) {
  const auto entry = co_await world.store.find_prefix(id);
  if (!entry) co_return failed(entry.error());
  const fs::path folder = fs::path(world.store.path_of(*entry)) / "output";
  const std::vector<Artifact> files = files_in(folder);
  if (json) {
    json::Document out = json::Document::array();
    for (const Artifact& each : files) {
      json::Document& file = out.emplace_back();
      file["path"] = each.path;
      file["bytes"] = each.bytes;
    }
    print(json::text_of(out) + "\n");
  } else if (files.empty()) {
    print("There are no files in " + visible_line(folder.string()) + ".\n");
  } else {
    Table table;
    for (const Artifact& each : files) table.add({size_text(each.bytes), visible_line(each.path)});
    print(table.text());
  }
  co_return exit_code::good;
}

}  // namespace

const Verb session_artifacts_verb{
    .name = "artifacts",
    .help = "List the files in a session's folder output/",
    .declare = [](Options& options) -> Run {
      const auto id = std::make_shared<std::string>();
      options.argument("id", *id, "ID", Options::session);
      return [id](Program& program) {
        return program.run([&program, id](World& world, transport::CancelSource /*shutdown*/) {
          return list_artifacts(world, *id, program.common.json);
        });
      };
    },
    .examples = "Example:\n  tine session artifacts 01JH4Q --json | jq -r '.[].path'"};

}  // namespace tine::cli
