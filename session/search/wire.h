#pragma once
// The answer of a search as clients and programs are told it. A plain function.

#include "protocol/v1/search.h"
#include "session/search/search.h"

namespace tine::session::search {

v1::SearchResponse on_the_wire(const Answer& answer);

}  // namespace tine::session::search
