#pragma once
// Searches the transcripts of all sessions, for the command line and for clients. Everything that
// can take long happens on a thread beside the loop; what is shown is redacted once more, with the
// secrets that are known now.
//
// Lives on the loop's thread, which outlives it, as do the store, the redactor and the log. Its
// thread is made with the first search, and its end waits for what that is doing.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "session/search/find.h"
#include "session/store/store.h"
#include "transport/cancel.h"
#include "transport/loop.h"
#include "transport/worker.h"

namespace tine::session::search {

struct Hit {
  std::string session;
  std::string title;
  std::string backend;
  std::string project;
  Who who = Who::prompt;
  std::uint64_t turn = 0;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  std::vector<Part> excerpt;
};

struct Answer {
  std::vector<Hit> hits;
  bool more = false;
  std::vector<std::string> notices;
};

class Searcher {
 public:
  Searcher(transport::Loop& loop, store::Store& store, Redactor& redactor, Log& log)
      : loop_(loop), store_(store), redactor_(redactor), log_(log), worker_(loop) {}
  ~Searcher();
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;

  /// `cancelled` when that comes first; what has been read by then stays in the index. `progress`:
  /// told how far the index is; null: nobody wants to know.
  transport::Task<Result<Answer>> search(Wish wish, transport::CancelSource cancel,
                                         std::shared_ptr<Progress> progress = nullptr);
  /// Where there is an index, takes out what was deleted.
  transport::Task<Result<void>> tidy();
  /// … and brings it up to date, some time from now. The loop does not stay for that.
  void refresh_soon();

 private:
  struct Place {
    std::shared_ptr<const store::Folder> root;
    std::string path;
  };
  Result<Place> place();
  std::shared_ptr<Progress> begin(std::shared_ptr<Progress> progress);
  transport::Task<Result<void>> keep(Keeper::Task task);
  static transport::Task<void> refresh_later(Searcher& searcher, std::weak_ptr<bool> alive);

  transport::Loop& loop_;
  store::Store& store_;
  Redactor& redactor_;
  Log& log_;
  std::vector<std::weak_ptr<Progress>> begun_;
  std::shared_ptr<bool> refreshes_ = std::make_shared<bool>(false);  // soon; gone when it is
  transport::Worker worker_;
};

/// Since when to search, as a person says it: 30m, 12h, 7d, 2w, or a day or time like 2026-01-31 or
/// 2026-01-31T12:00:00.000Z; a day begins here at midnight.
Result<std::int64_t> since_ms(std::string_view when, std::int64_t now_ms);

}  // namespace tine::session::search
