#pragma once
// The requirements of the protocol, and ours beyond it: conformance/requirements.toml.
//
// Values; no threads.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tine::conformance {

enum class Level : std::uint8_t {
  must,
  should,
  told  ///< reported, and never judged
};

/// How much hangs on it, in the words of the official kit.
enum class Tier : std::uint8_t {
  mandatory,
  capability,    ///< a MUST about what an agent need not have
  advisory,      ///< a SHOULD
  informational  ///< reported, and never judged
};

struct Requirement {
  std::string id;
  Level level = Level::must;
  Tier tier = Tier::mandatory;
  bool forbids = false;  ///< MUST NOT, SHOULD NOT
  std::string page;      ///< of the protocol, below docs/protocol/v1; empty: ours
  std::string says;
  bool is_watched = false;       ///< judged by every message of every scenario
  std::string untested;          ///< why no scenario tests it
  std::vector<std::string> kit;  ///< the official kit's ids for the same
};

struct Requirements {
  std::string revision;  ///< of the protocol's repository
  std::vector<Requirement> all;

  const Requirement* find(std::string_view id) const;
};

/// "MUST NOT"
std::string_view word_for(const Requirement& requirement);

/// "MANDATORY"
std::string_view name_of(Tier tier);

/// Where to read it: the address of its page; empty for ours.
std::string address_of(const Requirement& requirement);

Result<Requirements> read_requirements(std::string_view text, const std::string& file);

}  // namespace tine::conformance
