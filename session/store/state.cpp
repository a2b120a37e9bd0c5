#include "session/store/state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/toml/document.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

/// The file says at its beginning how it ends.
constexpr std::string_view last_line = "# The end.";

using toml::Node;
using Type = Node::Type;

std::optional<Status> status_named(std::string_view name) {
  for (const Status status : {Status::active, Status::available, Status::retired}) {
    if (name_of(status) == name) return status;
  }
  return std::nullopt;
}

/// The first thing in a file that it must not hold.
class Faults {
 public:
  explicit Faults(std::string_view where) : where_(where) {}

  const std::optional<Error>& first() const { return first_; }
  void add(const Node& node, std::string_view what) {
    if (first_) return;
    first_ =
        Error(ErrorKind::damaged, where_ + ":" + std::to_string(node.at.line) + ":" +
                                      std::to_string(node.at.column) + ": " + std::string(what));
  }

 private:
  std::string where_;
  std::optional<Error> first_;
};

/// Takes fields out of a table. What is not there stays as it is.
class StateReader {
 public:
  StateReader(const Node& table, Faults& faults) : table_(table), faults_(faults) {}

  void field(std::string_view key, std::string& to) {
    if (const Node* node = typed(key, Type::string)) to = node->text;
  }
  void field(std::string_view key, bool& to) {
    if (const Node* node = typed(key, Type::boolean)) to = node->boolean;
  }
  void mark(std::string_view key, bool& to) { field(key, to); }
  void field(std::string_view key, std::optional<std::int64_t>& to) {
    if (const Node* node = typed(key, Type::integer)) to = node->integer;
  }
  void field(std::string_view key, std::optional<std::uint64_t>& to) {
    const Node* const node = typed(key, Type::integer);
    if (node == nullptr) return;
    if (node->integer < 0) return faults_.add(*node, "a count below zero");
    to = static_cast<std::uint64_t>(node->integer);
  }
  /// A whole number of dollars may stand there without a fraction.
  void field(std::string_view key, std::optional<double>& to) {
    const Node* const node = table_.find(key);
    if (node == nullptr) return;
    if (node->type == Type::integer) {
      to = static_cast<double>(node->integer);
    } else if (typed(key, Type::number) != nullptr) {
      to = node->number;
    }
  }
  void field(std::string_view key, std::uint64_t& to) {
    std::optional<std::uint64_t> count;
    field(key, count);
    to = count.value_or(to);
  }
  void field(std::string_view key, std::optional<bool>& to) {
    bool value = false;
    field(key, value);
    if (table_.find(key) != nullptr) to = value;
  }
  void field(std::string_view key, Status& to) {
    std::string name(name_of(to));
    field(key, name);
    const auto known = status_named(name);
    if (known) to = *known;
    if (!known) faults_.add(*table_.find(key), "there is no such status");
  }
  void place(std::string_view key, std::int64_t& to) {
    std::optional<std::uint64_t> place;
    field(key, place);
    if (place) to = static_cast<std::int64_t>(*place);
  }
  void text(std::string_view key, std::string& to) { field(key, to); }
  void text(std::string_view key, std::optional<std::string>& to) {
    if (table_.find(key) != nullptr) field(key, to.emplace());
  }
  void texts(std::string_view key, std::map<std::string, std::string>& to) {
    const Node* const texts = typed(key, Type::table);
    if (texts == nullptr) return;
    for (const Node& each : texts->children) {
      if (each.type == Type::string) to.emplace(each.key, each.text);
    }
  }
  template <class Part>
  void table(std::string_view key, bool /*needed*/, Part part) {
    if (const Node* const there = typed(key, Type::table)) part(StateReader(*there, faults_));
  }
  template <class T, class Part>
  void table(std::string_view key, std::optional<T>& to, Part part) {
    if (const Node* const there = typed(key, Type::table))
      part(StateReader(*there, faults_), to.emplace());
  }
  template <class T, class Part>
  void tables(std::string_view key, std::map<std::string, T>& to, Part part) {
    const Node* const tables = typed(key, Type::table);
    if (tables == nullptr) return;
    for (const Node& each : tables->children) {
      if (each.type == Type::table) part(StateReader(each, faults_), to[each.key]);
    }
  }

 private:
  const Node* typed(std::string_view key, Type type) {
    const Node* const node = table_.find(key);
    if (node == nullptr || node->type == type) return node;
    faults_.add(*node, "expected " + std::string(toml::describe(type)) + ", found " +
                           std::string(toml::describe(node->type)));
    return nullptr;
  }

  const Node& table_;
  Faults& faults_;
};

/// Puts fields into a table. What else it holds stays as it is.
class StateWriter {
 public:
  explicit StateWriter(Node& table) : table_(table) {}

  void field(std::string_view key, std::string_view text) {
    if (text.empty()) return erase(key);
    this->text(key, text);
  }
  void field(std::string_view key, bool value) { member(key, Type::boolean).boolean = value; }
  /// One that is not there unless it is true.
  void mark(std::string_view key, bool value) {
    if (!value) return erase(key);
    field(key, value);
  }
  void field(std::string_view key, std::int64_t number) {
    member(key, Type::integer).integer = number;
  }
  void field(std::string_view key, double number) { member(key, Type::number).number = number; }
  void field(std::string_view key, std::uint64_t number) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    field(key, static_cast<std::int64_t>(std::min(number, most)));
  }
  template <class T>
  void field(std::string_view key, const std::optional<T>& number) {
    if (!number) return erase(key);
    field(key, *number);
  }
  void field(std::string_view key, Status status) { field(key, name_of(status)); }
  /// A place in a file; below zero: none.
  void place(std::string_view key, std::int64_t place) {
    if (place < 0) return erase(key);
    field(key, place);
  }
  /// One that stands there also when it is empty.
  void text(std::string_view key, std::string_view text) { member(key, Type::string).text = text; }
  template <class Text>
  void text(std::string_view key, const std::optional<Text>& text) {
    if (!text) return erase(key);
    this->text(key, *text);
  }
  void texts(std::string_view key, const std::map<std::string, std::string>& from) {
    Node* const texts = entries(key, from, Type::string);
    if (texts == nullptr) return;
    for (const auto& [name, value] : from) StateWriter(*texts).text(name, value);
  }
  /// A table that is not needed stays away, unless it is there already.
  template <class Part>
  void table(std::string_view key, bool needed, Part part) {
    if (needed || table_.find(key) != nullptr) part(StateWriter(member(key, Type::table)));
  }
  /// Without a value there is nothing that the table could be about.
  template <class T, class Part>
  void table(std::string_view key, const std::optional<T>& from, Part part) {
    if (!from) return erase(key);
    part(StateWriter(member(key, Type::table)), *from);
  }
  template <class T, class Part>
  void tables(std::string_view key, const std::map<std::string, T>& from, Part part) {
    Node* const tables = entries(key, from, Type::table);
    if (tables == nullptr) return;
    for (const auto& [name, value] : from)
      part(StateWriter(StateWriter(*tables).member(name, Type::table)), value);
  }

 private:
  void erase(std::string_view key) {
    std::erase_if(table_.children, [key](const Node& child) { return child.key == key; });
  }
  /// The value of that name, made anew when it is missing or of another type. It stays where it is
  /// until something is added to the table.
  Node& member(std::string_view key, Type type) {
    Node* found = table_.find(key);
    if (found != nullptr && found->type == type) return *found;
    if (found == nullptr) found = &table_.children.emplace_back();
    *found = Node();
    found->key = key;
    found->type = type;
    return *found;
  }
  /// The table for the entries of a map, without those of their type that are not of the map any
  /// more. None: there is none, and none is needed.
  template <class T>
  Node* entries(std::string_view key, const std::map<std::string, T>& from, Type type) {
    if (from.empty() && table_.find(key) == nullptr) return nullptr;
    Node& table = member(key, Type::table);
    std::erase_if(table.children, [&](const Node& entry) {
      return entry.type == type && !from.contains(entry.key);
    });
    return &table;
  }

  Node& table_;
};

template <class Form, class Tokens>
void fields_of_tokens(Form form, std::string_view key, Tokens& tokens) {
  form.table(key, tokens != executor::Tokens(), [&](Form table) {
    table.field("input", tokens.input);
    table.field("cache_read", tokens.cache_read);
    table.field("cache_write", tokens.cache_write);
    table.field("output", tokens.output);
    table.field("thought", tokens.thought);
  });
}

template <class Form, class Cost>
void fields_of_cost(Form form, std::string_view key, Cost& cost) {
  form.table(key, cost != ForkCost(), [&](Form table) {
    table.field("fresh", cost.fresh);
    table.field("cache_read", cost.cache_read);
    table.field("cache_write", cost.cache_write);
    table.field("dollars", cost.dollars);
  });
}

template <class Form, class Backend>
void fields_of_backend(Form form, Backend& backend) {
  form.field("provider_id", backend.provider_id);
  form.field("last_action", backend.last_action);
  form.field("updated", backend.updated);
  form.field("turns", backend.turns);
  form.field("provider_turn", backend.provider_turn);
  form.field("provider_turn_seq", backend.provider_turn_seq);
  form.field("model", backend.model);
  form.field("opening", backend.opening);
  fields_of_tokens(form, "tokens", backend.tokens);
}

/// All that stands in the file but its version, for a StateReader and a StateWriter alike.
template <class Form, class AnyState>
void fields_of_state(Form form, AnyState& state) {
  form.field("id", state.id);
  form.field("description", state.description);
  form.field("project", state.project);
  form.text("cwd", state.cwd);
  form.field("backend", state.backend);
  form.field("created", state.created);
  form.field("accessed", state.accessed);
  form.field("status", state.status);
  form.field("deleted", state.deleted);
  form.field("system_prompt", state.system_prompt);
  form.field("loads", state.loads);
  form.mark("has_tools", state.has_tools);
  form.field("prompted", state.prompted);
  form.field("turns", state.turns);
  form.table("settings", true, [&](Form settings) {
    settings.field("mode", state.mode);
    settings.texts("options", state.options);
  });
  const bool is_fork = !state.parent.empty() || !state.adopted.empty();
  form.table("genealogy", is_fork, [&](Form genealogy) {
    genealogy.field("parent", state.parent);
    genealogy.field("depth", state.depth);
    genealogy.field("fork_seq", state.fork_seq);
    genealogy.field("fork_turn", state.fork_turn);
    genealogy.field("strategy", state.fork_strategy);
    fields_of_cost(genealogy, "expected", state.expected);
    fields_of_cost(genealogy, "actual", state.actual);
    genealogy.field("adopted", state.adopted);
    genealogy.field("adopted_turn", state.adopted_turn);
  });
  form.table("context", true, [&](Form context) {
    context.field("compacted", state.compacted);
    context.field("compacted_at", state.compacted_at);
  });
  form.table("failover", state.told_until > 0 || state.away, [&](Form failover) {
    failover.field("told_until", state.told_until);
    failover.table("away", state.away, [](Form table, auto& away) {
      table.field("from", away.from);
      table.field("until", away.until);
    });
  });
  form.table("git", state.git, [](Form table, auto& git) {
    table.field("branch", git.branch);
    table.field("commit", git.commit);
    table.field("after", git.after);
    table.text("after_branch", git.after_branch);
    table.field("dirty", git.dirty);
  });
  form.field("drift", state.drift);
  form.table("transcript", true, [&](Form transcript) {
    transcript.field("seq", state.last_seq);
    transcript.place("bytes", state.transcript_bytes);
    transcript.place("last_turn", state.last_turn_offset);
    transcript.field("marker", state.marker);
  });
  form.tables("backends", state.backends,
              [](Form table, auto& backend) { fields_of_backend(table, backend); });
  fields_of_tokens(form, "tokens", state.total);
}

std::string text_of(const State& state, Node root) {
  StateWriter out(root);
  out.field("version", state_version);
  out.field("last_line", last_line);
  fields_of_state(out, state);
  std::string text = "# Written by tine; docs/transcript.md says what stands here.\n";
  text.append(toml::write(root)).append("\n").append(last_line).append("\n");
  return text;
}

/// Whether it ends as it says. A text that is cut between two tables can be read like any other.
bool is_whole(std::string_view text, const std::string& last) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text.ends_with(last);
}

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::active:
      return "active";
    case Status::available:
      return "available";
    case Status::retired:
      return "retired";
  }
  return "active";
}

bool may_become(Status from, Status to) {
  if (from == to) return true;
  return from != Status::retired && !(from == Status::active && to == Status::retired);
}

Result<State> parse_state(std::string_view text, std::string_view where) {
  const auto root = toml::parse(text, std::string(where), ErrorKind::damaged);
  if (!root) return fail(root.error());
  Faults faults(where);
  StateReader in(*root, faults);
  std::optional<std::int64_t> version;
  in.field("version", version);
  if (!version) faults.add(*root, "there is no version");
  std::string last;  // none in what earlier versions have written
  in.field("last_line", last);
  if (!is_whole(text, last)) faults.add(*root, "the end is missing");
  if (faults.first()) return fail(*faults.first());
  if (*version != state_version) {
    return fail(Error(ErrorKind::unsupported,
                      std::string(where) + " has version " + std::to_string(*version))
                    .with_hint("Use a newer tine for this session."));
  }
  State state;
  in.field("id", state.id);
  if (state.id.empty()) faults.add(*root, "there is no id");
  fields_of_state(in, state);
  if (root->find("cwd") == nullptr) state.cwd = state.project;
  if (faults.first()) return fail(*faults.first());
  return state;
}

Result<std::string> write_state(const State& state, std::string_view before) {
  const auto readable = [](const std::string& text) {
    return text.size() <= limits::state_file && toml::parse(text, {}, ErrorKind::damaged);
  };
  if (auto root = toml::parse(before, {}, ErrorKind::damaged)) {
    if (auto text = text_of(state, std::move(*root)); readable(text)) return text;
  }
  auto text = text_of(state, Node());
  if (readable(text)) return text;
  return fail(ErrorKind::session_too_large, "the session's state is too large to be kept");
}

}  // namespace tine::session::store
