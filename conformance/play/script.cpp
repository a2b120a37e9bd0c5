#include "conformance/play/script.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tine::conformance {
namespace {

constexpr int deepest_use = 8;

struct Line {
  int number = 0;
  std::string text;  // with the lines that continue it
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> words(std::string_view text, std::string_view separators) {
  std::vector<std::string> out;
  while (!(text = without_blanks(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Checked<std::vector<Line>> read_lines(const std::string& name, const std::string& content) {
  std::istringstream file(content);
  std::vector<Line> lines;
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (text.empty() || text.front() == '#') continue;
    if (is_blank(text.front())) {
      if (without_blanks(text).empty()) continue;
      if (lines.empty()) return wrong(name + ": begins with a line that continues one");
      lines.back().text.append(" ").append(without_blanks(text));
    } else {
      lines.push_back({number, text});
    }
  }
  return lines;
}

/// The text between quotes, escapes undone.
Checked<std::string> unquoted(std::string_view text) {
  text = without_blanks(text);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return wrong("expected a text in quotes");
  }
  std::string out;
  json::unescape(text.substr(1, text.size() - 2), out);
  return out;
}

Checked<int> number(std::string_view text) {
  int value = 0;
  text = without_blanks(text);
  const auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || rest != text.data() + text.size()) return wrong("expected a number");
  return value;
}

Checked<int> signal_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, int>, 5> known = {
      {{"TERM", SIGTERM}, {"INT", SIGINT}, {"HUP", SIGHUP}, {"PIPE", SIGPIPE}, {"KILL", SIGKILL}}};
  for (const auto& [each, number] : known) {
    if (each == without_blanks(name)) return number;
  }
  return wrong("no signal that is known here");
}

/// Reads one file, and those that it uses.
class Reader {
 public:
  explicit Reader(const SharedText& shared) : shared_(shared) {}

  Checked<std::vector<Case>> cases(const std::string& name, const std::string& text) {
    name_ = name;
    const auto lines = read_lines(name, text);
    if (!lines) return wrong(lines.error());
    Case common;
    std::vector<Case> out;
    for (const Line& line : *lines) {
      place_ = name_ + ":" + std::to_string(line.number);
      Case& current = out.empty() ? common : out.back();
      std::string fault;
      if (line.text.starts_with("==")) {
        out.push_back(common);
        out.back().place = place_;
        out.back().title = without_blanks(std::string_view(line.text).substr(2));
      } else if (const std::size_t colon = heading(line.text); colon != 0) {
        if (!current.steps.empty()) fault = "belongs before the first step";
        if (fault.empty()) {
          fault = head(current, line.text.substr(0, colon),
                       without_blanks(std::string_view(line.text).substr(colon + 1)));
        }
      } else if (out.empty()) {
        fault = "a step before the first case (== title)";
      } else {
        fault = step(current, line.text);
      }
      if (!fault.empty()) return wrong(place_ + ": " + fault);
    }
    return out;
  }

 private:
  /// Where the colon of a heading is; 0: it is none.
  static std::size_t heading(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return 0;
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), small)
               ? colon
               : 0;
  }

  static std::string head(Case& into, const std::string& key, std::string_view value) {
    if (key == "shows" || key == "tests" || key == "needs") {
      auto& list = key == "shows" ? into.shows : key == "tests" ? into.tests : into.needs;
      const auto more = words(value, ", \t");
      list.insert(list.end(), more.begin(), more.end());
      return {};
    }
    if (key == "args") {
      into.arguments = words(value, " \t");
      return {};
    }
    if (key == "env") {
      const std::size_t equals = std::min(value.find('='), value.size());
      into.environment.emplace_back(value.substr(0, equals),
                                    value.substr(std::min(equals + 1, value.size())));
      return {};
    }
    if (key == "file") {
      const std::size_t blank = std::min(value.find(' '), value.size());
      auto content = unquoted(value.substr(blank));
      if (!content) return content.error();
      into.files.emplace_back(value.substr(0, blank), std::move(*content));
      return {};
    }
    if (key == "never" || key == "fails") {
      auto text = unquoted(value);
      if (!text) return text.error();
      if (key == "never") {
        into.never.push_back(std::move(*text));
      } else {
        into.fails = std::move(*text);
      }
      return {};
    }
    if (key == "passes") {
      auto message = expected(value);
      if (!message) return message.error();
      into.passes.push_back(std::move(*message));
      return {};
    }
    if (key == "permissions" && value == "allow") {
      into.allows = true;
      return {};
    }
    if (key == "sent" && value == "in pieces") {
      into.in_pieces = true;
      return {};
    }
    if (key == "patience") {
      const auto ms = number(value);
      if (!ms) return ms.error();
      into.patience = std::chrono::milliseconds(*ms);
      return {};
    }
    if (key == "server" && (value == "echo" || value == "tine")) {
      into.server = value == "echo" ? Case::Server::echo : Case::Server::tine;
      return {};
    }
    if (key == "only" && (value == "program" || value == "inside")) {
      into.where = value == "program" ? Case::Where::program : Case::Where::inside;
      return {};
    }
    return "no heading of that name and value";
  }

  std::string step(Case& into, const std::string& text) {
    const std::string_view line(text);
    const auto behind = [&](std::string_view word) {
      return without_blanks(line.substr(word.size()));
    };
    if (line.starts_with("->")) return add(into, text, read_send(behind("->"), true));
    if (line.starts_with("+>")) return add(into, text, joined(read_send(behind("+>"), true)));
    if (line.starts_with("=>")) return add(into, text, read_send(behind("=>"), false));
    if (line.starts_with("<-")) {
      const std::string_view rest = behind("<-");
      if (rest.starts_with("says ")) return add(into, text, read_says(rest.substr(5)));
      auto message = expected(rest);
      if (!message) return message.error();
      return add(into, text, Checked<Next>(Next{.message = std::move(*message)}));
    }
    if (line.starts_with("<?")) {
      auto message = expected(behind("<?"));
      if (!message) return message.error();
      return add(into, text,
                 Checked<Next>(Next{.message = std::move(*message), .is_chance = true}));
    }
    if (line.starts_with("<*")) return any_order(into, text, behind("<*"));
    if (line.starts_with("...")) return anything(into, text, behind("..."));
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, blank);
    const std::string_view rest = without_blanks(line.substr(blank));
    if (word == "use") return use(into, std::string(rest));
    if (word == "eof") return add(into, text, Checked<EndOfInput>(EndOfInput{}));
    if (word == "deaf") return add(into, text, Checked<Hearing>(Hearing{.on = false}));
    if (word == "listen") return add(into, text, Checked<Hearing>(Hearing{.on = true}));
    if (word == "full") return add(into, text, Checked<Full>(Full{}));
    if (word == "restart") return add(into, text, Checked<Restart>(Restart{}));
    if (word == "signal") {
      return add(into, text, signal_named(rest).map([](int n) { return Signal{n}; }));
    }
    if (word == "exit" && rest == "any") return add(into, text, Checked<Exit>(Exit{Exit::any}));
    if (word == "exit") return add(into, text, number(rest).map([](int n) { return Exit{n}; }));
    if (word == "stderr") {
      return add(into, text,
                 unquoted(rest).map([](std::string glob) { return Errors{std::move(glob)}; }));
    }
    return "not a step: " + shown(text);
  }

  static Checked<Send> joined(Checked<Send> send) {
    if (send) send->joined = true;
    return send;
  }

  static Checked<Expected> expected(std::string_view text) {
    auto message = read_expected(text);
    if (message) message->source = text;
    return message;
  }

  template <class T>
  std::string add(Case& into, const std::string& source, Checked<T> what) {
    if (!what) return what.error();
    into.steps.push_back({.place = place_, .source = source, .what = std::move(*what)});
    return {};
  }

  /// Lines that follow each other make one group.
  std::string any_order(Case& into, const std::string& source, std::string_view text) {
    auto message = expected(text);
    if (!message) return message.error();
    if (!into.steps.empty()) {
      if (auto* group = std::get_if<AnyOrder>(&into.steps.back().what)) {
        group->messages.push_back(std::move(*message));
        into.steps.back().source += "\n  " + source;
        return {};
      }
    }
    AnyOrder group;
    group.messages.push_back(std::move(*message));
    return add(into, source, Checked<AnyOrder>(std::move(group)));
  }

  std::string anything(Case& into, const std::string& source, std::string_view text) {
    if (into.steps.empty() || !std::holds_alternative<Anything>(into.steps.back().what)) {
      if (auto fault = add(into, source, Checked<Anything>(Anything{})); !fault.empty())
        return fault;
    }
    if (text.empty()) return {};
    if (!text.starts_with("not ")) return "expected `...` or `... not MESSAGE`";
    auto message = expected(text.substr(4));
    if (!message) return message.error();
    std::get<Anything>(into.steps.back().what).but.push_back(std::move(*message));
    return {};
  }

  std::string use(Case& into, const std::string& name) {
    if (++depth_ > deepest_use) return "too many files that use each other";
    const auto text = shared_(name);
    if (!text) return text.error();
    const auto lines = read_lines(name, *text);
    if (!lines) return lines.error();
    const std::string caller = place_;
    std::string fault;
    for (const Line& line : *lines) {
      place_ = std::string(caller).append(" ").append(name).append(".txt:");
      place_ += std::to_string(line.number);
      fault = step(into, line.text);
      if (!fault.empty()) break;
    }
    if (fault.empty()) place_ = caller;
    --depth_;
    return fault;
  }

  const SharedText& shared_;
  std::string name_;
  std::string place_;
  int depth_ = 0;
};

bool is_provided(std::string_view name) {
  return name == "CWD" || name == "OTHER" || name == "LINK" || name == "HOME";
}

/// Whether all names in it are known before the case begins.
bool is_fixed(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string_view::npos; ++at) {
    const std::string_view name = name_at(text.substr(at));
    if (!name.empty() && !is_provided(name)) return false;
  }
  return true;
}

}  // namespace

bool Case::joined() const {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    const Send* send = std::get_if<Send>(&step.what);
    return send != nullptr && send->joined;
  });
}

bool Case::fixed() const {
  for (const Step& step : steps) {
    const Send* send = std::get_if<Send>(&step.what);
    if (send == nullptr) continue;
    for (const Piece& piece : send->pieces) {
      if (piece.filled && !is_fixed(piece.text)) return false;
    }
  }
  return true;
}

Checked<std::vector<Case>> read_script(const std::string& name, const std::string& text,
                                       const SharedText& shared) {
  return Reader(shared).cases(name, text);
}

Checked<std::string> read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong("cannot be read: " + path.string());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace tine::conformance
