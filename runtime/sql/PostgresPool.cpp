// genex/postgres/pool: some connections for many fibers. Who wants one gets one that is free, or a new one while there may be more,
// or waits; the one that waits longest is next.

#include <algorithm>
#include <deque>

#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"
#include "runtime/sql/Postgres.h"

namespace gene::sql {
namespace {

using Taken = std::shared_ptr<PostgresConnection>;

class Pool {
 public:
  Pool(Context& context, const Libpq& library, std::string address, uint32_t size, int64_t timeout)
      : context_(context),
        library_(library),
        address_(std::move(address)),
        size_(size),
        timeout_(timeout) {}

  /// Waits for a connection; null with an exception.
  Taken take();
  void giveBack(Taken connection);
  void close();
  [[nodiscard]] bool isClosed() const { return isClosed_; }
  [[nodiscard]] uint32_t size() const { return size_; }
  [[nodiscard]] size_t used() const { return count_ - free_.size(); }
  [[nodiscard]] size_t free() const { return free_.size(); }
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiter {
    Operation operation;
    Taken given = nullptr;  // null: it may open one
    bool hasTurn = false;
  };
  bool wait(Taken* given);
  Taken opened(Taken connection, int64_t timeout);

  Context& context_;
  const Libpq& library_;
  const std::string address_;
  const uint32_t size_;
  const int64_t timeout_;  // milliseconds
  uint32_t count_ = 0;     // connections: free, in use, or about to be opened
  std::vector<Taken> free_;
  std::deque<Waiter*> waiting_;
  bool isClosed_ = false;
};

bool raiseClosed(Context& context) {
  raise(context, ErrorClass::Exception, "Pool is closed");
  return false;
}

bool Pool::wait(Taken* given) {
  Waiter waiter;
  waiting_.push_back(&waiter);
  FutureObject* future = beginOperation(context_, waiter.operation);
  const bool isDone = waitForFuture(context_, future, timeout_ * 1000);
  if (isDone && waiter.hasTurn) {
    *given = std::move(waiter.given);
    return true;
  }
  const Value exception = isDone ? Value::pending() : takeException(context_);
  std::erase(waiting_, &waiter);
  succeed(context_, waiter.operation, Value::nil());  // nobody ends it any more
  if (waiter.hasTurn) giveBack(std::move(waiter.given));
  context_.exception = exception;
  if (!isDone) return false;
  if (isClosed_) return raiseClosed(context_);
  raise(context_, ErrorClass::Timeout,
        "No connection of the pool was free for " + std::to_string(timeout_) + " ms");
  return false;
}

/// The connection, or a new one where the server has ended it; null with an exception.
Taken Pool::opened(Taken connection, int64_t timeout) {
  if (connection && connection->isAlive()) return connection;
  if (connection) connection->close();
  connection = std::make_shared<PostgresConnection>(context_, library_);
  if (connection->open(context_, address_, timeout)) return connection;
  const Value exception = takeException(context_);
  giveBack(nullptr);
  context_.exception = exception;
  return nullptr;
}

Taken Pool::take() {
  const uint64_t begun = uv_hrtime();
  Taken connection;
  if (isClosed_) return raiseClosed(context_), nullptr;
  if (!waiting_.empty() || (free_.empty() && count_ == size_)) {
    if (!wait(&connection)) return nullptr;
  } else if (free_.empty()) {
    count_++;
  } else {
    connection = std::move(free_.back());
    free_.pop_back();
  }
  const auto gone = static_cast<int64_t>((uv_hrtime() - begun) / 1'000'000);
  return opened(std::move(connection), std::max<int64_t>(timeout_ - gone, 1));
}

/// Null: it could not be opened. Nobody else gets one that is in the middle of a transaction.
void Pool::giveBack(Taken connection) {
  if (connection) {
    connection->kept.reset();
    if (isClosed_ || connection->depth != 0 || !connection->isOpen() ||
        connection->isInTransaction()) {
      connection->close();
      connection = nullptr;
    }
  }
  if (!waiting_.empty()) {
    Waiter* const next = waiting_.front();
    waiting_.pop_front();
    next->given = std::move(connection);
    next->hasTurn = true;
    return succeed(context_, next->operation, Value::nil());
  }
  if (connection)
    free_.push_back(std::move(connection));
  else
    count_--;
}

void Pool::close() {
  if (isClosed_) return;
  isClosed_ = true;
  count_ -= static_cast<uint32_t>(free_.size());
  for (const Taken& connection : free_) connection->close();
  free_.clear();
  for (Waiter* waiter : std::exchange(waiting_, {}))
    succeed(context_, waiter->operation, Value::nil());
}

// --- what Gene code has ----------------------------------------------------------------------------------------------------

class PoolResource : public NativeResource {
 public:
  static const char Type;
  explicit PoolResource(std::shared_ptr<Pool> of) : NativeResource(&Type), pool(std::move(of)) {}
  const std::shared_ptr<Pool> pool;
};
const char PoolResource::Type = 0;

/// A connection for as long as this lives.
class Loan {
 public:
  Loan(Context& context, Arguments args) {
    if (const auto* found = resourceAs<PoolResource>(context, args[0])) {
      pool_ = found->pool;
      connection_ = pool_->take();
    } else {
      raiseClosed(context);
    }
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() {
    if (connection_) pool_->giveBack(std::move(connection_));
  }
  [[nodiscard]] const Taken& connection() const { return connection_; }

 private:
  std::shared_ptr<Pool> pool_;
  Taken connection_;
};

Value openPool(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "postgres/pool requires a connection string");
  int64_t timeout = 30'000;
  const Value given = keywordArgument(args, "size");
  const Value size = given.isNil() ? Value::smallInt(10) : given;
  if (!isInt(size) || asInt(size) < 1 || asInt(size) > 10'000)
    return raiseArgument(context, "postgres/pool requires ^size to be an Int from 1 to 10000");
  if (!timeOption(context, args, &timeout)) return Value::pending();
  const Libpq* library = libraryOf(context);
  if (!library) return Value::pending();
  auto pool = std::make_shared<Pool>(context, *library, std::string(stringView(args[0])),
                                     static_cast<uint32_t>(asInt(size)), timeout);
  // What is wrong with the address is said here, not where a connection is needed.
  Taken first = pool->take();
  if (!first) return Value::pending();
  pool->giveBack(std::move(first));
  return Value::object(newResourceInstance(context, postgresClass(context, "Pool"),
                                           std::make_unique<PoolResource>(std::move(pool))));
}

Value statement(Context& context, Arguments args, const char* method, Shape shape) {
  const Loan loan(context, args);
  if (!loan.connection()) return Value::pending();
  return runStatement(context, *loan.connection(), args, method, shape);
}

Value query(Context& c, Arguments a) { return statement(c, a, "Pool.query", Shape::Texts); }
Value rows(Context& c, Arguments a) { return statement(c, a, "Pool.rows", Shape::Rows); }
Value row(Context& c, Arguments a) { return statement(c, a, "Pool.row", Shape::Row); }
Value value(Context& c, Arguments a) { return statement(c, a, "Pool.value", Shape::Value); }
Value exec(Context& c, Arguments a) { return statement(c, a, "Pool.exec", Shape::Nothing); }

/// What f gives with an instance of a connection, which is closed for it afterwards.
template <class Run>
Value withConnection(Context& context, Arguments args, Run&& run) {
  const Loan loan(context, args);
  if (!loan.connection()) return Value::pending();
  const Value instance =
      Value::object(newResourceInstance(context, postgresClass(context, "Connection"),
                                        std::make_unique<ConnectionResource>(loan.connection())));
  const Value result = run(*loan.connection(), instance);
  auto* resource = resourceAs<ConnectionResource>(context, instance);
  resource->connection->kept.reset();
  resource->connection = nullptr;
  return result;
}

Value use(Context& context, Arguments args) {
  return withConnection(context, args, [&](Connection&, Value instance) {
    return call(context, args[1], &instance, 1);
  });
}

Value transaction(Context& context, Arguments args) {
  return withConnection(context, args, [&](Connection& connection, Value instance) {
    return inTransaction(context, connection, args[1], {instance});
  });
}

Value status(Context& context, Arguments args) {
  const auto* found = resourceAs<PoolResource>(context, args[0]);
  if (!found) return raiseClosed(context), Value::pending();
  MapObject* map = newMap(context);
  const auto put = [&](const char* name, size_t number) {
    mapPut(context, map, Symbol::of(name), Value::smallInt(static_cast<int32_t>(number)));
  };
  put("size", found->pool->size());
  put("used", found->pool->used());
  put("free", found->pool->free());
  put("waiting", found->pool->waiting());
  return Value::object(map);
}

Value isClosed(Context& context, Arguments args) {
  const auto* found = resourceAs<PoolResource>(context, args[0]);
  return Value::boolean(!found || found->pool->isClosed());
}

Value close(Context& context, Arguments args) {
  if (const auto* found = resourceAs<PoolResource>(context, args[0])) found->pool->close();
  return Value::nil();
}

constexpr BuiltinRow functions[] = {
    {"pool", openPool, "conninfo ^size ^timeout_ms -> Instance", "RrwacNFE",
     "at most `^size` (10) connections for many fibers: a Pool",
     Missing{"postgres/pool requires a connection string"}},
};
constexpr BuiltinRow methods[] = {
    {"query", query, "sql parameter... -> Array", "Rrwac",
     "as of a Connection, on one that is free, as those that follow",
     Missing{"Pool.query requires SQL"}},
    {"rows", rows, "sql parameter... -> Array", "Rrwac", "the rows as Maps",
     Missing{"Pool.rows requires SQL"}},
    {"row", row, "sql parameter... -> Map|Nil", "Rrwac", "the first of them, or nil",
     Missing{"Pool.row requires SQL"}},
    {"value", value, "sql parameter... -> Value", "Rrwac",
     "the first column of the first row, or nil", Missing{"Pool.value requires SQL"}},
    {"exec", exec, "sql parameter... -> Nil", "Rrwac", "runs a statement",
     Missing{"Pool.exec requires SQL"}},
    {"transaction", transaction, "f -> Value", "Rrwac",
     "what f(connection) gives, in a transaction of this connection: rolled back when it raises",
     Missing{"Pool.transaction requires a function"}},
    {"use", use, "f -> Value", "Rrwac",
     "what f(connection) gives, which has the connection to itself as long as it runs",
     Missing{"Pool.use requires a function"}},
    {"status", status, "-> Map", "Rrwac", "how many are `used`, `free`, and fibers `waiting`"},
    {"closed?", isClosed, "-> Bool", "Rrwac", "is it closed?"},
    {"close", close, "-> Nil", "Rrwac",
     "closes the connections that are free, and the others when they are"},
};

}  // namespace
}  // namespace gene::sql

namespace gene {
BUILTIN_TABLE(postgresPoolFunctions, "genex/postgres", Functions, sql::functions)
BUILTIN_TABLE(postgresPoolTable, "genex/postgres/Pool", Methods, sql::methods)
}  // namespace gene
