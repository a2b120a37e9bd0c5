#pragma once
// Which pieces have which words: lists of pieces by their words, in a file of SQLite beside the
// sessions. The index only says where to look; a hit is what the transcript says.
//
// Pieces are numbered as they come, and so many of them make a shard: its lists are short, a
// removal goes through them alone, and a search begins with the newest one.
//
// Plain objects on one thread, over a Database that outlives them; faults are told by that one.

#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/search/database.h"
#include "session/search/limits.h"
#include "session/search/texts.h"
#include "session/search/words.h"

namespace tine::session::search {

inline constexpr std::int64_t index_version = 1;

/// Makes the tables in an empty file.
void make_tables(Database& database);
/// Whether the file has been made by this version; an empty one has not.
bool has_tables(Database& database);

/// Gathers the words of pieces, and writes them to the newest shard.
class Gatherer {
 public:
  explicit Gatherer(Database& database) : database_(database) {}

  void add(std::int64_t session, std::int64_t folder, const Piece& piece);
  /// Whether it is time to write.
  bool is_full() const { return gathered_ >= limits::gathered; }
  /// Within a transaction.
  void write();

 private:
  struct Places {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::string steps;  ///< from one to the next
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Row {
    std::int64_t number;
    std::int64_t session;
    Place place;
    std::uint64_t turn;
  };

  void open_shard();
  void write_shard();
  void note(std::string_view term);

  Database& database_;
  bool opened_ = false;
  std::int64_t shard_ = 0;
  bool is_new_ = false;
  std::uint32_t pieces_ = 0;
  std::int64_t bytes_ = 0;
  std::string times_;  ///< of the pieces, in seconds, four bytes each
  std::size_t gathered_ = 0;
  std::unordered_map<std::string, Places, Hash, std::equal_to<>> places_;
  std::vector<Row> rows_;
};

/// Takes all that is known of these sessions out of the index, their words too. Within a
/// transaction.
void forget(Database& database, const std::vector<std::int64_t>& sessions);

/// The shards, the one with the newest piece first.
struct Shard {
  std::int64_t number = 0;
  std::int64_t newest = 0;  ///< in seconds
};
std::vector<Shard> shards(Database& database);

struct Candidate {
  std::int64_t number = 0;
  std::int64_t time = 0;  ///< in seconds
};
/// Finds pieces by their words.
class Lookup {
 public:
  explicit Lookup(Database& database);

  /// The pieces of the shard that may have all that is searched for, the newest first, none older
  /// than `since`. `folder`: of the project; 0: of all.
  std::vector<Candidate> candidates(const Shard& shard, const Query& query, std::int64_t folder,
                                    std::int64_t since);

 private:
  using Pieces = std::bitset<limits::shard_pieces>;

  void add(std::string_view term, bool is_beginning, Pieces& pieces);
  void keep(const Need& need, Pieces& pieces);

  Statement whole_;
  Statement beginning_;
  Statement times_;
  // Large, and used again and again.
  std::unique_ptr<Pieces> found_ = std::make_unique<Pieces>();
  std::unique_ptr<Pieces> whole_found_ = std::make_unique<Pieces>();
  std::unique_ptr<Pieces> parts_found_ = std::make_unique<Pieces>();
  std::unique_ptr<Pieces> part_found_ = std::make_unique<Pieces>();
};

}  // namespace tine::session::search
