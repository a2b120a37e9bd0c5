#pragma once
// Holds the backend's conversation of one session: makes it, ahead of a prompt or for it, keeps it
// between turns, and ends it. Nothing else owns a conversation. The next one begins only once the
// process of the one before is gone.
//
// Part of a session, on the loop's thread. Its coroutines keep the session, which must be closed
// before it goes.

#include <functional>
#include <memory>
#include <vector>

#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/executor.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

class Session;

class ConversationHolder {
 public:
  explicit ConversationHolder(Session& session);
  ~ConversationHolder();
  ConversationHolder(const ConversationHolder&) = delete;
  ConversationHolder& operator=(const ConversationHolder&) = delete;

  using Made = transport::Task<Result<std::unique_ptr<executor::Conversation>>>;
  /// How a conversation begins.
  using Begin = std::function<Made(executor::ConversationSpec)>;

  /// The one that is ready; none: there is none, or it is being made.
  const std::shared_ptr<executor::Conversation>& get() const { return conversation_; }
  bool is_live() const { return conversation_ && conversation_->is_live(); }

  /// Makes the conversation ahead of the next prompt, in the background, for a backend that gains
  /// from it.
  void prepare();
  /// Waits for one that is being made, if it is, or for the cancel.
  transport::Task<void> made_ahead(transport::CancelSource cancel);
  /// Finds the conversation as the session's directories and servers are now, or makes it: resumed
  /// where there is a past. Ends at the cancel; what is being made is then ready for the next turn.
  transport::Task<Result<void>> ready(transport::CancelSource cancel);
  /// Makes it in the way that is given, in place of any other.
  transport::Task<Result<void>> make(Begin how, transport::CancelSource cancel);

  /// Ends the conversation, in the background. The next prompt takes it up again.
  void let_go();
  /// Leaves it to a turn that does not end, until `over` or limits::cancel_grace, and ends it. A
  /// close() does not wait for that: it sets `over`.
  void give_up(std::shared_ptr<transport::Event> over);
  /// Ends it, and returns when nothing runs any more.
  transport::Task<void> close();

  /// Whether the turn that ends is to leave its claim on the record here: a live conversation keeps
  /// other processes out until it is idle.
  bool takes_claim();
  /// Gives it back, when it has one.
  void give_claim_back();

 private:
  struct Making;
  struct Listener;
  /// A conversation and what goes with it.
  struct Ending {
    std::shared_ptr<executor::Conversation> conversation;
    std::shared_ptr<const std::vector<KnownSecret>> secrets;
    bool claims = false;
  };

  std::shared_ptr<Making> begin(Begin begin);
  transport::Task<void> run(std::shared_ptr<Making> making, Begin begin);
  transport::Task<Result<void>> made(std::shared_ptr<Making> making,
                                     transport::CancelSource cancel);
  Begin usual() const;
  executor::ConversationEvents events(const std::shared_ptr<Listener>& listener) const;
  void catch_up(executor::Conversation& conversation, const executor::Settings& given);
  void drop_making();
  Ending take();
  transport::Task<void> end(Ending ending, std::shared_ptr<transport::Event> first);
  transport::Task<void> all_ended();

  Session& session_;
  std::shared_ptr<executor::Conversation> conversation_;
  v1::Workspace workspace_;                                  // that it was given
  std::shared_ptr<const std::vector<KnownSecret>> secrets_;  // of that workspace
  std::shared_ptr<Listener> listener_;  // to the conversation, also while it is made
  std::shared_ptr<Making> making_;      // that is not dropped
  bool keeps_claim_ = false;
  transport::CancelSource closing_;
  std::size_t ending_ = 0;                   // conversations that are being closed
  std::shared_ptr<transport::Event> ended_;  // while there are some
};

}  // namespace tine::session
