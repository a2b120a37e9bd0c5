#pragma once
// Knows what some clients can do that the protocol has no way to announce, by the name in their
// clientInfo. A client without a name, or with an unknown one, is taken to be unable to do it.
//
// Plain functions.

#include <optional>
#include <string_view>

#include "protocol/v1/types/capabilities.h"

namespace tine::v1 {

/// Whether a person sees the name of every option of a permission question, and chooses by it.
bool shows_option_names(const std::optional<Implementation>& client);

/// Whether it overlooks `messageId`, so that separate messages of a turn read as one.
bool joins_messages(const std::optional<Implementation>& client);

/// Says, in the client's own words, how a person opens another session there. Part of a sentence
/// that begins "To open it, "; of an unknown client it says what most of them have.
std::string_view way_to_open(const std::optional<Implementation>& client);

}  // namespace tine::v1
