// A session: its messages, its two threads, and where the program's output goes.

#include "driver/debug/Dap.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "driver/debug/Capture.h"
#include "driver/debug/DapSession.h"
#include "runtime/Output.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"

namespace gene::debug {

// --- messages -----------------------------------------------------------------------------------------------------------------

void DapSession::send(const Write& members) {
  const std::lock_guard lock(sends_);
  JsonWriter out;
  out.object([&] {
    out.member("seq", ++seq_);
    members(out);
  });
  transport_.write(out.text());
}

void DapSession::event(const char* name, const Write& body) {
  send([&](JsonWriter& out) {
    out.member("type", "event");
    out.member("event", name);
    if (body) out.objectMember("body", [&] { body(out); });
  });
}

void DapSession::answer(const Request& request, const Write& body) {
  send([&](JsonWriter& out) {
    out.member("type", "response");
    out.member("request_seq", request.seq);
    out.member("command", request.command);
    out.member("success", true);
    if (body) out.objectMember("body", [&] { body(out); });
  });
}

void DapSession::fail(const Request& request, const std::string& message) {
  send([&](JsonWriter& out) {
    out.member("type", "response");
    out.member("request_seq", request.seq);
    out.member("command", request.command);
    out.member("success", false);
    out.member("message", message);
  });
}

void DapSession::output(const char* category, const std::string& text) {
  event("output", [&](JsonWriter& out) {
    out.member("category", category);
    out.member("output", text);
  });
}

// --- two threads ------------------------------------------------------------------------------------------------------------

void DapSession::listen() {
  std::string message;
  while (transport_.read(&message)) {
    const std::optional<Json> json = lsp::parseJson(message);
    if (!json || textOf(lsp::member(&*json, "type")) != "request") continue;
    Request request{std::string(textOf(lsp::member(&*json, "command"))),
                    numberOf(lsp::member(&*json, "seq"), 0),
                    {}};
    if (const Json* arguments = lsp::member(&*json, "arguments")) request.arguments = *arguments;
    handle(request);
    if (request.command == "disconnect") return;
  }
  // Nobody listens any more: the program is not left running.
  const std::lock_guard lock(mutex_);
  ends_ = true;
  changed_.notify_all();
  if (debugger_) ::_exit(driver::Failed);
}

void DapSession::handle(const Request& request) {
  const Row* row = find(request.command);
  if (!row) return fail(request, "gene debug does not know the request " + request.command);
  if (row->on == On::Any) return (this->*row->handler)(request);
  {
    const std::lock_guard lock(mutex_);
    if (isStopped_) {
      waiting_.push_back(request);
      changed_.notify_all();
      return;
    }
  }
  fail(request, "The program runs");
}

bool DapSession::waitForLaunch(Request* launch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return launch_ || ends_; });
  if (!launch_) return false;
  *launch = *launch_;
  return true;
}

Resume DapSession::stopped(const Stop& stop) {
  flushOut();
  drain();
  stop_ = stop;
  references_.clear();
  Context& context = debugger_.load()->context();
  held_ = Value::object(newArray(context, 0));
  resume_.reset();
  {
    const std::lock_guard lock(mutex_);
    isStopped_ = true;
  }
  static constexpr const char* reasons[] = {"entry", "breakpoint", "step", "pause", "exception"};
  event("stopped", [&](JsonWriter& out) {
    out.member("reason", reasons[stop.reason]);
    out.member("threadId", threadId());
    out.member("allThreadsStopped", true);
    if (!stop.text.empty()) out.member("text", stop.text);
    if (stop.breakpoint) out.arrayMember("hitBreakpointIds", [&] { out.value(stop.breakpoint); });
  });
  while (!resume_) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !waiting_.empty(); });
      request = std::move(waiting_.front());
      waiting_.pop_front();
    }
    (this->*find(request.command)->handler)(request);
  }
  held_ = Value::nil();
  std::deque<Request> late;
  {
    const std::lock_guard lock(mutex_);
    isStopped_ = false;
    late.swap(waiting_);
  }
  for (const Request& request : late) fail(request, "The program runs");
  return *resume_;
}

/// Of the fiber that runs; the main program is 1.
int64_t DapSession::threadId() {
  const Value* stack = debugger_.load()->context().vm->stack;
  const auto [known, isNew] =
      threadIds_.try_emplace(stack, static_cast<int64_t>(threadIds_.size()) + 1);
  if (isNew) {
    const std::lock_guard lock(mutex_);
    threadCount_ = static_cast<int64_t>(threadIds_.size());
  }
  return known->second;
}

int DapSession::run() {
  Request launch;
  if (!waitForLaunch(&launch)) return driver::Success;
  const auto text = [&](const char* name) {
    return std::string(textOf(lsp::member(&launch.arguments, name)));
  };
  std::error_code failed;
  if (const std::string folder = text("cwd"); !folder.empty()) {
    std::filesystem::current_path(folder, failed);
    if (failed) {
      fail(launch, "There is no folder " + folder);
      return driver::Failed;
    }
  }
  const std::string file = text("program");
  job_.runtime.programName = file;
  if (const Json* args = lsp::member(&launch.arguments, "args"))
    for (const Json& each : args->items) job_.runtime.arguments.push_back(each.text);
  Expected<Location> start = job_.session.sources.addFile(file);
  if (!start) {
    fail(launch, start.message());
    return driver::Failed;
  }
  job_.start = *start;
  Context& context = *createContext(job_.runtime);
  Program* program = nullptr;
  const std::unique_ptr<Debugger> debugger =
      load(context, job_,
           {.stopped = [this](const Stop& stop) { return stopped(stop); },
            .say = [this](const std::string& said) { output("console", said + "\n"); }},
           &program);
  if (!debugger) {
    drain();
    fail(launch, file + " has mistakes");
    return driver::Failed;
  }
  debugger_ = debugger.get();
  addRoots(context, &held_, 1);
  threadId();
  answer(launch);
  event("initialized");
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return isConfigured_ || ends_; });
  }
  // However it ends: (exit 3) does not come back here.
  atEnd(context, [this] {
    drain();
    event("terminated");
  });
  debugger->begin(isTrue(lsp::member(&launch.arguments, "stopOnEntry")));
  const int code = runProgram(context, *program, job_.runtime);
  debugger_ = nullptr;
  drain();
  event("exited", [&](JsonWriter& out) { out.member("exitCode", code); });
  return code;
}

int serveDap(driver::Job& job) {
  // The program's own input and output are others.
  const int in = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  const int out = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (in < 0 || out < 0 || nothing < 0) return driver::fail("Cannot open /dev/null");
  ::dup2(nothing, STDIN_FILENO);
  const std::unique_ptr<lsp::Transport> transport = lsp::framedTransport(in, out);
  DapSession session(job, *transport);
  Capture standardOutput(STDOUT_FILENO,
                         [&](const std::string& text) { session.output("stdout", text); });
  Capture standardError(STDERR_FILENO,
                        [&](const std::string& text) { session.output("stderr", text); });
  session.drain = [&] {
    standardOutput.drain();
    standardError.drain();
  };
  writeLinesAtOnce();
  const int code =
      driver::onLargeStack(job.runtime, [&] { return session.run(); }, [&] { session.listen(); });
  return code;
}

}  // namespace gene::debug
