#pragma once
// Private keys in armour (PEM, OpenSSH, PGP), whole or cut short, indented, quoted, in a diff or
// with line numbers before them.

#include <cstddef>
#include <string_view>

#include "base/redact/layer.h"
#include "base/redact/match.h"

namespace tine::redact {

/// Whether match_key_block may find one; says no to most dashes at a glance.
bool may_be_key_block(std::string_view text, std::size_t dashes);

/// The block whose first line begins with the dashes at `dashes`. A header without a key after it,
/// as programs and manuals have it, is none.
Match match_key_block(Reach& reach, std::size_t dashes);

}  // namespace tine::redact
