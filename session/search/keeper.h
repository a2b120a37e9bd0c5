#pragma once
// Keeps the index of the words as the transcripts are: made anew when it is missing or damaged,
// brought up to date with what has changed. One process at a time does so, under a lock of its own;
// nobody else waits for it, and no turn knows of it.
//
//     ROOT/search.db            the index
//     ROOT/search.lock          held while it is brought up to date
//     ROOT/search.db.damaged    the last one that was found damaged
//
// What has changed is read from the end of the store's own index, from where that was read last;
// only transcripts of sessions that are named there are looked at, and those of the sessions that
// were used last.
//
// An object on one worker's thread; it may take minutes.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/search/database.h"
#include "session/search/texts.h"
#include "session/search/word_index.h"
#include "session/store/folder.h"
#include "session/store/index_entry.h"
#include "session/store/index_file.h"

namespace tine::session::search {

inline constexpr const char* database_name = "search.db";
inline constexpr const char* damaged_name = "search.db.damaged";
inline constexpr const char* lock_name = "search.lock";

/// Told and asked from two threads.
struct Progress {
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> sessions = 0;  ///< that are to be read
  std::atomic<std::size_t> read = 0;
};

class Keeper {
 public:
  /// `path`: of the root.
  Keeper(std::shared_ptr<const store::Folder> root, std::string path,
         std::shared_ptr<Progress> progress)
      : root_(std::move(root)), path_(std::move(path)), progress_(std::move(progress)) {}

  /// What a turn that runs has said so far.
  struct Live {
    store::IndexEntry session;
    std::int64_t number = 0;  ///< of the session in the index
    std::vector<Piece> pieces;
  };
  struct Report {
    std::vector<std::string> notices;  ///< what a person should know
    std::vector<Live> live;
  };
  /// Opens the index, made anew if need be, and brings it up to date. `folder`: of the project of
  /// which the sessions used last are looked at; empty: of all. What keeps it from that is a notice
  /// as long as there is an index to search.
  Result<Report> bring_up_to_date(const std::string& folder);
  enum class Task : std::uint8_t {
    tidy,     ///< take out what was deleted
    refresh,  ///< … and take in what was said
  };
  /// Does that with an index that is there.
  Result<void> keep(Task task);
  static bool has_index(const store::Folder& root);

  /// Where that was found damaged while it was searched, sets it aside, so that the next one is
  /// made anew; gives what to say of it. None: it is not damaged, or another process is at it.
  std::optional<std::string> set_damaged_aside();

  /// After either.
  Database& database() { return *database_; }

 private:
  Result<bool> lock();
  Result<void> open();
  void put_aside(bool kept);
  std::string notice_of_damage() const;
  Result<void> update(const std::string& folder, Report& report);
  Result<void> take_changes(std::vector<store::IndexEntry>& changes);
  Result<std::vector<store::IndexEntry>> entries_since();
  void add_lately_used(const std::string& folder, std::vector<store::IndexEntry>& changes);
  void read_session(const store::IndexEntry& entry, Gatherer& gatherer, Report& report);
  std::int64_t number_of_folder(const std::string& name);
  void begin();
  void write(Gatherer& gatherer);
  Failure fault() const;

  std::shared_ptr<const store::Folder> root_;
  std::string path_;
  std::shared_ptr<Progress> progress_;
  std::optional<store::File> lock_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Database::Transaction> transaction_;
  bool reads_ = true;               // what was said, too
  std::string source_name_;         // of the store's index
  std::int64_t source_offset_ = 0;  // up to which that was read
  bool source_is_new_ = false;      // all of it was read
};

}  // namespace tine::session::search
