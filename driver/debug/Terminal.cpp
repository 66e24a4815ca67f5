// The commands of the terminal, and what it shows where the program stops.

#include "driver/debug/Terminal.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <sstream>

#include "driver/repl/Editor.h"
#include "runtime/Output.h"

namespace gene::debug {
namespace {

// What the handler of Ctrl-C may touch.
Debugger* interrupted = nullptr;
std::atomic<bool> reads = false;  // a line is being typed
pthread_t readingThread;

/// Stops the program, or clears the line that is typed. A program that does not come to a statement ends the second time.
void onInterrupt(int) {
  if (reads) {
    if (!::pthread_equal(readingThread, ::pthread_self()))
      ::pthread_kill(readingThread, SIGINT);
    else
      driver::interruptLine();
  } else if (interrupted->isPausing()) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  } else {
    interrupted->pause();
  }
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

bool isNumber(const std::string& text) {
  return !text.empty() && text.size() < 9 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

std::string textOf(const Place& place) {
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace

struct Terminal::Impl {
  struct Command {
    std::string_view names, arguments, text;
    void (Impl::*method)(const std::string& rest);
  };
  static const Command commands[];

  std::unique_ptr<driver::Editor> editor =
      driver::Editor::make([this](const std::string& before) { return completions(before); });
  Debugger* debugger = nullptr;
  size_t current = 0;  // the frame that is looked at
  std::optional<Resume> resume;
  std::string last;  // that an empty line repeats

  // --- commands: Commands.def ---------------------------------------------------------------------------------------------
#define DEBUG_COMMAND(method, names, arguments, text) void method(const std::string& rest);
#include "driver/debug/Commands.def"

  [[nodiscard]] const Frame& frame() const { return debugger->frames()[current]; }
  static const Command* find(std::string_view word);
  driver::Editor::Completions completions(const std::string& before);
  Resume stopped(const Stop& stop);
  void obey(const std::string& line);
  void showFrame(size_t i);
  void showSource(uint32_t line);
  void showBreakpoint(const Breakpoint& b);
  void showVariables(const std::vector<Variable>& variables);
  void evaluate(const std::string& text);
  Breakpoint breakpointAt(const std::string& where);
  void add(const Breakpoint& wanted, const std::string& where);
};

const Terminal::Impl::Command Terminal::Impl::commands[] = {
#define DEBUG_COMMAND(method, names, arguments, text) {names, arguments, text, &Impl::method},
#include "driver/debug/Commands.def"
};

Terminal::Terminal() : impl_(std::make_unique<Impl>()) {}
Terminal::~Terminal() = default;

Debugger::Face Terminal::face() {
  return {.stopped = [this](const Stop& stop) { return impl_->stopped(stop); },
          .say = [](const std::string& text) { writeOut(text + "\n"); }};
}

void Terminal::attach(Debugger& debugger) {
  impl_->debugger = interrupted = &debugger;
  struct sigaction action{};
  action.sa_handler = onInterrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

const Terminal::Impl::Command* Terminal::Impl::find(std::string_view word) {
  for (const Command& c : commands) {
    std::istringstream names{std::string(c.names)};
    for (std::string name; names >> name;)
      if (name == word) return &c;
  }
  return nullptr;
}

driver::Editor::Completions Terminal::Impl::completions(const std::string& before) {
  driver::Editor::Completions found;
  const size_t start = before.find_last_of(" ([{^") + 1;
  const std::string word = before.substr(start);
  found.length = word.size();
  const auto offer = [&](const std::string& name) {
    if (name.starts_with(word)) found.words.push_back(name);
  };
  if (start == 0)
    for (const Command& c : commands) offer(std::string(c.names.substr(0, c.names.find(' '))));
  for (const bool captured : {false, true})
    for (const Variable& v : debugger->locals(frame(), captured)) offer(v.name);
  for (const Variable& v : debugger->globals()) offer(v.name);
  return found;
}

// --- a stop ------------------------------------------------------------

Resume Terminal::Impl::stopped(const Stop& stop) {
  current = 0;
  switch (stop.reason) {
    case Stop::Entry:
    case Stop::Step: break;
    case Stop::Pause: writeOut("\nPaused\n"); break;
    case Stop::Breakpoint:
      writeOut("Stopped at breakpoint #" + std::to_string(stop.breakpoint) + "\n" +
               (stop.text.empty() ? "" : stop.text + "\n"));
      break;
    case Stop::Exception: writeOut("Stopped at an exception: " + stop.text + "\n"); break;
  }
  showSource(frame().place.line);
  showFrame(0);
  resume.reset();
  while (!resume) {
    std::string line;
    readingThread = ::pthread_self();
    reads = true;
    const driver::Editor::Got got = editor->read("(gene) ", &line);
    reads = false;
    if (got == driver::Editor::Got::Interrupted) continue;
    if (got == driver::Editor::Got::End) quit({});
    obey(trimmed(line));
    flushOut();
  }
  return *resume;
}

void Terminal::Impl::obey(const std::string& line) {
  const std::string text = line.empty() ? last : line;
  last.clear();
  if (text.empty()) return;
  editor->remember(text);
  const size_t end = text.find(' ');
  const Command* command = find(text.substr(0, end));
  if (!command) return evaluate(text);
  const bool repeats = command->method == &Impl::step || command->method == &Impl::next ||
                       command->method == &Impl::goOn;
  if (repeats) last = text;
  (this->*command->method)(end == std::string::npos ? "" : trimmed(text.substr(end)));
}

// --- showing ------------------------------------------------------------

void Terminal::Impl::showFrame(size_t i) {
  const Frame& f = debugger->frames()[i];
  writeOut((i == current ? "=>#" : "  #") + std::to_string(i) + "  " + f.function + " at " +
           textOf(f.place) + "\n");
}

/// Ten lines around one.
void Terminal::Impl::showSource(uint32_t line) {
  const std::string& file = frame().place.file;
  for (const SourceManager::Source& source : debugger->sources().all()) {
    if (source.name != file) continue;
    const uint32_t first = line > 5 ? line - 5 : 1;
    std::istringstream text{std::string(source.text)};
    std::string lines;
    uint32_t n = 0;
    for (std::string each; std::getline(text, each);) {
      if (++n < first || n >= first + 10) continue;
      std::string number = std::to_string(n);
      number.insert(0, number.size() < 4 ? 4 - number.size() : 0, ' ');
      lines += (n == frame().place.line ? "=>" : "  ") + number + "| " + each + "\n";
    }
    writeOut("[" + std::to_string(first) + ", " + std::to_string(std::min(n, first + 9)) + "] in " +
             file + "\n" + lines);
    return;
  }
}

void Terminal::Impl::showBreakpoint(const Breakpoint& b) {
  std::string text = "#" + std::to_string(b.id) + "  ";
  text += (b.function.empty() ? "" : b.function + " at ") + textOf(debugger->placeOf(b));
  if (!b.condition.empty()) text += " if " + b.condition;
  if (!b.hits.empty()) text += " hits " + b.hits;
  if (!b.message.empty()) text += " says " + b.message;
  if (b.count) text += " (reached " + std::to_string(b.count) + "x)";
  writeOut(text + "\n");
}

void Terminal::Impl::showVariables(const std::vector<Variable>& variables) {
  for (const Variable& v : variables) writeOut(v.name + " = " + debugger->textOf(v.value) + "\n");
}

// --- breakpoints ------------------------------------------------------------

/// LINE, FILE:LINE or FUNCTION.
Breakpoint Terminal::Impl::breakpointAt(const std::string& where) {
  Breakpoint wanted;
  const size_t colon = where.rfind(':');
  if (isNumber(where)) {
    wanted.file = frame().place.file;
    wanted.line = static_cast<uint32_t>(std::stoul(where));
  } else if (colon != std::string::npos && isNumber(where.substr(colon + 1))) {
    wanted.file = where.substr(0, colon);
    wanted.line = static_cast<uint32_t>(std::stoul(where.substr(colon + 1)));
  } else {
    wanted.function = where;
  }
  return wanted;
}

void Terminal::Impl::add(const Breakpoint& wanted, const std::string& where) {
  const Breakpoint added = debugger->add(wanted);
  if (!added.points.empty()) return showBreakpoint(added);
  debugger->remove(added.id);
  writeOut("There is no statement at " + where + "\n");
}

void Terminal::Impl::breakAt(const std::string& rest) {
  if (rest.empty()) return info("break");
  std::string where = rest;
  const auto take = [&](const std::string& word) {
    const size_t at = where.find(" " + word + " ");
    if (at == std::string::npos) return std::string();
    const std::string text = trimmed(where.substr(at + word.size() + 2));
    where.resize(at);
    return text;
  };
  const std::string hits = take("hits"), condition = take("if");
  Breakpoint wanted = breakpointAt(trimmed(where));
  wanted.hits = hits;
  wanted.condition = condition;
  add(wanted, where);
}

void Terminal::Impl::logAt(const std::string& rest) {
  const size_t end = rest.find(' ');
  if (end == std::string::npos) return writeOut("log WHERE TEXT\n");
  Breakpoint wanted = breakpointAt(rest.substr(0, end));
  wanted.message = trimmed(rest.substr(end));
  add(wanted, rest.substr(0, end));
}

void Terminal::Impl::catchErrors(const std::string& rest) {
  ExceptionFilter filter = debugger->exceptions();
  if (rest == "off")
    filter = {};
  else if (rest == "all")
    filter.all = true;
  else if (rest == "uncaught")
    filter.uncaught = true;
  else if (!rest.empty())
    filter.classes.push_back(rest);
  debugger->catchExceptions(filter);
  info("break");
}

void Terminal::Impl::deleteBreaks(const std::string& rest) {
  if (rest.empty()) {
    for (const Breakpoint& b : debugger->breakpoints()) debugger->remove(b.id);
    debugger->catchExceptions({});
  } else if (!isNumber(rest) || !debugger->remove(static_cast<int>(std::stoul(rest)))) {
    writeOut("There is no breakpoint " + rest + "\n");
  }
}

void Terminal::Impl::info(const std::string& rest) {
  if (rest == "globals") return showVariables(debugger->globals());
  if (rest.starts_with("break") || rest == "b") {
    for (const Breakpoint& b : debugger->breakpoints()) showBreakpoint(b);
    const ExceptionFilter filter = debugger->exceptions();
    if (filter.all) writeOut("catch all\n");
    if (filter.uncaught) writeOut("catch uncaught\n");
    for (const std::string& name : filter.classes) writeOut("catch " + name + "\n");
    return;
  }
  if (const Value self = debugger->self(frame()); !self.isAbsent()) showVariables({{"self", self}});
  showVariables(debugger->locals(frame(), false));
  showVariables(debugger->locals(frame(), true));
}

void Terminal::Impl::locals(const std::string&) { info({}); }

// --- going on, and looking around ------------------------------------------------------------

void Terminal::Impl::step(const std::string&) { resume = Resume::StepIn; }
void Terminal::Impl::next(const std::string&) { resume = Resume::StepOver; }
void Terminal::Impl::finish(const std::string&) { resume = Resume::StepOut; }
void Terminal::Impl::goOn(const std::string&) { resume = Resume::Continue; }
void Terminal::Impl::quit(const std::string&) {
  writeOut("\n");
  exitProcess(0);
}

void Terminal::Impl::where(const std::string&) {
  for (size_t i = 0; i < debugger->frames().size(); i++) showFrame(i);
  if (debugger->frames().size() == Debugger::MostFrames) writeOut("  … and more\n");
}

void Terminal::Impl::frameAt(const std::string& rest) {
  if (!rest.empty()) {
    if (!isNumber(rest) || std::stoul(rest) >= debugger->frames().size())
      return writeOut("There is no frame " + rest + "\n");
    current = std::stoul(rest);
  }
  showSource(frame().place.line);
  showFrame(current);
}

void Terminal::Impl::up(const std::string&) { frameAt(std::to_string(current + 1)); }
void Terminal::Impl::down(const std::string&) {
  if (current > 0) current--;
  frameAt({});
}

void Terminal::Impl::list(const std::string& rest) {
  showSource(isNumber(rest) ? static_cast<uint32_t>(std::stoul(rest)) : frame().place.line);
}

void Terminal::Impl::evaluate(const std::string& text) {
  const Evaluated result = debugger->evaluate(frame(), text);
  writeOut((result.raised ? result.error : debugger->textOf(result.value)) + "\n");
}

void Terminal::Impl::inspect(const std::string& rest) {
  const Evaluated result = debugger->evaluate(frame(), rest);
  if (result.raised) return writeOut(result.error + "\n");
  showVariables(debugger->partsOf(result.value));
}

void Terminal::Impl::print(const std::string& rest) { evaluate(rest); }

void Terminal::Impl::set(const std::string& rest) {
  const size_t end = rest.find(' ');
  if (end == std::string::npos) return writeOut("set NAME VALUE\n");
  std::string value = trimmed(rest.substr(end));
  if (value.starts_with("= ")) value = trimmed(value.substr(2));
  evaluate("(" + rest.substr(0, end) + " = " + value + ")");
}

void Terminal::Impl::help(const std::string&) {
  for (const Command& c : commands) {
    std::string line = std::string(c.names) + " " + std::string(c.arguments);
    line.resize(std::max<size_t>(line.size(), 42), ' ');
    writeOut(line + " " + std::string(c.text) + "\n");
  }
  writeOut("An empty line repeats step, next and continue. Ctrl-C stops the program.\n");
}

}  // namespace gene::debug
