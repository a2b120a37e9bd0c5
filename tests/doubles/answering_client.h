#pragma once
// A client that keeps each update, and answers questions as the test says, or not at all.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/doubles/refusing_client.h"
#include "transport/event.h"

namespace tine::test {

class AnsweringClient final : public RefusingClient {
 public:
  explicit AnsweringClient(transport::Loop& loop) : roomy(loop), loop_(loop) { roomy.set(); }

  const v1::ClientCapabilities& capabilities() const override { return can; }
  void update(const v1::Update& update) override {
    updates.push_back(nlohmann::json::parse(update.payload));
  }
  transport::Task<void> room() override { return roomy.wait(); }
  bool has_room() const override { return roomy.is_set(); }

  Reply<std::string> call(std::string method, std::string params, Cancel cancel) override {
    if (method == v1::method::CreateElicitation::name) {
      forms.push_back(v1::read_params<v1::ElicitationRequest>(json::View(params)).value());
      if (!form_answer) co_return refused();
      co_return v1::write(*form_answer);
    }
    if (method != v1::method::RequestPermission::name) co_return refused();
    asked.push_back(v1::read_params<v1::PermissionRequest>(json::View(params)).value());
    const v1::PermissionRequest& question = asked.back();
    v1::PermissionResponse response;
    if (stops) co_return v1::write(response);
    if (first) {
      response.option_id = question.options.front().id;
      co_return v1::write(response);
    }
    if (answer) {
      const auto named = std::ranges::find(question.options, *answer, &v1::PermissionOption::name);
      response.option_id = named != question.options.end() ? named->id : *answer;
      co_return v1::write(response);
    }
    transport::Event over(loop_);
    const auto subscription = cancel->on_cancel([&over] { over.set(); });
    co_await over.wait();
    co_return fail(ErrorKind::cancelled, "cancelled");
  }

  /// Those of one kind.
  std::vector<nlohmann::json> of(const std::string& kind) const {
    std::vector<nlohmann::json> out;
    for (const nlohmann::json& each : updates)
      if (each["sessionUpdate"] == kind) out.push_back(each);
    return out;
  }

  transport::Event roomy;  ///< set at first
  v1::ClientCapabilities can;
  std::vector<nlohmann::json> updates;
  std::vector<v1::PermissionRequest> asked;
  bool stops = false;  ///< each question cancels the whole turn
  bool first = false;  ///< the first option is chosen
  /// The name of the option that is chosen, else an id; none: it waits for the cancel.
  std::optional<std::string> answer;
  std::vector<v1::ElicitationRequest> forms;
  std::optional<v1::ElicitationResponse> form_answer;

 private:
  transport::Loop& loop_;
};

}  // namespace tine::test
