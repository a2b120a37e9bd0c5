#include "cli/converse/permission_answers.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/visible.h"
#include "cli/print.h"
#include "protocol/v1/codec.h"
#include "session/meta.h"

namespace tine::cli {
namespace {

/// How long a question waits for another one before it looks whether it was cancelled.
constexpr std::chrono::milliseconds waiting{200};

using session::PermissionRule;

/// The option that says it for this once; none: the agent has not offered that.
std::optional<std::string> option_of(const v1::PermissionRequest& request, bool allows) {
  const auto wanted =
      allows ? v1::PermissionOption::Kind::allow_once : v1::PermissionOption::Kind::reject_once;
  const auto found =
      std::find_if(request.options.begin(), request.options.end(),
                   [wanted](const v1::PermissionOption& each) { return each.kind == wanted; });
  if (found == request.options.end()) return std::nullopt;
  return found->id;
}

/// Lines that show what is to be allowed, whole.
std::string shown(const v1::PermissionRequest& request) {
  const v1::ToolCall& call = request.tool_call;
  std::string text = "The agent asks: " + visible_line(call.title.value_or("may it go on?"));
  if (call.kind) text += " (" + std::string(v1::name_of(*call.kind)) + ")";
  text += "\n";
  for (const v1::ToolContent& each : call.content.value_or(std::vector<v1::ToolContent>())) {
    if (each.type == v1::ToolContent::Type::diff) {
      text += "  " + visible_line(each.path) + ": " +
              (each.old_text ? std::to_string(each.old_text->size()) + " bytes become "
                             : std::string("a new file of ")) +
              std::to_string(each.new_text.size()) + "\n";
    } else if (!each.content.text.empty()) {
      std::string lines = visible(each.content.text);
      for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 3)
        lines.replace(at, 1, "\n  ");
      text += "  " + lines + "\n";
    }
  }
  std::size_t number = 0;
  for (const v1::PermissionOption& each : request.options)
    text += "  " + std::to_string(++number) + "  " + visible_line(each.name) + "\n";
  return text;
}

}  // namespace

PermissionAnswers::PermissionAnswers(transport::Loop& loop,
                                     std::vector<session::PermissionRule> rules)
    : rules_(std::move(rules)), keyboard_(loop), free_(loop) {
  free_.set();
}

transport::Task<v1::PermissionResponse> PermissionAnswers::answer(v1::PermissionRequest request,
                                                                  transport::CancelSource cancel) {
  // What an agent does is not what its folder may do: that is not for rules.
  if (session::ours(request.meta).find("trust").exists()) co_return v1::PermissionResponse();
  const std::string params = v1::write(request);
  const PermissionRule* const rule = session::rule_for(rules_, json::View(params), cwd_);
  const bool asks = rule == nullptr || rule->verdict == PermissionRule::Verdict::ask;
  if (asks && Keyboard::is_there()) {
    v1::PermissionResponse answered = co_await ask(std::move(request), std::move(cancel));
    co_return answered;
  }
  const bool allows = rule != nullptr && rule->verdict == PermissionRule::Verdict::allow;
  if (asks) refused_ = true;
  v1::PermissionResponse response;
  response.option_id = option_of(request, allows);
  response.meta =
      rule != nullptr && !asks
          ? session::permission_meta(allows ? "allow" : "deny", rule->text(), rule->origin)
          : session::permission_meta("deny", "", "there is no terminal to ask on");
  co_return response;
}

transport::Task<v1::PermissionResponse> PermissionAnswers::ask(v1::PermissionRequest request,
                                                               transport::CancelSource cancel) {
  // One question at a time.
  while (!free_.is_set() && !cancel.cancelled()) co_await free_.wait_for(waiting);
  free_.reset();
  hold_status(true);
  print_to_stderr(shown(request));
  v1::PermissionResponse response;
  response.meta = session::permission_meta("ask", "", "a person at the terminal");
  while (!cancel.cancelled()) {
    std::string question = "  answer [1-" + std::to_string(request.options.size()) + "]: ";
    const auto line = co_await person_->answer(std::move(question), cancel);
    if (!line) break;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), number);
    const bool is_number = error == std::errc() && end == line->data() + line->size();
    if (!is_number || number == 0 || number > request.options.size()) continue;
    response.option_id = request.options[number - 1].id;
    break;
  }
  hold_status(false);
  free_.set();
  co_return response;
}

}  // namespace tine::cli
