#pragma once
// The extension `_tine/tasks`: what is to be done in the project of a session.
//
// Values, and plain functions between them and their JSON. An agent that announces the extension,
// as `tasks` in its `_meta.tine`, is a TasksHandler besides.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/decode.h"
#include "base/json/writer.h"
#include "protocol/v1/agent_handler.h"

namespace tine::v1 {

enum class TasksAction : std::uint8_t {
  list,
  ready,
  show,
  add,
  link,
  unlink,
  start,
  done,
  drop,
  reopen
};

struct TasksRequest {
  std::string session_id;
  TasksAction action = TasksAction::list;
  bool all = false;                ///< list: also those that are over
  std::string task;                ///< the one that is meant: the end of its id, or its title
  std::string title;               ///< of one to add
  std::vector<std::string> needs;  ///< add, link, unlink: the tasks that come before it
  std::string owner;               ///< add, start; empty: as it is
  std::string target;              ///< add
  std::string meta;
};

struct TasksResponse {
  std::string tasks;  ///< JSON: the tasks that the request means, or the changed task
  std::string meta;
};

bool decode(json::View from, TasksAction& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, TasksRequest& to, const json::Path& path, json::Complaint& complaint);
bool decode(json::View from, TasksResponse& to, const json::Path& path, json::Complaint& complaint);
void encode(json::Writer& out, const TasksRequest& from);
void encode(json::Writer& out, const TasksResponse& from);

class TasksHandler {
 public:
  TasksHandler() = default;
  TasksHandler(const TasksHandler&) = delete;
  TasksHandler& operator=(const TasksHandler&) = delete;
  virtual ~TasksHandler() = default;

  virtual Answer<TasksResponse> tasks(TasksRequest request, RequestContext& context) = 0;
};

namespace method {

struct Tasks {
  using Request = TasksRequest;
  using Response = TasksResponse;
  static constexpr std::string_view name = "_tine/tasks";
};

}  // namespace method
}  // namespace tine::v1
