#pragma once
// Private keys in armour (PEM, OpenSSH, PGP), whole or cut short, indented, quoted, in a diff or
// with line numbers before them.

#include <cstddef>

#include "base/redact/layer.h"
#include "base/redact/match.h"

namespace tine::redact {

/// The block whose first line begins with the dashes at `dashes`. A header without a key after it,
/// as programs and manuals have it, is none.
Match match_key_block(Reach& reach, std::size_t dashes);

}  // namespace tine::redact
