#include "session/store/state.h"

#include <sstream>
#include <utility>

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace tine::session::store {
namespace {

template <class T>
T value_or(const toml::table& table, std::string_view key, T otherwise) {
  return table[key].value<T>().value_or(std::move(otherwise));
}

std::uint64_t count(const toml::table& table, std::string_view key) {
  const auto value = table[key].value<std::int64_t>().value_or(0);
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

const toml::table& part(const toml::table& table, std::string_view key) {
  static const toml::table empty;
  const toml::table* found = table[key].as_table();
  return found != nullptr ? *found : empty;
}

/// The table of that name, made when it is missing or something else.
toml::table& make_part(toml::table& table, std::string_view key) {
  if (table[key].as_table() == nullptr) table.insert_or_assign(key, toml::table());
  return *table[key].as_table();
}

std::optional<std::uint64_t> maybe_count(const toml::table& table, std::string_view key) {
  const auto value = table[key].value<std::int64_t>();
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

executor::Tokens read_tokens(const toml::table& table) {
  return {.input = maybe_count(table, "input"),
          .cache_read = maybe_count(table, "cache_read"),
          .cache_write = maybe_count(table, "cache_write"),
          .output = maybe_count(table, "output"),
          .thought = maybe_count(table, "thought")};
}

void put(toml::table& table, std::string_view key, const std::string& text) {
  if (text.empty()) {
    table.erase(key);
  } else {
    table.insert_or_assign(key, text);
  }
}

void put(toml::table& table, std::string_view key, std::uint64_t number) {
  table.insert_or_assign(key, static_cast<std::int64_t>(number));
}

void put(toml::table& table, std::string_view key, const std::optional<std::uint64_t>& number) {
  if (number) {
    put(table, key, *number);
  } else {
    table.erase(key);
  }
}

void put_tokens(toml::table& table, const executor::Tokens& tokens) {
  put(table, "input", tokens.input);
  put(table, "cache_read", tokens.cache_read);
  put(table, "cache_write", tokens.cache_write);
  put(table, "output", tokens.output);
  put(table, "thought", tokens.thought);
}

std::optional<Status> status_named(std::string_view name) {
  for (const Status status : {Status::active, Status::available, Status::retired}) {
    if (name_of(status) == name) return status;
  }
  return std::nullopt;
}

Failure bad(std::string_view where, const toml::source_position& at, std::string_view what) {
  return fail(ErrorKind::damaged,
              std::string(where) + ":" + std::to_string(at.line) + ": " + std::string(what));
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

Result<State> parse_state(std::string_view text, std::string_view where) try {
  const toml::table table = toml::parse(text, where);
  const auto version = table["version"].value<std::int64_t>();
  if (!version) return bad(where, table.source().begin, "there is no version");
  if (*version != state_version) {
    return fail(Error(ErrorKind::unsupported,
                      std::string(where) + " has version " + std::to_string(*version))
                    .with_hint("Use a newer tine for this session."));
  }
  State state;
  state.id = value_or<std::string>(table, "id", {});
  if (state.id.empty()) return bad(where, table.source().begin, "there is no id");
  state.description = value_or<std::string>(table, "description", {});
  state.project = value_or<std::string>(table, "project", {});
  state.cwd = value_or<std::string>(table, "cwd", state.project);
  state.backend = value_or<std::string>(table, "backend", {});
  state.created = value_or<std::string>(table, "created", {});
  state.accessed = value_or<std::string>(table, "accessed", {});
  const auto status = status_named(value_or<std::string>(table, "status", "active"));
  if (!status) return bad(where, table["status"].node()->source().begin, "there is no such status");
  state.status = *status;
  state.deleted = value_or(table, "deleted", false);
  state.turns = count(table, "turns");
  state.last_seq = count(table, "last_seq");

  const toml::table& settings = part(table, "settings");
  state.mode = value_or<std::string>(settings, "mode", {});
  for (const auto& [key, value] : part(settings, "options")) {
    if (const auto chosen = value.value<std::string>()) state.options.emplace(key.str(), *chosen);
  }
  const toml::table& genealogy = part(table, "genealogy");
  state.parent = value_or<std::string>(genealogy, "parent", {});
  state.depth = count(genealogy, "depth");
  state.fork_seq = count(genealogy, "fork_seq");
  state.fork_turn = count(genealogy, "fork_turn");
  state.fork_strategy = value_or<std::string>(genealogy, "strategy", {});

  const toml::table& context = part(table, "context");
  state.compacted = value_or(context, "compacted", false);
  state.compacted_at = value_or<std::string>(context, "compacted_at", {});
  if (const toml::table* git = table["git"].as_table()) {
    state.git = GitState{.branch = value_or<std::string>(*git, "branch", {}),
                         .commit = value_or<std::string>(*git, "commit", {}),
                         .dirty = value_or(*git, "dirty", false)};
  }
  for (const auto& [key, value] : part(table, "backends")) {
    const toml::table* entry = value.as_table();
    if (entry == nullptr) continue;
    BackendState backend;
    backend.provider_id = value_or<std::string>(*entry, "provider_id", {});
    backend.last_action = value_or<std::string>(*entry, "last_action", {});
    backend.exit_code = (*entry)["exit_code"].value<std::int64_t>();
    backend.updated = value_or<std::string>(*entry, "updated", {});
    backend.tokens = read_tokens(part(*entry, "tokens"));
    state.backends.emplace(key.str(), std::move(backend));
  }
  state.total = read_tokens(part(table, "tokens"));
  return state;
} catch (const toml::parse_error& error) {
  return bad(where, error.source().begin, error.description());
} catch (const std::exception&) {
  return fail(ErrorKind::damaged, std::string(where) + " cannot be read");
}

std::string write_state(const State& state, std::string_view before) {
  toml::table table;
  try {
    table = toml::parse(before);
  } catch (const toml::parse_error&) {
    table.clear();
  }
  put(table, "version", static_cast<std::uint64_t>(state_version));
  put(table, "id", state.id);
  put(table, "description", state.description);
  put(table, "project", state.project);
  put(table, "cwd", state.cwd);
  put(table, "backend", state.backend);
  put(table, "created", state.created);
  put(table, "accessed", state.accessed);
  put(table, "status", std::string(name_of(state.status)));
  table.insert_or_assign("deleted", state.deleted);
  put(table, "turns", state.turns);
  put(table, "last_seq", state.last_seq);

  toml::table& settings = make_part(table, "settings");
  put(settings, "mode", state.mode);
  toml::table& options = make_part(settings, "options");
  for (const auto& [key, value] : state.options) options.insert_or_assign(key, value);

  if (!state.parent.empty()) {
    toml::table& genealogy = make_part(table, "genealogy");
    put(genealogy, "parent", state.parent);
    put(genealogy, "depth", state.depth);
    put(genealogy, "fork_seq", state.fork_seq);
    put(genealogy, "fork_turn", state.fork_turn);
    put(genealogy, "strategy", state.fork_strategy);
  }
  toml::table& context = make_part(table, "context");
  context.insert_or_assign("compacted", state.compacted);
  put(context, "compacted_at", state.compacted_at);
  if (state.git) {
    toml::table& git = make_part(table, "git");
    put(git, "branch", state.git->branch);
    put(git, "commit", state.git->commit);
    git.insert_or_assign("dirty", state.git->dirty);
  }
  toml::table& backends = make_part(table, "backends");
  for (const auto& [name, backend] : state.backends) {
    toml::table& entry = make_part(backends, name);
    put(entry, "provider_id", backend.provider_id);
    put(entry, "last_action", backend.last_action);
    if (backend.exit_code) entry.insert_or_assign("exit_code", *backend.exit_code);
    put(entry, "updated", backend.updated);
    put_tokens(make_part(entry, "tokens"), backend.tokens);
  }
  put_tokens(make_part(table, "tokens"), state.total);

  std::ostringstream out;
  out << "# Written by tine; docs/transcript.md says what stands here.\n" << table << "\n";
  return out.str();
}

}  // namespace tine::session::store
