#include "cli/mcp/project_sessions.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/visible.h"
#include "session/project.h"
#include "session/store/project_folder.h"

namespace tine::cli {
namespace {

std::string project_of(const ToolCall& call) {
  return session::kept_path(session::canonical(call.directory), call.world.redactor);
}

}  // namespace

std::string folder_of(const ToolCall& call) {
  return session::store::project_folder(project_of(call));
}

transport::Task<Result<session::store::IndexEntry>> session_of_project(
    std::shared_ptr<ToolCall> call, std::string named) {
  std::string project = project_of(*call);
  auto all = co_await call->world.store.list(std::move(project));
  if (!all) co_return fail(std::move(all.error()));
  std::string begins = named;
  std::transform(begins.begin(), begins.end(), begins.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::erase_if(*all, [&begins](const auto& each) { return !each.id.starts_with(begins); });
  if (all->size() == 1) co_return std::move(all->front());
  if (all->empty()) {
    co_return fail(
        Error(ErrorKind::session_not_found, "this project has no session " + visible_line(named))
            .with_hint("sessions_search names those that it has."));
  }
  co_return fail(Error(ErrorKind::session_ambiguous,
                       std::to_string(all->size()) + " sessions begin with " + visible_line(named))
                     .with_hint("Give more of its id."));
}

}  // namespace tine::cli
