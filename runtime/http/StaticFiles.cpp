// respond_file: files with conditions and ranges (RFC 9110 §13, §14), read on other threads.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "runtime/async/Futures.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/object/Future.h"
#include "runtime/object/Map.h"

namespace gene::http {

const char FileResource::Type = 0;

FileResource::~FileResource() {
  if (file >= 0) ::close(file);
}

namespace {

constexpr uint64_t PieceBytes = 256 << 10;

/// The file that is meant, opened: null when there is none, or it is outside of `root`.
std::unique_ptr<FileResource> openFile(const std::string& root, const std::string& path,
                                       struct stat* status, std::string* opened) {
  char real[PATH_MAX], realRoot[PATH_MAX];
  std::string wanted = root.empty() ? path : root + "/" + path;
  if (wanted.find('\0') != std::string::npos) return nullptr;
  if (!root.empty() && ::stat(wanted.c_str(), status) == 0 && S_ISDIR(status->st_mode))
    wanted += "/index.html";
  if (!::realpath(wanted.c_str(), real) || !sandbox::allowsPath(Permission::Read, real))
    return nullptr;
  if (!root.empty()) {
    if (!::realpath(root.c_str(), realRoot)) return nullptr;
    const size_t size = std::strcmp(realRoot, "/") == 0 ? 0 : std::strlen(realRoot);
    if (std::strncmp(real, realRoot, size) != 0 || real[size] != '/') return nullptr;
  }
  auto resource = std::make_unique<FileResource>();
  resource->file = ::open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (resource->file < 0 || ::fstat(resource->file, status) != 0 || !S_ISREG(status->st_mode))
    return nullptr;
  resource->size = static_cast<uint64_t>(status->st_size);
  *opened = wanted;
  return resource;
}

/// Which bytes `Range` asks for: 0 all, 1 a part, -1 none that there are.
int rangeOf(std::string_view text, uint64_t size, uint64_t* from, uint64_t* count) {
  if (!text.starts_with("bytes=") || text.find(',') != std::string_view::npos) return 0;
  text = trimmed(text.substr(6));
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return 0;
  const auto number = [](std::string_view digits, uint64_t* n) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *n);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  uint64_t first = 0, last = size == 0 ? 0 : size - 1;
  const std::string_view before = text.substr(0, dash), after = text.substr(dash + 1);
  if (before.empty()) {
    uint64_t tail = 0;
    if (!number(after, &tail)) return 0;
    if (tail == 0 || size == 0) return -1;
    first = size - std::min(tail, size);
  } else {
    if (!number(before, &first) || (!after.empty() && !number(after, &last)) ||
        (!after.empty() && last < first))
      return 0;
    if (first >= size) return -1;
    last = std::min(last, size - 1);
  }
  *from = first;
  *count = last - first + 1;
  return 1;
}

bool hasTag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    std::string_view one = trimmed(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(list.find(','), list.size() - 1) + 1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
  }
  return false;
}

struct OpenJob {
  std::shared_ptr<Exchange> exchange;
  std::string root, path, type, opened = {};
  std::unique_ptr<FileResource> file = nullptr;
  struct stat status = {};

  void run() { file = openFile(root, path, &status, &opened); }

  Value result(Context& context) {
    if (!file) return Value::nil();
    const Head& head = exchange->head;
    char tag[64];
    std::snprintf(tag, sizeof tag, "\"%llx-%llx\"", static_cast<unsigned long long>(file->size),
                  static_cast<unsigned long long>(status.st_mtim.tv_sec * 1000000000LL +
                                                  status.st_mtim.tv_nsec));
    MapObject* headers = newMap(context);
    const auto add = [&](const char* name, std::string_view value) {
      mapPut(context, headers, Symbol::of(name), checkedString(context, value));
    };
    add("Content-Type", type.empty() ? typeOfFile(opened) : std::string_view(type));
    add("Last-Modified", dateText(status.st_mtim.tv_sec));
    add("ETag", tag);
    add("Accept-Ranges", "bytes");
    int64_t code = 200;
    const std::string_view match = head.field("if-none-match"),
                           since = head.field("if-modified-since");
    if (!match.empty() ? hasTag(match, tag)
                       : !since.empty() && dateOf(since) >= status.st_mtim.tv_sec)
      return newResponse(context, 304, Value::object(headers), Value::nil());
    const std::string_view condition = head.field("if-range");
    if (condition.empty() || condition == tag || dateOf(condition) == status.st_mtim.tv_sec) {
      const uint64_t whole = file->size;
      const int range = rangeOf(head.field("range"), whole, &file->from, &file->size);
      if (range < 0) {
        add("Content-Range", "bytes */" + std::to_string(whole));
        return newResponse(context, 416, Value::object(headers), Value::nil());
      }
      if (range > 0) {
        code = 206;
        add("Content-Range", "bytes " + std::to_string(file->from) + "-" +
                                 std::to_string(file->from + file->size - 1) + "/" +
                                 std::to_string(whole));
      }
    }
    InstanceObject* response =
        newResourceInstance(context, httpClass(context, "Response"), std::move(file));
    setField(context, response, Symbol::of("status"), Value::smallInt(code));
    setField(context, response, Symbol::of("headers"), Value::object(headers));
    setField(context, response, Symbol::of("body"), Value::nil());
    return Value::object(response);
  }
};

struct ReadJob {
  int file;
  uint64_t from, size;
  std::shared_ptr<std::string> data;
  void run() {
    data->resize(size);
    size_t got = 0;
    while (got < size) {
      const ssize_t n =
          ::pread(file, data->data() + got, size - got, static_cast<off_t>(from + got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      got += static_cast<size_t>(n);
    }
    data->resize(got);
  }
  Value result(Context&) { return Value::nil(); }
};

/// Reads a piece, which is shorter where the file has become so; false with an exception.
bool readPiece(Context& context, const FileResource& file, uint64_t from,
               const std::shared_ptr<std::string>& data) {
  const uint64_t left = file.from + file.size - from;
  const Value future =
      inBackground(context, ReadJob{file.file, from, std::min(left, PieceBytes), data});
  return waitForFuture(context, as<FutureObject>(future), -1);
}

Value respondFile(Context& context, Arguments args) {
  const auto exchange = requestArgument(context, args, "respond_file");
  if (!exchange) return Value::pending();
  if (args.count < 2 || !isString(args[1]))
    return raiseType(context, "respond_file requires a String path");
  const Value root = keywordArgument(args, "root"), type = keywordArgument(args, "type");
  if ((!root.isNil() && !isString(root)) || (!type.isNil() && !isString(type)))
    return raiseType(context, "respond_file requires ^root and ^type to be Strings");
  const std::string_view method = exchange->head.method();
  if (method != "GET" && method != "HEAD") {
    MapObject* headers = newMap(context);
    mapPut(context, headers, Symbol::of("Allow"), newString(context, "GET, HEAD"));
    return newResponse(context, 405, Value::object(headers), Value::nil());
  }
  OpenJob job{exchange, isString(root) ? std::string(stringView(root)) : std::string(),
              std::string(stringView(args[1])),
              isString(type) ? std::string(stringView(type)) : std::string()};
  auto* future = as<FutureObject>(inBackground(context, std::move(job)));
  if (!waitForFuture(context, future, -1)) return Value::pending();
  return futureOutcome(context, future);
}

constexpr BuiltinRow rows[] = {
    {"respond_file", respondFile, "request path ^root ^type -> Instance|Nil", "RrwacF",
     "a response of a file, or of the range that is asked for; nil where there is none. `^root` is "
     "the folder that paths are of and stay in, `^type` the Content-Type",
     Missing{"respond_file requires a request and a path"}},
};

}  // namespace

bool sendFile(Context& context, const std::shared_ptr<Exchange>& exchange, const Reply& given,
              Value, FileResource& file) {
  const auto piece = std::make_shared<std::string>();
  Reply reply = given;
  if (!exchange->isHead && !readPiece(context, file, file.from, piece)) return false;
  if (!exchange->connection) return true;
  if (piece->size() == file.size && !exchange->isHead) {
    reply.body = *piece;
    exchange->connection->reply(reply);
    return true;
  }
  reply.fields += "Content-Length: " + std::to_string(file.size) + "\r\n";
  reply.hasLength = true;
  exchange->connection->begin(reply);
  for (uint64_t at = file.from; !exchange->isHead && exchange->connection;) {
    if (piece->empty()) {  // the file has become shorter than was said
      exchange->connection->close();
      break;
    }
    if (!writePart(context, exchange, *piece)) {
      if (exchange->connection) return false;
      takeException(context);  // nobody is interested in the rest
      break;
    }
    at += piece->size();
    if (at >= file.from + file.size) break;
    if (!readPiece(context, file, at, piece)) return false;
  }
  if (exchange->connection) exchange->connection->finish();
  return true;
}

}  // namespace gene::http

namespace gene {
BUILTIN_TABLE(httpFileTable, "", Functions, http::rows)
}  // namespace gene
