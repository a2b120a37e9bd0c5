#pragma once
// Tells a plan that has no entries. ACP has a client replace the whole plan, and a backend that has
// just started may send an empty one: it would wipe the plan of the turns before. It says nothing
// that a person could use, so it is neither recorded nor sent.
//
// A plain function.

#include "base/json/view.h"
#include "protocol/v1/update.h"

namespace tine::session {

inline bool is_empty_plan(const v1::Update& update) {
  if (update.kind != v1::UpdateKind::plan) return false;
  const json::View entries = json::View(update.payload).find("entries");
  return !(entries.elements().begin() != nullptr);
}

}  // namespace tine::session
