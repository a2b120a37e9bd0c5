#pragma once
// Takes a checked line apart into the members of a JSON-RPC message, without a tree: each is a view
// into the line.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "base/result.h"
#include "transport/line_reader.h"

namespace tine::transport {

struct RpcMessage {
  enum class Kind : std::uint8_t { request, notification, response, error_response };
  Kind kind = Kind::request;
  std::string_view id;  ///< the token as it came; empty for a notification
  std::string method;
  json::View body;  ///< params, result or error; may be absent for params
};

/// What is wrong with a line.
struct BadMessage {
  Error error;
  /// The id to answer with, "null" when it is not known. Of a broken response the id of the call
  /// that it would have answered.
  std::string id;
  /// Nothing is answered to a broken response: answering could go on for ever between two peers.
  bool answer = true;
};

enum class Dialect : std::uint8_t {
  json_rpc,         ///< every message has "jsonrpc":"2.0"
  without_version,  ///< the member may be left out
};

tl::expected<RpcMessage, BadMessage> parse_message(const LineReader::Line& line,
                                                   Dialect dialect = Dialect::json_rpc);

/// Whether two id tokens are the same id: equal as written, or equal strings in different escapes.
bool same_id(std::string_view a, std::string_view b);

}  // namespace tine::transport
