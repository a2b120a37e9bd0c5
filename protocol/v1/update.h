#pragma once
// An update of a session on its way: its kind, and its JSON as bytes. No tree is built for it; what
// is in it is read in place by who needs to, and the line that leaves is spliced from it.
//
// A value.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "transport/rpc_peer.h"

namespace tine::v1 {

enum class UpdateKind : std::uint8_t {
  user_message_chunk,
  agent_message_chunk,
  agent_thought_chunk,
  tool_call,
  tool_call_update,
  plan,
  plan_update,
  plan_removed,
  available_commands_update,
  current_mode_update,
  config_option_update,
  session_info_update,
  usage_update,
  notice,
  compaction_update,
  compaction_summary_chunk,
  subagent_update,
  session_message,
  session_message_chunk,
  other,  ///< not known here: passed on as it is
};
/// The name on the wire; "other" has none and gives an empty one.
std::string_view name_of(UpdateKind kind);
UpdateKind classify(json::View update);

struct Update {
  std::string session;
  UpdateKind kind = UpdateKind::other;
  std::string payload;     ///< the JSON of params.update, on one line
  transport::Splice text;  ///< the escaped text within payload, when it is a chunk of plain text

  bool operator==(const Update& other) const {
    return session == other.session && kind == other.kind && payload == other.payload;
  }
};

/// An update of another agent, in the message that brought it.
struct ToldUpdate {
  json::View json;  ///< params.update
  UpdateKind kind = UpdateKind::other;
  transport::Splice text;  ///< the escaped text within it, when it is a chunk of plain text
};
ToldUpdate look_at(json::View update);
/// The parameters of session/update, gone through once.
struct UpdateParams {
  json::View session;
  ToldUpdate update;
};
UpdateParams update_params(json::View params);

/// An update of another agent, taken over as it is.
Update adopt(std::string session, const ToldUpdate& told);
Update adopt(std::string session, json::View update);

/// The whole message, without newline, and where its text lies then.
struct UpdateLine {
  std::string text;
  transport::Splice splice;
};
UpdateLine update_line(std::string_view session, const Update& update);

/// The message of a long update, which names its session; as several chunks when its text is longer
/// than limits::max_text_chunk, as split() makes them.
void long_lines(std::shared_ptr<const Update> update,
                const std::function<void(transport::LongLine)>& sink);

/// Hands on `update`, as several chunks when its text is longer than limits::max_text_chunk. They
/// are cut between characters and equal but for their text.
void split(Update update, const std::function<void(Update)>& sink);

/// `payload` with its longest strings cut until it has at most `limit` bytes, each with a marker
/// that says how much was left out; base64 data is cut without one. Strings of up to
/// limits::min_cut bytes stay whole. When even that is not enough the result is longer than
/// `limit`.
std::string shrink(std::string_view payload, std::size_t limit);

}  // namespace tine::v1
