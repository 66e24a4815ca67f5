#include "runtime/sql/Sqlite.h"

#include "runtime/support/Sandbox.h"
#include "runtime/system/SharedLibrary.h"

namespace gene::sql {
namespace {

constexpr size_t MostKnown = 100;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// No statement of a program in the sandbox opens another file: ATTACH, which VACUUM INTO is as well, and the folder for temporary
/// ones.
int authorize(void*, int action, const char* first, const char*, const char*, const char*) {
  if (action == SQLITE_ATTACH) return SQLITE_DENY;
  const bool isPragma = action == SQLITE_PRAGMA && first;
  return isPragma && std::string_view(first) == "temp_store_directory" ? SQLITE_DENY : SQLITE_OK;
}

}  // namespace

const Sqlite* openSqlite(std::string* failure) {
  static Sqlite sqlite;
  static const std::string opened = [] {
    const LibraryFunction functions[] = {
#define FUNCTION_OF_SQLITE(name) {"sqlite3_" #name, reinterpret_cast<void**>(&sqlite.name)},
#include "runtime/sql/Sqlite.def"
    };
    return openLibrary("libsqlite3.so.0", functions);
  }();
  *failure = opened;
  return opened.empty() ? &sqlite : nullptr;
}

SqliteError Database::failure(int code) const {
  return {code, handle_ ? sqlite_.errmsg(handle_) : sqlite_.errstr(code)};
}

SqliteError Database::open(const std::string& path, bool isReadOnly, int busyTimeout) {
  const int flags = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite_.open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    SqliteError error = failure(code);
    close();
    return error;
  }
  sqlite_.busy_timeout(handle_, busyTimeout);
  if (sandbox::isOn()) sqlite_.set_authorizer(handle_, authorize, nullptr);
  return {};
}

void Database::close() {
  bySql_.clear();
  for (const Known& known : known_) sqlite_.finalize(known.statement);
  known_.clear();
  if (handle_) sqlite_.close_v2(handle_);
  handle_ = nullptr;
}

// --- statements ----------------------------------------------------------------------------------------------------------

SqliteError Database::prepare(const std::string& sql, Statement** statement) {
  if (const auto found = bySql_.find(sql); found != bySql_.end()) {
    known_.splice(known_.begin(), known_, found->second);
    *statement = found->second->statement;
    return {};
  }
  const char* rest = nullptr;
  const int code = sqlite_.prepare_v3(handle_, sql.c_str(), static_cast<int>(sql.size()) + 1,
                                      SQLITE_PREPARE_PERSISTENT, statement, &rest);
  if (code != SQLITE_OK) return failure(code);
  if (!*statement) return {SQLITE_MISUSE, "there is no statement"};
  if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite_.finalize(*statement);
    return {SQLITE_MISUSE, "there is more than one statement"};
  }
  known_.push_front({sql, *statement});
  bySql_.emplace(known_.front().sql, known_.begin());
  if (known_.size() > MostKnown) {
    bySql_.erase(known_.back().sql);
    sqlite_.finalize(known_.back().statement);
    known_.pop_back();
  }
  return {};
}

/// Statements one after the other, which are not kept.
SqliteError Database::runAll(const std::string& sql) {
  for (const char* rest = sql.c_str(); *rest;) {
    Statement* statement = nullptr;
    const auto left = static_cast<int>(sql.c_str() + sql.size() - rest) + 1;
    const int code = sqlite_.prepare_v3(handle_, rest, left, 0, &statement, &rest);
    if (code != SQLITE_OK) return failure(code);
    if (!statement) continue;  // blanks, a comment
    SqliteError error = bind(statement, {});
    if (!error) error = stepThrough(statement, nullptr);
    sqlite_.finalize(statement);
    if (error) return error;
  }
  return {};
}

SqliteError Database::run(const std::string& sql, const std::vector<Cell>& parameters,
                          Table* table) {
  const std::lock_guard lock(running_);
  if (sql.find('\0') != std::string::npos) return {SQLITE_MISUSE, "there is a NUL in it"};
  if (sql.size() > INT32_MAX / 2) return {SQLITE_TOOBIG, "it is too long"};
  if (!table && parameters.empty()) return runAll(sql);
  Statement* statement = nullptr;
  if (SqliteError error = prepare(sql, &statement)) return error;
  SqliteError error = bind(statement, parameters);
  if (!error) error = stepThrough(statement, table);
  sqlite_.reset(statement);
  sqlite_.clear_bindings(statement);
  return error;
}

SqliteError Database::bind(Statement* statement, const std::vector<Cell>& parameters) const {
  const auto wanted = static_cast<size_t>(sqlite_.bind_parameter_count(statement));
  if (wanted != parameters.size())
    return {SQLITE_RANGE, "it has " + std::to_string(wanted) + " parameters, " +
                              std::to_string(parameters.size()) + " were given"};
  for (size_t i = 0; i < parameters.size(); i++)
    if (const int code = bindOne(statement, static_cast<int>(i) + 1, parameters[i]);
        code != SQLITE_OK)
      return failure(code);
  return {};
}

int Database::bindOne(Statement* statement, int number, const Cell& cell) const {
  const auto text = [&](const std::string& s) {
    return sqlite_.bind_text64(statement, number, s.data(), s.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  return std::visit(
      Overloaded{[&](std::monostate) { return sqlite_.bind_null(statement, number); },
                 [&](int64_t n) { return sqlite_.bind_int64(statement, number, n); },
                 [&](double n) { return sqlite_.bind_double(statement, number, n); },
                 [&](bool truth) { return sqlite_.bind_int64(statement, number, truth); },
                 [&](const std::string& s) { return text(s); },
                 [&](const Blob& b) {
                   return sqlite_.bind_blob64(statement, number, b.bytes.data(), b.bytes.size(),
                                              SQLITE_STATIC);
                 },
                 [&](const Json& json) { return text(json.text); },
                 [](const std::shared_ptr<List>&) { return SQLITE_MISMATCH; }},
      cell);
}

SqliteError Database::stepThrough(Statement* statement, Table* table) const {
  const int columns = sqlite_.column_count(statement);
  if (table)
    for (int i = 0; i < columns; i++)
      table->columns.emplace_back(sqlite_.column_name(statement, i));
  for (;;) {
    const int code = sqlite_.step(statement);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failure(code);
    if (!table) continue;
    auto& row = table->rows.emplace_back();
    row.reserve(static_cast<size_t>(columns));
    for (int i = 0; i < columns; i++) row.push_back(cellAt(statement, i));
  }
}

Cell Database::cellAt(Statement* statement, int column) const {
  switch (sqlite_.column_type(statement, column)) {
    case SQLITE_INTEGER: return static_cast<int64_t>(sqlite_.column_int64(statement, column));
    case SQLITE_FLOAT: return sqlite_.column_double(statement, column);
    case SQLITE_NULL: return {};
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite_.column_blob(statement, column));
      return Blob{
          {bytes, static_cast<size_t>(bytes ? sqlite_.column_bytes(statement, column) : 0)}};
    }
    case SQLITE_TEXT: break;
  }
  const auto* text = reinterpret_cast<const char*>(sqlite_.column_text(statement, column));
  return std::string(text, static_cast<size_t>(sqlite_.column_bytes(statement, column)));
}

}  // namespace gene::sql
