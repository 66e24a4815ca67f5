#pragma once
// A connection to PostgreSQL: libpq without blocking, its socket in the event loop. A fiber that asks waits for the socket; the
// others go on. The library is opened with the first connection (runtime/system/SharedLibrary.h).

#include <postgresql/libpq-fe.h>
#include <uv.h>

#include "runtime/sql/Connection.h"

namespace gene::sql {

struct Libpq {
#define FUNCTION_OF_LIBPQ(name) decltype(&::PQ##name) name = nullptr;
#include "runtime/sql/Postgres.def"
};

/// Null, and why in *failure, where libpq is not installed.
const Libpq* openLibpq(std::string* failure);

/// A value of a result, by its type; parameters as text, nothing for NULL.
Cell cellOfText(Oid type, std::string_view text);
bool textOfCell(const Cell& cell, std::string* text);

/// genex/postgres/NAME.
ClassObject* postgresClass(Context& context, const char* name);
/// ^timeout_ms, where it is given; false with an exception.
bool timeOption(Context& context, Arguments args, int64_t* milliseconds);
/// The library, for `open` and `pool`; null with an exception.
const Libpq* libraryOf(Context& context);

class PostgresConnection : public Connection {
 public:
  PostgresConnection(Context& context, const Libpq& library);
  ~PostgresConnection() override;

  /// Waits until the connection is there; false with an exception.
  bool open(Context& context, const std::string& address, int64_t timeout);
  bool isOpen() const override { return connection_ != nullptr; }
  /// Has the server not ended it, as far as that is known without asking?
  bool isAlive();
  bool isInTransaction() const override;
  const char* beginning() const override { return "BEGIN"; }
  Lists lists() const override { return Lists::Kept; }
  Value run(Context& context, std::shared_ptr<void> turn, std::string sql,
            std::vector<Cell> parameters, Shape shape) override;
  void close() override;
  /// The next notification: {^channel ^payload ^pid}, or nil after a time (-1: never). 0 with an exception.
  Value nextNotification(Context& context, int64_t timeout);
  /// How many rows the last statement has changed.
  int64_t changes = 0;

 private:
  struct Socket {
    uv_poll_t poll;
    Operation ready;
    Context* context;
  };
  enum class Waited : uint8_t { Ready, Late, Raised };
  Waited waitFor(Context& context, int events, int64_t timeout);
  bool send(Context& context, const std::string& sql, const std::vector<Cell>& parameters);
  bool prepare(Context& context, const std::string& sql, std::string* name);
  bool renew(Context& context, const std::string& sql);
  bool flushed(Context& context);
  bool results(Context& context, Table* table, Shape shape);
  bool readResult(Context& context, PGresult* result, Table* table, Shape shape);
  Value raiseLost(Context& context);

  const Libpq& pq_;
  PGconn* connection_ = nullptr;
  Socket* socket_ = nullptr;
  int number_ = -1;                    // of the socket that is watched
  std::vector<std::string> prepared_;  // the statements; the name of each is its number
  bool isStale_ = false;  // a prepared statement failed because its tables are others now
};

}  // namespace gene::sql
