#include "session/record/conclusion.h"

#include "base/json/writer.h"

namespace tine::session {

std::string conclusion_data(std::uint64_t turn, std::string_view file) {
  std::string out;
  json::Writer(out).begin_object().member("turn", turn).member("file", file).end_object();
  return out;
}

bool is_concluded(const store::State& state) { return state.status == store::Status::retired; }

Error concluded(const std::string& session) {
  return Error(ErrorKind::session_concluded, "the session is concluded")
      .with_hint("Fork it to go on from where it ended: tine fork " + session + ".");
}

}  // namespace tine::session
