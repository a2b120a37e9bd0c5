#pragma once
// What the tests of both ends of a connection share: an agent that does as it is told and writes
// down what it was asked, and the bare end of a channel.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "protocol/v1/agent_handler.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/types.h"
#include "transport/channel.h"
#include "transport/loop.h"

namespace tine::v1 {

/// Answers everything at once unless told otherwise. Announces all that there is.
class ScriptedAgent : public AgentHandler {
 public:
  ScriptedAgent() {
    auto& can = initialized.agent_capabilities;
    can.load_session = can.logout = true;
    can.prompt = {true, true, true};
    can.mcp = {true, true, false};
    can.session = {true, true, true, true, true, true, true, true, ""};
  }

  std::vector<std::string> log;
  InitializeResponse initialized;
  NewSessionResponse opened{"s1", {}, {}, ""};
  std::function<void()> after_new;
  std::optional<Error> refusal;  ///< of every request but initialize
  std::function<Answer<PromptResponse>(PromptRequest, RequestContext&)> on_prompt;

  Result<InitializeResponse> initialize(const InitializeRequest& request) override {
    log.push_back("initialize " + std::to_string(request.protocol_version));
    return initialized;
  }
  Answer<AuthenticateResponse> authenticate(AuthenticateRequest request,
                                            RequestContext& /*context*/) override {
    return answer("authenticate " + request.method_id, AuthenticateResponse{});
  }
  Answer<LogoutResponse> logout(LogoutRequest /*request*/, RequestContext& /*context*/) override {
    return answer("logout", LogoutResponse{});
  }
  Answer<NewSessionResponse> new_session(NewSessionRequest request,
                                         RequestContext& context) override {
    context.after_response = after_new;
    return answer("new " + request.workspace.cwd, opened);
  }
  Answer<LoadSessionResponse> load_session(LoadSessionRequest request,
                                           RequestContext& /*context*/) override {
    return answer("load " + request.session_id, LoadSessionResponse{{}, opened.config_options, ""});
  }
  Answer<ResumeSessionResponse> resume_session(ResumeSessionRequest request,
                                               RequestContext& /*context*/) override {
    return answer("resume " + request.session_id, ResumeSessionResponse{});
  }
  Answer<ForkSessionResponse> fork_session(ForkSessionRequest request,
                                           RequestContext& /*context*/) override {
    const bool prompted = request.workspace.system_prompt.has_value();
    return answer("fork " + request.session_id + (prompted ? " with a prompt" : ""), opened);
  }
  Answer<ListSessionsResponse> list_sessions(ListSessionsRequest request,
                                             RequestContext& /*context*/) override {
    return answer("list " + request.cwd.value_or("everywhere"), ListSessionsResponse{});
  }
  Answer<DeleteSessionResponse> delete_session(DeleteSessionRequest request,
                                               RequestContext& /*context*/) override {
    return answer("delete " + request.session_id, DeleteSessionResponse{});
  }
  Answer<CloseSessionResponse> close_session(CloseSessionRequest request,
                                             RequestContext& /*context*/) override {
    return answer("close " + request.session_id, CloseSessionResponse{});
  }
  Answer<SetModeResponse> set_mode(SetModeRequest request, RequestContext& /*context*/) override {
    return answer("mode " + request.mode_id, SetModeResponse{});
  }
  Answer<SetConfigOptionResponse> set_config_option(SetConfigOptionRequest request,
                                                    RequestContext& /*context*/) override {
    const auto options = opened.config_options.value_or(std::vector<ConfigOption>());
    return answer("option " + request.config_id, SetConfigOptionResponse{options, ""});
  }
  Answer<PromptResponse> prompt(PromptRequest request, RequestContext& context) override {
    log.push_back("prompt " + plain_text(request.prompt));
    if (on_prompt) return on_prompt(std::move(request), context);
    return answer("", PromptResponse{StopReason::end_turn, Usage{5, 2, 3, {}, {}, {}, ""}, ""});
  }
  Answer<SteerResponse> steer(SteerRequest request, RequestContext& /*context*/) override {
    return answer("steer " + plain_text(request.prompt), SteerResponse{});
  }
  Answer<SearchResponse> search(SearchRequest request, RequestContext& /*context*/) override {
    return answer("search " + request.query, SearchResponse{});
  }
  void cancel(std::string session_id) override { log.push_back("cancel " + session_id); }
  void disconnected() override { log.emplace_back("disconnected"); }

 private:
  template <class T>
  Answer<T> answer(std::string entry, T response) {
    if (!entry.empty()) log.push_back(std::move(entry));
    if (refusal) co_return fail(*refusal);
    co_return std::move(response);
  }
};

/// One end of a channel without a peer: what is sent is what is written, what comes is kept line by
/// line.
class BareEnd {
 public:
  BareEnd(transport::Loop& loop, std::unique_ptr<transport::Channel> channel)
      : loop_(loop), channel_(std::move(channel)) {
    loop_.spawn(read(channel_.get(), &lines));
  }

  std::vector<std::string> lines;

  /// Sends `text` in one write, a newline after it, and lets the other side work.
  void send(std::string text) {
    loop_.spawn(write(channel_.get(), std::move(text) + "\n"));
    loop_.run_ready();
  }
  void end() {
    channel_->close_write();
    loop_.run_ready();
  }

 private:
  static transport::Task<void> write(transport::Channel* channel, std::string text) {
    const std::string_view whole(text);
    co_await channel->write_all(std::span(&whole, 1));
  }
  static transport::Task<void> read(transport::Channel* channel, std::vector<std::string>* lines) {
    std::string rest;
    std::vector<char> room(65536);
    for (;;) {
      const auto got = co_await channel->read_some(room);
      if (!got || *got == 0) co_return;
      rest.append(room.data(), *got);
      std::size_t end = 0;
      while ((end = rest.find('\n')) != std::string::npos) {
        lines->push_back(rest.substr(0, end));
        rest.erase(0, end + 1);
      }
    }
  }

  transport::Loop& loop_;
  std::unique_ptr<transport::Channel> channel_;
};

}  // namespace tine::v1
