// genex/postgres (14 system §14.8): open, and what programs link that name it (Libraries.def).

#include "runtime/builtins/Io.h"
#include "runtime/sql/Postgres.h"

namespace gene::sql {

ClassObject* postgresClass(Context& context, const char* name) {
  return as<ClassObject>(namespaceGet(namespaceAt(context, "genex/postgres"), Symbol::of(name)));
}

bool timeOption(Context& context, Arguments args, int64_t* milliseconds) {
  const Value given = keywordArgument(args, "timeout_ms");
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= 0 && asInt(given) <= INT32_MAX) {
    *milliseconds = asInt(given);
    return true;
  }
  raiseArgument(context, "^timeout_ms requires an Int of at least 0");
  return false;
}

const Libpq* libraryOf(Context& context) {
  // A connection string may name any hosts, files and variables.
  for (const Permission all : {Permission::Net, Permission::Read, Permission::Env})
    if (!sandbox::grantsAll(all)) {
      raiseRefused(context, all, "postgres");
      return nullptr;
    }
  std::string failure;
  const Libpq* library = openLibpq(&failure);
  if (!library) raise(context, ErrorClass::Exception, "genex/postgres needs libpq: " + failure);
  return library;
}

namespace {

Value open(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "postgres/open requires a connection string");
  int64_t timeout = 30'000;
  if (!timeOption(context, args, &timeout)) return Value::pending();
  const Libpq* library = libraryOf(context);
  if (!library) return Value::pending();
  const auto connection = std::make_shared<PostgresConnection>(context, *library);
  if (!connection->open(context, std::string(stringView(args[0])), timeout))
    return Value::pending();
  return Value::object(newResourceInstance(context, postgresClass(context, "Connection"),
                                           std::make_unique<ConnectionResource>(connection)));
}

std::shared_ptr<PostgresConnection> self(Context& context, Arguments args) {
  return std::static_pointer_cast<PostgresConnection>(connectionOf(context, args));
}

Value changes(Context& context, Arguments args) {
  const auto connection = self(context, args);
  return connection ? newInt(context, connection->changes) : Value::pending();
}

Value nextNotification(Context& context, Arguments args) {
  int64_t timeout = -1;
  const auto connection = self(context, args);
  if (!connection || !timeOption(context, args, &timeout)) return Value::pending();
  const std::shared_ptr<void> turn = connection->takeTurn(context);
  return turn ? connection->nextNotification(context, timeout) : Value::pending();
}

constexpr BuiltinRow functions[] = {
    {"open", open, "conninfo ^timeout_ms -> Instance", "RrwacNFE",
     "connects to a server, \"host=… dbname=…\" or \"postgresql://…\": a Connection",
     Missing{"postgres/open requires a connection string"}},
};
constexpr BuiltinRow methods[] = {
    {"changes", changes, "-> Int", "Rrwa", "how many rows the last statement has changed"},
    {"next_notification", nextNotification, "^timeout_ms -> Map|Nil", "Rrwac",
     "waits for a NOTIFY on a channel of a LISTEN: `channel`, `payload`, `pid`; nil after "
     "`^timeout_ms`"},
};

}  // namespace
}  // namespace gene::sql

namespace gene {

#define POSTGRES_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
BUILTIN_TABLE(postgresTable, "genex/postgres", Functions, sql::functions)
BUILTIN_TABLE(postgresConnectionTable, "genex/postgres/Connection", Methods, sql::ConnectionRows)
BUILTIN_TABLE(postgresMoreTable, "genex/postgres/Connection", Methods, sql::methods)

GENE_LIBRARY(postgres) {
  static constexpr const BuiltinTable* tables[] = {
#define POSTGRES_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  setResourceLayout(defineClass(context, "genex/postgres/Connection"));
  setResourceLayout(defineClass(context, "genex/postgres/Pool"));
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
