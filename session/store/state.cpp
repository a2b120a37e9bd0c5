#include "session/store/state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/toml/document.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

using toml::Node;
using Type = Node::Type;

std::optional<Status> status_named(std::string_view name) {
  for (const Status status : {Status::active, Status::available, Status::retired}) {
    if (name_of(status) == name) return status;
  }
  return std::nullopt;
}

/// Reads the known keys of tables, and remembers the first that holds what it must not.
class Fields {
 public:
  explicit Fields(std::string_view where) : where_(where) {}

  const std::optional<Error>& fault() const { return fault_; }

  void complain(const Node& node, std::string_view what) {
    if (fault_) return;
    fault_ =
        Error(ErrorKind::damaged, where_ + ":" + std::to_string(node.at.line) + ":" +
                                      std::to_string(node.at.column) + ": " + std::string(what));
  }

  void read(const Node& table, std::string_view key, std::string& to) {
    if (const Node* node = typed(table, key, Type::string)) to = node->text;
  }
  void read(const Node& table, std::string_view key, bool& to) {
    if (const Node* node = typed(table, key, Type::boolean)) to = node->boolean;
  }
  void read(const Node& table, std::string_view key, std::optional<std::int64_t>& to) {
    if (const Node* node = typed(table, key, Type::integer)) to = node->integer;
  }
  void read(const Node& table, std::string_view key, std::optional<std::uint64_t>& to) {
    const Node* const node = typed(table, key, Type::integer);
    if (node == nullptr) return;
    if (node->integer < 0) return complain(*node, "a count below zero");
    to = static_cast<std::uint64_t>(node->integer);
  }
  void read(const Node& table, std::string_view key, std::uint64_t& to) {
    std::optional<std::uint64_t> count;
    read(table, key, count);
    to = count.value_or(to);
  }
  /// A place in a file.
  void read_offset(const Node& table, std::string_view key, std::int64_t& to) {
    std::optional<std::uint64_t> offset;
    read(table, key, offset);
    if (offset) to = static_cast<std::int64_t>(*offset);
  }
  void read(const Node& table, std::string_view key, executor::Tokens& to) {
    const Node* const tokens = part(table, key);
    if (tokens == nullptr) return;
    read(*tokens, "input", to.input);
    read(*tokens, "cache_read", to.cache_read);
    read(*tokens, "cache_write", to.cache_write);
    read(*tokens, "output", to.output);
    read(*tokens, "thought", to.thought);
  }
  const Node* part(const Node& table, std::string_view key) {
    return typed(table, key, Type::table);
  }

 private:
  const Node* typed(const Node& table, std::string_view key, Type type) {
    const Node* const node = table.find(key);
    if (node == nullptr || node->type == type) return node;
    complain(*node, "expected " + std::string(toml::describe(type)) + ", found " +
                        std::string(toml::describe(node->type)));
    return nullptr;
  }

  std::string where_;
  std::optional<Error> fault_;
};

void read_settings(Fields& in, const Node& root, State& to) {
  const Node* const settings = in.part(root, "settings");
  if (settings == nullptr) return;
  in.read(*settings, "mode", to.mode);
  const Node* const options = in.part(*settings, "options");
  if (options == nullptr) return;
  for (const Node& option : options->children) {
    if (option.type == Type::string) to.options.emplace(option.key, option.text);
  }
}

void read_genealogy(Fields& in, const Node& root, State& to) {
  const Node* const genealogy = in.part(root, "genealogy");
  if (genealogy == nullptr) return;
  in.read(*genealogy, "parent", to.parent);
  in.read(*genealogy, "depth", to.depth);
  in.read(*genealogy, "fork_seq", to.fork_seq);
  in.read(*genealogy, "fork_turn", to.fork_turn);
  in.read(*genealogy, "strategy", to.fork_strategy);
  in.read(*genealogy, "expected_cache_read", to.expected_cache_read);
  in.read(*genealogy, "cache_read", to.first_cache_read);
  in.read(*genealogy, "adopted", to.adopted);
  in.read(*genealogy, "adopted_turn", to.adopted_turn);
}

void read_transcript(Fields& in, const Node& root, State& to) {
  const Node* const transcript = in.part(root, "transcript");
  if (transcript == nullptr) return;
  in.read(*transcript, "seq", to.last_seq);
  in.read_offset(*transcript, "bytes", to.transcript_bytes);
  in.read_offset(*transcript, "last_turn", to.last_turn_offset);
  in.read(*transcript, "marker", to.marker);
}

void read_backends(Fields& in, const Node& root, State& to) {
  const Node* const backends = in.part(root, "backends");
  if (backends == nullptr) return;
  for (const Node& entry : backends->children) {
    if (entry.type != Type::table) continue;
    BackendState backend;
    in.read(entry, "provider_id", backend.provider_id);
    in.read(entry, "last_action", backend.last_action);
    in.read(entry, "exit_code", backend.exit_code);
    in.read(entry, "updated", backend.updated);
    in.read(entry, "turns", backend.turns);
    in.read(entry, "provider_turn", backend.provider_turn);
    in.read(entry, "provider_turn_seq", backend.provider_turn_seq);
    in.read(entry, "tokens", backend.tokens);
    to.backends.emplace(entry.key, std::move(backend));
  }
}

void read_whole(Fields& in, const Node& root, State& to) {
  in.read(root, "id", to.id);
  if (to.id.empty()) in.complain(root, "there is no id");
  in.read(root, "description", to.description);
  in.read(root, "project", to.project);
  to.cwd = to.project;
  in.read(root, "cwd", to.cwd);
  in.read(root, "backend", to.backend);
  in.read(root, "created", to.created);
  in.read(root, "accessed", to.accessed);
  std::string status(name_of(to.status));
  in.read(root, "status", status);
  if (const auto known = status_named(status)) {
    to.status = *known;
  } else {
    in.complain(*root.find("status"), "there is no such status");
  }
  in.read(root, "deleted", to.deleted);
  in.read(root, "system_prompt", to.system_prompt);
  in.read(root, "prompted", to.prompted);
  in.read(root, "turns", to.turns);
  read_settings(in, root, to);
  read_genealogy(in, root, to);
  if (const Node* context = in.part(root, "context")) {
    in.read(*context, "compacted", to.compacted);
    in.read(*context, "compacted_at", to.compacted_at);
  }
  if (const Node* git = in.part(root, "git")) {
    to.git.emplace();
    in.read(*git, "branch", to.git->branch);
    in.read(*git, "commit", to.git->commit);
    in.read(*git, "dirty", to.git->dirty);
  }
  read_transcript(in, root, to);
  read_backends(in, root, to);
  in.read(root, "tokens", to.total);
}

void erase(Node& table, std::string_view key) {
  std::erase_if(table.children, [key](const Node& child) { return child.key == key; });
}

/// The value of that name, made anew when it is missing or of another type. It stays where it is
/// until something is added to `table`.
Node& member(Node& table, std::string_view key, Type type) {
  Node* found = table.find(key);
  if (found != nullptr && found->type == type) return *found;
  if (found == nullptr) found = &table.children.emplace_back();
  *found = Node();
  found->key = key;
  found->type = type;
  return *found;
}

Node& part(Node& table, std::string_view key) { return member(table, key, Type::table); }

void put(Node& table, std::string_view key, std::string_view text) {
  if (text.empty()) return erase(table, key);
  member(table, key, Type::string).text = text;
}

void put(Node& table, std::string_view key, bool value) {
  member(table, key, Type::boolean).boolean = value;
}

void put(Node& table, std::string_view key, std::int64_t number) {
  member(table, key, Type::integer).integer = number;
}

void put(Node& table, std::string_view key, std::uint64_t number) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  put(table, key, static_cast<std::int64_t>(std::min(number, most)));
}

template <class T>
void put(Node& table, std::string_view key, const std::optional<T>& number) {
  if (!number) return erase(table, key);
  put(table, key, *number);
}

void put(Node& table, std::string_view key, const executor::Tokens& from) {
  if (from == executor::Tokens() && table.find(key) == nullptr) return;
  Node& tokens = part(table, key);
  put(tokens, "input", from.input);
  put(tokens, "cache_read", from.cache_read);
  put(tokens, "cache_write", from.cache_write);
  put(tokens, "output", from.output);
  put(tokens, "thought", from.thought);
}

void put_settings(Node& root, const State& from) {
  Node& settings = part(root, "settings");
  put(settings, "mode", from.mode);
  if (from.options.empty() && settings.find("options") == nullptr) return;
  Node& options = part(settings, "options");
  std::erase_if(options.children, [&](const Node& option) {
    return option.type == Type::string && !from.options.contains(option.key);
  });
  for (const auto& [name, value] : from.options) member(options, name, Type::string).text = value;
}

void put_genealogy(Node& root, const State& from) {
  const bool is_fork = !from.parent.empty() || !from.adopted.empty();
  if (!is_fork && root.find("genealogy") == nullptr) return;
  Node& genealogy = part(root, "genealogy");
  put(genealogy, "parent", from.parent);
  put(genealogy, "depth", from.depth);
  put(genealogy, "fork_seq", from.fork_seq);
  put(genealogy, "fork_turn", from.fork_turn);
  put(genealogy, "strategy", from.fork_strategy);
  put(genealogy, "expected_cache_read", from.expected_cache_read);
  put(genealogy, "cache_read", from.first_cache_read);
  put(genealogy, "adopted", from.adopted);
  put(genealogy, "adopted_turn", from.adopted_turn);
}

void put_git(Node& root, const State& from) {
  // Without a repository there is nothing that a table could be about.
  if (!from.git) return erase(root, "git");
  Node& git = part(root, "git");
  put(git, "branch", from.git->branch);
  put(git, "commit", from.git->commit);
  put(git, "dirty", from.git->dirty);
}

void put_transcript(Node& root, const State& from) {
  Node& transcript = part(root, "transcript");
  put(transcript, "seq", from.last_seq);
  put(transcript, "bytes", std::max(from.transcript_bytes, std::int64_t{0}));
  if (from.last_turn_offset < 0) {
    erase(transcript, "last_turn");
  } else {
    put(transcript, "last_turn", from.last_turn_offset);
  }
  put(transcript, "marker", from.marker);
}

void put_backends(Node& root, const State& from) {
  if (from.backends.empty() && root.find("backends") == nullptr) return;
  Node& backends = part(root, "backends");
  std::erase_if(backends.children, [&](const Node& entry) {
    return entry.type == Type::table && !from.backends.contains(entry.key);
  });
  for (const auto& [name, backend] : from.backends) {
    Node& entry = part(backends, name);
    put(entry, "provider_id", backend.provider_id);
    put(entry, "last_action", backend.last_action);
    put(entry, "exit_code", backend.exit_code);
    put(entry, "updated", backend.updated);
    put(entry, "turns", backend.turns);
    put(entry, "provider_turn", backend.provider_turn);
    put(entry, "provider_turn_seq", backend.provider_turn_seq);
    put(entry, "tokens", backend.tokens);
  }
}

std::string text_of(const State& state, Node root) {
  put(root, "version", state_version);
  put(root, "id", state.id);
  put(root, "description", state.description);
  put(root, "project", state.project);
  member(root, "cwd", Type::string).text = state.cwd;
  put(root, "backend", state.backend);
  put(root, "created", state.created);
  put(root, "accessed", state.accessed);
  put(root, "status", name_of(state.status));
  put(root, "deleted", state.deleted);
  put(root, "system_prompt", state.system_prompt);
  put(root, "prompted", state.prompted);
  put(root, "turns", state.turns);
  put_settings(root, state);
  put_genealogy(root, state);
  Node& context = part(root, "context");
  put(context, "compacted", state.compacted);
  put(context, "compacted_at", state.compacted_at);
  put_git(root, state);
  put_transcript(root, state);
  put_backends(root, state);
  put(root, "tokens", state.total);
  return "# Written by tine; docs/transcript.md says what stands here.\n" + toml::write(root);
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
  Fields in(where);
  std::optional<std::int64_t> version;
  in.read(*root, "version", version);
  if (!version) in.complain(*root, "there is no version");
  if (in.fault()) return fail(*in.fault());
  if (*version != state_version) {
    return fail(Error(ErrorKind::unsupported,
                      std::string(where) + " has version " + std::to_string(*version))
                    .with_hint("Use a newer tine for this session."));
  }
  State state;
  read_whole(in, *root, state);
  if (in.fault()) return fail(*in.fault());
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
