#pragma once
// What Gene code has of HTTP: requests, responses, streams. Classes of genex/http, whose instances have C++ objects behind them.

#include <memory>
#include <string>

#include "runtime/async/Scheduler.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/http/Server.h"
#include "runtime/object/Resource.h"

namespace gene::http {

class Transfer;

/// The class `name` of genex/http.
ClassObject* httpClass(Context& context, const char* name);

// --- requests that a server has -----------------------------------------------------------------------------------------

/// Behind a ServerRequest; also what the fiber of a request runs.
class RequestResource : public FiberTask {
 public:
  static const char Type;
  RequestResource(std::shared_ptr<Exchange> of, Value handledBy);
  /// Nobody can answer any more: says so to the client.
  ~RequestResource() override;
  void run(Context& context, Value request) override;

  const std::shared_ptr<Exchange> exchange;
  const Value handler;  // the server's, which has it for as long as the exchange has a connection
};

/// The exchange of args[0], a ServerRequest; null, and raised, for other values.
std::shared_ptr<Exchange> requestArgument(Context& context, Arguments args, const char* function);
/// Fields of a ServerRequest that are made when they are asked for.
Value requestField(Context& context, InstanceObject* request, Symbol name);
/// Calls a handler, and waits for the future that it may give; 0 with an exception.
Value handled(Context& context, Value handler, Value argument);
/// What a handler raised goes to standard error; not that it wrote when the client was gone.
void reportFailure(Context& context, Server& server, bool hasClient);
/// The decoded path of a request.
std::string pathOf(const Head& head);
/// Waits until more of the body has come or it has ended; false with an exception.
bool waitForBody(Context& context, Exchange& exchange);

// --- responses ----------------------------------------------------------------------------------------------------------

/// Makes a Response. `headers` is a Map or nil.
Value newResponse(Context& context, int64_t status, Value headers, Value body);
/// Answers the request with what the handler gave; false with an exception that the handler is to blame for.
bool answer(Context& context, const std::shared_ptr<Exchange>& exchange, Value response);
/// The lines of a Map of fields; false and raised for names and values that cannot be sent. Those that the server itself sends
/// are left out.
struct FieldLines {
  std::string text;
  bool hasType = false, closes = false;
};
bool fieldLines(Context& context, Value headers, FieldLines* lines);
/// Sends a part of the body when there is room, which may wait; false and raised when the client is gone.
bool writePart(Context& context, const std::shared_ptr<Exchange>& exchange, std::string_view part);
/// The bytes of a String or Bytes; of other values the text that JSON has for it.
bool bodyText(Context& context, Value body, std::string* text);

// --- the client -----------------------------------------------------------------------------------------------------------

/// The Response of a transfer that has ended, or whose head is there.
Value responseOf(Context& context, const std::shared_ptr<Transfer>& transfer);
/// gene/Request; before the tables are read.
void defineClientClasses(Context& context);

// --- files ----------------------------------------------------------------------------------------------------------------

/// Behind a Response whose body is a file.
class FileResource : public NativeResource {
 public:
  static const char Type;
  FileResource() : NativeResource(&Type) {}
  ~FileResource() override;
  int file = -1;
  uint64_t from = 0, size = 0;  // what of it is sent
};
/// Sends such a body; false with an exception.
bool sendFile(Context& context, const std::shared_ptr<Exchange>& exchange, const Reply& reply,
              Value response, FileResource& file);

}  // namespace gene::http
