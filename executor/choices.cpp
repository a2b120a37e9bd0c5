#include "executor/choices.h"

#include <utility>

#include "base/json/writer.h"

namespace tine::executor {
namespace {

std::string meta_of(std::string_view description) {
  std::string meta;
  if (description.empty()) return meta;
  json::Writer out(meta);
  out.begin_object().key("tine").begin_object().member("description", description);
  out.end_object().end_object();
  return meta;
}

}  // namespace

Choice choice(std::string_view name, v1::PermissionOption::Kind kind, std::string answer,
              std::string_view description) {
  return {{.id = {}, .name = std::string(name), .kind = kind, .meta = meta_of(description)},
          std::move(answer)};
}

transport::Task<Decision> let_choose(v1::Client& client, transport::CancelSource cancel,
                                     std::string session, v1::ToolCall subject,
                                     std::vector<Choice> choices) {
  v1::PermissionRequest request;
  request.session_id = std::move(session);
  request.tool_call = std::move(subject);
  for (Choice& each : choices) {
    each.option.id = std::to_string(request.options.size() + 1);
    request.options.push_back(each.option);
  }
  auto response = co_await client.ask<v1::method::RequestPermission>(std::move(request), &cancel);
  Decision decision;
  if (!response) co_return decision;
  decision.cancelled = !response->option_id;
  for (Choice& each : choices) {
    if (each.option.id != response->option_id) continue;
    decision.meta = std::move(response->meta);
    decision.answer = std::move(each.answer);
    break;
  }
  co_return decision;
}

}  // namespace tine::executor
