// `tine session verify`.

#include <map>
#include <memory>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "cli/working_directory.h"
#include "session/project.h"
#include "session/record/inspection.h"
#include "session/record/lineage.h"

namespace tine::cli {
namespace {

using session::store::IndexEntry;

/// Sessions that are looked at before others on the loop get their turn.
constexpr std::size_t slice = 64;

struct VerifyAsked {
  std::vector<std::string> ids;
  bool all = false;
};

/// The sessions that are meant; none named and not all: those of this directory's project.
transport::Task<Result<std::vector<IndexEntry>>> wanted(World& world, const VerifyAsked& asked) {
  if (asked.all) co_return co_await world.store.all();
  std::vector<IndexEntry> out;
  if (asked.ids.empty()) {
    const auto here = working_directory({});
    if (!here) co_return fail(here.error());
    std::string project = session::kept_path(session::canonical(*here), world.redactor);
    co_return co_await world.store.list(std::move(project));
  }
  for (const std::string& id : asked.ids) {
    auto found = co_await world.store.find_prefix(id);
    if (!found) co_return fail(std::move(found.error()));
    out.push_back(std::move(*found));
  }
  co_return out;
}

/// A session that is to be looked at, and where it leaves its parent.
struct Part {
  IndexEntry entry;
  std::string parent;
  std::uint64_t fork_seq = 0;
  std::string fault;  ///< of its genealogy
};

/// With the ancestors, each once.
transport::Task<std::map<std::string, Part>> with_ancestors(World& world,
                                                            std::vector<IndexEntry> entries) {
  std::map<std::string, Part> parts;
  for (const IndexEntry& entry : entries) {
    session::Lineage lineage(world.store);
    std::string id = entry.id;
    Part* fork = nullptr;
    while (!id.empty()) {
      // The way on from there was gone before; from here it would lead back only in a circle.
      if (parts.contains(id) && lineage.enter(id)) break;
      auto link = lineage.climb(id);
      if (!link && fork != nullptr) fork->fault = link.error().message;
      // What cannot be read at all is told by its inspection.
      if (!link && fork == nullptr) parts.try_emplace(id, Part{.entry = entry});
      if (!link) break;
      fork = &parts[id];
      *fork = Part{.entry = link->entry, .parent = link->parent, .fork_seq = link->fork_seq};
      id = link->parent;
      if (parts.size() % slice == 0) co_await transport::yield(world.loop);
    }
  }
  co_return parts;
}

std::string fault_lines(const std::string& path, const session::Inspection& found) {
  std::string text;
  for (const session::Fault& each : found.faults) {
    text += visible_line(path + "/" + each.file) + ":";
    if (each.line > 0) text += std::to_string(each.line) + ":";
    text += " " + visible_line(each.what) + "\n";
  }
  return text;
}

std::string verdict(const session::Inspection& found, bool good) {
  std::string text = (good ? "good" : "damaged") + ("; " + counted(found.lines, "line"));
  if (found.running) return text + "; it is running";
  if (found.tail > 0) {
    text += "; behind the last whole line there is a torn one of " +
            size_text(static_cast<std::int64_t>(found.tail)) +
            ", which will be set aside when the session is opened";
  }
  return text;
}

/// Failed when anything is damaged.
transport::Task<int> verify_sessions(World& world, VerifyAsked asked,
                                     transport::CancelSource shutdown) {
  const auto entries = co_await wanted(world, asked);
  if (!entries) co_return failed(entries.error());
  const std::map<std::string, Part> parts = co_await with_ancestors(world, *entries);
  std::map<std::string, session::Inspection> inspections;
  for (const auto& [id, part] : parts) {
    auto found = co_await session::inspect(world.loop, world.store, part.entry, shutdown);
    if (shutdown.cancelled()) co_return exit_code::failed;
    inspections.emplace(id, std::move(found));
  }
  std::uint64_t damaged = 0;
  for (const auto& [id, part] : parts) {
    const session::Inspection& found = inspections.at(id);
    const std::string path = world.store.path_of(part.entry);
    std::string faults = fault_lines(path, found);
    if (!part.fault.empty()) faults += path + ": " + visible_line(part.fault) + "\n";
    const auto parent = inspections.find(part.parent);
    if (parent != inspections.end() && parent->second.last_seq < part.fork_seq) {
      faults += path + ": its parent " + part.parent + " ends before record " +
                std::to_string(part.fork_seq) + ", where it was forked\n";
    }
    if (!faults.empty()) ++damaged;
    std::string line = id + "  ";
    line.append(verdict(found, faults.empty())).append("\n").append(faults);
    print(line);
  }
  print(counted(parts.size(), "session") + " verified, " + std::to_string(damaged) + " damaged\n");
  co_return damaged == 0 ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb session_verify_verb{
    .name = "verify",
    .help = "Check transcripts, line by line",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<VerifyAsked>();
      options.rest("ids", asked->ids, "ID", Options::session)
          .flag("--all", asked->all, "Check all sessions")
          .excludes("ids");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return verify_sessions(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples = "Examples:\n  tine session verify 01JH4Q\n  tine session verify --all"};

}  // namespace tine::cli
