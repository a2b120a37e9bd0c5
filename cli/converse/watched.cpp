#include "cli/converse/watched.h"

#include "session/record/archive.h"

namespace tine::cli {

transport::Task<Result<Watched>> Watched::open(World& world, std::string id) {
  const auto entry = co_await world.store.find_prefix(std::move(id));
  if (!entry) co_return fail(entry.error());
  auto folder = world.store.open(*entry);
  if (!folder) co_return fail(std::move(folder.error()));
  session::Archive archive(world.loop, world.log, world.store);
  auto account = co_await archive.load(*entry);
  if (!account) co_return fail(std::move(account.error()));
  co_return Watched(std::make_shared<session::Record>(world.service.library(), std::move(*account)),
                    std::make_shared<session::store::Folder>(std::move(*folder)));
}

transport::Task<Result<void>> Watched::look() {
  const auto looked = co_await record_->look();
  if (!looked) co_return fail(looked.error());
  co_return Result<void>();
}

}  // namespace tine::cli
