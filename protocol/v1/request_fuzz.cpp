// Decodes whatever the guard lets through as every request and answer there is, writes it again,
// and wants to read the same from that. Updates are classified, split and shrunk.

#include <cstdint>
#include <cstdlib>

#include "base/json/scanner.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/escaped_text.h"
#include "protocol/v1/search.h"
#include "protocol/v1/tasks.h"
#include "protocol/v1/update.h"

namespace {

using namespace tine;

void demand(bool good) {
  if (!good) std::abort();
}

bool is_json(std::string_view text) {
  json::Scanner scanner;
  return scanner.feed(text) && scanner.finish() && !scanner.blank();
}

template <class T>
void round_trip(json::View view) {
  const auto first = v1::read_params<T>(view);
  if (!first) {
    demand(!first.error().message.empty() && !first.error().path.empty());
    return;
  }
  const std::string once = v1::write(*first);
  demand(is_json(once));
  const auto second = v1::read_params<T>(json::View(once));
  demand(second.has_value());
  demand(v1::write(*second) == once);
}

template <class... Types>
void round_trips(json::View view) {
  (round_trip<Types>(view), ...);
}

bool is_json_string(std::string_view escaped) {
  return is_json("\"" + std::string(escaped) + "\"");
}

void handle_update(json::View view) {
  v1::Update update = v1::adopt("s", view);
  const auto escaped = std::string_view(update.payload)
                           .substr(update.text.begin, update.text.end - update.text.begin);
  for (std::size_t limit = 0; limit < 16; ++limit) {
    const std::size_t place = v1::cut_place(escaped, limit);
    demand(is_json_string(escaped.substr(0, place)) && is_json_string(escaped.substr(place)));
  }
  demand(is_json(v1::update_line("s\"", update).text));
  demand(is_json(v1::shrink(update.payload, update.payload.size() / 2)));
  v1::split(std::move(update), [](const v1::Update& piece) { demand(is_json(piece.payload)); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!is_json(text)) return 0;
  const json::View view(text);
  using namespace v1;
  round_trips<InitializeRequest, InitializeResponse, AuthenticateRequest, LogoutRequest,
              NewSessionRequest, NewSessionResponse, LoadSessionRequest, LoadSessionResponse,
              ResumeSessionRequest, ForkSessionRequest, ListSessionsRequest, ListSessionsResponse,
              DeleteSessionRequest, CloseSessionRequest, SetModeRequest, SetConfigOptionRequest,
              SetConfigOptionResponse, PromptRequest, PromptResponse, SteerRequest, SteerResponse,
              SearchRequest, SearchResponse, TasksRequest, TasksResponse, PermissionRequest,
              PermissionResponse, ReadTextFileRequest, ReadTextFileResponse, WriteTextFileRequest,
              CreateTerminalRequest, CreateTerminalResponse, TerminalRequest,
              TerminalOutputResponse, TerminalExit, ElicitationRequest, ElicitationResponse>(view);
  handle_update(view);
  return 0;
}
