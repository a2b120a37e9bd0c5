#include "cli/agent_memory.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/crc32c.h"
#include "cli/limits.h"
#include "session/store/folder.h"

namespace tine::cli {
namespace {

using Json = nlohmann::json;

std::string checksum(const Strings& command) {
  std::string all;
  for (const std::string& each : command) all += std::to_string(each.size()) + ":" + each;
  return std::to_string(crc32c(all));
}

}  // namespace

AgentMemory::AgentMemory(session::store::Files& files, Result<std::string> root,
                         const BackendConfig& backend)
    : files_(&files),
      root_(std::move(root)),
      file_("agent-" + backend.name + ".json"),
      command_(checksum(backend.command)) {}

std::string AgentMemory::recall() const {
  if (!root_) return {};
  const auto folder = session::store::Folder::root(*files_, *root_, false);
  if (!folder) return {};
  const auto text = folder->read_if_there(file_, limits::agent_memory);
  if (!text || !*text) return {};
  const Json kept = Json::parse(**text, nullptr, false);
  const bool is_ours = kept.is_object() && kept.value("command", Json()) == Json(command_);
  return is_ours && kept.contains("greeting") ? kept["greeting"].dump() : std::string();
}

Result<void> AgentMemory::keep(std::string_view greeting) const {
  if (!root_) return fail(root_.error());
  const Json kept = {
      {"version", 1}, {"command", command_}, {"greeting", Json::parse(greeting, nullptr, false)}};
  const std::string text = kept.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (text.size() > limits::agent_memory) return {};
  const auto folder = session::store::Folder::root(*files_, *root_, true);
  if (!folder) return fail(folder.error());
  return folder->replace(file_, text, false);
}

}  // namespace tine::cli
