// The requests of the Debug Adapter Protocol, one by one.

#include <unistd.h>

#include <filesystem>

#include "driver/debug/DapSession.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"

namespace gene::debug {

const DapSession::Row DapSession::rows[] = {
    {"initialize", On::Any, &DapSession::initialize},
    {"launch", On::Any, &DapSession::launch},
    {"setBreakpoints", On::Any, &DapSession::setBreakpoints},
    {"setFunctionBreakpoints", On::Any, &DapSession::setFunctionBreakpoints},
    {"setExceptionBreakpoints", On::Any, &DapSession::setExceptionBreakpoints},
    {"configurationDone", On::Any, &DapSession::configurationDone},
    {"threads", On::Any, &DapSession::threads},
    {"pause", On::Any, &DapSession::pause},
    {"disconnect", On::Any, &DapSession::disconnect},
    {"terminate", On::Any, &DapSession::disconnect},
    {"stackTrace", On::Stopped, &DapSession::stackTrace},
    {"scopes", On::Stopped, &DapSession::scopes},
    {"variables", On::Stopped, &DapSession::variables},
    {"setVariable", On::Stopped, &DapSession::setVariable},
    {"evaluate", On::Stopped, &DapSession::evaluate},
    {"exceptionInfo", On::Stopped, &DapSession::exceptionInfo},
    {"continue", On::Stopped, &DapSession::goOn},
    {"next", On::Stopped, &DapSession::goOn},
    {"stepIn", On::Stopped, &DapSession::goOn},
    {"stepOut", On::Stopped, &DapSession::goOn},
};

const DapSession::Row* DapSession::find(const std::string& command) {
  for (const Row& row : rows)
    if (row.command == command) return &row;
  return nullptr;
}

void DapSession::initialize(const Request& request) {
  answer(request, [](JsonWriter& out) {
    for (const char* can : {"supportsConfigurationDoneRequest", "supportsFunctionBreakpoints",
                            "supportsConditionalBreakpoints", "supportsHitConditionalBreakpoints",
                            "supportsLogPoints", "supportsSetVariable", "supportsEvaluateForHovers",
                            "supportsExceptionInfoRequest", "supportsExceptionFilterOptions",
                            "supportsTerminateRequest", "supportTerminateDebuggee"})
      out.member(can, true);
    out.arrayMember("exceptionBreakpointFilters", [&] {
      const auto filter = [&](const char* name, const char* label, bool takesCondition) {
        out.object([&] {
          out.member("filter", name);
          out.member("label", label);
          if (!takesCondition) return;
          out.member("supportsCondition", true);
          out.member("conditionDescription", "Classes of exceptions, separated by blanks");
        });
      };
      filter("all", "All exceptions", true);
      filter("uncaught", "Exceptions without a try around them", false);
    });
  });
}

/// Answered by the program's thread, when it was compiled.
void DapSession::launch(const Request& request) {
  bool isFirst = false;
  {
    const std::lock_guard lock(mutex_);
    isFirst = !launch_;
    if (isFirst) launch_ = request;
    changed_.notify_all();
  }
  if (!isFirst) fail(request, "The program was launched already");
}

void DapSession::configurationDone(const Request& request) {
  answer(request);
  const std::lock_guard lock(mutex_);
  isConfigured_ = true;
  changed_.notify_all();
}

/// The program ends with the session: it was launched by it.
void DapSession::disconnect(const Request& request) {
  if (drain) drain();
  answer(request);
  if (request.command == "terminate") event("terminated");
  bool runs = debugger_ != nullptr;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    runs |= launch_.has_value();
    changed_.notify_all();
  }
  if (runs && (debugger_ || request.command == "disconnect")) ::_exit(driver::Success);
}

// --- breakpoints -------------------------------------------------------------------------------------------------------------

bool DapSession::hasDebugger(const Request& request) {
  if (debugger_) return true;
  fail(request, "There is no program");
  return false;
}

Breakpoint DapSession::wantedBy(const Json& json) {
  Breakpoint wanted;
  wanted.line = static_cast<uint32_t>(numberOf(lsp::member(&json, "line"), 0));
  wanted.function = textOf(lsp::member(&json, "name"));
  wanted.condition = textOf(lsp::member(&json, "condition"));
  wanted.hits = textOf(lsp::member(&json, "hitCondition"));
  wanted.message = textOf(lsp::member(&json, "logMessage"));
  return wanted;
}

void DapSession::writeSource(JsonWriter& out, const std::string& file) {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::absolute(file, failed);
  out.objectMember("source", [&] {
    out.member("name", path.filename().string());
    out.member("path", path.lexically_normal().string());
  });
}

void DapSession::writeBreakpoint(JsonWriter& out, const Breakpoint& breakpoint) {
  out.object([&] {
    out.member("id", breakpoint.id);
    out.member("verified", !breakpoint.points.empty());
    const Place place = debugger_.load()->placeOf(breakpoint);
    if (breakpoint.points.empty()) return out.member("message", "There is no statement");
    out.member("line", place.line);
    out.member("column", place.column);
    writeSource(out, place.file);
  });
}

/// The breakpoints of a file, or of functions, are these from now on.
void DapSession::replaceBreakpoints(const Request& request, const std::string& key,
                                    std::vector<Breakpoint> wanted) {
  Debugger& debugger = *debugger_.load();
  for (const int id : breakpoints_[key]) debugger.remove(id);
  breakpoints_[key].clear();
  for (Breakpoint& b : wanted) {
    b = debugger.add(b);
    breakpoints_[key].push_back(b.id);
  }
  answer(request, [&](JsonWriter& out) {
    out.arrayMember("breakpoints", [&] {
      for (const Breakpoint& b : wanted) writeBreakpoint(out, b);
    });
  });
}

void DapSession::setBreakpoints(const Request& request) {
  if (!hasDebugger(request)) return;
  const std::string file(textOf(lsp::member(&request.arguments, "source", "path")));
  std::vector<Breakpoint> wanted;
  if (const Json* all = lsp::member(&request.arguments, "breakpoints"))
    for (const Json& each : all->items) {
      wanted.push_back(wantedBy(each));
      wanted.back().file = file;
    }
  replaceBreakpoints(request, file, std::move(wanted));
}

void DapSession::setFunctionBreakpoints(const Request& request) {
  if (!hasDebugger(request)) return;
  std::vector<Breakpoint> wanted;
  if (const Json* all = lsp::member(&request.arguments, "breakpoints"))
    for (const Json& each : all->items) wanted.push_back(wantedBy(each));
  replaceBreakpoints(request, "", std::move(wanted));
}

void DapSession::setExceptionBreakpoints(const Request& request) {
  if (!hasDebugger(request)) return;
  ExceptionFilter filter;
  const auto take = [&](std::string_view name, std::string_view condition) {
    if (name == "uncaught") filter.uncaught = true;
    if (name != "all") return;
    filter.all |= condition.empty();
    for (size_t at = 0; at < condition.size();) {
      const size_t end = std::min(condition.find(' ', at), condition.size());
      if (end > at) filter.classes.emplace_back(condition.substr(at, end - at));
      at = end + 1;
    }
  };
  if (const Json* filters = lsp::member(&request.arguments, "filters"))
    for (const Json& each : filters->items) take(each.text, {});
  if (const Json* options = lsp::member(&request.arguments, "filterOptions"))
    for (const Json& each : options->items)
      take(textOf(lsp::member(&each, "filterId")), textOf(lsp::member(&each, "condition")));
  debugger_.load()->catchExceptions(std::move(filter));
  answer(request);
}

void DapSession::pause(const Request& request) {
  if (!hasDebugger(request)) return;
  debugger_.load()->pause();
  answer(request);
}

// --- the stopped program ------------------------------------------------------------------------------------------------------

void DapSession::threads(const Request& request) {
  int64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = threadCount_;
  }
  answer(request, [&](JsonWriter& out) {
    out.arrayMember("threads", [&] {
      for (int64_t id = 1; id <= count; id++)
        out.object([&] {
          out.member("id", id);
          out.member("name", id == 1 ? std::string("main") : "fiber " + std::to_string(id));
        });
    });
  });
}

void DapSession::stackTrace(const Request& request) {
  const auto argument = [&](const char* name, int64_t otherwise) {
    return numberOf(lsp::member(&request.arguments, name), otherwise);
  };
  const std::vector<Frame>& frames = debugger_.load()->frames();
  const bool isHere = argument("threadId", 1) == threadId();
  const auto first = static_cast<size_t>(std::max<int64_t>(argument("startFrame", 0), 0));
  const int64_t levels = argument("levels", 0);
  const size_t end = !isHere       ? 0
                     : levels <= 0 ? frames.size()
                                   : std::min(frames.size(), first + static_cast<size_t>(levels));
  answer(request, [&](JsonWriter& out) {
    out.arrayMember("stackFrames", [&] {
      for (size_t i = first; i < end; i++)
        out.object([&] {
          out.member("id", static_cast<int64_t>(i) + 1);
          out.member("name", frames[i].function);
          out.member("line", frames[i].place.line);
          out.member("column", frames[i].place.column);
          if (!frames[i].place.file.empty()) writeSource(out, frames[i].place.file);
        });
    });
    out.member("totalFrames", static_cast<int64_t>(isHere ? frames.size() : 0));
  });
}

/// That the request names; else the innermost one.
size_t DapSession::frameOf(const Request& request) {
  const auto id = static_cast<size_t>(numberOf(lsp::member(&request.arguments, "frameId"), 1));
  return id >= 1 && id <= debugger_.load()->frames().size() ? id - 1 : 0;
}

void DapSession::scopes(const Request& request) {
  const size_t frame = frameOf(request);
  Debugger& debugger = *debugger_.load();
  answer(request, [&](JsonWriter& out) {
    out.arrayMember("scopes", [&] {
      const auto scope = [&](const char* name, Reference::Kind kind, bool isExpensive) {
        references_.push_back({kind, frame, 0});
        out.object([&] {
          out.member("name", name);
          out.member("variablesReference", static_cast<int64_t>(references_.size()));
          out.member("expensive", isExpensive);
        });
      };
      scope("Locals", Reference::Locals, false);
      if (!debugger.locals(debugger.frames()[frame], true).empty())
        scope("Captured", Reference::Captured, false);
      scope("Globals", Reference::Globals, true);
    });
  });
}

/// 0 for a value without parts.
int64_t DapSession::referenceTo(size_t frame, Value value) {
  Debugger& debugger = *debugger_.load();
  if (debugger.partsOf(value).empty()) return 0;
  auto* held = as<ArrayObject>(held_);
  arrayPush(debugger.context(), held, value);
  references_.push_back({Reference::Parts, frame, held->size - 1});
  return static_cast<int64_t>(references_.size());
}

void DapSession::writeValue(JsonWriter& out, const char* key, size_t frame, Value value) {
  Debugger& debugger = *debugger_.load();
  out.member(key, debugger.textOf(value));
  out.member("type", std::string(typeofName(value, debugger.context())));
  out.member("variablesReference", referenceTo(frame, value));
}

void DapSession::writeVariable(JsonWriter& out, size_t frame, const Variable& variable) {
  out.object([&] {
    out.member("name", variable.name);
    writeValue(out, "value", frame, variable.value);
  });
}

void DapSession::variables(const Request& request) {
  Debugger& debugger = *debugger_.load();
  const auto number =
      static_cast<size_t>(numberOf(lsp::member(&request.arguments, "variablesReference"), 0));
  if (number < 1 || number > references_.size()) return fail(request, "There is no such reference");
  const Reference r = references_[number - 1];
  const Frame& frame = debugger.frames()[r.frame];
  std::vector<Variable> found;
  switch (r.kind) {
    case Reference::Locals:
      if (const Value self = debugger.self(frame); !self.isAbsent())
        found.push_back({"self", self});
      for (Variable& v : debugger.locals(frame, false)) found.push_back(std::move(v));
      break;
    case Reference::Captured: found = debugger.locals(frame, true); break;
    case Reference::Globals: found = debugger.globals(); break;
    case Reference::Parts: found = debugger.partsOf(arrayAt(as<ArrayObject>(held_), r.held)); break;
  }
  answer(request, [&](JsonWriter& out) {
    out.arrayMember("variables", [&] {
      for (const Variable& v : found) writeVariable(out, r.frame, v);
    });
  });
}

void DapSession::setVariable(const Request& request) {
  Debugger& debugger = *debugger_.load();
  const auto number =
      static_cast<size_t>(numberOf(lsp::member(&request.arguments, "variablesReference"), 0));
  const std::string name(textOf(lsp::member(&request.arguments, "name")));
  const std::string text(textOf(lsp::member(&request.arguments, "value")));
  if (number < 1 || number > references_.size()) return fail(request, "There is no such reference");
  const Reference r = references_[number - 1];
  const Frame& frame = debugger.frames()[r.frame];
  const Evaluated result =
      r.kind == Reference::Parts
          ? debugger.setPart(frame, arrayAt(as<ArrayObject>(held_), r.held), name, text)
          : debugger.evaluate(frame, "(" + name + " = " + text + ")");
  if (result.raised) return fail(request, result.error);
  answer(request, [&](JsonWriter& out) { writeValue(out, "value", r.frame, result.value); });
}

void DapSession::evaluate(const Request& request) {
  const size_t frame = frameOf(request);
  Debugger& debugger = *debugger_.load();
  const Evaluated result = debugger.evaluate(
      debugger.frames()[frame], std::string(textOf(lsp::member(&request.arguments, "expression"))));
  if (drain) drain();
  if (result.raised) return fail(request, result.error);
  answer(request, [&](JsonWriter& out) { writeValue(out, "result", frame, result.value); });
}

void DapSession::exceptionInfo(const Request& request) {
  if (stop_.reason != Stop::Exception) return fail(request, "There is no exception");
  const size_t colon = stop_.text.find(": ");
  answer(request, [&](JsonWriter& out) {
    out.member("exceptionId", stop_.text.substr(0, colon));
    if (colon != std::string::npos) out.member("description", stop_.text.substr(colon + 2));
    out.member("breakMode", "always");
  });
}

void DapSession::goOn(const Request& request) {
  resume_ = request.command == "next"      ? Resume::StepOver
            : request.command == "stepIn"  ? Resume::StepIn
            : request.command == "stepOut" ? Resume::StepOut
                                           : Resume::Continue;
  answer(request, [&](JsonWriter& out) {
    if (request.command == "continue") out.member("allThreadsContinued", true);
  });
}

}  // namespace gene::debug
