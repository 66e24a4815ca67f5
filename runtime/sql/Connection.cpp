#include "runtime/sql/Connection.h"

#include "runtime/async/Futures.h"
#include "runtime/object/Function.h"

namespace gene::sql {

const char ConnectionResource::Type = 0;

ConnectionResource::~ConnectionResource() {
  if (connection) connection->kept.reset();
}

std::shared_ptr<void> Connection::takeTurn(Context& context) {
  std::shared_ptr<void> turn;
  if (isOpen()) {
    if (!turns.take()) return nullptr;
    turn = {this, [own = shared_from_this()](void*) { own->turns.giveBack(); }};
  }
  if (isOpen()) return turn;
  raise(context, ErrorClass::Exception, "Connection is closed");
  return nullptr;
}

std::shared_ptr<Connection> connectionOf(Context& context, Arguments args) {
  const auto* found = resourceAs<ConnectionResource>(context, args[0]);
  if (found && found->connection) return found->connection;
  raise(context, ErrorClass::Exception, "Connection is closed");
  return nullptr;
}

Value raiseSql(Context& context, std::string_view text, std::string_view code) {
  return raiseValue(context, codedException(context, ErrorClass::Exception,
                                            "SQL execution failed: " + std::string(text), code));
}

namespace {

/// Runs a statement in the turn of the caller, which may have it already.
Value run(Context& context, Connection& connection, std::string sql, std::vector<Cell> parameters,
          Shape shape) {
  std::shared_ptr<void> turn = connection.takeTurn(context);
  if (!turn) return Value::pending();
  return connection.run(context, std::move(turn), std::move(sql), std::move(parameters), shape);
}

Value runArguments(Context& context, Arguments args, const char* method, Shape shape) {
  const auto connection = connectionOf(context, args);
  if (!connection) return Value::pending();
  return runStatement(context, *connection, args, method, shape);
}

/// Without a result; false with an exception.
bool say(Context& context, Connection& connection, std::string sql) {
  return !run(context, connection, std::move(sql), {}, Shape::Nothing).isPending();
}

/// Takes back what a transaction did, to a savepoint if it has one. Its exception, which is pending, stays.
void takeBack(Context& context, Connection& connection, const std::string& savepoint) {
  const Value exception = takeException(context);
  if (connection.isOpen() && connection.isInTransaction()) {
    const bool isDone = savepoint.empty() ? say(context, connection, "ROLLBACK")
                                          : say(context, connection, "ROLLBACK TO " + savepoint) &&
                                                say(context, connection, "RELEASE " + savepoint);
    if (!isDone) takeException(context);
  }
  context.exception = exception;
}

}  // namespace

Value runStatement(Context& context, Connection& connection, Arguments args, const char* method,
                   Shape shape) {
  if (!isString(args[1]))
    return raiseType(context, std::string(method) + " requires SQL as a String");
  return run(context, connection, std::string(stringView(args[1])),
             cellsOf(context, args, 2, connection.lists()), shape);
}

Value query(Context& c, Arguments a) {
  return runArguments(c, a, "Connection.query", Shape::Texts);
}
Value rows(Context& c, Arguments a) { return runArguments(c, a, "Connection.rows", Shape::Rows); }
Value row(Context& c, Arguments a) { return runArguments(c, a, "Connection.row", Shape::Row); }
Value value(Context& c, Arguments a) {
  return runArguments(c, a, "Connection.value", Shape::Value);
}
Value exec(Context& c, Arguments a) {
  return runArguments(c, a, "Connection.exec", Shape::Nothing);
}

Value inTransaction(Context& context, Connection& connection, Value f,
                    std::initializer_list<Value> arguments) {
  const std::shared_ptr<void> turn = connection.takeTurn(context);
  if (!turn) return Value::pending();
  const bool isInner = connection.depth != 0;
  const std::string name = isInner ? "gene_" + std::to_string(connection.depth) : "";
  if (!say(context, connection, isInner ? "SAVEPOINT " + name : connection.beginning()))
    return Value::pending();
  connection.depth++;
  const Value result = call(context, f, arguments.begin(), static_cast<uint32_t>(arguments.size()));
  const bool isDone =
      !result.isPending() && say(context, connection, isInner ? "RELEASE " + name : "COMMIT");
  if (!isDone) takeBack(context, connection, name);
  connection.depth--;
  return isDone ? result : Value::pending();
}

Value transaction(Context& context, Arguments args) {
  const auto connection = connectionOf(context, args);
  return connection ? inTransaction(context, *connection, args[1], {}) : Value::pending();
}

Value begin(Context& context, Arguments args) {
  const auto connection = connectionOf(context, args);
  std::shared_ptr<void> turn = connection ? connection->takeTurn(context) : nullptr;
  if (!turn) return Value::pending();
  if (connection->depth != 0)
    return raise(context, ErrorClass::Exception, "Connection is in a transaction already");
  if (!say(context, *connection, connection->beginning())) return Value::pending();
  connection->kept = std::move(turn);
  connection->depth = 1;
  return Value::nil();
}

namespace {

Value endTransaction(Context& context, Arguments args, const char* sql) {
  const auto connection = connectionOf(context, args);
  const std::shared_ptr<void> turn = connection ? connection->takeTurn(context) : nullptr;
  if (!turn) return Value::pending();
  if (!connection->kept || connection->depth != 1)
    return raise(context, ErrorClass::Exception,
                 connection->depth == 0 ? "Connection is in no transaction"
                                        : "Connection.transaction ends its transaction itself");
  const bool isDone = say(context, *connection, sql);
  if (!isDone && connection->isInTransaction()) return Value::pending();  // it may be tried again
  connection->depth = 0;
  connection->kept.reset();
  return isDone ? Value::nil() : Value::pending();
}

}  // namespace

Value commit(Context& c, Arguments a) { return endTransaction(c, a, "COMMIT"); }
Value rollback(Context& c, Arguments a) { return endTransaction(c, a, "ROLLBACK"); }

Value isClosed(Context& context, Arguments args) {
  const auto* found = resourceAs<ConnectionResource>(context, args[0]);
  return Value::boolean(!found || !found->connection || !found->connection->isOpen());
}

Value closeConnection(Context& context, Arguments args) {
  const auto* found = resourceAs<ConnectionResource>(context, args[0]);
  if (!found || !found->connection || !found->connection->isOpen()) return Value::nil();
  const auto connection = found->connection;
  std::shared_ptr<void> turn = connection->takeTurn(context);
  if (!turn) return Value::pending();
  if (connection->depth > (connection->kept ? 1 : 0))
    return raise(context, ErrorClass::Exception, "Connection is in a transaction");
  connection->close();
  connection->depth = 0;
  connection->kept.reset();
  return Value::nil();
}

}  // namespace gene::sql
