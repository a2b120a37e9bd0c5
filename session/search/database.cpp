#include "session/search/database.h"

#include <sqlite3.h>

#include <utility>

#include "session/search/limits.h"

namespace tine::session::search {
namespace {

Database::Fault::Kind kind_of(int code) {
  using Kind = Database::Fault::Kind;
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // a table that is not as it was made
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
      return Kind::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::busy;
    case SQLITE_FULL:
      return Kind::full;
    default:
      return Kind::other;
  }
}

}  // namespace

Database::Database(const std::string& path) {
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, nullptr);
  if (opened != SQLITE_OK) {
    const char* const why = handle_ == nullptr ? sqlite3_errstr(opened) : sqlite3_errmsg(handle_);
    fault_ = Fault{.kind = kind_of(opened), .message = why};
    return;
  }
  sqlite3_busy_timeout(handle_, static_cast<int>(limits::busy.count()));
  // What is removed is overwritten, also where it stays in the file. Nobody reads what a
  // transaction has not put there yet, so that readers wait for its end alone.
  run("PRAGMA secure_delete = ON; PRAGMA cache_spill = OFF; PRAGMA trusted_schema = OFF;"
      "PRAGMA temp_store = MEMORY;");
}

Database::~Database() { sqlite3_close(handle_); }

void Database::check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE || fault_) return;
  fault_ = Fault{.kind = kind_of(code), .message = sqlite3_errmsg(handle_)};
}

void Database::run(const char* sql) {
  if (fault_) return;
  check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (!fault_)
    check(
        sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  return {*this, statement};
}

std::int64_t Database::number(std::string_view sql, std::int64_t otherwise) {
  Statement statement = prepare(sql);
  return statement.step() ? statement.number(0) : otherwise;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

void Database::keep_pages(std::size_t bytes) {
  run(("PRAGMA cache_size = -" + std::to_string(bytes / 1024)).c_str());
}

Database::Transaction::Transaction(Database& database) : database_(database) {
  database_.keep_pages(limits::pages_of_transaction);
  database_.run("BEGIN IMMEDIATE");
  open_ = !database_.fault();
}

Database::Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  database_.keep_pages(limits::pages);
}

bool Database::Transaction::commit() {
  database_.run("COMMIT");
  if (database_.fault()) return false;
  open_ = false;
  return true;
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int place, std::int64_t value) {
  if (handle_ != nullptr) database_.check(sqlite3_bind_int64(handle_, place, value));
  return *this;
}

Statement& Statement::bind(int place, std::string_view text) {
  // Null stands for a text that begins nowhere.
  const char* const begin = text.data() == nullptr ? "" : text.data();
  if (handle_ != nullptr) {
    database_.check(
        sqlite3_bind_text(handle_, place, begin, static_cast<int>(text.size()), nullptr));
  }
  return *this;
}

Statement& Statement::bind_bytes(int place, std::string_view bytes) {
  const char* const begin = bytes.data() == nullptr ? "" : bytes.data();
  if (handle_ != nullptr) {
    database_.check(
        sqlite3_bind_blob(handle_, place, begin, static_cast<int>(bytes.size()), nullptr));
  }
  return *this;
}

bool Statement::step() {
  if (handle_ == nullptr || database_.fault_) return false;
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  database_.check(code);
  reset();
  return false;
}

void Statement::run() {
  while (step()) continue;
}

void Statement::reset() {
  if (handle_ != nullptr) sqlite3_reset(handle_);
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::bytes(int column) const {
  const void* const begin = sqlite3_column_blob(handle_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return {static_cast<const char*>(begin), size};
}

}  // namespace tine::session::search
