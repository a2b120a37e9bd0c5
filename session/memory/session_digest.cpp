#include "session/memory/session_digest.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ulid.h"
#include "base/visible.h"
#include "session/memory/remember.h"
#include "session/record/conclusion.h"

namespace tine::session {
namespace {

constexpr const char* folder_name = "output";
constexpr const char* digest_file = "digest.md";

/// On one line, without a meaning in Markdown.
std::string plain(std::string_view text) {
  constexpr std::string_view meaningful = "\\`*_[]<>#|!&~";
  std::string out;
  for (const char c : visible_line(text)) {
    if (meaningful.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string code(const std::string& commit) {
  constexpr std::size_t enough = 12;
  std::string name = visible_line(commit.substr(0, enough));
  std::erase(name, '`');
  return "`" + name + "`";
}

class Page {
 public:
  explicit Page(const SessionDigest& digest) : digest_(digest) {
    for (const SessionMemory& each : digest.branches) {
      commits_.insert(commits_.end(), each.commits.begin(), each.commits.end());
      for (const TurnNote& turn : each.turns) turns_.push_back({&turn, &each.branch});
      begun_ms_ = begun_ms_ == 0 ? each.begun_ms : std::min(begun_ms_, each.begun_ms);
      changed_ms_ = std::max(changed_ms_, each.changed_ms);
    }
    std::stable_sort(turns_.begin(), turns_.end(), [](const Turn& one, const Turn& other) {
      return one.note->turn < other.note->turn;
    });
    std::stable_sort(
        commits_.begin(), commits_.end(),
        [](const CommitMade& one, const CommitMade& other) { return one.by.turn < other.by.turn; });
  }

  std::string text() const {
    std::string out = "# " + plain(digest_.title.empty() ? "Session" : digest_.title) + "\n\n";
    out += "Session " + digest_.session + ", " + day_of(begun_ms_) + " to " + day_of(changed_ms_) +
           "." + (digest_.is_concluded ? " [Closing summary](conclusion.md)." : "") + "\n";
    out += section("Decisions", decisions());
    out += section("Done", tasks(true));
    out += section("Open", open());
    out += section("Commits", commits());
    out += "\n## Turns\n";
    for (const Turn& each : turns_) out += told(each);
    return out;
  }

 private:
  struct Turn {
    const TurnNote* note;
    const std::string* branch;
  };
  using Lines = std::vector<std::string>;

  static std::string section(const std::string& head, const Lines& lines) {
    if (lines.empty()) return {};
    std::string out = "\n## " + head + "\n\n";
    for (const std::string& each : lines) out += "- " + each + "\n";
    return out;
  }

  /// A link, where the page tells of the turn.
  std::string turn(std::uint64_t number) const {
    const std::string name = "turn " + std::to_string(number);
    const bool is_there = std::any_of(turns_.begin(), turns_.end(),
                                      [&](const Turn& each) { return each.note->turn == number; });
    return is_there ? "[" + name + "](#turn-" + std::to_string(number) + ")" : name;
  }

  /// Those of the session, and those that persons noted while it ran: with the last commit that it
  /// had made by then.
  Lines decisions() const {
    Lines out;
    for (const Fact& each : digest_.project.decisions) {
      const bool is_own = each.from.session == digest_.session;
      const bool is_meanwhile =
          each.from.session.empty() && each.made_ms >= begun_ms_ && each.made_ms <= changed_ms_;
      if (!is_own && !is_meanwhile) continue;
      std::string line = plain(each.text);
      const std::string commit =
          each.from.commit.empty() ? commit_by(each.made_ms) : each.from.commit;
      if (each.from.turn != 0) line += ", " + turn(each.from.turn);
      if (!commit.empty()) line += ", after " + code(commit);
      out.push_back(std::move(line));
    }
    return out;
  }

  std::string commit_by(std::int64_t wall_ms) const {
    std::string commit;
    for (const CommitMade& each : commits_)
      if (each.made_ms <= wall_ms) commit = each.commit;
    return commit;
  }

  /// Tasks that the session worked on.
  Lines tasks(bool are_over) const {
    Lines out;
    for (const auto& [id, task] : digest_.project.tasks.tasks()) {
      if (is_over(task.status) != are_over) continue;
      const Evidence* own = nullptr;
      for (const Evidence& each : task.evidence)
        if (each.session == digest_.session) own = &each;
      const bool is_told = std::find(task.told_in.begin(), task.told_in.end(), digest_.session) !=
                           task.told_in.end();
      if (own == nullptr && (are_over || !is_told)) continue;
      std::string line = plain(task.title);
      if (own != nullptr) line += ", " + turn(own->turn);
      if (own != nullptr && !own->commit.empty()) line += ", " + code(own->commit);
      out.push_back(std::move(line));
    }
    return out;
  }

  /// … that are left, and turns that did not come to their end.
  Lines open() const {
    Lines out = tasks(false);
    for (const Turn& each : turns_) {
      if (each.note->stop == "end_turn") continue;
      out.push_back(plain(each.note->asked) + " (" + plain(each.note->stop) + "), " +
                    turn(each.note->turn));
    }
    return out;
  }

  Lines commits() const {
    Lines out;
    for (const CommitMade& each : commits_) {
      out.push_back(code(each.commit) + " " + plain(each.subject) + ", " + turn(each.by.turn) +
                    (each.branch.empty() ? "" : ", on " + plain(each.branch)));
    }
    return out;
  }

  static std::string told(const Turn& turn) {
    const TurnNote& note = *turn.note;
    std::string out = "\n### Turn " + std::to_string(note.turn) + "\n\n";
    out += day_of(note.ended_ms) + ", " + plain(note.backend);
    if (!turn.branch->empty()) out += ", on " + plain(*turn.branch);
    if (!note.commit.empty()) out += " at " + code(note.commit);
    out += ".\n\n**Asked:** " + plain(note.asked) + "\n";
    if (!note.answered.empty()) out += "\n**Answered:** " + plain(note.answered) + "\n";
    return out;
  }

  const SessionDigest& digest_;
  std::vector<CommitMade> commits_;
  std::vector<Turn> turns_;
  std::int64_t begun_ms_ = 0;
  std::int64_t changed_ms_ = 0;
};

/// On a worker's thread.
Result<void> write_page(const MemoryFile& file, const store::Folder& folder, SessionDigest digest) {
  auto project = file.read();
  if (!project) return fail(std::move(project.error()));
  auto sessions = file.sessions();
  if (!sessions) return fail(std::move(sessions.error()));
  std::erase_if(sessions->all,
                [&](const SessionMemory& each) { return each.session != digest.session; });
  digest.project = std::move(*project);
  digest.branches = std::move(sessions->all);
  const std::string page = digest_page(digest);
  if (page.empty()) return {};
  const auto output = folder.make(folder_name);
  if (!output) return fail(output.error());
  return output->replace(digest_file, page, false);
}

}  // namespace

std::string digest_page(const SessionDigest& digest) {
  if (digest.branches.empty()) return {};
  return Page(digest).text();
}

transport::Task<void> write_digest(Library library, store::State state) {
  const auto entry = library.store.find(state.id);
  if (!entry) co_return;  // it was deleted
  auto opened = library.store.open(*entry);
  if (!opened) co_return;
  const auto folder = std::make_shared<store::Folder>(std::move(*opened));
  SessionDigest digest;
  digest.title = std::move(state.description);
  digest.session = state.id;
  digest.is_concluded = is_concluded(state);
  const auto written = std::make_shared<Result<void>>();
  std::function<void()> job = [written, folder, file = memory_of_project(library, state.cwd),
                               digest = std::move(digest)]() mutable {
    *written = write_page(file, *folder, std::move(digest));
  };
  co_await library.store.worker().run(std::move(job));
  if (!*written) {
    library.log.warning("the digest of session " + state.id +
                        " was not written: " + written->error().message);
  }
}

}  // namespace tine::session
