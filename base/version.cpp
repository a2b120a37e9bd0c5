#include "base/version.h"

#include "tine_stamp.h"

namespace tine {

std::string_view version() { return TINE_VERSION; }

std::string_view commit() { return TINE_COMMIT; }

}  // namespace tine
