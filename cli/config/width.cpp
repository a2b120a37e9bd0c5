#include "cli/config/width.h"

#include <algorithm>
#include <optional>

#include "cli/config/apply.h"
#include "executor/claude/options.h"
#include "executor/codex/options.h"

namespace tine::cli {
namespace {

constexpr WidthRange unknown = {Width::nothing, Width::anything};

/// The mode that a backend begins with when none is set.
std::string_view own_mode(BackendKind kind) {
  return kind == BackendKind::codex ? "auto" : "default";
}

/// Whether something is set that can give the backend any rights, without a way to tell which.
bool is_opaque(const BackendConfig& backend) {
  return backend.command.size() > 1 || !backend.config.text.empty();
}

/// Both give the same of what cannot be judged.
bool equally_opaque(const BackendConfig& one, const BackendConfig& other) {
  const auto arguments = [](const BackendConfig& backend) {
    return Strings(backend.command.begin() + (backend.command.empty() ? 0 : 1),
                   backend.command.end());
  };
  return one.kind == other.kind && one.config == other.config && arguments(one) == arguments(other);
}

WidthRange without_opaque(const BackendConfig& backend, std::string_view mode) {
  const std::string_view begins = mode.empty() ? own_mode(backend.kind) : mode;
  if (backend.kind != BackendKind::codex) return width_of_mode(backend.kind, begins);
  WidthRange width = width_of_mode(backend.kind, begins);
  if (!backend.sandbox.empty()) {
    const Width sandbox = executor::codex::width_of_sandbox(backend.sandbox);
    width = {sandbox, sandbox};
  }
  // It asks before nearly everything, and what is agreed to then goes as far as the sandbox lets
  // it: as narrow as that for the user's default, and as wide as this for a project's choice.
  if (backend.approval_policy == "untrusted") width.least = std::min(width.least, Width::reads);
  return width;
}

/// The mode that sessions of the backend begin with when no project has a say.
std::string mode_for(const Config& user, const BackendConfig& backend) {
  return session_defaults(user, backend).mode;
}

std::string offer(const BackendConfig& backend, const std::string& user_file) {
  const std::string file = user_file.empty() ? "your configuration" : user_file;
  if (backend.origin.layer == Layer::user) {
    return "To let projects choose it, add projects_may_choose = true to [backends." +
           backend.name + "] in " + file;
  }
  return "To let projects choose it, add a table [backends." + backend.name + "] with kind = \"" +
         std::string(name_of(backend.kind)) + "\" and projects_may_choose = true to " + file;
}

Failure refused(const Origin& origin, const std::string& text, std::string hint,
                const BackendConfig& backend) {
  Failure failure = refuse(origin, "default_backend: " + text);
  hint += "; to use it here yourself, start tine with --backend " + backend.name + ".";
  return fail(std::move(failure.value()).with_hint(std::move(hint)));
}

std::string comparison(const BackendConfig& backend, Width wide, const BackendConfig& other,
                       Width narrow, std::string_view what) {
  return "a project's file may not choose " + shown(backend.name) + ", which is wider than your " +
         "default backend " + shown(other.name) + ": " + std::string(what) + " it " +
         std::string(describe(wide)) + ", and " + shown(other.name) + " " +
         std::string(describe(narrow));
}

}  // namespace

WidthRange width_of_mode(BackendKind kind, std::string_view mode) {
  // It runs no model.
  if (kind == BackendKind::rehearsal) return {Width::nothing, Width::nothing};
  std::optional<Width> known;
  if (kind == BackendKind::codex) known = executor::codex::width_of_mode(mode);
  if (kind == BackendKind::claude) known = executor::claude::width_of_mode(mode);
  return known ? WidthRange{*known, *known} : unknown;
}

WidthRange width_at_start(const BackendConfig& backend, std::string_view mode) {
  const bool judged = backend.kind == BackendKind::codex || backend.kind == BackendKind::claude;
  if (judged && is_opaque(backend)) return unknown;
  return without_opaque(backend, mode);
}

Width widest_mode(const BackendConfig& backend) {
  switch (backend.kind) {
    case BackendKind::rehearsal:
      return Width::nothing;
    case BackendKind::claude:
      return backend.allow_bypass ? Width::anything : Width::judges;
    case BackendKind::codex:
    case BackendKind::acp:
      break;
  }
  return Width::anything;
}

Result<void> check_project_backend(const Config& user, const BackendConfig& backend,
                                   const Origin& origin) {
  if (backend.name == user.default_backend) return {};
  if (!backend.projects_may_choose) {
    return refused(origin,
                   "a project's file may not choose " + shown(backend.name) +
                       ", as you have not offered it to projects",
                   offer(backend, user.user_file), backend);
  }
  const BackendConfig* const preferred = user.find_backend(user.default_backend);
  if (preferred == nullptr) return {};
  const std::string hint = "Make " + backend.name + " narrower in your configuration, or your " +
                           "default backend wider";
  const bool same = equally_opaque(backend, *preferred);
  const auto start = [&](const BackendConfig& of) {
    return same ? without_opaque(of, mode_for(user, of)) : width_at_start(of, mode_for(user, of));
  };
  const Width begins = start(backend).most;
  const Width allowed = start(*preferred).least;
  if (begins > allowed) {
    return refused(origin,
                   comparison(backend, begins, *preferred, allowed, "unless told otherwise"), hint,
                   backend);
  }
  if (widest_mode(backend) > widest_mode(*preferred)) {
    return refused(origin,
                   comparison(backend, widest_mode(backend), *preferred, widest_mode(*preferred),
                              "in its widest mode"),
                   hint, backend);
  }
  return {};
}

}  // namespace tine::cli
