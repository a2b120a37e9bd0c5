// `tine trust`: which folders may start programs.

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "base/visible.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/trust_record.h"

namespace tine::cli {
namespace {

using session::TrustEntry;
using session::TrustRecord;

int list(const TrustRecord& record) {
  const auto entries = record.read();
  if (!entries) return failed(entries.error());
  if (entries->empty()) print("No answer about a folder is kept.\n");
  for (const TrustEntry& each : *entries) {
    print(each.backend + "  " + (each.trusted ? "trusted" : "never  ") + "  " + each.since + "  " +
          visible_line(each.folder) + "\n");
  }
  return exit_code::good;
}

/// Agrees to what the folder starts now, for each kind of backend.
int add(const World& world, const TrustRecord& record, const std::string& folder) {
  v1::Workspace workspace;
  workspace.cwd = folder;
  std::vector<TrustEntry> agreed;
  std::set<std::string_view> kinds;
  for (const auto& backend : world.backends.all) {
    const executor::FolderLook look = backend->folder_look(workspace);
    if (!look || !kinds.insert(backend->kind()).second) continue;
    const executor::FolderFacts facts = look();
    const std::string kind(backend->kind());
    print(kind + (facts.starts.empty() ? ": starts nothing here\n"
                  : facts.unclear
                      ? ": cannot be trusted for good, as it is not clear what starts:\n"
                      : ": may start here from now on:\n"));
    for (const std::string& line : facts.starts) print("  " + visible_line(line) + "\n");
    if (!facts.starts.empty() && !facts.unclear)
      agreed.push_back(session::agreement(world.env, session::kept_path(folder, world.redactor),
                                          kind, facts.starts));
  }
  if (kinds.empty()) print("No backend that is configured starts programs of a folder.\n");
  if (agreed.empty()) return exit_code::good;
  const auto kept = record.change([&agreed, &folder](std::vector<TrustEntry>& entries) {
    for (const TrustEntry& entry : agreed) {
      std::erase_if(entries, [&entry, &folder](const TrustEntry& each) {
        return each.is_of(folder, entry.backend);
      });
      entries.push_back(entry);
    }
  });
  return kept ? exit_code::good : failed(kept.error());
}

int remove(const World& /*world*/, const TrustRecord& record, const std::string& folder) {
  std::size_t removed = 0;
  const auto kept = record.change([&folder, &removed](std::vector<TrustEntry>& entries) {
    removed = std::erase_if(entries, [&folder](const TrustEntry& each) {
      return session::stands_for(each.folder, folder);
    });
  });
  if (!kept) return failed(kept.error());
  print(removed > 0 ? "Forgotten: tine asks again.\n" : "Nothing was kept about this folder.\n");
  return exit_code::good;
}

using Change = int (*)(const World&, const TrustRecord&, const std::string& folder);

/// What one of the verbs does with a folder.
template <Change change>
Run on_folder(Options& options) {
  const auto folder = std::make_shared<std::string>();
  options.optional("folder", *folder, "DIR", "The folder (default: here)");
  return [folder](Program& program) {
    const World& world = program.world();
    const TrustRecord record(session::store::system_files(), world.store.path());
    const auto directory = working_directory(*folder);
    if (!directory) return failed(directory.error());
    return change(world, record, session::canonical(*directory));
  };
}

constexpr std::array<Verb, 3> trust_verbs{{
    {.name = "list",
     .help = "List what was answered",
     .declare = [](Options& /*options*/) -> Run {
       return [](Program& program) {
         return list(TrustRecord(session::store::system_files(), program.world().store.path()));
       };
     }},
    {.name = "add", .help = "Trust a folder for what it starts now", .declare = on_folder<add>},
    {.name = "remove", .help = "Forget what was answered", .declare = on_folder<remove>},
}};

std::span<const Verb> below_trust() { return trust_verbs; }

}  // namespace

const Verb trust_verb{.name = "trust",
                      .help = "See and change which folders are trusted",
                      .examples = "Examples:\n  tine trust list\n  tine trust add ~/work/project",
                      .verbs = below_trust};

}  // namespace tine::cli
