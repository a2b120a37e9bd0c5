#pragma once
// A session of an ACP agent, as a conversation.
//
// Owned by a session, on the loop's thread; the executor outlives it. The coroutine of a prompt
// that was left behind refers to `prompted_` alone.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "executor/acp/meter.h"
#include "executor/acp/process.h"
#include "executor/acp/settings.h"
#include "executor/executor.h"

namespace tine::executor::acp {

class Acp;
class Turn;

class AcpConversation final : public Conversation, public SessionListener {
 public:
  /// A session as the agent has opened it.
  struct Opened {
    std::shared_ptr<Process> process;
    std::string id;
    Offer offer;
    bool kept = false;  ///< it has a turn, so the agent can be asked for it again
    std::string gap;    ///< what of its past the agent does not seem to know; empty: nothing
  };

  AcpConversation(Acp& acp, Opened opened, ConversationSpec spec);
  ~AcpConversation() override;

  std::string provider_id() const override { return id_; }
  transport::Task<Result<void>> get_ready(transport::CancelSource& cancel) override;
  transport::Task<TurnOutcome> prompt(std::vector<v1::ContentBlock> prompt, v1::Client& client,
                                      transport::CancelSource& cancel) override;
  void set_trace(std::string meta) override { trace_ = std::move(meta); }
  transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> words) override;
  Result<void> set_mode(const std::string& mode) override;
  Result<void> set_option(const v1::ConfigOption& option) override;
  bool is_live() const override { return process_ != nullptr; }
  transport::Task<void> close() override;

  void on_update(const v1::ToldUpdate& told) override;
  transport::Task<Result<std::string>> on_question(std::string method, std::string params,
                                                   transport::CancelSource cancel) override;
  void on_notification(std::string_view method, json::View params) override;
  void on_gone(const Error& why) override;

 private:
  /// A prompt that the agent has not answered, also when its turn was left behind.
  struct Prompted {
    explicit Prompted(transport::Loop& loop) : quiet(loop) { quiet.set(); }
    Turn* turn = nullptr;
    bool answered = false;   // once at least
    transport::Event quiet;  // nothing is unanswered
  };

  using Blocks = std::shared_ptr<const std::vector<v1::ContentBlock>>;
  void take(Opened opened);
  transport::Task<Result<void>> make_ready();
  transport::Task<Result<void>> choose();
  transport::Task<Result<std::string>> tell(std::string method, std::string params);
  void take_offered(json::View list);
  transport::Task<bool> play(Blocks prompt, TurnOutcome& outcome, v1::Client& client,
                             transport::CancelSource& cancel);
  transport::Task<void> run(Blocks prompt, Turn& turn, transport::CancelSource& cancel);
  static transport::Task<void> put(std::shared_ptr<Process> process, std::string params,
                                   std::shared_ptr<Prompted> prompted, std::string turn_id);
  void interrupt(Turn& turn);
  void begin_anew();
  bool take_choices(const v1::Update& update);
  void let_go();

  Acp& acp_;
  std::shared_ptr<Process> process_;  // none: it has gone, or was let go
  std::string id_;
  bool kept_ = false;   // the agent has it: a turn has ended
  bool heard_ = false;  // the agent may have it: a turn has begun
  Offer known_;         // what the agent has, and has been told
  ConversationSpec spec_;
  std::uint64_t turns_;
  Meter meter_;
  std::string trace_;  // of the next prompt
  std::string gap_;    // that nobody has been told of
  bool closed_ = false;
  std::shared_ptr<Prompted> prompted_;
};

}  // namespace tine::executor::acp
