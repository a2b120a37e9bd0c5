#include "executor/claude/imports.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "executor/documents.h"

namespace tine::executor::claude {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view comment_begin = "<!--";
constexpr std::string_view comment_end = "-->";

/// Endings of files that Claude Code takes for text.
constexpr auto endings = std::to_array<std::string_view>(
    {".md",         ".txt",  ".text",    ".json",     ".yaml",  ".yml",  ".toml",     ".xml",
     ".csv",        ".html", ".htm",     ".css",      ".scss",  ".sass", ".less",     ".js",
     ".ts",         ".tsx",  ".jsx",     ".mjs",      ".cjs",   ".mts",  ".cts",      ".py",
     ".pyi",        ".pyw",  ".rb",      ".erb",      ".rake",  ".go",   ".rs",       ".java",
     ".kt",         ".kts",  ".scala",   ".c",        ".cpp",   ".cc",   ".cxx",      ".h",
     ".hpp",        ".hxx",  ".cs",      ".swift",    ".sh",    ".bash", ".zsh",      ".fish",
     ".ps1",        ".bat",  ".cmd",     ".env",      ".ini",   ".cfg",  ".conf",     ".config",
     ".properties", ".sql",  ".graphql", ".gql",      ".proto", ".vue",  ".svelte",   ".astro",
     ".ejs",        ".hbs",  ".pug",     ".jade",     ".php",   ".pl",   ".pm",       ".lua",
     ".r",          ".R",    ".dart",    ".ex",       ".exs",   ".erl",  ".hrl",      ".clj",
     ".cljs",       ".cljc", ".edn",     ".hs",       ".lhs",   ".elm",  ".ml",       ".mli",
     ".f",          ".f90",  ".f95",     ".for",      ".cmake", ".make", ".makefile", ".gradle",
     ".sbt",        ".rst",  ".adoc",    ".asciidoc", ".org",   ".tex",  ".latex",    ".lock",
     ".log",        ".diff", ".patch"});

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

bool is_fence(std::string_view line) {
  const std::string_view said = trimmed(line);
  return said.starts_with("```") || said.starts_with("~~~");
}

/// Blanks in the place of code between backticks.
std::string without_code(std::string_view line) {
  std::string out(line);
  for (std::size_t at = out.find('`'); at != std::string::npos; at = out.find('`', at)) {
    const std::size_t begin = at;
    while (at < out.size() && out[at] == '`') ++at;
    const std::string ticks(at - begin, '`');
    std::size_t end = out.find(ticks, at);
    // A longer run does not close it.
    while (end != std::string::npos && end + ticks.size() < out.size() &&
           out[end + ticks.size()] == '`') {
      end = out.find_first_not_of('`', end);
      end = end == std::string::npos ? end : out.find(ticks, end);
    }
    if (end == std::string::npos) continue;
    at = end + ticks.size();
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin),
              out.begin() + static_cast<std::ptrdiff_t>(at), ' ');
  }
  return out;
}

/// Whether a comment is text to Claude Code: in an item of a list, behind something else.
bool is_in_item(std::string_view before) {
  const std::string_view said = trimmed(before);
  if (said.empty()) return false;
  const std::string_view marker = said.substr(0, said.find(' '));
  const bool is_number = std::isdigit(static_cast<unsigned char>(marker.front())) != 0 &&
                         (marker.ends_with('.') || marker.ends_with(')'));
  const bool is_marker = marker == "-" || marker == "*" || marker == "+" || is_number;
  return is_marker ? said.size() > marker.size() : before.starts_with("  ");
}

/// What comments hold counts for nothing.
std::string without_comments(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find(comment_begin);
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const std::size_t line = out.rfind('\n') + 1;
    if (is_in_item(std::string_view(out).substr(line))) {
      out += comment_begin;
      text.remove_prefix(begin + comment_begin.size());
      continue;
    }
    const std::size_t end = text.find(comment_end, begin);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + comment_end.size());
  }
}

/// The path that begins there, up to a blank that no backslash stands before.
std::string path_at(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ' ') {
      out += text[++i];
    } else if (text[i] == '\\' || std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      break;
    } else {
      out += text[i];
    }
  }
  return out.substr(0, out.find('#'));
}

bool is_path(std::string_view path) {
  if (path.starts_with("./") || path.starts_with("~/")) return true;
  if (path.starts_with('/')) return path.size() > 1;
  constexpr std::string_view beginnings = "._-";
  return !path.empty() && (std::isalnum(static_cast<unsigned char>(path.front())) != 0 ||
                           beginnings.find(path.front()) != std::string_view::npos);
}

void find_in_line(std::string_view line, std::vector<std::string>& out) {
  constexpr std::string_view before = " \t|>";
  constexpr std::string_view emphasis = "*_[";
  for (std::size_t at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
    const char previous = at == 0 ? ' ' : line[at - 1];
    const bool is_marked = emphasis.find(previous) != std::string_view::npos;
    if (!is_marked && before.find(previous) == std::string_view::npos) continue;
    std::string path = path_at(line.substr(at + 1));
    if (is_marked) path = path.substr(0, path.find(previous == '[' ? ']' : previous));
    if (is_path(path)) out.push_back(std::move(path));
  }
}

/// The words of one line: a list in brackets, or with commas.
void take_paths(std::string_view said, std::vector<std::string>& out) {
  said = trimmed(said);
  if (said.starts_with('[') && said.ends_with(']')) said = said.substr(1, said.size() - 2);
  while (!said.empty()) {
    const std::size_t comma = said.find(',');
    std::string_view one = trimmed(said.substr(0, comma));
    constexpr std::string_view quotes = "\"'";
    if (one.size() > 1 && quotes.find(one.front()) != std::string_view::npos)
      one = one.substr(1, one.size() - 2);
    if (one.ends_with("/**")) one.remove_suffix(3);
    if (!one.empty()) out.emplace_back(one);
    said.remove_prefix(comma == std::string_view::npos ? said.size() : comma + 1);
  }
}

/// Whether `paths` of the front matter mean other files than all.
bool limits_paths(std::string_view front) {
  std::vector<std::string> paths;
  bool is_list = false;
  while (!front.empty()) {
    const std::string_view line = next_line(front);
    constexpr std::string_view key = "paths:";
    if (line.starts_with(key)) {
      take_paths(line.substr(key.size()), paths);
      is_list = true;
    } else if (is_list && trimmed(line).starts_with('-')) {
      take_paths(trimmed(line).substr(1), paths);
    } else {
      is_list = false;
    }
  }
  return !std::all_of(paths.begin(), paths.end(),
                      [](const std::string& each) { return each == "**"; });
}

/// Leaves out comments that have their lines for themselves.
std::string without_comment_lines(std::string_view text) {
  std::string out;
  bool in_fence = false;
  while (!text.empty()) {
    const std::string_view rest = text;
    const std::string_view line = next_line(text);
    if (is_fence(line)) in_fence = !in_fence;
    const std::size_t begin = line.find_first_not_of(blanks);
    if (!in_fence && begin != std::string_view::npos && begin <= 3 &&
        line.substr(begin).starts_with(comment_begin)) {
      const std::size_t end = rest.find(comment_end);
      if (end != std::string_view::npos) {
        std::string_view behind = rest.substr(end + comment_end.size());
        if (trimmed(next_line(behind)).empty()) {
          text = behind;
          continue;
        }
      }
    }
    out += rest.substr(0, rest.size() - text.size());
  }
  return out;
}

}  // namespace

std::vector<std::string> imports_in(std::string_view text) {
  std::vector<std::string> out;
  const std::string said = without_comments(text);
  std::string_view rest = said;
  bool in_fence = false;
  bool may_be_code = true;  // an indented line behind an empty one
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (is_fence(line)) in_fence = !in_fence;
    const bool is_indented = line.starts_with("    ") || line.starts_with('\t');
    const bool is_code = in_fence || (is_indented && may_be_code);
    if (!is_code) find_in_line(without_code(line), out);
    may_be_code = trimmed(line).empty() || (is_indented && may_be_code);
  }
  return out;
}

bool may_be_imported(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return true;
  const std::string_view ending = name.substr(dot);
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

DocumentText document_text(std::string_view raw) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (raw.starts_with(byte_order_mark)) raw.remove_prefix(byte_order_mark.size());
  DocumentText out;
  std::string_view body = raw;
  if (trimmed(next_line(body)) == "---" && raw.starts_with("---")) {
    const std::string_view front = body;
    while (!body.empty()) {
      const std::string_view rest = body;
      if (trimmed(next_line(body)) != "---") continue;
      out.has_paths = limits_paths(front.substr(0, front.size() - rest.size()));
      raw = body;
      break;
    }
  }
  out.text = trimmed(without_comment_lines(raw));
  return out;
}

}  // namespace tine::executor::claude
