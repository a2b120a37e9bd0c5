#pragma once
// All types of ACP version 1 that this program speaks, stable and (marked so) unstable.

#include "protocol/v1/types/capabilities.h"  // IWYU pragma: export
#include "protocol/v1/types/client_calls.h"  // IWYU pragma: export
#include "protocol/v1/types/content.h"       // IWYU pragma: export
#include "protocol/v1/types/initialize.h"    // IWYU pragma: export
#include "protocol/v1/types/options.h"       // IWYU pragma: export
#include "protocol/v1/types/prompt.h"        // IWYU pragma: export
#include "protocol/v1/types/session.h"       // IWYU pragma: export
#include "protocol/v1/types/tools.h"         // IWYU pragma: export
