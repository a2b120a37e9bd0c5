#pragma once
// The client's side of a conversation at a command line: prints what the agent says, shows a person
// how it goes, and answers the agent's questions by rules, by asking the person, or with a no.
//
// One for each connection of a verb, on the loop's thread; it outlives the connection.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/converse/markdown.h"
#include "cli/converse/permission_answers.h"
#include "cli/converse/progress.h"
#include "cli/print.h"
#include "protocol/v1/client_handler.h"
#include "transport/cancel.h"

namespace tine::cli {

/// What goes to stdout.
enum class Form : std::uint8_t {
  text,         ///< what the agent says, as it comes
  json,         ///< nothing before the end
  stream_json,  ///< each update as a line
};

struct ListenerPlan {
  Form form = Form::text;
  bool raw = false;  ///< a terminal is given every byte as it is
  std::vector<session::PermissionRule> rules;
};

class Listener final : public v1::ClientHandler {
 public:
  /// `shutdown` is fired when nobody reads any more.
  Listener(transport::Loop& loop, ListenerPlan plan, transport::CancelSource shutdown);

  void on_update(std::string_view session_id, const v1::ToldUpdate& told) override;

  /// A turn begins: what was said before belongs to another one.
  void begin();
  /// Prints what was held back, and a newline if the text has none at its end.
  void finish();

  /// What is shown next is no part of the text.
  void break_line();

  PermissionAnswers& permissions() { return permissions_; }
  const std::string& output() const { return output_; }
  /// Whether a question was answered with no as nobody was there to be asked.
  bool refused() const { return permissions_.refused(); }

 private:
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest request,
                                                    v1::RequestContext& context) override;
  void show(std::string_view text);
  void take_text(json::View update);
  void show_text(std::string_view text);
  void warn_of_trust(json::View trust);

  ListenerPlan plan_;
  transport::CancelSource shutdown_;
  Progress progress_;
  PermissionAnswers permissions_;
  bool terminal_;
  VisibleText visible_;
  MarkdownColours colours_;
  std::string output_;
  std::string message_;  // the id of the message of which the last text was
};

}  // namespace tine::cli
