#include "driver/repl/Repl.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>

#include "driver/Job.h"
#include "driver/debug/Capture.h"
#include "driver/nrepl/Server.h"
#include "driver/repl/Commands.h"
#include "driver/repl/Completion.h"
#include "driver/repl/Editor.h"
#include "driver/repl/Entries.h"
#include "frontend/syntax/Reader.h"
#include "runtime/Output.h"
#include "runtime/async/Interrupt.h"
#include "runtime/async/Scheduler.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Print.h"
#include "runtime/vm/Interpreter.h"

namespace gene::driver {
namespace {

/// What runs and may be interrupted; null: nothing, Ctrl-C clears the line.
vm::Watch* running = nullptr;
pthread_t replThread;
void interrupted(int) {
  // A line is read by the thread of the REPL: the signal has to end its wait.
  if (!::pthread_equal(replThread, ::pthread_self())) {
    ::pthread_kill(replThread, SIGINT);
  } else if (running) {
    running->interrupt();
    interruptWaiting();
  } else {
    interruptLine();
  }
}

/// While it lives Ctrl-C goes to this thread: to what runs, or to the line that is typed.
class Interrupts {
 public:
  Interrupts() {
    replThread = ::pthread_self();
    struct sigaction action{};
    action.sa_handler = interrupted;  // reading a line is not taken up again behind it
    ::sigaction(SIGINT, &action, &before_);
  }
  ~Interrupts() { ::sigaction(SIGINT, &before_, nullptr); }
  Interrupts(const Interrupts&) = delete;

 private:
  struct sigaction before_{};
};

/// Does the text end inside of a form, a string or the like?
bool isOpen(const std::string& text) {
  SourceManager sources;
  const Location start = sources.add("<repl>", text);
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  readForms(start, arena, diagnostics);
  bool open = false;
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity != Severity::Error) continue;
    const bool ends = d.id == Diag::UnclosedForm || d.id == Diag::UnclosedString ||
                      d.id == Diag::UnclosedInterpolation;
    if (!ends) return false;  // more text does not mend it
    open = true;
  }
  return open;
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

class Repl {
 public:
  Repl(Context& context, const RuntimeOptions& runtime, const LanguageOptions& language)
      : context_(context),
        entries_(context, runtime, language),
        editor_(Editor::make(
            [&context](const std::string& before) { return completionsFor(context, before); })),
        state_{context, entries_,
               [this](const std::string& text, const std::string& name) { evaluate(text, name); }} {
  }

  void loop() {
    const Interrupts interrupts;
    std::string entry;
    for (;;) {
      std::string line;
      const Editor::Got got = editor_->read(entry.empty() ? "gene> " : "....> ", &line);
      if (got == Editor::Got::Interrupted) {
        entry.clear();
        continue;
      }
      const bool ends = got == Editor::Got::End;
      if (ends && entry.empty()) break;
      if (!ends) entry += (entry.empty() ? "" : "\n") + line;
      const std::string text = trimmed(entry);
      if (text == "exit" || text == "quit" || text == ":quit") return;
      if (!ends && !text.empty() && text[0] != ':' && isOpen(entry)) continue;
      if (!text.empty()) take(text);
      entry.clear();
      if (ends) break;
    }
    writeOut("\n");
    flushOut();
  }

 private:
  void take(const std::string& text) {
    editor_->remember(text);
    if (text == "help") {
      writeOut(
          "Type forms to evaluate them; what they define stays.\n"
          "  :help   lists the commands, :doc NAME tells about a name\n"
          "  _       is the last value\n"
          "  exit    or quit, or Ctrl-D, leaves\n");
    } else if (text[0] == ':' && text.size() > 1 && text[1] != ' ') {
      runReplCommand(state_, text);
    } else {
      evaluate(text, entries_.nextName());
    }
    flushOut();
  }

  void evaluate(const std::string& text, const std::string& name) {
    vm::Watch* const outer = running;
    entries_.watch().reset();
    forgetInterrupt();
    running = &entries_.watch();
    const Dialog::Result result = entries_.run(text, name);
    running = outer;
    if (!result.diagnostics.empty()) writeError(result.diagnostics);
    if (result.state == Dialog::Result::Raised) writeError(entries_.uncaught(text, name));
    if (result.state == Dialog::Result::Done) show(text, result.value);
  }

  void show(const std::string& text, Value value) {
    if (value.isNil() || value == Value::void_() || text.starts_with("(print")) return;
    writeOut(literalText(context_, value) + "\n");
  }

  Context& context_;
  Entries entries_;
  const std::unique_ptr<Editor> editor_;
  ReplState state_;
};

// What ($repl) needs to know; the context has no place for it.
RuntimeOptions inner;
LanguageOptions innerLanguage;

/// ($repl): its variables are those of the scope it stands in.
Value replInScope(Context& context, EnvironmentObject* environment) {
  EnvironmentObject* const scope = session().scope;
  const Value self = context.moduleSelf;
  session().scope = environment;
  context.moduleSelf = environment->self.get();
  flushOut();
  {
    NamespaceObject* const before = session().variables;
    session().variables = newNamespace(context, Symbol::of("repl"));
    runRepl(context, inner, innerLanguage);
    session().variables = before;
  }
  context.moduleSelf = self;
  session().scope = scope;
  return Value::nil();
}

}  // namespace

void enableRepl(const RuntimeOptions& runtime, const LanguageOptions& language) {
  inner = runtime;
  innerLanguage = language;
  session().repl = replInScope;
}

void waitInterruptibly(Context& context, const RuntimeOptions& runtime) {
  if (!context.vm) vm::createState(context, runtime.stackSize);
  schedulerOf(context);  // waits in its loop, not in the system
}

void runRepl(Context& context, const RuntimeOptions& runtime, const LanguageOptions& language) {
  Repl(context, runtime, language).loop();
}

/// gene repl --nrepl
static int serveNrepl(Job& job, const LanguageOptions& language) {
  const std::string port = job.options.get("nrepl", "0");
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size())
    return misuse("--nrepl requires a number from 0 to 65535");
  nrepl::Server server(job, language);
  if (const Status listens = server.listen(number); !listens) return fail(listens.message());
  std::printf("nREPL server started on port %u on host 127.0.0.1 - nrepl://127.0.0.1:%u\n",
              server.port(), server.port());
  std::fflush(stdout);
  debug::Capture out(STDOUT_FILENO, [&](const std::string& text) { server.output("out", text); });
  debug::Capture err(STDERR_FILENO, [&](const std::string& text) { server.output("err", text); });
  server.drain = [&] {
    out.drain();
    err.drain();
  };
  writeLinesAtOnce();
  return onLargeStack(job.runtime, [&] { return server.run(); }, [&] { server.serve(); });
}

int repl(Arguments args) {
  static const std::vector<OptionSpec> specs = withLanguageOptions({
      {"pkg", "NAME|DIR", "the package that imports are looked for in"},
      {"nrepl", "[=PORT]", "serve editors with nREPL on a port of this machine (default: any)"},
      {"debug,d", nullptr, "accepted, no effect"},
      {"stack-size", "SIZE", "address space for the stack, like 64M (default 112M, or less)"},
      {"help,h", nullptr, "this text"},
  });
  Job job;
  if (const auto code = readCommandLine("repl", specs, args, Positionals::Anywhere,
                                        UnknownOptions::Tolerated, job.options))
    return *code;
  if (const Status status = runtimeOptions(job.options, job.runtime); !status)
    return misuse(status.message());
  if (!choosePackage(job)) return Failed;
  job.runtime.programName = "<repl>";
  LanguageOptions language = languageOptions(job.options);
  language.package = job.package;
  if (job.options.has("nrepl")) return serveNrepl(job, language);
  interruptByCall();
  return onLargeStack(job.runtime, [&] {
    Context& context = *createContext(job.runtime);
    enableRepl(job.runtime, language);
    waitInterruptibly(context, job.runtime);
    writeOut(
        "Gene REPL - Interactive Gene Language Shell\n"
        "Type 'exit' or 'quit' to exit, 'help' for help\n\n");
    runRepl(context, job.runtime, language);
    return finishProgram(context, Success, job.runtime);
  });
}

}  // namespace gene::driver
