#pragma once
// A database of SQLite: statements that are kept prepared, run on threads of libuv's pool, one at a time. The library is opened
// when the first database is (runtime/system/SharedLibrary.h).

#include <sqlite3.h>

#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/sql/Cells.h"

namespace gene::sql {

struct Sqlite {
#define FUNCTION_OF_SQLITE(name) decltype(&::sqlite3_##name) name = nullptr;
#include "runtime/sql/Sqlite.def"
};

/// Null, and why in *failure, where SQLite is not installed.
const Sqlite* openSqlite(std::string* failure);

/// Why a statement failed.
struct SqliteError {
  int code = SQLITE_OK;
  std::string text;
  explicit operator bool() const { return code != SQLITE_OK; }
};

class Database {
 public:
  explicit Database(const Sqlite& library) : sqlite_(library) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { close(); }

  SqliteError open(const std::string& path, bool isReadOnly, int busyTimeout);
  void close();
  [[nodiscard]] bool isOpen() const { return handle_ != nullptr; }
  /// Runs the statement: several, when there are no parameters and no table is wanted. On any thread.
  SqliteError run(const std::string& sql, const std::vector<Cell>& parameters, Table* table);
  [[nodiscard]] bool isInTransaction() const { return !sqlite_.get_autocommit(handle_); }
  [[nodiscard]] int64_t changes() const { return sqlite_.changes(handle_); }
  [[nodiscard]] int64_t lastId() const { return sqlite_.last_insert_rowid(handle_); }

 private:
  using Statement = sqlite3_stmt;
  struct Known {
    std::string sql;
    Statement* statement;
  };
  SqliteError failure(int code) const;
  SqliteError prepare(const std::string& sql, Statement** statement);
  SqliteError runAll(const std::string& sql);
  SqliteError bind(Statement* statement, const std::vector<Cell>& parameters) const;
  int bindOne(Statement* statement, int number, const Cell& cell) const;
  SqliteError stepThrough(Statement* statement, Table* table) const;
  Cell cellAt(Statement* statement, int column) const;

  const Sqlite& sqlite_;
  sqlite3* handle_ = nullptr;
  std::mutex running_;
  std::list<Known> known_;  // prepared statements, the one used last first
  std::unordered_map<std::string_view, std::list<Known>::iterator> bySql_;
};

}  // namespace gene::sql
