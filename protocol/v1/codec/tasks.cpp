#include "protocol/v1/tasks.h"

#include "protocol/v1/codec/parts.h"

namespace tine::v1 {
namespace {

constexpr std::array<std::string_view, 10> actions = {"list",   "ready", "show", "add",  "link",
                                                      "unlink", "start", "done", "drop", "reopen"};

bool is_of_one(TasksAction action) {
  return action != TasksAction::list && action != TasksAction::ready && action != TasksAction::add;
}

bool is_of_links(TasksAction action) {
  return action == TasksAction::link || action == TasksAction::unlink;
}

}  // namespace

bool decode(json::View from, TasksAction& to, const json::Path& path, json::Complaint& complaint) {
  return decode_enum(from, to, actions, path, complaint);
}

bool decode(json::View from, TasksRequest& to, const json::Path& path, json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.required("sessionId", to.session_id).required("action", to.action);
  reader.optional("all", to.all).optional("task", to.task).optional("title", to.title);
  reader.optional("needs", to.needs).optional("owner", to.owner).optional("target", to.target);
  reader.raw_object("_meta", to.meta);
  reader.check("task", !is_of_one(to.action) || !to.task.empty(), "the id or title of a task");
  reader.check("title", to.action != TasksAction::add || !to.title.empty(), "a title");
  reader.check("needs", !is_of_links(to.action) || !to.needs.empty(), "ids or titles of tasks");
  return reader.ok();
}

void encode(json::Writer& out, const TasksRequest& from) {
  out.begin_object().member("sessionId", std::string_view(from.session_id));
  out.member("action", enum_name(from.action, actions));
  if (from.all) out.member("all", true);
  text_member(out, "task", from.task);
  text_member(out, "title", from.title);
  filled_list_member(out, "needs", from.needs);
  text_member(out, "owner", from.owner);
  text_member(out, "target", from.target);
  out.raw_member("_meta", from.meta).end_object();
}

bool decode(json::View from, TasksResponse& to, const json::Path& path,
            json::Complaint& complaint) {
  json::ObjectReader reader(from, path, complaint);
  reader.raw("tasks", to.tasks).raw_object("_meta", to.meta);
  return reader.check("tasks", json::View(to.tasks).is_array(), "array").ok();
}

void encode(json::Writer& out, const TasksResponse& from) {
  out.begin_object().key("tasks").raw(from.tasks);
  out.raw_member("_meta", from.meta).end_object();
}

}  // namespace tine::v1
