// genex/sqlite (14 system §14.8): open, and what programs link that name it (Libraries.def).

#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Future.h"
#include "runtime/sql/Connection.h"
#include "runtime/sql/Sqlite.h"

namespace gene::sql {
namespace {

constexpr int BusyTimeout = 5000;

std::string_view codeName(int code) {
  constexpr std::pair<int, std::string_view> Names[] = {
      {SQLITE_BUSY, "SQLITE_BUSY"},           {SQLITE_LOCKED, "SQLITE_LOCKED"},
      {SQLITE_READONLY, "SQLITE_READONLY"},   {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
      {SQLITE_MISMATCH, "SQLITE_MISMATCH"},   {SQLITE_FULL, "SQLITE_FULL"},
      {SQLITE_IOERR, "SQLITE_IOERR"},         {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
      {SQLITE_NOTADB, "SQLITE_NOTADB"},       {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
      {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"}, {SQLITE_RANGE, "SQLITE_RANGE"},
      {SQLITE_TOOBIG, "SQLITE_TOOBIG"},       {SQLITE_NOMEM, "SQLITE_NOMEM"},
      {SQLITE_MISUSE, "SQLITE_MISUSE"}};
  for (const auto& [number, name] : Names)
    if (number == (code & 0xFF)) return name;
  return "SQLITE_ERROR";
}

class SqliteConnection : public Connection {
 public:
  SqliteConnection(Context& context, const Sqlite& library, bool isReadOnly)
      : Connection(context), database(library), isReadOnly_(isReadOnly) {}
  bool isOpen() const override { return database.isOpen(); }
  bool isInTransaction() const override { return database.isInTransaction(); }
  // Whoever begins may write: two that read first and write then would wait for each other.
  const char* beginning() const override { return isReadOnly_ ? "BEGIN" : "BEGIN IMMEDIATE"; }
  Lists lists() const override { return Lists::AsText; }
  void close() override { database.close(); }
  Value run(Context& context, std::shared_ptr<void> turn, std::string sql,
            std::vector<Cell> parameters, Shape shape) override;

  Database database;

 private:
  const bool isReadOnly_;
};

/// A statement, on another thread.
struct StatementJob {
  std::shared_ptr<void> turn;  // which holds the connection
  Database* database;
  std::string sql;
  std::vector<Cell> parameters;
  Shape shape;
  Table table = {};
  SqliteError error = {};
  void run() { error = database->run(sql, parameters, shape == Shape::Nothing ? nullptr : &table); }
  Value result(Context& context) const {
    return error ? raiseSql(context, error.text, codeName(error.code))
                 : valueOf(context, table, shape);
  }
};

Value SqliteConnection::run(Context& context, std::shared_ptr<void> turn, std::string sql,
                            std::vector<Cell> parameters, Shape shape) {
  auto* future =
      as<FutureObject>(inBackground(context, StatementJob{.turn = std::move(turn),
                                                          .database = &database,
                                                          .sql = std::move(sql),
                                                          .parameters = std::move(parameters),
                                                          .shape = shape}));
  return waitForFuture(context, future, -1) ? futureOutcome(context, future) : Value::pending();
}

/// Does the sandbox allow the database? One in memory it does; what begins with file: may mean any file.
bool mayOpen(Context& context, const std::string& path, bool isReadOnly) {
  if (!sandbox::isOn() || path == ":memory:") return true;
  if (path.empty() || path.starts_with("file:")) {
    raiseRefused(context, Permission::Never, path);
    return false;
  }
  return mayUse(context, Permission::Read, path) &&
         (isReadOnly || mayUse(context, Permission::Write, path));
}

Value open(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "sqlite/open", PathUse::Unseen, &path))
    return Value::pending();
  const Value given = keywordArgument(args, "busy_timeout_ms");
  if (!given.isNil() && !(isInt(given) && asInt(given) >= 0 && asInt(given) <= INT32_MAX))
    return raiseArgument(context,
                         "sqlite/open requires ^busy_timeout_ms to be an Int of at least 0");
  const int busyTimeout = given.isNil() ? BusyTimeout : static_cast<int>(asInt(given));
  const bool isReadOnly = keywordArgument(args, "readonly").isTruthy();
  if (!mayOpen(context, path, isReadOnly)) return Value::pending();
  std::string failure;
  const Sqlite* library = openSqlite(&failure);
  if (!library)
    return raise(context, ErrorClass::Exception, "genex/sqlite needs SQLite: " + failure);
  const auto connection = std::make_shared<SqliteConnection>(context, *library, isReadOnly);
  if (const SqliteError error = connection->database.open(path, isReadOnly, busyTimeout))
    return raise(context, ErrorClass::IO, "Failed to open database '" + path + "': " + error.text);
  auto* cls =
      as<ClassObject>(namespaceGet(namespaceAt(context, "genex/sqlite"), Symbol::of("Connection")));
  InstanceObject* instance =
      newResourceInstance(context, cls, std::make_unique<ConnectionResource>(connection));
  setField(context, instance, Symbol::of("path"), args[0]);
  return Value::object(instance);
}

/// A number of the connection, when no statement is running.
template <int64_t (Database::*number)() const>
Value numberOf(Context& context, Arguments args) {
  const auto connection = connectionOf(context, args);
  const std::shared_ptr<void> turn = connection ? connection->takeTurn(context) : nullptr;
  if (!turn) return Value::pending();
  return newInt(context, (static_cast<SqliteConnection&>(*connection).database.*number)());
}

constexpr BuiltinRow functions[] = {
    {"open", open, "path ^readonly ^busy_timeout_ms -> Instance", "Rrwac-",
     "opens a database, \":memory:\" for one in memory: a Connection. `^readonly true`; "
     "`^busy_timeout_ms` waits for other programs, 5,000",
     Missing{"sqlite/open requires a string path"}},
};
constexpr BuiltinRow methods[] = {
    {"changes", numberOf<&Database::changes>, "-> Int", "Rrwac",
     "how many rows the last INSERT, UPDATE or DELETE has changed"},
    {"last_id", numberOf<&Database::lastId>, "-> Int", "Rrwac",
     "the rowid of the last row that was inserted"},
};

}  // namespace
}  // namespace gene::sql

namespace gene {

#define SQLITE_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
BUILTIN_TABLE(sqliteTable, "genex/sqlite", Functions, sql::functions)
BUILTIN_TABLE(sqliteConnectionTable, "genex/sqlite/Connection", Methods, sql::ConnectionRows)
BUILTIN_TABLE(sqliteMoreTable, "genex/sqlite/Connection", Methods, sql::methods)

GENE_LIBRARY(sqlite) {
  static constexpr const BuiltinTable* tables[] = {
#define SQLITE_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  setResourceLayout(defineClass(context, "genex/sqlite/Connection"), {"path"});
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
