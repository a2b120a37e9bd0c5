#pragma once
// What the index says of all sessions, at a glance: for a question that a process asks once. The
// file is read and checked whole, but of a line only what tells its session from others and in
// which order it comes; those that are asked for are read again. The folders of the projects
// that it is about are compared with it by their names, as the Index does; the names of a folder
// that has not changed since somebody read them are not read again.
//
// A value, made on a worker's thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/store/folder.h"
#include "session/store/index.h"
#include "session/store/index_entry.h"
#include "session/store/index_file.h"
#include "session/store/known_names.h"
#include "transport/loop.h"

namespace tine::session::store {

class Glance {
 public:
  /// Of one project when `folder` is not empty, though it knows the names of all sessions. None:
  /// only the Index can tell, as its file is missing or damaged, or lacks a session or has one too
  /// many. `now_ms` is the time.
  static Result<std::optional<Glance>> take(const Folder& root, const std::string& folder,
                                            std::int64_t now_ms);
  explicit Glance(const Index& index);

  /// The first `count` of those that lists show, the last used first; only those behind `after` in
  /// that order when that has an id.
  struct Place {
    std::int64_t updated_ms = 0;
    std::string id;
  };
  std::vector<IndexEntry> page(const std::string& folder, const Place& after,
                               std::size_t count) const;
  /// How many a list of that project shows; empty: of all.
  std::size_t listed(const std::string& folder) const;
  /// Hidden ones too.
  std::optional<IndexEntry> find(std::string_view id) const;
  /// The beginning of an id, with which no other one's begins; at least so many letters.
  std::string short_id(const std::string& id, std::size_t letters) const;

 private:
  /// The 26 letters of an id as a number.
  struct Id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Id&) const = default;
  };
  struct Row {
    Id id;
    std::int64_t updated_ms = 0;
    std::uint32_t line = 0;  ///< where it begins
    std::uint32_t bytes = 0;
    std::uint32_t folder = 0;
    bool listed = false;
    bool gone = false;
  };
  using Rows = std::vector<Row>;
  /// What the folder of a project has.
  struct Tally {
    std::string project;
    IdTally ids;
  };

  Glance() = default;
  static Id number_of(std::string_view id);
  static std::string id_of(Id number);
  Result<bool> read_lines(std::shared_ptr<const OpenIndex> index);
  bool read(std::string_view line, std::size_t at);
  void settle();
  std::uint32_t number_of_folder(std::string_view name);
  std::optional<std::uint32_t> known_folder(const std::string& name) const;
  static Result<std::vector<Tally>> tally_folders(const Folder& root, const std::string& folder,
                                                  std::int64_t now_ms);
  bool agrees_with(const std::vector<Tally>& there, bool are_all) const;
  IndexEntry entry_of(const Row& row) const;
  static bool is_newer(const Row& a, const Row& b) {
    return a.updated_ms != b.updated_ms ? a.updated_ms > b.updated_ms : a.id > b.id;
  }

  // Where the lines of the rows are: in the file, or in this text.
  std::shared_ptr<const OpenIndex> index_;
  std::shared_ptr<const std::string> lines_;
  std::vector<std::string> folders_;
  Rows rows_;  // by their ids
};

class Store;

/// Of the sessions of a project; of all, when that is empty. From the Index where it must be.
/// `now_ms` is the time.
transport::Task<Result<std::shared_ptr<const Glance>>> glance(Store& store, std::string project,
                                                              std::int64_t now_ms);

}  // namespace tine::session::store
