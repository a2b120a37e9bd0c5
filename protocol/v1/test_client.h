#pragma once
// A client that answers no question: what a test's own client begins with.
//
// For tests only.

#include <string>

#include "protocol/v1/client.h"

namespace tine::v1::test {

class RefusingClient : public Client {
 public:
  transport::Task<void> room() override { co_return; }
  bool has_room() const override { return true; }
  Reply<PermissionResponse> request_permission(PermissionRequest, Cancel) override {
    co_return refused();
  }
  Reply<ReadTextFileResponse> read_text_file(ReadTextFileRequest, Cancel) override {
    co_return refused();
  }
  Reply<WriteTextFileResponse> write_text_file(WriteTextFileRequest, Cancel) override {
    co_return refused();
  }
  Reply<CreateTerminalResponse> create_terminal(CreateTerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<TerminalOutputResponse> terminal_output(TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<WaitForTerminalExitResponse> wait_for_terminal_exit(TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<KillTerminalResponse> kill_terminal(TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<ReleaseTerminalResponse> release_terminal(TerminalRequest, Cancel) override {
    co_return refused();
  }
  Reply<ElicitationResponse> create_elicitation(ElicitationRequest, Cancel) override {
    co_return refused();
  }
  void complete_elicitation(std::string) override {}

 protected:
  static Failure refused() { return fail(ErrorKind::unsupported, "nobody is there"); }
};

}  // namespace tine::v1::test
