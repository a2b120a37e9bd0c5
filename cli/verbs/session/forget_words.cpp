#include "cli/verbs/session/forget_words.h"

#include "cli/print.h"
#include "session/search/search.h"

namespace tine::cli {

transport::Task<void> forget_words(World& world) {
  session::search::Searcher searcher(world.loop, world.store, world.redactor, world.log);
  const auto done = co_await searcher.tidy();
  if (done) co_return;
  print_to_stderr("What was removed is still in the search index (" + done.error().message +
                  "); the next search takes it out.\n");
}

}  // namespace tine::cli
