#include "cli/manual/roff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "base/json/utf8.h"

namespace tine::cli::manual {
namespace {

/// Columns up to which a line of the source is filled.
constexpr std::size_t width = 78;

/// Of a character outside ASCII.
std::string named(std::string_view bytes) {
  constexpr std::array<std::uint32_t, 5> masks = {0, 0, 0x1F, 0x0F, 0x07};
  std::uint32_t code = static_cast<unsigned char>(bytes.front()) & masks[bytes.size()];
  for (const char each : bytes.substr(1))
    code = code << 6U | (static_cast<unsigned char>(each) & 0x3FU);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\[u%04X]", code);
  return text.data();
}

/// What a page of the documentation is called here.
std::string page_named(std::string_view name) {
  constexpr std::array pages = {std::pair("cli.md", "tine(1)"),
                                std::pair("config.md", "tine.toml(5)"),
                                std::pair("transcript.md", "tine-transcript(5)")};
  for (const auto& [file, page] : pages) {
    if (name == file) return page;
  }
  const bool is_page = name.ends_with(".md") && name.find(' ') == std::string_view::npos;
  return is_page ? "docs/" + std::string(name) : std::string(name);
}

/// The link at the beginning of the text, as what it is called, and how many bytes it takes; 0:
/// there is none.
std::pair<std::string, std::size_t> link_at(std::string_view text) {
  const std::size_t middle = text.find("](");
  const std::size_t end = middle == std::string_view::npos ? middle : text.find(')', middle);
  if (end == std::string_view::npos) return {{}, 0};
  return {page_named(text.substr(1, middle - 1)), end + 1};
}

std::string bold(const std::string& text) { return "\\fB" + text + "\\fR"; }

/// Also behind a code in it.
std::string strong(std::string text) {
  constexpr std::string_view roman = "\\fR";
  for (std::size_t at = text.find(roman); at != std::string::npos; at = text.find(roman, at))
    text.replace(at, roman.size(), "\\fB");
  return bold(text);
}

bool is_placeholder(std::string_view word) {
  const auto letter = [](unsigned char c) { return std::isupper(c) != 0; };
  const auto beside = [](unsigned char c) {
    return std::isupper(c) != 0 || std::ispunct(c) != 0 || c >= 0x80;
  };
  return std::any_of(word.begin(), word.end(), letter) &&
         std::all_of(word.begin(), word.end(), beside);
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// "key: value" of what stands beside the first cell of a row.
std::string beside(const std::vector<std::string>& heads, const std::vector<std::string>& row,
                   std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < std::min(to, row.size()); ++i) {
    if (row[i].empty()) continue;
    if (!text.empty()) text += "; ";
    const std::string& head = i < heads.size() ? heads[i] : std::string();
    text += head.empty() ? row[i] : head + ": " + row[i];
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char* p = text.data(); p != text.data() + text.size();) {
    const char* const end = text.data() + text.size();
    const auto byte = static_cast<unsigned char>(*p);
    if (byte >= 0x80) {
      const std::size_t length = json::utf8_length(p, end);
      if (length == 0) {
        out += '?';
        ++p;
        continue;
      }
      out += named(std::string_view(p, length));
      p += length;
      continue;
    }
    ++p;
    switch (*(p - 1)) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += static_cast<char>(byte);
    }
  }
  return out;
}

std::string from_markdown(std::string_view markdown) {
  std::string out;
  std::string plain;
  const auto flush = [&out, &plain] { out += escaped(std::exchange(plain, std::string())); };
  for (std::size_t i = 0; i < markdown.size();) {
    const std::string_view rest = markdown.substr(i);
    if (rest.starts_with('`')) {
      // A code that holds one stands between two of them.
      const std::string_view fence = rest.starts_with("``") ? "``" : "`";
      const std::size_t end = rest.find(fence, fence.size());
      if (end != std::string_view::npos) {
        flush();
        out += bold(escaped(rest.substr(fence.size(), end - fence.size())));
        i += end + fence.size();
        continue;
      }
    } else if (rest.starts_with("**")) {
      const std::size_t end = rest.find("**", 2);
      if (end != std::string_view::npos) {
        flush();
        out += strong(from_markdown(rest.substr(2, end - 2)));
        i += end + 2;
        continue;
      }
    } else if (rest.starts_with('[')) {
      const auto [text, length] = link_at(rest);
      if (length > 0) {
        flush();
        out += from_markdown(text);
        i += length;
        continue;
      }
    }
    plain += markdown[i++];
  }
  flush();
  return out;
}

Roff::Roff(const PageName& page) {
  const auto quoted = [](const std::string& text) { return "\"" + escaped(text) + "\""; };
  line(".TH " + escaped(capitals(page.name)) + " " + page.section + " \"" + page.date + "\" " +
       quoted(page.source) + " " + quoted(page.manual));
  // Nothing is to be hyphenated, as names would be.
  line(".nh");
  line(".ad l");
}

/// One that text cannot be taken for: a request, or a comment.
void Roff::line(std::string_view roff) {
  if (!out_.empty()) out_ += '\n';
  out_ += roff;
}

void Roff::filled(std::string_view roff) {
  std::string now;
  const auto flush = [this, &now] {
    if (now.empty()) return;
    const bool is_request = now.front() == '.' || now.front() == '\'';
    line((is_request ? "\\&" : "") + now);
    now.clear();
  };
  while (!roff.empty()) {
    const std::size_t end = std::min(roff.find(' '), roff.size());
    const std::string_view word = roff.substr(0, end);
    roff.remove_prefix(std::min(end + 1, roff.size()));
    if (word.empty()) continue;
    if (!now.empty() && now.size() + 1 + word.size() > width) flush();
    now.append(now.empty() ? "" : " ").append(word);
    // A sentence ends its line.
    if (word.ends_with('.') && word.size() > 2) flush();
  }
  flush();
}

void Roff::begin_paragraph() {
  if (!std::exchange(is_below_heading_, false)) line(".PP");
}

void Roff::heading(std::string_view text) {
  line(".SH " + escaped(capitals(text)));
  is_below_heading_ = true;
}

void Roff::subheading(std::string_view text) {
  line(".SS " + from_markdown(text));
  is_below_heading_ = true;
}

void Roff::paragraph(std::string_view markdown) {
  begin_paragraph();
  filled(from_markdown(markdown));
}

void Roff::term(std::string_view markdown_tag, std::string_view markdown) {
  is_below_heading_ = false;
  line(".TP");
  line(from_markdown(markdown_tag));
  const std::string text = from_markdown(markdown);
  if (text.empty()) line("\\&");
  filled(text);
}

void Roff::item(std::string_view marker, std::string_view markdown) {
  is_below_heading_ = false;
  line(marker == "-" ? ".IP \\(bu 3" : ".IP " + std::string(marker) + " 4");
  filled(from_markdown(markdown));
}

void Roff::code(std::string_view text) {
  begin_paragraph();
  line(".RS 4");
  line(".nf");
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const bool is_request = one.starts_with('.') || one.starts_with('\'');
    line((is_request || one.empty() ? "\\&" : "") + escaped(one));
  }
  line(".fi");
  line(".RE");
}

void Roff::usage(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    out.append(out.empty() ? "" : " ");
    out.append(is_placeholder(word) ? "\\fI" : "\\fB").append(escaped(word)).append("\\fR");
  }
  if (std::exchange(is_below_heading_, false)) {
    line(out);
  } else {
    line(".br");
    line(out);
  }
}

void Roff::table(const Block& block) {
  if (block.rows.empty()) return;
  const std::vector<std::string>& heads = block.rows.front();
  // What a thing is for goes before what else there is to say of it.
  const bool is_last_first = heads.size() > 2 && heads.back() == "what it does";
  for (std::size_t i = 1; i < block.rows.size(); ++i) {
    const std::vector<std::string>& row = block.rows[i];
    if (row.empty()) continue;
    if (heads.size() == 2) {
      term(row.front(), row.size() > 1 ? row[1] : std::string());
    } else if (is_last_first) {
      term(row.front(), row.back());
      const std::string more = beside(heads, row, 1, row.size() - 1);
      if (more.empty()) continue;
      line(".br");
      filled(from_markdown("(" + more + ")"));
    } else {
      term(row.front(), beside(heads, row, 1, row.size()));
    }
  }
}

void Roff::blocks(const Blocks& blocks) {
  for (const Block& each : blocks) {
    switch (each.kind) {
      case Block::Kind::heading:
        if (each.level <= 2) {
          heading(each.text);
        } else {
          subheading(each.text);
        }
        break;
      case Block::Kind::paragraph:
        paragraph(each.text);
        break;
      case Block::Kind::code:
        code(each.text);
        break;
      case Block::Kind::item:
        item(each.marker, each.text);
        break;
      case Block::Kind::table:
        table(each);
        break;
    }
  }
}

}  // namespace tine::cli::manual
