// `tine completions`: scripts with which shells complete the command line.

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/exit_code.h"
#include "cli/outline.h"
#include "cli/print.h"
#include "cli/verb.h"

namespace tine::cli {
namespace {

/// A verb by all its words, and what can follow it.
struct VerbPlace {
  std::string words;  ///< "session list"; empty: the program itself
  std::vector<std::string> follow;
  bool takes_session = false;
};

std::vector<std::string> long_names(const std::string& names) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    std::string name = names.substr(at, end - at);
    if (name.starts_with("--")) out.push_back(std::move(name));
    at = end + 1;
  }
  return out;
}

void collect(const VerbOutline& verb, const std::string& words,
             const std::vector<std::string>& inherited, std::vector<VerbPlace>& to) {
  VerbPlace place;
  place.words = words;
  for (const VerbOutline& each : verb.verbs) place.follow.push_back(each.name);
  std::vector<std::string> options = inherited;
  for (const OptionOutline& each : verb.options) {
    if (each.is_argument) place.takes_session = place.takes_session || each.type.starts_with("ID");
    for (std::string& name : long_names(each.names)) options.push_back(std::move(name));
  }
  std::sort(options.begin(), options.end());
  options.erase(std::unique(options.begin(), options.end()), options.end());
  place.follow.insert(place.follow.end(), options.begin(), options.end());
  to.push_back(std::move(place));
  for (const VerbOutline& each : verb.verbs)
    collect(each, words.empty() ? each.name : words + " " + each.name, options, to);
}

std::vector<VerbPlace> places() {
  std::vector<VerbPlace> out;
  collect(outline(), {}, {}, out);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out.append(out.empty() ? "" : " ").append(each);
  return out;
}

/// Ids of the sessions that a completion offers, for each of the shells.
constexpr std::string_view ids =
    R"sh(tine session list --json 2>/dev/null | tr ',' '\n' | sed -n 's/.*"id":"\([0-9A-Z]*\)".*/\1/p')sh";

/// `case` branches: the words of a verb, and what can follow them.
std::string branches(std::string_view set) {
  std::string out;
  for (const VerbPlace& each : places()) {
    out += "    '" + each.words + "') " + std::string(set) + "'" + joined(each.follow) + "'";
    if (each.takes_session) out += "; sessions=yes";
    out += " ;;\n";
  }
  return out;
}

/// `case` branches: how the words of a verb are recognised.
std::string recognitions() {
  std::string out;
  for (const VerbPlace& each : places()) {
    if (each.words.empty()) continue;
    const bool is_below = each.words.find(' ') != std::string::npos;
    out += "      '" + std::string(is_below ? "" : " ") + each.words + "') verb='" + each.words +
           "' ;;\n";
  }
  return out;
}

std::string bash() {
  std::string out = R"sh(# Completes tine in bash.
_tine() {
  local word verb='' known='' sessions=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) continue ;; esac
    case "$verb $word" in
)sh";
  out += recognitions();
  out += R"sh(    esac
  done
  case $verb in
)sh";
  out += branches("known=");
  out += R"sh(  esac
  COMPREPLY=($(compgen -W "$known" -- "${COMP_WORDS[COMP_CWORD]}"))
  if [ -n "$sessions" ] && [ "${COMP_WORDS[COMP_CWORD]:0:1}" != - ]; then
    local all
    all=$()sh";
  out += ids;
  out += R"sh()
    COMPREPLY+=($(compgen -W "$all" -- "${COMP_WORDS[COMP_CWORD]^^}"))
  fi
}
complete -o default -F _tine tine
)sh";
  return out;
}

/// zsh runs the completion of bash.
std::string zsh() {
  return "#compdef tine\n# Completes tine in zsh.\nautoload -U +X bashcompinit && bashcompinit\n" +
         bash();
}

/// Fish has its strings between single quotes, too, with \' within them.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

void add_fish(const VerbOutline& verb, const std::string& words, std::string& out) {
  std::string condition;
  if (words.empty()) {
    condition = "__fish_use_subcommand";
  } else {
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t end = std::min(words.find(' ', at), words.size());
      condition += std::string(condition.empty() ? "" : "; and ") + "__fish_seen_subcommand_from " +
                   words.substr(at, end - at);
      at = end + 1;
    }
  }
  const std::string begin = "complete -c tine -n " + fish_quoted(condition);
  for (const VerbOutline& each : verb.verbs)
    out += begin + " -f -a " + each.name + " -d " + fish_quoted(each.help) + "\n";
  for (const OptionOutline& each : verb.options) {
    if (each.is_argument && each.type.starts_with("ID"))
      out += begin + " -f -a " + fish_quoted("(" + std::string(ids) + ")") + "\n";
    for (const std::string& name : long_names(each.names)) {
      out += begin + " -l " + name.substr(2) + (each.type.empty() ? "" : " -r") + " -d " +
             fish_quoted(each.help) + "\n";
    }
  }
  for (const VerbOutline& each : verb.verbs)
    add_fish(each, words.empty() ? each.name : words + " " + each.name, out);
}

std::string fish() {
  std::string out = "# Completes tine in fish.\n";
  add_fish(outline(), {}, out);
  return out;
}

}  // namespace

const Verb completions_verb{
    .name = "completions",
    .help = "Print a script that completes the command line in a shell",
    .declare = [](Options& options) -> Run {
      const auto shell = std::make_shared<std::string>();
      options.choice("shell", *shell, {"bash", "zsh", "fish"}, "SHELL", "bash, zsh or fish")
          .required();
      return [shell](Program& /*program*/) {
        print(*shell == "bash" ? bash() : *shell == "zsh" ? zsh() : fish());
        return exit_code::good;
      };
    },
    .examples = "Example:\n  source <(tine completions bash)"};

}  // namespace tine::cli
