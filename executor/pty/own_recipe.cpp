#include "executor/pty/own_recipe.h"

#include <algorithm>
#include <array>

#include "base/json/view.h"
#include "executor/pty/for_person.h"

namespace tine::executor::pty {
namespace {

Failure wrong(std::string_view key, const std::string& text) {
  return fail(ErrorKind::config_invalid, std::string(key) + ": " + text);
}

/// The names in braces. Other braces are text.
std::vector<std::string_view> placeholders_in(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    const std::size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    if (end != 0 && end != std::string_view::npos && rest[end] == '}')
      found.push_back(rest.substr(0, end));
  }
  return found;
}

class Reader {
 public:
  explicit Reader(const std::vector<std::string_view>& placeholders)
      : placeholders_(placeholders) {}

  Result<std::string> text(std::string_view key, json::View value) const {
    auto read = value.string();
    if (!read || read->empty() || read->find('\0') != std::string::npos)
      return wrong(key, "expected a string that is not empty");
    for (const std::string_view each : placeholders_in(*read)) {
      if (std::find(placeholders_.begin(), placeholders_.end(), each) == placeholders_.end())
        return wrong(key, "unknown placeholder {" + std::string(each) + "}; there are " + known());
    }
    return std::move(*read);
  }

  Result<void> command(json::View value, OwnRecipe& own) const {
    for (const json::View each : value.elements()) {
      auto word = text("command", each);
      if (!word) return fail(word.error());
      own.command.push_back(std::move(*word));
    }
    const std::string program = own.command.empty() ? std::string() : own.command.front();
    const bool is_named = program.find('/') == std::string::npos || program.starts_with('/');
    if (program.empty() || !is_named || !placeholders_in(program).empty()) {
      return wrong("command",
                   "expected the name of a program in PATH, or its absolute path, and "
                   "its arguments");
    }
    if (const std::string word = word_that_bypasses(own.command); !word.empty()) {
      return wrong("command", "\"" + word +
                                  "\" has the program leave out a question of trust or permission, "
                                  "which only you may do, in a terminal of your own");
    }
    return {};
  }

  Result<void> environment(json::View value, OwnRecipe& own) const {
    if (!value.is_object()) return wrong("env", "expected a table of strings");
    for (const auto& [name, assigned] : value.members()) {
      const std::string known_name = name.string().value_or(std::string());
      auto read = text("env", assigned);
      if (!read) return fail(read.error());
      std::string entry = known_name + "=" + *read;
      if (known_name.empty() || known_name.find('=') != std::string::npos)
        return wrong("env", "expected the name of an environment variable");
      if (is_bypass(entry)) {
        return wrong("env", "\"" + known_name +
                                "\" has the program leave out a question of trust or permission, "
                                "which only you may do, in a terminal of your own");
      }
      own.environment.push_back(std::move(entry));
    }
    return {};
  }

  Result<void> answers(json::View value, OwnRecipe& own) const {
    if (!value.is_array()) return wrong("answers", "expected a list of tables");
    for (const json::View each : value.elements()) {
      auto shown = text("answers.shown", each.find("shown"));
      if (!shown) return fail(shown.error());
      auto keys = text("answers.keys", each.find("keys"));
      if (!keys) return fail(keys.error());
      if (shown->size() < limits::least_shown) {
        return wrong("answers.shown", "\"" + *shown + "\" could stand in any question; expected " +
                                          std::to_string(limits::least_shown) +
                                          " characters at least");
      }
      if (may_ask_person(*shown)) {
        return wrong("answers.shown", "\"" + *shown +
                                          "\" may be a question of trust or permission, which tine "
                                          "does not answer: answer it yourself, in a terminal");
      }
      own.answers.push_back({.shown = std::move(*shown), .keys = std::move(*keys)});
    }
    if (own.answers.size() > limits::own_answers) {
      return wrong("answers",
                   "expected " + std::to_string(limits::own_answers) + " of them at most");
    }
    return {};
  }

  Result<void> file(json::View value, OwnRecipe& own) const {
    Trace trace;
    auto folder = text("file.folder", value.find("folder"));
    if (!folder) return fail(folder.error());
    if (!folder->starts_with('/') && !folder->starts_with("~/"))
      return wrong("file.folder", "expected an absolute path, or one that begins with ~/");
    trace.folder = std::move(*folder);
    if (const json::View named = value.find("name"); named.exists()) {
      auto name = text("file.name", named);
      if (!name) return fail(name.error());
      if (name->find('/') != std::string::npos)
        return wrong("file.name", "expected the name of a file, without folders");
      trace.name = std::move(*name);
    }
    for (const auto& [path, member] : value.find("line").members()) {
      auto expected = text("file.line", member);
      if (!expected) return fail(expected.error());
      trace.line.push_back(
          {.path = path.string().value_or(std::string()), .text = std::move(*expected)});
    }
    if (trace.line.empty())
      return wrong("file.line",
                   "expected a table of strings: what stands in the line that says "
                   "that the fork is there");
    auto id = text("file.id", value.find("id"));
    if (!id) return fail(id.error());
    trace.id = std::move(*id);
    own.trace = std::move(trace);
    return {};
  }

  static Result<void> seconds(std::string_view key, json::View value,
                              std::chrono::milliseconds& to) {
    // The walk that tries one way after the other gives up somewhat later.
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(to).count();
    const auto read = value.integer();
    if (!read || *read < 1 || *read > most)
      return wrong(key, "expected an integer from 1 to " + std::to_string(most));
    to = std::chrono::seconds(*read);
    return {};
  }

  Result<void> take(std::string_view key, json::View value, OwnRecipe& own) const {
    if (key == "command") return command(value, own);
    if (key == "env") return environment(value, own);
    if (key == "answers") return answers(value, own);
    if (key == "file") return file(value, own);
    if (key == "seconds") return seconds(key, value, own.patience.fork);
    if (key == "leave_seconds") return seconds(key, value, own.patience.leaving);
    if (key != "leave") {
      return wrong(key,
                   "unknown key; there are command, env, answers, file, leave, seconds and "
                   "leave_seconds");
    }
    auto leave = text(key, value);
    if (!leave) return fail(leave.error());
    own.leave = std::move(*leave);
    return {};
  }

 private:
  std::string known() const {
    std::string all;
    for (const std::string_view each : placeholders_)
      all.append(all.empty() ? "{" : ", {").append(each).append("}");
    return all;
  }

  const std::vector<std::string_view>& placeholders_;
};

/// What stands for a placeholder may have braces of its own, which stay.
std::string filled(std::string_view text, const Filling& filling) {
  std::string out;
  for (const std::string_view name : placeholders_in(text)) {
    const auto found = std::find_if(filling.begin(), filling.end(),
                                    [name](const auto& each) { return each.first == name; });
    if (found == filling.end()) continue;
    const std::size_t brace = static_cast<std::size_t>(name.data() - text.data()) - 1;
    out.append(text.substr(0, brace)).append(found->second);
    text.remove_prefix(brace + name.size() + 2);
  }
  return out.append(text);
}

}  // namespace

Result<OwnRecipe> read_own_recipe(std::string_view table,
                                  const std::vector<std::string_view>& placeholders) {
  OwnRecipe own;
  const Reader reader(placeholders);
  for (const auto& [key, value] : json::View(table).members()) {
    auto taken = reader.take(key.string().value_or(std::string()), value, own);
    if (!taken) return fail(std::move(taken.error()));
  }
  return own;
}

void put_in(const OwnRecipe& own, const Filling& filling, const std::string& home, Recipe& recipe) {
  const auto fill = [&filling](const std::string& text) { return filled(text, filling); };
  if (!own.command.empty()) {
    recipe.command.clear();
    std::transform(own.command.begin(), own.command.end(), std::back_inserter(recipe.command),
                   fill);
    recipe.name = own.command.front().substr(own.command.front().rfind('/') + 1) +
                  ", as you have configured it,";
  }
  for (const std::string& each : own.environment) {
    const std::string assigned = each.substr(0, each.find('=') + 1);
    std::erase_if(recipe.environment,
                  [&assigned](const std::string& entry) { return entry.starts_with(assigned); });
    recipe.environment.push_back(fill(each));
  }
  recipe.answers = own.answers;
  if (own.trace) {
    recipe.trace = *own.trace;
    if (recipe.trace.folder.starts_with("~/")) recipe.trace.folder.replace(0, 1, home);
    for (std::string* const each : {&recipe.trace.folder, &recipe.trace.name}) *each = fill(*each);
    for (Trace::Member& each : recipe.trace.line) each.text = fill(each.text);
  }
  if (!own.leave.empty()) recipe.leave = own.leave;
  recipe.patience = own.patience;
}

}  // namespace tine::executor::pty
