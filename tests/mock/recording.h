#pragma once
// Every request that a mock was sent, a JSON line each, in order: {n, method, target, headers,
// body, usage, …}, and whatever else it notes. Keys are left out of it.
//
// On the loop's thread.

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/mock/http.h"

namespace tine::mock {

class Recording {
 public:
  explicit Recording(const std::string& path) : out_(path, std::ios::app) {}

  /// `more` is added to the line: what the mock made of the request.
  void add(const HttpRequest& request, nlohmann::json more);
  /// A line that is no request.
  void note(const nlohmann::json& line);

 private:
  std::ofstream out_;
  std::size_t count_ = 0;
};

}  // namespace tine::mock
