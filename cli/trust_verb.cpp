#include "cli/trust_verb.h"

#include <algorithm>
#include <set>

#include "base/visible.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/trust_record.h"

namespace tine::cli {
namespace {

using session::TrustEntry;
using session::TrustRecord;

int failed(const Error& error) {
  print_error(error);
  return exit_code::failed;
}

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

int remove(const TrustRecord& record, const std::string& folder) {
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

}  // namespace

int trust_verb(const World& world, const TrustArguments& arguments) {
  const TrustRecord record(session::store::system_files(), world.store.path());
  if (arguments.verb == TrustVerb::list) return list(record);
  const auto directory = working_directory(arguments.folder);
  if (!directory) return failed(directory.error());
  const std::string folder = session::canonical(*directory);
  return arguments.verb == TrustVerb::add ? add(world, record, folder) : remove(record, folder);
}

}  // namespace tine::cli
