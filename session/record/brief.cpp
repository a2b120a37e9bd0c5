#include "session/record/brief.h"

#include "base/json/writer.h"

namespace tine::session {

std::string told_data(std::string_view text) {
  std::string out;
  json::Writer(out).begin_object().member("text", text).end_object();
  return out;
}

}  // namespace tine::session
