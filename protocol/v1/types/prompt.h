#pragma once
// A turn: what is asked, how it ended, what it cost. Values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types/content.h"

namespace tine::v1 {

enum class StopReason : std::uint8_t {
  end_turn,
  max_tokens,
  max_turn_requests,
  refusal,
  cancelled
};
std::string_view name_of(StopReason reason);

/// Tokens of one turn, in disjoint parts: what was read from the cache or written to it is not in
/// `input`; `thought` lies inside `output`. A number that is missing is unknown, not zero.
struct Usage {
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> input;
  std::optional<std::uint64_t> output;
  std::optional<std::uint64_t> thought;
  std::optional<std::uint64_t> cached_read;
  std::optional<std::uint64_t> cached_write;
  std::string meta;

  /// The protocol asks for total, input and output: with one of them unknown nothing is sent.
  bool complete() const { return total && input && output; }
  bool operator==(const Usage&) const = default;
};

struct PromptRequest {
  std::string session_id;
  std::vector<ContentBlock> prompt;
  std::string meta;
};

struct PromptResponse {
  StopReason stop_reason = StopReason::end_turn;
  std::optional<Usage> usage;  ///< unstable; sent only when complete
  std::string meta;
};

/// _session/steering, an extension that some agents and clients have: words for the turn that runs.
struct SteerRequest {
  std::string session_id;
  std::vector<ContentBlock> prompt;
  /// Where they cannot be taken into a turn, the client sends them as a prompt: no turn is begun.
  bool only_into_turn = false;
  std::string meta;
};

struct SteerResponse {
  enum class Outcome : std::uint8_t { injected, started_new_turn, prompt_required };
  Outcome outcome = Outcome::injected;
  std::string reason;  ///< why a prompt is required; empty otherwise
  std::string meta;
};

struct Cost {
  double amount = 0;
  std::string currency;

  bool operator==(const Cost&) const = default;
};

/// What fills the model's context now, and what the session has cost so far.
struct ContextUsage {
  std::uint64_t used = 0;
  std::uint64_t size = 0;
  std::optional<Cost> cost;
  std::string meta;
};

}  // namespace tine::v1
