#include "cli/converse/prompt_history.h"

#include <algorithm>
#include <utility>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "cli/limits.h"
#include "session/project.h"
#include "session/store/project_folder.h"

namespace tine::cli {
namespace {

constexpr const char* file_name = "chat_history";

std::string line_of(const std::string& prompt) { return json::quoted(prompt) + "\n"; }

/// Reads the prompts from the lines of the file; leaves out lines that cannot be read.
std::vector<std::string> prompts_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    json::Scanner scanner;
    if (!scanner.feed(line) || !scanner.finish()) continue;
    if (auto prompt = json::View(line).string()) out.push_back(std::move(*prompt));
  }
  return out;
}

}  // namespace

PromptHistory PromptHistory::open(World& world, const std::string& cwd) {
  PromptHistory history(world);
  if (world.config.ephemeral || !world.policy.keep_text) return history;
  const std::string project = session::kept_path(session::canonical(cwd), world.redactor);
  auto root = world.store.whole();
  if (!root) return history;
  auto folder = root->make(session::store::project_folder(project));
  if (!folder) return history;
  history.folder_ = std::move(*folder);
  history.load();
  return history;
}

void PromptHistory::load() {
  // Another process may add a little before the file is made smaller.
  const auto text = folder_->read_if_there(file_name, 4 * limits::remembered_bytes);
  if (!text) {
    world_.log.warning("the prompts of earlier chats are forgotten: " + text.error().message);
    // The chat goes on without them.
    [[maybe_unused]] const auto removed = folder_->remove_file(file_name);
    return;
  }
  if (!*text) return;
  std::vector<std::string> all = prompts_in(**text);
  std::size_t bytes = 0;
  auto first = all.end();
  while (first != all.begin() &&
         all.end() - first < static_cast<std::ptrdiff_t>(limits::remembered_prompts)) {
    bytes += line_of(*(first - 1)).size();
    if (bytes > limits::remembered_bytes) break;
    --first;
  }
  prompts_.assign(std::make_move_iterator(first), std::make_move_iterator(all.end()));
  if ((*text)->size() <= 2 * limits::remembered_bytes) return;
  std::string kept;
  for (const std::string& each : prompts_) kept += line_of(each);
  const auto replaced = folder_->replace(file_name, kept, false);
  if (!replaced) world_.log.warning(replaced.error().message);
}

void PromptHistory::add(const std::string& prompt) {
  if (!folder_ || prompt.size() > limits::remembered_prompt) return;
  std::string clean = world_.redactor.redacted(prompt);
  if (!prompts_.empty() && prompts_.back() == clean) return;
  auto file = folder_->open_file(file_name, session::store::Files::Open::append);
  std::size_t written = 0;
  Result<void> done;
  if (file) {
    done = file->append(line_of(clean), written);
  } else {
    done = fail(file.error());
  }
  if (!done) world_.log.warning("a prompt is not remembered: " + done.error().message);
  prompts_.push_back(std::move(clean));
}

}  // namespace tine::cli
