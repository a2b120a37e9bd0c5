#pragma once
// The agent that is built in: deterministic, without network or model. It streams an answer and
// does what the directives in a prompt say (docs/rehearsal.md), keeps its conversation, and can be
// resumed and forked. It is what the demo runs, what a person tries an editor against, and a
// stand-in for every backend in tests.
//
// On the loop's thread. Remembers the conversations of this process until they are forgotten.

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "executor/executor.h"
#include "executor/rehearsal/memory.h"

namespace tine::executor::rehearsal {

/// How it acts.
struct Manner {
  bool prepares = false;  ///< as a backend does whose conversations are best made ahead
  bool looks = false;     ///< into the folder, for what it would start: .rehearsal-starts, by line
  std::string caller;     ///< the conversation within which it was started; empty: none
};

class RehearsedConversation;

class Rehearsal final : public Executor {
 public:
  Rehearsal(transport::Loop& loop, std::string name, Manner manner);

  std::string_view name() const override { return name_; }
  std::string_view kind() const override { return "rehearsal"; }
  const Capabilities& capabilities() const override { return capabilities_; }
  std::vector<v1::AuthMethod> auth_methods() const override;
  Settings settings() const override;
  std::optional<Width> width_of(const Settings& settings) const override;
  /// It loads nothing of what could be left out.
  std::string loading_obstacle(const Loading& /*loading*/) const override { return {}; }
  FolderLook folder_look(const v1::Workspace& workspace) const override;

  Reply<std::unique_ptr<Conversation>> start(ConversationSpec spec) override;
  Reply<std::unique_ptr<Conversation>> resume(ConversationSpec spec, ProviderPoint at) override;
  Reply<std::unique_ptr<Conversation>> fork(ConversationSpec spec, ProviderPoint at) override;
  Reply<Adopted> adopt(ConversationSpec spec, std::string provider_id) override;
  void forget(const std::string& provider_id) override;

  transport::Task<Result<void>> authenticate(std::string method_id) override;
  transport::Task<Result<void>> logout() override;
  transport::Task<DoctorReport> doctor() override;

  /// What the transcript tells of a conversation up to the turn of that id.
  Reply<Branch> recall(const ConversationSpec& spec, std::string turn);
  /// From now on the conversation cannot be resumed or forked.
  void lose(const std::string& provider_id) { lost_.insert(provider_id); }
  /// The newest turn of a conversation; conversations share it with their forks.
  Branch& memory(const std::string& provider_id) { return memory_[provider_id]; }

 private:
  Result<std::unique_ptr<Conversation>> go_on(std::string id, ConversationSpec spec,
                                              const ProviderPoint& at, bool branches);

  std::unique_ptr<RehearsedConversation> conversation(std::string id, ConversationSpec spec);

  transport::Loop& loop_;
  std::string name_;
  std::string caller_;
  bool looks_;
  Capabilities capabilities_;
  std::unordered_map<std::string, Branch> memory_;
  std::unordered_set<std::string> lost_;
};

}  // namespace tine::executor::rehearsal
