#include "driver/repl/Commands.h"

#include <chrono>
#include <cstdio>

#include "driver/Command.h"
#include "driver/Reference.h"
#include "frontend/syntax/Suggest.h"
#include "runtime/Output.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Function.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"

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

std::string nextName(ReplState& state) {
  return "<repl:" + std::to_string(state.entries + 1) + ">";
}

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

/// name [a b ^c], from the slots of a function.
std::string signatureOf(const FunctionInfo& info) {
  std::string text(info.name.text().empty() ? "fn" : info.name.text());
  text += " [";
  bool isFirst = true;
  for (uint32_t i = 0; i < info.slotCount && info.slots; i++) {
    const SlotInfo& slot = info.slots[i];
    if (slot.kind == SlotKind::Self) continue;
    const bool isKeyword = slot.kind == SlotKind::Keyword || slot.kind == SlotKind::KeywordRest;
    const bool isRest = slot.kind == SlotKind::Rest || slot.kind == SlotKind::KeywordRest;
    text += std::string(isFirst ? "" : " ") + (isKeyword ? "^" : "") +
            std::string(slot.name.text()) +
            (isRest          ? "..."
             : slot.optional ? "?"
                             : "");
    isFirst = false;
  }
  return text + "]";
}

std::string describeFunction(Context& context, Value value) {
  const FunctionInfo& info = *as<FunctionObject>(value)->info;
  if (info.builtin) return {};
  std::string text = signatureOf(info) + "\n";
  if (const std::string intent = displayText(context, functionIntent(context, value));
      !intent.empty())
    text += intent + "\n";
  if (info.program && info.site < info.program->siteCount) {
    const TraceSite& site = info.program->sites[info.site];
    text += "defined at " + std::string(site.file) + ":" + std::to_string(site.line) + "\n";
  }
  return text;
}

std::string describeClass(ClassObject* cls) {
  std::string text = "class " + std::string(cls->name.get().symbol().text());
  if (const ClassObject* parent = parentOf(cls))
    text += " < " + std::string(parent->name.get().symbol().text());
  text += "\n";
  const auto* methods = as<MapObject>(cls->methods.get());
  for (uint32_t i = 0; (i = mapNext(methods, i)) != MapEnd; i++) {
    const std::string_view name = methods->entries[i].key.get().symbol().text();
    const Value method = methods->entries[i].value.get();
    const bool isOwn = isKind(method, Kind::Function) && !as<FunctionObject>(method)->info->builtin;
    text +=
        "  ." + (isOwn ? signatureOf(*as<FunctionObject>(method)->info) : std::string(name)) + "\n";
  }
  return text;
}

void docCommand(ReplState& state, const std::string& name) {
  std::string out;
  if (name.empty()) return writeOut(":doc NAME, :doc .method\n");
  if (name[0] == '.') {
    for (const BuiltinEntry& e : builtinMethods(std::string_view(name).substr(1)))
      out += e.text() + "\n";
  } else {
    Value value = namedValue(state.context, Symbol::of(name));
    if (value.isAbsent()) value = namespaceGet(state.context.globals, Symbol::of(name));
    const std::string form = aboutSpecialForm(name);
    const BuiltinEntry builtin = findBuiltin(name);
    if (isKind(value, Kind::Function)) out = describeFunction(state.context, value);
    if (isClass(value)) out = describeClass(as<ClassObject>(value));
    if (out.empty() && builtin.row) out = builtin.text() + "\n";
    if (out.empty() && !form.empty()) out = std::string(form) + "\n";
    if (out.empty() && !value.isAbsent())
      out = name + " is " + kindName(state.context, value) + ": " +
            literalText(state.context, value) + "\n";
  }
  writeOut(out.empty() ? "Nothing is known about " + name + "\n" : out);
}

void typeCommand(ReplState& state, const std::string& form) {
  state.evaluate("(typeof (do " + form + "\n))", nextName(state));
}

void timeCommand(ReplState& state, const std::string& form) {
  const auto start = std::chrono::steady_clock::now();
  state.evaluate(form, nextName(state));
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  char text[64];
  std::snprintf(text, sizeof text, "%.3f ms\n", taken.count());
  writeOut(text);
}

void irCommand(ReplState& state, const std::string& form) {
  writeOut(state.dialog.irOf(form, nextName(state)));
}
void bytecodeCommand(ReplState& state, const std::string& form) {
  writeOut(state.dialog.bytecodeOf(form, nextName(state)));
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
