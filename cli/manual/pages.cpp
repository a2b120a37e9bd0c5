#include "cli/manual/pages.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "base/version.h"
#include "cli/manual/markdown.h"
#include "cli/manual/roff.h"

namespace tine::cli::manual {
namespace {

using Kind = Block::Kind;

constexpr std::string_view user_commands = "User Commands";
constexpr std::string_view file_formats = "File Formats";

PageName name_of(std::string name, char section, const std::string& date) {
  return {.name = std::move(name),
          .section = section,
          .date = date,
          .source = "tine " + std::string(version()),
          .manual = std::string(section == '1' ? user_commands : file_formats)};
}

/// The long options that a text speaks of.
std::set<std::string> options_in(std::string_view text) {
  std::set<std::string> out;
  for (std::size_t at = text.find("--"); at != std::string_view::npos; at = text.find("--", at)) {
    std::size_t end = at + 2;
    while (end < text.size() &&
           (std::islower(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-'))
      ++end;
    if (end > at + 2) out.emplace(text.substr(at, end - at));
    at = end;
  }
  return out;
}

/// The options that stand in the first column of the tables.
std::set<std::string> options_in_tables(const Blocks& blocks) {
  std::set<std::string> out;
  for (const Block& each : blocks) {
    if (each.kind != Kind::table) continue;
    for (const auto& row : each.rows) {
      if (!row.empty()) out.merge(options_in(row.front()));
    }
  }
  return out;
}

/// "run [PROMPT]"
std::string usage_of(const VerbOutline& verb, const std::string& words) {
  std::string out = words;
  for (const OptionOutline& each : verb.options) {
    if (!each.is_argument) continue;
    const std::string name = each.type + (each.repeats ? "..." : "");
    out += each.is_required ? " " + name : " [" + name + "]";
  }
  return out;
}

/// `--timeout SECONDS`, as in Markdown.
std::string tag_of(const OptionOutline& option) {
  std::string names = option.names;
  for (std::size_t at = names.find(','); at != std::string::npos; at = names.find(',', at + 5))
    names.replace(at, 1, "`, `");
  return "`" + names + (option.type.empty() ? "" : " " + option.type) + "`";
}

void files(Roff& roff) {
  roff.heading("Files");
  roff.term("`~/.config/tine/config.toml`", "Your configuration: tine.toml(5).");
  roff.term("`.tine.toml`", "The little that a project may configure, in the session's directory.");
  roff.term("`~/.config/tine/prices.toml`", "Prices of your own: tine.toml(5).");
  roff.term("`~/.local/state/tine/`", "The sessions: tine-transcript(5).");
  roff.term("`~/.local/state/tine/log/tine.log`", "The log.");
}

/// Two pages that tell of verbs.
class CommandPage {
 public:
  CommandPage(const PageName& name, const Documents& documents)
      : roff_(name), cli_(read_markdown(documents.cli)) {}

  Roff& roff() { return roff_; }
  const Blocks& cli() const { return cli_; }

  /// Its section of the documentation, and what options there are beside those it names.
  void verb(const VerbOutline& verb, const std::string& words, const Blocks& told) {
    roff_.subheading("`" + usage_of(verb, words) + "`");
    if (told.empty()) roff_.paragraph(verb.help + ".");
    roff_.blocks(told);
    options(verb, options_in_tables(told));
  }

  /// Leaves out those that were reported before.
  void options(const VerbOutline& verb, std::set<std::string> told) {
    for (const OptionOutline& each : verb.options) {
      const bool is_help = each.names.ends_with("--help");
      if (each.is_argument || is_help || told.contains(long_name(each))) continue;
      const auto [tag, text] = words_on(each);
      roff_.term(tag, text);
      told.merge(options_in(tag));
    }
  }

  /// All that help shows of them.
  void examples(const VerbOutline& verb) {
    std::string text = verb.examples;
    text.erase(0, std::min(text.find('\n') + 1, text.size()));
    if (text.empty()) return;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view line = std::string_view(text).substr(at, end - at);
      line.remove_prefix(std::min<std::size_t>(line.find_first_not_of(' '), line.size()));
      out.append(line).append("\n");
      at = end + 1;
    }
    examples_ += out;
  }

  void endings() {
    if (!examples_.empty()) {
      roff_.heading("Examples");
      roff_.code(examples_);
    }
    roff_.heading("Exit status");
    roff_.blocks(directly_below(cli_, "Exit codes"));
    roff_.heading("Environment");
    roff_.blocks(directly_below(cli_, "Environment"));
  }

  std::string text() const { return roff_.text(); }

 private:
  static std::string long_name(const OptionOutline& option) {
    const std::set<std::string> names = options_in(option.names);
    return names.empty() ? option.names : *names.begin();
  }

  /// What the documentation says of an option in any of its tables, when that is said once; else
  /// what help says.
  std::pair<std::string, std::string> words_on(const OptionOutline& option) const {
    const std::string name = long_name(option);
    std::vector<const std::vector<std::string>*> rows;
    for (const Block& each : cli_) {
      if (each.kind != Kind::table) continue;
      for (const auto& row : each.rows) {
        if (row.size() == 2 && options_in(row.front()).contains(name)) rows.push_back(&row);
      }
    }
    const bool is_alone = rows.size() == 1 && options_in(rows.front()->front()).size() == 1;
    if (is_alone) return {rows.front()->front(), rows.front()->back()};
    return {tag_of(option), option.help + "."};
  }

  Roff roff_;
  Blocks cli_;
  std::string examples_;
};

const VerbOutline* verb_named(const VerbOutline& program, std::string_view name) {
  const auto found = std::find_if(program.verbs.begin(), program.verbs.end(),
                                  [name](const VerbOutline& each) { return each.name == name; });
  return found == program.verbs.end() ? nullptr : &*found;
}

constexpr std::string_view session = "session";

std::string command_page(const VerbOutline& program, const Documents& documents,
                         const std::string& date) {
  CommandPage page(name_of("tine", '1', date), documents);
  Roff& roff = page.roff();
  roff.heading("Name");
  roff.paragraph("tine - forkable, resumable, recorded sessions in front of coding agents");
  roff.heading("Synopsis");
  roff.usage("tine [OPTIONS]");
  for (const VerbOutline& each : program.verbs)
    roff.usage(usage_of(each, "tine " + each.name) + (each.verbs.empty() ? "" : " [VERB]") +
               " [OPTIONS]");
  roff.heading("Description");
  roff.paragraph(
      "tine is an agent server for the Agent Client Protocol (ACP). An editor starts it like any "
      "other agent; scripts and people use its verbs. It puts sessions that can be forked, resumed "
      "and measured in front of Codex, Claude Code and other agents.");
  for (const Block& each : directly_below(page.cli(), "The command line")) {
    if (each.kind == Kind::paragraph) roff.paragraph(each.text);
  }
  roff.heading("Options");
  const Blocks options = directly_below(page.cli(), "Options");
  roff.blocks(options);
  page.options(program, options_in_tables(options));
  roff.heading("Verbs");
  for (const VerbOutline& each : program.verbs) {
    if (each.name == session) {
      roff.subheading("`tine session VERB`");
      roff.paragraph(each.help + ": tine-session(1).");
      continue;
    }
    page.verb(each, "tine " + each.name, directly_below(page.cli(), "`tine " + each.name));
    page.examples(each);
    for (const VerbOutline& below : each.verbs) page.examples(below);
  }
  roff.heading("Permission rules");
  roff.blocks(directly_below(page.cli(), "Permission rules"));
  page.endings();
  files(roff);
  roff.heading("See also");
  roff.paragraph("tine-session(1), tine.toml(5), tine-transcript(5)");
  return page.text();
}

/// What the documentation says of `session list` and so on, by these words.
std::string row_of(const Blocks& blocks, const std::string& words) {
  for (const Block& each : blocks) {
    if (each.kind != Kind::table) continue;
    for (const auto& row : each.rows) {
      const bool is_it = row.size() == 2 && (row.front().starts_with("`" + words + "`") ||
                                             row.front().starts_with("`" + words + " "));
      if (is_it) return row.back();
    }
  }
  return {};
}

std::string session_page(const VerbOutline& program, const Documents& documents,
                         const std::string& date) {
  CommandPage page(name_of("tine-session", '1', date), documents);
  Roff& roff = page.roff();
  roff.heading("Name");
  roff.paragraph("tine-session - look after the sessions of tine");
  roff.heading("Synopsis");
  const VerbOutline* const verbs = verb_named(program, session);
  if (verbs == nullptr) return page.text();
  for (const VerbOutline& each : verbs->verbs)
    roff.usage(usage_of(each, "tine session " + each.name) + " [OPTIONS]");
  roff.heading("Description");
  const Blocks told = directly_below(page.cli(), "`tine session`");
  for (const Block& each : told) {
    if (each.kind == Kind::paragraph) roff.paragraph(each.text);
  }
  roff.heading("Options");
  roff.paragraph(
      "Those of a verb stand below with it. tine(1) has those that go with every verb, `--json` "
      "among them.");
  roff.heading("Verbs");
  for (const VerbOutline& each : verbs->verbs) {
    const std::string words = "session " + each.name;
    const std::string row = row_of(told, words);
    Blocks blocks;
    if (!row.empty())
      blocks.push_back(
          {.kind = Kind::paragraph, .level = 0, .text = row, .marker = {}, .rows = {}});
    page.verb(each, "tine " + words, blocks);
    page.examples(each);
  }
  for (const char* heading : {"Which sessions are listed", "Damage and removal"}) {
    roff.heading(heading);
    roff.blocks(directly_below(page.cli(), heading));
  }
  page.endings();
  files(roff);
  roff.heading("See also");
  roff.paragraph("tine(1), tine-transcript(5), tine.toml(5)");
  return page.text();
}

/// A page of the documentation as it is, below a name.
struct Format {
  std::string name;
  std::string about;
  std::string files;  ///< Markdown: the paths
  std::string others;
};

std::string format_page(const Format& format, const std::string& document,
                        const std::string& date) {
  Roff roff(name_of(format.name, '5', date));
  roff.heading("Name");
  roff.paragraph(format.name + " - " + format.about);
  roff.heading("Synopsis");
  roff.paragraph(format.files);
  roff.heading("Description");
  Blocks blocks = read_markdown(document);
  // Its title is the page's.
  if (!blocks.empty() && blocks.front().kind == Kind::heading) blocks.erase(blocks.begin());
  roff.blocks(blocks);
  files(roff);
  roff.heading("See also");
  roff.paragraph(format.others);
  return roff.text();
}

}  // namespace

std::vector<Page> pages(const VerbOutline& program, const Documents& documents,
                        const std::string& date) {
  const Format config = {.name = "tine.toml",
                         .about = "the configuration of tine",
                         .files = "`~/.config/tine/config.toml`, `.tine.toml`",
                         .others = "tine(1), tine-session(1), tine-transcript(5)"};
  const Format transcript = {.name = "tine-transcript",
                             .about = "the files of a session of tine",
                             .files = "`~/.local/state/tine/`",
                             .others = "tine(1), tine-session(1), tine.toml(5)"};
  return {
      {.file = "tine.1", .text = command_page(program, documents, date)},
      {.file = "tine-session.1", .text = session_page(program, documents, date)},
      {.file = "tine.toml.5", .text = format_page(config, documents.config, date)},
      {.file = "tine-transcript.5", .text = format_page(transcript, documents.transcript, date)}};
}

}  // namespace tine::cli::manual
