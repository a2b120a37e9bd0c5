#pragma once
// `tine session …`: looking after the sessions in the store. The verbs work on the store itself, so
// they need no backend and no server.
//
// Each gives the exit code, prints to stdout what was asked for, and ends early when `shutdown`
// fires.

#include "cli/arguments.h"
#include "cli/world.h"

namespace tine::cli {

transport::Task<int> session_verb(World& world, const Arguments& arguments,
                                  transport::CancelSource shutdown);

/// A line a session, the last used first; as a tree; as a JSON array.
transport::Task<int> list_sessions(World& world, const Arguments& arguments,
                                   transport::CancelSource shutdown);
transport::Task<int> show_session(World& world, const Arguments& arguments);
/// Failed when anything is damaged.
transport::Task<int> verify_sessions(World& world, const Arguments& arguments,
                                     transport::CancelSource shutdown);
transport::Task<int> export_session(World& world, const Arguments& arguments,
                                    transport::CancelSource shutdown);
transport::Task<int> clean_sessions(World& world, const Arguments& arguments,
                                    transport::CancelSource shutdown);
transport::Task<int> seed_session(World& world, const Arguments& arguments);
transport::Task<int> delete_session(World& world, const Arguments& arguments);

}  // namespace tine::cli
