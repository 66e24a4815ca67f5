// Global functions (14 §7), and what is the same everywhere: $args, $env.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "frontend/syntax/Reader.h"
#include "runtime/Async.h"
#include "runtime/Domain.h"
#include "runtime/Output.h"
#include "runtime/Runtime.h"
#include "runtime/builtins/Io.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Enum.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"
#include "runtime/object/Types.h"
#include "runtime/support/Base64.h"
#include "runtime/system/Environment.h"

namespace gene {

Value exitWith(Context& context, Arguments args) {
  const int code = args.count > 0 && isInt(args[0]) ? static_cast<int>(asInt(args[0])) : 0;
  return exitProgram(context, code);
}

Value cwd(Context& context, Arguments) {
  char path[PATH_MAX];
  return checkedString(context, ::getcwd(path, sizeof path) ? path : "");
}

namespace {

// --- printing and reading ----------------------------------------------------------------------------------------------

Value printText(Context& context, Arguments args, const char* end) {
  const Value wantsStderr = args.keyword("stderr");
  const bool toStderr = !wantsStderr.isAbsent() && wantsStderr.isTruthy();
  std::string out;
  for (uint32_t i = 0; i < args.count; i++) {
    if (i) out += ' ';
    printValue(context, args[i], Rendering::Display, out);
  }
  out += end;
  if (toStderr)
    writeError(out);
  else
    writeOut(out);
  return Value::nil();
}
Value print(Context& context, Arguments args) { return printText(context, args, ""); }
Value println(Context& context, Arguments args) { return printText(context, args, "\n"); }

Value flush(Context&, Arguments) {
  flushOut();
  return Value::nil();
}

// --- values ------------------------------------------------------------------------------------------------------------

Value length(Context&, const StringObject* s) { return Value::smallInt(s->chars); }
Value length(Context&, const ArrayObject* a) { return Value::smallInt(a->size); }
Value length(Context&, const MapObject* m) { return Value::smallInt(m->size); }
Value length(Context&, const GeneObject* g) { return Value::smallInt(g->size); }
Value length(Context&, const BytesObject* b) { return Value::smallInt(b->size); }
Value length(Context& context, const RangeObject* r) {
  int64_t n;
  return rangeLength(context, r, &n) ? newInt(context, n) : Value::pending();
}

Value len(Context& context, Arguments args) {
  Value v = args[0];
  if (v.isSymbol()) v = newString(context, v.symbol().text());
  Value n = Value::smallInt(0);
  if (v.isObject())
    dispatch<trait::Countable>(v.object(), [&](auto* object) { n = length(context, object); });
  return n;
}

Value assertTrue(Context& context, Arguments args) {
  if (args.count == 0 || args[0].isTruthy()) return Value::nil();
  return raise(context, ErrorClass::Assertion,
               args.count > 1 ? displayText(context, args[1]) : "Assertion failed");
}

Value text(Context& context, Arguments args) {
  std::string out;
  for (uint32_t i = 0; i < args.count; i++) out += toText(context, args[i]);
  return newString(context, out);
}

Value parse(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "$parse expects a string argument");
  Value result;
  onLargeStack(context, [&] {
    SourceManager sources;
    const Location start = sources.add("<parse>", std::string(stringView(args[0])));
    DiagnosticEngine diagnostics(sources);
    Arena arena;
    const Span<Form*> forms = readForms(start, arena, diagnostics);
    if (diagnostics.hasErrors())
      result = raise(context, ErrorClass::Parse, diagnostics.all()[0].message);
    else
      result = forms.empty() ? Value::nil() : fromForm(context, *forms[0]);
  });
  return result;
}

Value typesEquivalent(Context& context, Arguments args) {
  std::string texts[2];
  for (uint32_t i = 0; i < 2; i++) {
    Value type = args[i];
    if (isString(type)) {
      type = parse(context, {&args[i], 1});
      if (type.isPending()) return type;
    }
    const bool isData = type.isSymbol() || isGene(type) || isKind(type, Kind::ComplexSymbol);
    if (!isData && typeExpression(type).isAbsent())
      return raiseArgument(context,
                           "types_equivalent expects types, got " + kindName(context, args[i]));
    texts[i] = canonicalType(type);
  }
  return Value::boolean(texts[0] == texts[1]);
}

// --- environment, time, ending -----------------------------------------------------------------------------------------

Value getEnv(Context& context, Arguments args) {
  if (!isString(args.at(0)))
    return raiseArgument(context, "get_env requires a string variable name");
  if (!mayName(context, Permission::Env, stringView(args[0]))) return Value::pending();
  const auto value = environmentValue(std::string(stringView(args[0])).c_str());
  return value && !value->empty() ? checkedString(context, *value) : args.at(1);
}
Value setEnv(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseArgument(context, "set_env requires a string variable name");
  const std::string name(stringView(args[0])), value = displayText(context, args[1]);
  if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
      value.find('\0') != std::string::npos)
    return raiseArgument(context, "set_env requires a name without = and texts without NUL");
  setEnvironmentValue(name.c_str(), value.c_str());
  return Value::nil();
}
Value hasEnv(Context& context, Arguments args) {
  if (!isString(args.at(0)))
    return raiseArgument(context, "has_env requires a string variable name");
  if (!mayName(context, Permission::Env, stringView(args[0]))) return Value::pending();
  return Value::boolean(environmentValue(std::string(stringView(args[0])).c_str()).has_value());
}

Value sleepFor(Context& context, Arguments args) {
  if (!isNumber(args[0])) return raiseType(context, "sleep requires a number (milliseconds)");
  const double seconds =
      args[0].isFloat() ? args[0].floating() : static_cast<double>(asInt(args[0])) / 1000;
  flushOut();
  if (context.scheduler || isEmbedded(context)) {
    const double micros = std::clamp(seconds, 0.0, 1e9) * 1e6;
    return context.async->sleep(context, static_cast<int64_t>(micros)) ? Value::nil()
                                                                       : Value::pending();
  }
  if (seconds > 0) {
    timespec time{};
    time.tv_sec = static_cast<time_t>(std::min(seconds, 1e9));
    time.tv_nsec =
        static_cast<long>((std::min(seconds, 1e9) - static_cast<double>(time.tv_sec)) * 1e9);
    while (::nanosleep(&time, &time) != 0 && errno == EINTR) {
    }
  }
  return Value::nil();
}

// --- base64 ------------------------------------------------------------------------------------------------------------

Value base64Encode(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "base64_encode requires a string argument");
  return newString(context, base64::encode(stringView(args[0])));
}

Value base64Decode(Context& context, Arguments args) {
  if (!isString(args[0])) return raiseType(context, "base64_decode requires a string argument");
  const std::string_view in = stringView(args[0]);
  std::string out;
  uint32_t word = 0;
  int bits = 0;
  size_t padding = 0;
  for (char c : in) {
    if (c == '=') {
      padding++;
      continue;
    }
    const void* digit = c ? std::memchr(base64::Digits.data(), c, 64) : nullptr;
    if (!digit || padding)
      return raise(context, ErrorClass::Exception, "Invalid base64 string: " + std::string(in));
    word =
        word << 6 | static_cast<uint32_t>(static_cast<const char*>(digit) - base64::Digits.data());
    bits += 6;
    if (bits >= 8) out += static_cast<char>(word >> (bits -= 8));
  }
  // Padding may be missing; one digit alone is no byte.
  if ((in.size() - padding) % 4 == 1 || padding > 2 || (padding && in.size() % 4))
    return raise(context, ErrorClass::Exception, "Invalid base64 string: " + std::string(in));
  return checkedString(context, out);
}

constexpr BuiltinRow globalRows[] = {
    {"print", print, "value... ^stderr ^... -> Nil", "Rrwac",
     "writes the arguments with blanks between; `^stderr true`"},
    {"println", println, "value... ^stderr ^... -> Nil", "Rrwac", "the same with a line end"},
    {"flush", flush, "handle? -> Nil", "Rrw", "writes what is buffered",
     Surplus{"flush accepts at most one IOHandle"}},
    {"len", len, "collection -> Int", "Rra",
     "how many characters, items, entries, children or values",
     Missing{"len requires 1 argument (collection)"}},
    {"assert", assertTrue, "condition? message? -> Nil", "Rrwac",
     "raises an AssertionException unless true"},
    {"freeze", freeze, "value -> Value", "Rrwa", "makes a value and all in it immutable; the value",
     Missing{"freeze requires 1 argument"}, Surplus{"freeze requires 1 argument"}},
    {"$", text, "value... -> String", "Rrwac", "the texts of all arguments, joined"},
    {"parse $parse", parse, "text:String -> Value", "Rra", "the first form of a text, as data",
     Missing{"$parse expects a string argument"}},
    {"types_equivalent types_equiv", typesEquivalent, "a b -> Bool", "Rra",
     "do two types accept the same? The order of union members does not count",
     Missing{"types_equivalent requires 2 arguments (types)"}},
    {"get_env", getEnv, "name:String default? -> Value", "RrwaE",
     "an environment variable, else the default, else nil",
     Missing{"get_env requires a string variable name"}},
    {"set_env", setEnv, "name:String value -> Nil", "RrwacX", "sets an environment variable",
     Missing{"set_env requires 2 arguments (name, value)"}},
    {"has_env", hasEnv, "name:String -> Bool", "RrwE", "is the environment variable set?",
     Missing{"has_env requires a string variable name"}},
    {"sleep", sleepFor, "duration:Int|Float -> Nil", "Rrwac",
     "waits: an Int in milliseconds, a Float in seconds",
     Missing{"sleep requires 1 argument (duration in milliseconds)"}},
    {"exit", exitWith, "status? -> Value", "Rrwac", "ends the program with this status"},
    {"cwd", cwd, "-> String", "RrwaF", "the current directory"},
    {"base64", base64Encode, "text:String -> String", "Ra", "base64 of a string's bytes",
     Missing{"base64_encode requires a string argument"}},
    {"base64_decode", base64Decode, "text:String -> String", "Ra",
     "the string that base64 text stands for", Missing{"base64_decode requires a string argument"}},
};

constexpr BuiltinRow geneRows[] = {
    {"base64_encode", base64Encode, "text:String -> String", "Ra",
     "as `base64`; gene/ has all global functions and classes, too",
     Missing{"base64_encode requires a string argument"}},
};

}  // namespace

BUILTIN_TABLE(globalTable, "", Functions, globalRows)
BUILTIN_TABLE(geneNamespaceTable, "gene", Functions, geneRows)

/// Classes that tables need, before they are read.
void defineStandardClasses(Context& context) { defineStandardEnums(context); }

/// Values without a table: $args and its like, math/PI …
void defineStandardValues(Context& context) {
  auto global = [&](std::string_view name, Value v) {
    namespaceSet(context, context.globals, Symbol::of(name), v);
  };
  defineMath(context);
  ArrayObject* arguments = newArray(context, 0);
  for (const std::string& a : context.domain->programArguments)
    arrayPush(context, arguments, checkedString(context, a));
  MapObject* environment = newMap(context);
  for (const std::string& text : environmentEntries()) {
    const std::string_view entry = text;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    if (!sandbox::allowsName(Permission::Env, entry.substr(0, equals))) continue;
    mapPut(context, environment, Symbol::of(entry.substr(0, equals)),
           checkedString(context, entry.substr(equals + 1)));
  }
  const Value program = checkedString(context, context.domain->programName);
  auto* gene = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("gene")));
  const auto* globals = as<MapObject>(context.globals->members.get());
  for (uint32_t i = 0; (i = mapNext(globals, i)) != MapEnd; i++) {
    const Value v = globals->entries[i].value.get();
    const Symbol name = globals->entries[i].key.get().symbol();
    if ((isClass(v) || isKind(v, Kind::Function)) && namespaceGet(gene, name).isAbsent())
      namespaceSet(context, gene, name, v);
  }
  auto everywhere = [&](const char* name, Value v) {
    namespaceSet(context, context.dollars, Symbol::of(name), v);
    global(name, v);
    namespaceSet(context, gene, Symbol::of(name), v);
  };
  everywhere("args", Value::object(arguments));
  everywhere("env", Value::object(environment));
  everywhere("program", program);
  const Value pkg = defaultPackage(context);
  everywhere("pkg", pkg);
  everywhere("app", newApplication(context, pkg));
  namespaceAt(context, "genex");  // there without extensions, too
  if (sandbox::grantsAny(Permission::Read))
    namespaceSet(context, context.dollars, Symbol::of("cwd"), cwd(context, {}));
  namespaceSet(context, gene, Symbol::of("main_module"), program);
}

}  // namespace gene
