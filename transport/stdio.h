#pragma once
// Takes stdin and stdout for the protocol and leaves nothing behind by which others could disturb
// it: after claim_stdio() descriptor 1 is stderr, so no library can write into the protocol, and
// descriptor 0 is /dev/null. Pipes and terminals are opened anew, so that O_NONBLOCK is never seen
// by those who share them.

#include "base/result.h"
#include "transport/fd.h"

namespace tine::transport {

struct Stdio {
  Fd in;
  Fd out;
};

/// Opens /dev/null on each of descriptors 0 to 2 that is closed: a descriptor that the program
/// opens must never land there. First thing in main.
void fill_standard_descriptors();

/// Fills the standard descriptors first, should nobody have done so.
Result<Stdio> claim_stdio();

}  // namespace tine::transport
