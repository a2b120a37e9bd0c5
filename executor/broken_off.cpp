#include "executor/broken_off.h"

#include "protocol/v1/build_update.h"

namespace tine::executor {

v1::Update broken_off(const std::string& id) {
  return v1::text_chunk(v1::UpdateKind::agent_message_chunk,
                        "\n[broken off; the answer begins anew]\n", id,
                        R"({"tine":{"abandoned":true}})");
}

}  // namespace tine::executor
