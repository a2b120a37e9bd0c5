#pragma once
// What the index says of a session, and the lines in which it says it.
//
// Values and plain functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tine::session::store {

struct IndexEntry {
  std::string id;
  std::string folder;  ///< of the project
  std::string title;
  std::string parent;
  std::int64_t updated_ms = 0;
  bool deleted = false;
  bool prompted = true;
  bool gone = false;  ///< its files were removed

  bool operator==(const IndexEntry&) const = default;
};

/// Whether lists show it.
inline bool is_listed(const IndexEntry& entry) { return entry.prompted && !entry.deleted; }

/// How the line of a session begins whose id begins with what follows.
inline constexpr std::string_view index_line_begin = R"({"id":")";

/// A line with its checksum and newline.
std::string index_line(const IndexEntry& entry);
/// None: the line is damaged.
std::optional<IndexEntry> read_index_line(std::string_view line);

/// The first line of an index.
struct IndexHeader {
  std::string name;    ///< another for each file that was ever written
  bool whole = false;  ///< false: the sessions that were there before it are still to be added
};
std::string index_header_line(const IndexHeader& header);
std::optional<IndexHeader> read_index_header(std::string_view line);

}  // namespace tine::session::store
