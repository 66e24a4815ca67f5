// Child processes (14 system §14.6): system/Process, and commands that are waited for.

#include <algorithm>
#include <csignal>

#include "runtime/Output.h"
#include "runtime/builtins/Io.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/system/Child.h"

namespace gene {
namespace {

// --- arguments ---------------------------------------------------------------------------------------------------------

/// ^cwd, ^env and ^stderr_to_stdout; false with an exception pending for wrong ones.
bool spawnKeywords(Context& context, Arguments args, ChildOptions* options) {
  const Value directory = keywordArgument(args, "cwd");
  const Value environment = keywordArgument(args, "env");
  options->errorToOutput = keywordArgument(args, "stderr_to_stdout").isTruthy();
  if (!directory.isNil() && !isString(directory)) {
    raiseArgument(context, "^cwd must be a string");
    return false;
  }
  if (!environment.isNil() && !isMap(environment)) {
    raiseArgument(context, "^env must be a map");
    return false;
  }
  if (isString(directory)) options->directory = stringView(directory);
  if (environment.isNil()) return true;
  const auto* map = as<MapObject>(environment);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
    options->environment.emplace_back(map->entries[i].key.get().symbol().text(),
                                      displayText(context, map->entries[i].value.get()));
  return true;
}

/// The command and its arguments as texts; false with an exception pending.
bool commandArguments(Context& context, Arguments args, const char* function,
                      ChildOptions* options) {
  if (!isString(args[0])) {
    raiseArgument(context, std::string(function) + " requires a string command");
    return false;
  }
  for (uint32_t i = 0; i < args.count; i++) {
    options->command.push_back(displayText(context, args[i]));
    if (options->command.back().find('\0') == std::string::npos) continue;
    raiseArgument(context, std::string(function) + " requires arguments without NUL characters");
    return false;
  }
  return true;
}

/// Makes the command what the sandbox allows; false with a refusal raised.
bool mayStart(Context& context, ChildOptions* options) {
  const std::string program = sandbox::programFor(options->command[0]);
  // Variables like LD_PRELOAD make any program of one that was granted.
  if (!program.empty() && (options->environment.empty() || sandbox::grantsAll(Permission::Run))) {
    options->command[0] = program;
    return true;
  }
  raiseRefused(context, Permission::Run, options->command[0] + (program.empty() ? "" : " ^env"));
  return false;
}

/// ^timeout in seconds, which has to be given.
bool timeoutArgument(Context& context, Arguments args, const char* method, double* seconds) {
  const Value given = keywordArgument(args, "timeout");
  const std::string name = std::string("Process.") + method;
  if (given.isNil()) {
    raiseArgument(context, name + " requires ^timeout");
  } else if (!isNumber(given)) {
    raiseArgument(context, name + " requires ^timeout to be an int or float");
  } else if (!(asDouble(given) >= 0)) {
    raiseArgument(context, name + " requires a non-negative ^timeout");
  } else {
    *seconds = asDouble(given);
    return true;
  }
  return false;
}

// --- system/Process ----------------------------------------------------------------------------------------------------

class Process : public NativeResource {
 public:
  static const char Type;
  Process() : NativeResource(&Type) {}
  /// The next line of output.
  Value next(Context& context) override {
    std::string line;
    if (child.readUntil("\n", {}, &line) == Child::Got::End) return Value::notFound();
    return lineValue(context, line);
  }
  static Value lineValue(Context& context, std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return checkedString(context, line);
  }

  Child child;
  bool isMerged = false;  // error output goes the way of output
};
const char Process::Type = 0;

Process* process(Context& context, Arguments args) {
  Process* found = resourceAs<Process>(context, args[0]);
  if (!found) raise(context, ErrorClass::Exception, "Process was not started");
  return found;
}

/// The exit code or nil; also what /exit_code says from now on.
Value updateCode(Context& context, Arguments args, Process& p) {
  const std::optional<int> code = p.child.exitCode();
  const Value value = code ? Value::smallInt(*code) : Value::nil();
  setField(context, as<InstanceObject>(args[0]), Symbol::of("exit_code"), value);
  return value;
}

Value start(Context& context, Arguments args) {
  ChildOptions options;
  if (!commandArguments(context, args, "Process/start", &options) ||
      !spawnKeywords(context, args, &options) || !mayStart(context, &options))
    return Value::pending();
  flushOut();
  auto started = std::make_unique<Process>();
  started->isMerged = options.errorToOutput;
  const IoStatus status = started->child.start(options);
  if (!status)
    return raiseIo(context,
                   "Failed to start process: '" + options.command[0] + "': " + status.reason(),
                   options.command[0], status);
  const pid_t pid = started->child.pid();
  auto* cls = as<ClassObject>(namespaceGet(namespaceAt(context, "system"), Symbol::of("Process")));
  InstanceObject* instance = newResourceInstance(context, cls, std::move(started));
  setField(context, instance, Symbol::of("pid"), Value::smallInt(pid));
  setField(context, instance, Symbol::of("exit_code"), Value::nil());
  return Value::object(instance);
}

Value construct(Context& context, Arguments) {
  return raise(context, ErrorClass::Exception,
               "Process cannot be constructed directly - use system/Process/start");
}

Value writeText(Context& context, Arguments args, const char* end) {
  Process* p = process(context, args);
  if (!p) return Value::pending();
  std::string text;
  if (const Value v = args.at(1); isKind(v, Kind::Bytes))
    text.assign(reinterpret_cast<const char*>(as<BytesObject>(v)->data), as<BytesObject>(v)->size);
  else if (args.count > 1)
    text = displayText(context, v);
  text += end;
  if (!updateCode(context, args, *p).isNil())
    return raise(context, ErrorClass::IO, "Process is no longer running");
  if (!p->child.inputIsOpen()) return raise(context, ErrorClass::IO, "Process stdin is closed");
  const IoStatus status = p->child.write(text);
  if (status) return Value::nil();
  return raiseIo(context, "Failed to write to process: " + status.reason(), "stdin", status);
}
Value write(Context& context, Arguments args) { return writeText(context, args, ""); }
Value writeLine(Context& context, Arguments args) { return writeText(context, args, "\n"); }

Value closeInput(Context& context, Arguments args) {
  Process* p = process(context, args);
  if (!p) return Value::pending();
  p->child.closeInput();
  return Value::nil();
}

Value readLine(Context& context, Arguments args) {
  double seconds = 0;
  Process* p = process(context, args);
  if (!p || !timeoutArgument(context, args, "read_line", &seconds)) return Value::pending();
  std::string line;
  if (p->child.readUntil("\n", Deadline::in(seconds), &line) != Child::Got::Something)
    return Value::nil();
  return Process::lineValue(context, line);
}

Value readUntil(Context& context, Arguments args) {
  double seconds = 0;
  Process* p = process(context, args);
  if (!p || !timeoutArgument(context, args, "read_until", &seconds)) return Value::pending();
  const Value delimiter = args.at(1);
  if (!isString(delimiter) || stringView(delimiter).empty())
    return raiseArgument(context, "Process.read_until requires a non-empty string delimiter");
  std::string text;
  if (p->child.readUntil(stringView(delimiter), Deadline::in(seconds), &text) !=
      Child::Got::Something)
    return Value::nil();
  return checkedString(context, text);
}

Value readAvailable(Context& context, Arguments args) {
  Process* p = process(context, args);
  return p ? checkedString(context, p->child.readAvailable()) : Value::pending();
}

Value readError(Context& context, Arguments args) {
  double seconds = 0;
  Process* p = process(context, args);
  if (!p) return Value::pending();
  if (p->isMerged)
    return raise(context, ErrorClass::Exception, "stderr is merged into stdout for this Process");
  if (!timeoutArgument(context, args, "read_stderr", &seconds)) return Value::pending();
  std::string text;
  if (p->child.readError(Deadline::in(seconds), &text) == Child::Got::Timeout) return Value::nil();
  return checkedString(context, text);
}

Value lines(Context& context, Arguments args) {
  if (!process(context, args)) return Value::pending();
  return Value::object(newResourceIterator(context, resourceValue(context, args[0])));
}

Value wait(Context& context, Arguments args) {
  double seconds = 0;
  Process* p = process(context, args);
  if (!p || !timeoutArgument(context, args, "wait", &seconds)) return Value::pending();
  p->child.wait(Deadline::in(seconds));
  return updateCode(context, args, *p);
}

Value shutDown(Context& context, Arguments args) {
  double seconds = 0;
  Process* p = process(context, args);
  if (!p || !timeoutArgument(context, args, "shutdown", &seconds)) return Value::pending();
  p->child.shutDown(seconds);
  return updateCode(context, args, *p);
}

Value sendSignal(Context& context, Arguments args) {
  Process* p = process(context, args);
  if (!p) return Value::pending();
  const std::string name = displayText(context, args.at(1));
  const int number = signalNumber(name);
  if (number == 0) return raiseArgument(context, "Unsupported signal: " + name);
  const IoStatus status = p->child.signal(number);
  updateCode(context, args, *p);
  return status ? Value::nil()
                : raise(context, ErrorClass::IO, "Failed to signal process: " + status.reason());
}

Value isAlive(Context& context, Arguments args) {
  Process* p = process(context, args);
  return p ? Value::boolean(updateCode(context, args, *p).isNil()) : Value::pending();
}

// --- commands that are waited for --------------------------------------------------------------------------------------

using Stream = ChildOptions::Stream;

/// Runs a command to its end. False with an exception pending when it cannot be started.
bool complete(Context& context, const ChildOptions& options, Child* child,
              std::string_view input = {}, Deadline deadline = {}, bool* inTime = nullptr) {
  flushOut();
  const IoStatus status = child->start(options);
  if (!status) {
    raiseIo(context, "Failed to execute command: '" + options.command[0] + "': " + status.reason(),
            options.command[0], status);
    return false;
  }
  const bool ended = child->communicate(input, deadline);
  if (inTime) *inTime = ended;
  return true;
}

Value execute(Context& context, Arguments args) {
  ChildOptions options;
  if (!commandArguments(context, args, "system/exec", &options) || !mayStart(context, &options))
    return Value::pending();
  options.input = Stream::Inherit;
  options.error = Stream::Null;
  Child child;
  if (!complete(context, options, &child)) return Value::pending();
  return checkedString(context, child.takeOutput());
}

/// The options for a line that a shell runs; false with an exception pending.
bool shellOptions(Context& context, Arguments args, const char* function, ChildOptions* options) {
  if (!commandArguments(context, args, function, options)) return false;
  options->command.insert(options->command.begin(), {"/bin/sh", "-c"});
  options->input = Stream::Inherit;
  return mayStart(context, options);
}

MapObject* outcome(Context& context, Child& child) {
  MapObject* map = newMap(context);
  mapPut(context, map, Symbol::of("output"), checkedString(context, child.takeOutput()));
  mapPut(context, map, Symbol::of("exit_code"), Value::smallInt(child.exitCode().value_or(0)));
  return map;
}

Value shell(Context& context, Arguments args) {
  ChildOptions options;
  if (!shellOptions(context, args, "system/shell", &options)) return Value::pending();
  options.errorToOutput = true;
  Child child;
  if (!complete(context, options, &child)) return Value::pending();
  return Value::object(outcome(context, child));
}

Value shellOutput(Context& context, Arguments args) {
  ChildOptions options;
  if (!shellOptions(context, args, "gene/os/exec", &options)) return Value::pending();
  options.error = Stream::Inherit;
  Child child;
  if (!complete(context, options, &child)) return Value::pending();
  return checkedString(context, child.takeOutput());
}

/// (system/run prog args.. ^input v ^timeout s ^cwd p ^env m ^stderr_to_stdout b ^binary b): a command to its end, as a map.
Value run(Context& context, Arguments args) {
  ChildOptions options;
  const Value input = keywordArgument(args, "input");
  const Value timeout = keywordArgument(args, "timeout");
  const bool isBinary = keywordArgument(args, "binary").isTruthy();
  if (!commandArguments(context, args, "system/run", &options) ||
      !spawnKeywords(context, args, &options) || !mayStart(context, &options))
    return Value::pending();
  if (!timeout.isNil() && !(isNumber(timeout) && asDouble(timeout) >= 0))
    return raiseArgument(context, "system/run requires a non-negative ^timeout");
  std::string_view bytes;
  const DisplayedText text(context, isKind(input, Kind::Bytes) ? Value::nil() : input);
  if (isKind(input, Kind::Bytes))
    bytesArgument(context, {&input, 1}, 0, "system/run", &bytes);
  else if (!input.isNil())
    bytes = text.view();
  if (input.isNil()) options.input = Stream::Inherit;
  Child child;
  bool inTime = true;
  if (!complete(context, options, &child, bytes,
                timeout.isNil() ? Deadline() : Deadline::in(asDouble(timeout)), &inTime))
    return Value::pending();
  if (!inTime) {
    static_cast<void>(child.signal(SIGKILL));
    child.wait({});
    return raise(context, ErrorClass::Timeout,
                 "Command timed out after " + displayText(context, timeout) +
                     " seconds: " + options.command[0]);
  }
  MapObject* map = newMap(context);
  const auto put = [&](const char* key, const std::string& out) {
    mapPut(context, map, Symbol::of(key),
           isBinary ? bytesOf(context, out) : checkedString(context, out));
  };
  put("output", child.takeOutput());
  put("error", child.takeError());
  mapPut(context, map, Symbol::of("exit_code"), Value::smallInt(child.exitCode().value_or(0)));
  return Value::object(map);
}

constexpr BuiltinRow staticRows[] = {
    {"start", start, "command argument... ^cwd ^env ^stderr_to_stdout -> Instance", "RrwacP",
     "starts a program with arguments; `^cwd`, `^env` (a map, added to ours), `^stderr_to_stdout`",
     Missing{"Process/start requires at least 1 argument (command)"}},
};
constexpr BuiltinRow methodRows[] = {
    {"new", construct, "argument... ^... -> Value", "Rrwa",
     "raises: `system/Process/start` makes them", Initializer},
    {"write", write, "value -> Value", "Rrwac", "writes a value's text, or Bytes, to its input"},
    {"write_line", writeLine, "value -> Value", "Rrwac", "the same with a line end"},
    {"close_stdin", closeInput, "-> Value", "Rrw", "ends its input"},
    {"read_line", readLine, "^timeout -> Value", "Rrwa",
     "the next line of output, nil at the end or after `^timeout`"},
    {"read_until", readUntil, "delimiter ^timeout -> Value", "Rrwa",
     "output up to and with a text, or the rest, or nil"},
    {"read_available", readAvailable, "-> Value", "Rrwa", "the output that is there, maybe none"},
    {"read_stderr", readError, "^timeout -> Value", "Rrwa",
     "error output, `\"\"` at its end, nil after `^timeout`"},
    {"lines iter", lines, "-> Iterator", "Rrwa", "the lines of output, for a `for` loop"},
    {"wait", wait, "^timeout -> Value", "Rrwa",
     "its exit code, 128 + n for signal n; nil after `^timeout`"},
    {"shutdown", shutDown, "^timeout -> Value", "Rrwa",
     "ends it, by force in the end: its exit code"},
    {"signal", sendSignal, "name -> Value", "Rrwa", "sends `\"INT\"`, `\"TERM\"` or `\"KILL\"`"},
    {"alive?", isAlive, "-> Bool", "Rrwa", "does it run?"},
};
constexpr BuiltinRow commandRows[] = {
    {"exec", execute, "command argument... -> String", "RrwaP",
     "runs a program with arguments: its output",
     Missing{"system/exec requires at least 1 argument (command)"}},
    {"shell", shell, "line -> Map", "RrwaP",
     "runs a line by the shell: a map of output and exit_code",
     Missing{"system/shell requires at least 1 argument (command)"}},
    {"run", run, "command argument... ^input ^timeout ^cwd ^env ^stderr_to_stdout ^binary -> Map",
     "RrwacP",
     "runs a program: a map of output, error and exit_code; `^input`, `^timeout` (seconds), "
     "`^cwd`, "
     "`^env`, `^stderr_to_stdout`, `^binary`",
     Missing{"system/run requires at least 1 argument (command)"}},
};
constexpr BuiltinRow osRows[] = {
    {"exec", shellOutput, "line -> String", "RrwaP", "runs a line by the shell: its output",
     Missing{"gene/os/exec requires at least 1 argument (command)"}},
};

}  // namespace

BUILTIN_TABLE(processTable, "system/Process", Functions, staticRows)
BUILTIN_TABLE(processMethodTable, "system/Process", Methods, methodRows)
BUILTIN_TABLE(commandTable, "system", Functions, commandRows)
BUILTIN_TABLE(osTable, "gene/os", Functions, osRows)

void defineProcessClass(Context& context) {
  setResourceLayout(defineClass(context, "system/Process"), {"pid", "exit_code"});
}

}  // namespace gene
