#include "session/conclusion.h"

#include "session/record/conclusion.h"

namespace tine::session {
namespace {

constexpr const char* folder_name = "output";
constexpr const char* file_name = "conclusion.md";

/// Either all of it is in the file or nothing.
Result<void> keep(const store::Folder& session, const std::string& text) {
  auto folder = session.make(folder_name);
  if (!folder) return fail(std::move(folder.error()));
  return folder->replace(file_name, text, true);
}

void forget(const store::Folder& session) {
  if (const auto folder = session.open(folder_name)) {
    // What cannot be removed is written over when the session is concluded after all.
    [[maybe_unused]] const auto removed = folder->remove_file(file_name);
  }
}

}  // namespace

transport::Task<Result<std::string>> conclude(SessionService& service, std::string id,
                                              std::string summary) {
  const Library library = service.library();
  const auto open = service.find(id);
  if (!open) co_return fail(open.error());
  const std::shared_ptr<Record> record = (*open)->record();
  const auto entry = library.store.find(id);
  if (!entry) co_return fail(entry.error());
  const auto folder = library.store.open(*entry);
  if (!folder) co_return fail(folder.error());
  auto claimed = co_await record->claim("the session is concluded");
  if (!claimed) co_return fail(std::move(claimed.error()));
  if (is_concluded(record->state())) {
    record->release();
    co_return fail(concluded(id));
  }
  std::string text = library.redactor.redacted(summary);
  if (!text.ends_with('\n')) text += '\n';
  Result<void> done = keep(*folder, text);
  if (done) {
    record->add(
        record_type::conclusion,
        conclusion_data(record->history()->turns(), std::string(folder_name) + "/" + file_name));
    done = co_await record->write();
    if (!done) forget(*folder);
  }
  record->release();
  if (!done) co_return fail(std::move(done.error()));
  co_return library.store.path_of(*entry) + "/" + folder_name + "/" + file_name;
}

}  // namespace tine::session
