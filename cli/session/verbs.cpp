#include "cli/session/verbs.h"

#include "cli/exit_code.h"

namespace tine::cli {

transport::Task<int> session_verb(World& world, const Arguments& arguments,
                                  transport::CancelSource shutdown) {
  switch (arguments.session.verb) {
    case SessionVerb::list:
      return list_sessions(world, arguments, std::move(shutdown));
    case SessionVerb::show:
      return show_session(world, arguments);
    case SessionVerb::verify:
      return verify_sessions(world, arguments, std::move(shutdown));
    case SessionVerb::export_history:
      return export_session(world, arguments, std::move(shutdown));
    case SessionVerb::clean:
      return clean_sessions(world, arguments, std::move(shutdown));
    case SessionVerb::seed:
      return seed_session(world, arguments);
    case SessionVerb::remove:
      return delete_session(world, arguments);
    case SessionVerb::none:
      break;
  }
  return [](int code) -> transport::Task<int> { co_return code; }(exit_code::usage);
}

}  // namespace tine::cli
