// `tine session rename`.

#include <memory>

#include "cli/exit_code.h"
#include "cli/verbs/session/verbs.h"

namespace tine::cli {
namespace {

struct RenameAsked {
  std::string id;
  std::string title;
};

transport::Task<int> rename_session(World& world, RenameAsked asked) {
  const auto entry = co_await world.store.find_prefix(asked.id);
  if (!entry) co_return failed(entry.error());
  const auto renamed = co_await world.service.rename(entry->id, asked.title);
  co_return renamed ? exit_code::good : failed(renamed.error());
}

}  // namespace

const Verb session_rename_verb{
    .name = "rename",
    .help = "Give a session another title",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<RenameAsked>();
      options.argument("id", asked->id, "ID", Options::session)
          .argument("title", asked->title, "TITLE", "The title; at most 80 bytes of it are kept");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource /*shutdown*/) {
          return rename_session(world, *asked);
        });
      };
    },
    .examples = "Example:\n  tine session rename 01JH4Q \"The parser, rewritten\""};

}  // namespace tine::cli
