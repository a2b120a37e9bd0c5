#pragma once
// What a terminal answers when a program asks what it is and how it stands. A question that is not
// known is not answered: programs that ask do without.
//
// Pure functions.

#include <string>
#include <string_view>

#include "transport/terminal/screen.h"
#include "transport/terminal/sequence_parser.h"

namespace tine::transport {

/// DSR 5 and 6, DA1, DA2, XTVERSION, DECRQM, the flags of kitty's keyboard, the size in characters;
/// empty: it asks nothing, or nothing that is known.
std::string reply_to_csi(const Sequence& sequence, const Screen& screen);

/// The colours of text (OSC 10) and background (OSC 11): light on dark.
std::string reply_to_osc(std::string_view text);

}  // namespace tine::transport
