#include "runtime/sql/Postgres.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/async/Futures.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"
#include "runtime/system/SharedLibrary.h"

namespace gene::sql {
namespace {

constexpr size_t MostPrepared = 1000;

std::string trimmed(const char* text) {
  std::string s = text ? text : "";
  while (!s.empty() && (s.back() == '\n' || s.back() == ' ')) s.pop_back();
  return s;
}

}  // namespace

const Libpq* openLibpq(std::string* failure) {
  static Libpq pq;
  static const std::string opened = [] {
    const LibraryFunction functions[] = {
#define FUNCTION_OF_LIBPQ(name) {"PQ" #name, reinterpret_cast<void**>(&pq.name)},
#include "runtime/sql/Postgres.def"
    };
    return openLibrary("libpq.so.5", functions);
  }();
  *failure = opened;
  return opened.empty() ? &pq : nullptr;
}

PostgresConnection::PostgresConnection(Context& context, const Libpq& library)
    : Connection(context), pq_(library) {}

PostgresConnection::~PostgresConnection() { PostgresConnection::close(); }

void PostgresConnection::close() {
  if (socket_ && socket_->context->scheduler) {
    uv_poll_stop(&socket_->poll);
    uv_close(reinterpret_cast<uv_handle_t*>(&socket_->poll),
             [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
  }
  socket_ = nullptr;
  if (connection_) pq_.finish(connection_);
  connection_ = nullptr;
}

bool PostgresConnection::isAlive() {
  // The first look reads what the server said last, the second one sees that this was all.
  return connection_ && pq_.consumeInput(connection_) && pq_.consumeInput(connection_) &&
         pq_.status(connection_) == CONNECTION_OK;
}

bool PostgresConnection::isInTransaction() const {
  return pq_.transactionStatus(connection_) != PQTRANS_IDLE;
}

Value PostgresConnection::raiseLost(Context& context) {
  return raise(context, ErrorClass::Network,
               "The connection to PostgreSQL failed: " + trimmed(pq_.errorMessage(connection_)));
}

// --- the socket ------------------------------------------------------------------------------------------------------------

PostgresConnection::Waited PostgresConnection::waitFor(Context& context, int events,
                                                       int64_t timeout) {
  const int number = pq_.socket(connection_);
  if (socket_ && number != number_) {  // it tries another address
    uv_close(reinterpret_cast<uv_handle_t*>(&socket_->poll),
             [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
    socket_ = nullptr;
  }
  if (!socket_) {
    socket_ = new Socket{.poll = {}, .ready = {}, .context = &context};
    number_ = number;
    uv_poll_init_socket(eventLoop(context), &socket_->poll, number);
    socket_->poll.data = socket_;
  }
  FutureObject* future = beginOperation(context, socket_->ready);
  uv_poll_start(&socket_->poll, events, [](uv_poll_t* poll, int, int) {
    auto* socket = static_cast<Socket*>(poll->data);
    uv_poll_stop(poll);
    succeed(*socket->context, socket->ready, Value::nil());
  });
  if (!waitForFuture(context, future, timeout < 0 ? -1 : timeout * 1000)) {
    uv_poll_stop(&socket_->poll);
    const Value exception = takeException(context);
    succeed(context, socket_->ready, Value::nil());  // nobody ends it any more
    context.exception = exception;
    return Waited::Raised;
  }
  if (future->state == FutureObject::Success) return Waited::Ready;
  uv_poll_stop(&socket_->poll);
  return Waited::Late;
}

bool PostgresConnection::open(Context& context, const std::string& address, int64_t timeout) {
  connection_ = pq_.connectStart(address.c_str());
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  const uint64_t end = uv_hrtime() + static_cast<uint64_t>(timeout) * 1'000'000;
  while (connection_ && pq_.status(connection_) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    const uint64_t now = uv_hrtime();
    if (now >= end) break;
    const int events = state == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE;
    if (waitFor(context, events, static_cast<int64_t>((end - now) / 1'000'000) + 1) ==
        Waited::Raised)
      return false;
    state = pq_.connectPoll(connection_);
    if (state == PGRES_POLLING_FAILED) break;
  }
  if (connection_ && state == PGRES_POLLING_OK) {
    pq_.setnonblocking(connection_, 1);
    return true;
  }
  const std::string why = trimmed(connection_ ? pq_.errorMessage(connection_) : "");
  close();
  raise(context, ErrorClass::Network,
        "Failed to open PostgreSQL: " + (why.empty() ? "there is no answer" : why));
  return false;
}

bool PostgresConnection::flushed(Context& context) {
  for (;;) {
    const int left = pq_.flush(connection_);
    if (left == 0) return true;
    if (left < 0) return raiseLost(context), false;
    if (waitFor(context, UV_READABLE | UV_WRITABLE, -1) != Waited::Ready) return false;
    if (!pq_.consumeInput(connection_)) return raiseLost(context), false;
  }
}

// --- statements --------------------------------------------------------------------------------------------------------------

/// Reads what comes back of what was sent, to its end; false with an exception, the first one.
bool PostgresConnection::results(Context& context, Table* table, Shape shape) {
  if (!flushed(context)) return false;
  Value exception = Value::pending();
  for (;;) {
    while (pq_.isBusy(connection_)) {
      if (waitFor(context, UV_READABLE, -1) != Waited::Ready) return false;
      if (!pq_.consumeInput(connection_)) return raiseLost(context), false;
    }
    PGresult* result = pq_.getResult(connection_);
    if (!result) break;
    if (!readResult(context, result, table, shape) && exception.isPending())
      exception = takeException(context);
    context.exception = Value::pending();
    pq_.clear(result);
    if (pq_.status(connection_) == CONNECTION_BAD) break;
  }
  context.exception = exception;
  return exception.isPending();
}

bool PostgresConnection::readResult(Context& context, PGresult* result, Table* table, Shape shape) {
  const ExecStatusType status = pq_.resultStatus(result);
  if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
    close();
    raiseSql(context, "COPY is not supported", "0A000");
    return false;
  }
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
    const char* code = pq_.resultErrorField(result, PG_DIAG_SQLSTATE);
    const char* text = pq_.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char* where = pq_.resultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    isStale_ = where && std::string_view(where) == "RevalidateCachedQuery";
    raiseSql(context, text ? text : trimmed(pq_.resultErrorMessage(result)), code ? code : "");
    return false;
  }
  changes = std::strtoll(pq_.cmdTuples(result), nullptr, 10);
  if (!table || status != PGRES_TUPLES_OK) return true;
  const int columns = pq_.nfields(result), rows = pq_.ntuples(result);
  *table = {};
  for (int k = 0; k < columns; k++) table->columns.emplace_back(pq_.fname(result, k));
  table->rows.reserve(static_cast<size_t>(rows));
  for (int i = 0; i < rows; i++) {
    auto& row = table->rows.emplace_back();
    for (int k = 0; k < columns; k++) {
      const std::string_view text(pq_.getvalue(result, i, k),
                                  static_cast<size_t>(pq_.getlength(result, i, k)));
      if (pq_.getisnull(result, i, k))
        row.emplace_back();
      else if (shape == Shape::Texts)
        row.emplace_back(std::string(text));
      else
        row.push_back(cellOfText(pq_.ftype(result, k), text));
    }
  }
  return true;
}

/// The name of the statement on the server, where it is prepared the first time; false with an exception.
bool PostgresConnection::prepare(Context& context, const std::string& sql, std::string* name) {
  const auto found = std::ranges::find(prepared_, sql);
  *name = "gene_" + std::to_string(found - prepared_.begin());
  if (found != prepared_.end()) return true;
  if (prepared_.size() == MostPrepared) {  // statements that are made of values
    if (!pq_.sendQuery(connection_, "DEALLOCATE ALL")) return raiseLost(context), false;
    if (!results(context, nullptr, Shape::Nothing)) return false;
    prepared_.clear();
    *name = "gene_0";
  }
  if (!pq_.sendPrepare(connection_, name->c_str(), sql.c_str(), 0, nullptr))
    return raiseLost(context), false;
  if (!results(context, nullptr, Shape::Nothing)) return false;
  prepared_.push_back(sql);
  return true;
}

/// Prepares a statement anew whose tables have changed since; false with an exception.
bool PostgresConnection::renew(Context& context, const std::string& sql) {
  const auto found = std::ranges::find(prepared_, sql);
  const std::string name = "gene_" + std::to_string(found - prepared_.begin());
  if (!pq_.sendQuery(connection_, ("DEALLOCATE " + name).c_str())) return raiseLost(context), false;
  if (!results(context, nullptr, Shape::Nothing)) return false;
  if (!pq_.sendPrepare(connection_, name.c_str(), sql.c_str(), 0, nullptr))
    return raiseLost(context), false;
  return results(context, nullptr, Shape::Nothing);
}

bool PostgresConnection::send(Context& context, const std::string& sql,
                              const std::vector<Cell>& parameters) {
  if (parameters.empty())
    return pq_.sendQuery(connection_, sql.c_str()) || (raiseLost(context), false);
  std::string name;
  if (!prepare(context, sql, &name)) return false;
  std::vector<std::string> texts(parameters.size());
  std::vector<const char*> values;
  for (size_t i = 0; i < parameters.size(); i++)
    values.push_back(textOfCell(parameters[i], &texts[i]) ? texts[i].c_str() : nullptr);
  return pq_.sendQueryPrepared(connection_, name.c_str(), static_cast<int>(values.size()),
                               values.data(), nullptr, nullptr, 0) ||
         (raiseLost(context), false);
}

Value PostgresConnection::run(Context& context, std::shared_ptr<void> turn, std::string sql,
                              std::vector<Cell> parameters, Shape shape) {
  Table table;
  isStale_ = false;
  bool isDone = send(context, sql, parameters) && results(context, &table, shape);
  if (!isDone && isStale_ && !isInTransaction()) {
    takeException(context);
    isDone =
        renew(context, sql) && send(context, sql, parameters) && results(context, &table, shape);
  }
  // A wait that was interrupted leaves answers that nobody reads: the connection cannot be used any more.
  if (!isDone && (pq_.status(connection_) == CONNECTION_BAD ||
                  pq_.transactionStatus(connection_) == PQTRANS_ACTIVE))
    close();
  turn.reset();
  return isDone ? valueOf(context, table, shape) : Value::pending();
}

// --- notifications -----------------------------------------------------------------------------------------------------------

Value PostgresConnection::nextNotification(Context& context, int64_t timeout) {
  const uint64_t begun = uv_hrtime();
  for (;;) {
    if (!pq_.consumeInput(connection_)) return raiseLost(context);
    if (PGnotify* found = pq_.notifies(connection_)) {
      MapObject* map = newMap(context);
      mapPut(context, map, Symbol::of("channel"), checkedString(context, found->relname));
      mapPut(context, map, Symbol::of("payload"), checkedString(context, found->extra));
      mapPut(context, map, Symbol::of("pid"), newInt(context, found->be_pid));
      pq_.freemem(found);
      return Value::object(map);
    }
    const auto gone = static_cast<int64_t>((uv_hrtime() - begun) / 1'000'000);
    if (timeout >= 0 && gone >= timeout) return Value::nil();
    switch (waitFor(context, UV_READABLE, timeout < 0 ? -1 : timeout - gone)) {
      case Waited::Ready: break;
      case Waited::Late: return Value::nil();
      case Waited::Raised: return Value::pending();
    }
  }
}

}  // namespace gene::sql
