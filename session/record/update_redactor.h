#pragma once
// Takes the secrets out of updates before they are recorded. A streamed message is read as one
// text, so a secret that is cut in two by its chunks is still seen; what could be the beginning of
// one is held back until more of the message comes or the message is over.
//
// A message is over when a tool call or anything else with a place of its own follows, when the
// turn ends, and, if it bears no id, when a chunk of another kind follows. The output of a tool
// call that is not over is treated likewise: see growing_calls.h.
//
// One per session, on the loop's thread; the redactor outlives it.

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/long_values.h"
#include "base/json/redact.h"
#include "base/redact/redactor.h"
#include "protocol/v1/update.h"
#include "session/record/growing_calls.h"

namespace tine::session {

class UpdateRedactor {
  /// What is to be recorded, secrets and all: a text of its own, or what the backend said.
  struct Part {
    v1::UpdateKind kind = v1::UpdateKind::other;
    std::optional<std::string> own;
    std::string_view said;
    std::string_view payload() const { return own ? *own : said; }
  };

 public:
  using Sink = std::function<void(const v1::Update&)>;

  UpdateRedactor(Redactor& redactor, Sink sink)
      : redactor_(redactor), sink_(std::move(sink)), calls_(redactor) {}

  void update(const v1::Update& update);

  /// What update() is for an update that is long and no chunk of text, in slices. Until all is read
  /// nothing else is handed to the redactor.
  class LongUpdate {
   public:
    /// `update` stays as it is; `values` are the long ones of its payload.
    LongUpdate(UpdateRedactor& redactor, const v1::Update& update, const json::LongValues& values);
    LongUpdate(const LongUpdate&) = delete;
    LongUpdate& operator=(const LongUpdate&) = delete;

    /// Reads a slice. False when all is read.
    bool read();
    /// What update() would have handed to the sink.
    std::vector<v1::Update> take() { return std::move(clean_); }

   private:
    UpdateRedactor& redactor_;
    std::vector<Part> parts_;
    std::vector<v1::Update> clean_;
    std::optional<json::Redaction> redaction_;  // of the part that comes next
  };

  /// Small chunks are gathered before they are looked at: what is decided goes to the sink now.
  void settle();
  /// Bytes of text that are gathered.
  std::size_t waiting() const;
  /// All messages and tool calls are over: what is held back goes to the sink.
  void finish();
  /// Hands `see` what is held back, as it came: for a client that has been sent all but that.
  void held(const Sink& see) const;

 private:
  struct Message {
    explicit Message(Redactor& redactor) : stream(redactor) {}
    v1::UpdateKind kind = v1::UpdateKind::other;
    std::string id;      // JSON; empty: it has none
    std::string before;  // the payload around the text, as it came
    std::string after;
    std::string clean_before;
    std::string clean_after;
    RedactionStream stream;
    std::string waiting;     // decoded text that the stream has not seen
    bool has_begun = false;  // the sink has a part of it
  };

  void finish_messages();
  std::vector<Part> parts_of(const v1::Update& update);
  void pass(v1::UpdateKind kind, std::string_view payload);
  Message& message_of(const v1::Update& update);
  void leave_others(const Message& current);
  void chunk(const v1::Update& update);
  void settle(Message& message);
  void end(Message& message);
  void pass(Message& message, std::string_view text);

  Redactor& redactor_;
  Sink sink_;
  GrowingCalls calls_;
  std::list<Message> messages_;  // the one that spoke last is the first
  std::string decoded_;
  std::string clean_;
};

/// The id of the message that a chunk belongs to, as JSON; empty for anything else.
std::string_view message_id(const v1::Update& update);

}  // namespace tine::session
