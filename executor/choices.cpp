#include "executor/choices.h"

#include <utility>

namespace tine::executor {

Choice choice(std::string_view id, std::string_view name, v1::PermissionOption::Kind kind,
              std::string answer) {
  return {{.id = std::string(id), .name = std::string(name), .kind = kind, .meta = {}},
          std::move(answer)};
}

transport::Task<Decision> let_choose(v1::Client& client, transport::CancelSource cancel,
                                     std::string session, v1::ToolCall subject,
                                     std::vector<Choice> choices) {
  v1::PermissionRequest request;
  request.session_id = std::move(session);
  request.tool_call = std::move(subject);
  for (const Choice& each : choices) request.options.push_back(each.option);
  const std::vector<v1::PermissionOption> options = request.options;
  auto response = co_await client.ask<v1::method::RequestPermission>(std::move(request), &cancel);
  Decision decision;
  if (!response) co_return decision;
  decision.cancelled = !response->option_id;
  const v1::PermissionOption* const made = v1::chosen(options, *response);
  if (made == nullptr) co_return decision;
  decision.meta = std::move(response->meta);
  for (Choice& each : choices)
    if (each.option.id == made->id) decision.answer = std::move(each.answer);
  co_return decision;
}

}  // namespace tine::executor
