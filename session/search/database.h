#pragma once
// SQLite, as far as the index needs it. The one place that includes its header.
//
// A fault stays: whatever is done after it does nothing, and fault() tells of it, so that only the
// end of a piece of work has to look. Owned and used on one thread; statements go before their
// database.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tine::session::search {

class Statement;

class Database {
 public:
  struct Fault {
    enum class Kind : std::uint8_t {
      damaged,  ///< it is no index of ours any more
      busy,     ///< another process holds it
      full,     ///< the disk
      other
    };
    Kind kind = Kind::other;
    std::string message;
  };

  /// The file is there, and nothing on the way is a link. One that cannot be written to is read.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::optional<Fault>& fault() const { return fault_; }
  /// Several statements without values.
  void run(const char* sql);
  Statement prepare(std::string_view sql);
  /// A single number; `otherwise` where there is none.
  std::int64_t number(std::string_view sql, std::int64_t otherwise = 0);
  std::int64_t last_row() const;
  /// Limits the memory for cached pages.
  void keep_pages(std::size_t bytes);

  /// Undone when it goes before commit().
  class Transaction {
   public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    /// False: there was a fault, and nothing is changed.
    bool commit();

   private:
    Database& database_;
    bool open_ = true;
  };

 private:
  friend class Statement;
  void check(int code);

  sqlite3* handle_ = nullptr;
  std::optional<Fault> fault_;
};

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  /// The values of ?1, ?2, … for the next run. Texts stay with the caller until then.
  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, std::string_view text);
  Statement& bind_bytes(int place, std::string_view bytes);
  /// True: there is a row, whose values are valid until the next call. False: no more; the
  /// statement can be used again.
  bool step();
  /// Runs to the end.
  void run();
  /// Ends early, so that it can be used again.
  void reset();
  std::int64_t number(int column) const;
  std::string_view bytes(int column) const;
  std::string text(int column) const { return std::string(bytes(column)); }

 private:
  friend class Database;
  Statement(Database& database, sqlite3_stmt* handle) : database_(database), handle_(handle) {}

  Database& database_;
  sqlite3_stmt* handle_;
};

}  // namespace tine::session::search
