#include "driver/repl/Commands.h"

#include <chrono>
#include <cstdio>

#include "driver/Command.h"
#include "driver/repl/About.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/Output.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Map.h"

namespace gene::driver {
namespace {

#define REPL_COMMAND(function, name, argument, text) \
  void function(ReplState& state, const std::string& rest);
#include "driver/repl/Commands.def"

struct ReplCommand {
  std::string_view name, argument, text;
  void (*function)(ReplState&, const std::string&);
};
constexpr ReplCommand commands[] = {
#define REPL_COMMAND(function, name, argument, text) {name, argument, text, function},
#include "driver/repl/Commands.def"
};

void helpCommand(ReplState&, const std::string&) {
  std::string out;
  for (const ReplCommand& c : commands) {
    std::string line =
        std::string(c.name) + (c.argument.empty() ? "" : " ") + std::string(c.argument);
    line.resize(std::max<size_t>(line.size(), 16), ' ');
    out += line + " " + std::string(c.text) + "\n";
  }
  writeOut(out +
           "_ is the last value, _1 the first one, and so on; Tab completes, Ctrl-C interrupts or "
           "clears the line.\n");
}

void docCommand(ReplState& state, const std::string& name) {
  if (name.empty()) return writeOut(":doc NAME, :doc .method\n");
  const About about = aboutName(state.context, name);
  writeOut(about.text.empty() ? "Nothing is known about " + name + "\n" : about.text);
}

void typeCommand(ReplState& state, const std::string& form) {
  state.evaluate("(typeof (do " + form + "\n))", state.entries.nextName());
}

void timeCommand(ReplState& state, const std::string& form) {
  const auto start = std::chrono::steady_clock::now();
  state.evaluate(form, state.entries.nextName());
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  char text[64];
  std::snprintf(text, sizeof text, "%.3f ms\n", taken.count());
  writeOut(text);
}

void irCommand(ReplState& state, const std::string& form) {
  writeOut(state.entries.dialog().irOf(form, state.entries.nextName()));
}
void bytecodeCommand(ReplState& state, const std::string& form) {
  writeOut(state.entries.dialog().bytecodeOf(form, state.entries.nextName()));
}

void loadCommand(ReplState& state, const std::string& file) {
  Expected<std::string> text = readFile(file);
  if (!text) return writeError("Error: " + text.message() + "\n");
  state.evaluate(*text, file);
}

void namesCommand(ReplState& state, const std::string&) {
  const auto* names = as<MapObject>(session().variables->members.get());
  for (uint32_t i = 0; (i = mapNext(names, i)) != MapEnd; i++) {
    const std::string_view name = names->entries[i].key.get().symbol().text();
    if (!name.starts_with('_'))
      writeOut(std::string(name) + ": " + kindName(state.context, names->entries[i].value.get()) +
               "\n");
  }
}

void quitCommand(ReplState&, const std::string&) {}  // the loop knows it

}  // namespace

std::vector<std::string_view> replCommandNames() {
  std::vector<std::string_view> names;
  for (const ReplCommand& c : commands) names.push_back(c.name);
  return names;
}

void runReplCommand(ReplState& state, const std::string& line) {
  const size_t blank = line.find(' ');
  const std::string name = line.substr(0, blank);
  const size_t from = blank == std::string::npos ? blank : line.find_first_not_of(' ', blank);
  std::string rest = from == std::string::npos ? "" : line.substr(from);
  while (rest.ends_with(' ')) rest.pop_back();
  for (const ReplCommand& c : commands)
    if (c.name == name) return c.function(state, rest);
  std::string text = "Error: Unknown command: " + name + "\n";
  if (const std::string_view near = nearest(name, replCommandNames()); !near.empty())
    text += "Did you mean '" + std::string(near) + "'?\n";
  writeError(text);
}

}  // namespace gene::driver
