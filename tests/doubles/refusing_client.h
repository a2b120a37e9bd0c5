#pragma once
// A client that answers no question: what a test's own client begins with.

#include <string>
#include <string_view>

#include "protocol/v1/client.h"

namespace tine::test {

class RefusingClient : public v1::Client {
 public:
  transport::Task<void> room() override { co_return; }
  bool has_room() const override { return true; }
  Reply<std::string> call(std::string, std::string, Cancel) override { co_return refused(); }
  void notify(std::string_view, std::string_view) override {}

 protected:
  static Failure refused() { return fail(ErrorKind::unsupported, "nobody is there"); }
};

}  // namespace tine::test
