#include "tests/mock/recording.h"

namespace tine::mock {

void Recording::add(const HttpRequest& request, nlohmann::json more) {
  nlohmann::json line = std::move(more);
  line["n"] = count_++;
  line["method"] = request.method;
  line["target"] = request.target;
  line["headers"] = request.headers;
  for (const char* key : {"authorization", "x-api-key"})
    if (line["headers"].contains(key)) line["headers"][key] = "…";
  line["body"] = nlohmann::json::parse(request.body, nullptr, false);
  note(line);
}

void Recording::note(const nlohmann::json& line) {
  out_ << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

}  // namespace tine::mock
