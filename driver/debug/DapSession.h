#pragma once
// One session of the Debug Adapter Protocol. Requests arrive on a thread of their own; those that look into the program wait for
// the program's thread, which takes them while it stops.

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "driver/debug/Dap.h"
#include "driver/lsp/Json.h"
#include "driver/lsp/Transport.h"

namespace gene::debug {

using lsp::Json;
using lsp::JsonWriter;

class DapSession {
 public:
  DapSession(driver::Job& job, lsp::Transport& transport) : job_(job), transport_(transport) {}

  /// Reads requests until the client goes, or the process ends.
  void listen();
  /// Waits for a launch, runs the program; gives its exit code.
  int run();
  void output(const char* category, const std::string& text);
  /// Called at each stop, and where the program ends: everything that was written before goes out before.
  std::function<void()> drain;

 private:
  using Write = std::function<void(JsonWriter&)>;
  struct Request {
    std::string command;
    int64_t seq;
    Json arguments;
  };
  enum class On : uint8_t { Any, Stopped };  // threads: any, or the program's while it stops
  struct Row {
    std::string_view command;
    On on;
    void (DapSession::*handler)(const Request&);
  };
  static const Row rows[];
  static const Row* find(const std::string& command);
  /// What a variablesReference stands for.
  struct Reference {
    enum Kind : uint8_t { Locals, Captured, Globals, Parts } kind;
    size_t frame;
    uint32_t held;  // Parts: in held_
  };

  void handle(const Request& request);
  void send(const Write& members);
  void event(const char* name, const Write& body = {});
  void answer(const Request& request, const Write& body = {});
  void fail(const Request& request, const std::string& message);

  bool waitForLaunch(Request* launch);
  Resume stopped(const Stop& stop);
  int64_t threadId();
  size_t frameOf(const Request& request);
  int64_t referenceTo(size_t frame, Value value);
  void writeVariable(JsonWriter& out, size_t frame, const Variable& variable);
  void writeValue(JsonWriter& out, const char* key, size_t frame, Value value);
  void writeBreakpoint(JsonWriter& out, const Breakpoint& breakpoint);
  void writeSource(JsonWriter& out, const std::string& file);
  static Breakpoint wantedBy(const Json& json);
  void replaceBreakpoints(const Request& request, const std::string& key,
                          std::vector<Breakpoint> wanted);
  bool hasDebugger(const Request& request);

  // --- requests: DapRequests.cpp --------------------------------------------------------------------------------------------
  void initialize(const Request& request);
  void launch(const Request& request);
  void setBreakpoints(const Request& request);
  void setFunctionBreakpoints(const Request& request);
  void setExceptionBreakpoints(const Request& request);
  void configurationDone(const Request& request);
  void threads(const Request& request);
  void pause(const Request& request);
  void disconnect(const Request& request);
  void stackTrace(const Request& request);
  void scopes(const Request& request);
  void variables(const Request& request);
  void setVariable(const Request& request);
  void evaluate(const Request& request);
  void exceptionInfo(const Request& request);
  void goOn(const Request& request);

  driver::Job& job_;
  lsp::Transport& transport_;
  std::mutex sends_;
  int64_t seq_ = 0;

  std::mutex mutex_;  // of what follows, up to the next blank line
  std::condition_variable changed_;
  std::deque<Request> waiting_;  // for the program's thread
  std::optional<Request> launch_;
  int64_t threadCount_ = 1;
  bool isConfigured_ = false, isStopped_ = false, ends_ = false;

  std::atomic<Debugger*> debugger_ = nullptr;
  std::map<std::string, std::vector<int>> breakpoints_;  // by file; "" of functions
  // Of the program's thread:
  std::optional<Resume> resume_;
  Stop stop_;
  std::vector<Reference> references_;
  Value held_ = Value::nil();                  // an Array of values that references name
  std::map<const Value*, int64_t> threadIds_;  // by the stack of a fiber
};

}  // namespace gene::debug
