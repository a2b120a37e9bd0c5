#pragma once
// A client that shows nothing and allows nothing: for verbs that want an answer and no more.
//
// No state.

#include "protocol/v1/client_handler.h"

namespace tine::cli {

class Silence final : public v1::ClientHandler {
 public:
  void on_update(std::string_view /*session*/, const v1::ToldUpdate& /*update*/) override {}

 private:
  Answer<v1::PermissionResponse> request_permission(v1::PermissionRequest /*request*/,
                                                    v1::RequestContext& /*context*/) override {
    co_return v1::PermissionResponse();
  }
};

}  // namespace tine::cli
