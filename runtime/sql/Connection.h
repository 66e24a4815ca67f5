#pragma once
// What connections to all kinds of databases have in common: the methods that Gene code calls, turns, transactions. A kind of
// database says how one statement is run.

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "runtime/object/Resource.h"
#include "runtime/sql/Cells.h"
#include "runtime/sql/Turns.h"

namespace gene::sql {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Context& context) : turns(context) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  [[nodiscard]] virtual bool isOpen() const = 0;
  [[nodiscard]] virtual bool isInTransaction() const = 0;
  /// The statement with which transactions begin.
  [[nodiscard]] virtual const char* beginning() const = 0;
  [[nodiscard]] virtual Lists lists() const = 0;
  /// Waits for the statement's result; `turn` is kept until it has ended, even when nobody waits any more.
  virtual Value run(Context& context, std::shared_ptr<void> turn, std::string sql,
                    std::vector<Cell> parameters, Shape shape) = 0;
  virtual void close() = 0;

  /// A turn that is given back when the last copy dies; null with an exception: also where the connection is closed.
  std::shared_ptr<void> takeTurn(Context& context);

  Turns turns;
  uint32_t depth = 0;          // of transactions within each other
  std::shared_ptr<void> kept;  // the turn, from .begin to .commit
};

/// Behind an instance of a class of connections.
class ConnectionResource : public NativeResource {
 public:
  static const char Type;
  explicit ConnectionResource(std::shared_ptr<Connection> of)
      : NativeResource(&Type), connection(std::move(of)) {}
  ~ConnectionResource() override;
  std::shared_ptr<Connection> connection;  // null: it went back to its pool
};

/// The connection of args[0]; null, and raised, for instances that no `open` has made.
std::shared_ptr<Connection> connectionOf(Context& context, Arguments args);
/// SQL execution failed: TEXT, an exception with the field `code`; 0.
Value raiseSql(Context& context, std::string_view text, std::string_view code);

/// Runs args[1], a statement, with the parameters behind it, in the turn of the caller, who may have it already.
Value runStatement(Context& context, Connection& connection, Arguments args, const char* method,
                   Shape shape);
/// What f gives in a transaction, called with `arguments`; 0 with an exception.
Value inTransaction(Context& context, Connection& connection, Value f,
                    std::initializer_list<Value> arguments);

// --- methods, for the table of each class ----------------------------------------------------------------------------------

Value query(Context& context, Arguments args);
Value rows(Context& context, Arguments args);
Value row(Context& context, Arguments args);
Value value(Context& context, Arguments args);
Value exec(Context& context, Arguments args);
Value begin(Context& context, Arguments args);
Value commit(Context& context, Arguments args);
Value rollback(Context& context, Arguments args);
Value transaction(Context& context, Arguments args);
Value isClosed(Context& context, Arguments args);
Value closeConnection(Context& context, Arguments args);

inline constexpr BuiltinRow ConnectionRows[] = {
    {"query", query, "sql parameter... -> Array", "Rrwac",
     "an array of the rows, which are arrays of Strings, \"\" for NULL",
     Missing{"Connection.query requires SQL"}},
    {"rows", rows, "sql parameter... -> Array", "Rrwac",
     "an array of the rows, which are Maps of values in the order of the columns",
     Missing{"Connection.rows requires SQL"}},
    {"row", row, "sql parameter... -> Map|Nil", "Rrwac", "the first of them, or nil",
     Missing{"Connection.row requires SQL"}},
    {"value", value, "sql parameter... -> Value", "Rrwac",
     "the first column of the first row, or nil", Missing{"Connection.value requires SQL"}},
    {"exec", exec, "sql parameter... -> Nil", "Rrwac",
     "runs a statement; several, where there are no parameters",
     Missing{"Connection.exec requires SQL"}},
    {"transaction", transaction, "f -> Value", "Rrwac",
     "what f() gives, in a transaction: rolled back when it raises. Within another one: a part of "
     "it that can be rolled back",
     Missing{"Connection.transaction requires a function"}},
    {"begin", begin, "-> Nil", "Rrwac", "begins a transaction of this fiber; others wait"},
    {"commit", commit, "-> Nil", "Rrwac", "ends it"},
    {"rollback", rollback, "-> Nil", "Rrwac", "ends it as if it had not been"},
    {"closed?", isClosed, "-> Bool", "Rrwac", "is it closed?"},
    {"close", closeConnection, "-> Nil", "Rrwac", "closes it, after the statements that wait"},
};

}  // namespace gene::sql
