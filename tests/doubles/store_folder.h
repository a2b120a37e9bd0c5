#pragma once
// A temporary folder as the store sees it.

#include <utility>

#include "session/store/files.h"
#include "session/store/folder.h"
#include "tests/doubles/temporary_folder.h"

namespace tine::test {

inline session::store::Folder store_folder(const TemporaryFolder& place) {
  using session::store::Folder;
  return std::move(*Folder::root(session::store::system_files(), place.path(), true));
}

}  // namespace tine::test
