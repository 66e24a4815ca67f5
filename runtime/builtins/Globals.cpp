// Global functions (14 §7), math/, and what is the same everywhere: $args, $env, stdout.

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

#include "frontend/syntax/Reader.h"
#include "runtime/Output.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Enum.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/String.h"

extern char** environ;

namespace gene {
namespace {

// --- printing and reading ----------------------------------------------------------------------------------------------

Value printText(Context& context, const Value* args, uint32_t count, const char* end) {
  const bool toStderr =
      !context.keywords.isNil() &&
      mapGetOr(as<MapObject>(context.keywords), Symbol::of("stderr"), Value::nil()).isTruthy();
  std::string out;
  for (uint32_t i = 0; i < count; i++) {
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
Value print(Context& context, const Value* args, uint32_t count) {
  return printText(context, args, count, "");
}
Value println(Context& context, const Value* args, uint32_t count) {
  return printText(context, args, count, "\n");
}

Value flush(Context& context, const Value*, uint32_t count) {
  if (count > 1) return raiseArgument(context, "flush accepts at most one IOHandle");
  flushOut();
  return Value::nil();
}

/// The next line of standard input; false at its end.
bool readLine(std::string* line) {
  flushOut();
  line->clear();
  int c;
  while ((c = std::getchar()) != EOF && c != '\n') *line += static_cast<char>(c);
  if (c == EOF && line->empty()) return false;
  if (line->ends_with('\r')) line->pop_back();
  return true;
}

Value readline(Context& context, const Value*, uint32_t count) {
  if (count > 0) return raiseArgument(context, "readline does not accept arguments");
  std::string line;
  return readLine(&line) ? checkedString(context, line) : Value::nil();
}

// --- values ------------------------------------------------------------------------------------------------------------

Value len(Context& context, const Value* args, uint32_t count) {
  if (count < 1) return raiseArgument(context, "len requires 1 argument (collection)");
  const Value v = args[0];
  if (v.isSymbol()) {
    const Value text = newString(context, v.symbol().text());
    return Value::smallInt(as<StringObject>(text)->chars);
  }
  if (!v.isObject() || isInstance(v)) return Value::smallInt(0);
  switch (v.object()->kind()) {
    case Kind::String: return Value::smallInt(as<StringObject>(v)->chars);
    case Kind::Array: return Value::smallInt(as<ArrayObject>(v)->size);
    case Kind::Map:
    case Kind::HashMap:
    case Kind::HashSet: return Value::smallInt(as<MapObject>(v)->size);
    case Kind::Gene: return Value::smallInt(as<GeneObject>(v)->size);
    case Kind::Bytes: return Value::smallInt(as<BytesObject>(v)->size);
    case Kind::Range: {
      int64_t n;
      return rangeLength(context, as<RangeObject>(v), &n) ? newInt(context, n) : Value::pending();
    }
    default: return Value::smallInt(0);
  }
}

Value assertTrue(Context& context, const Value* args, uint32_t count) {
  if (count == 0 || args[0].isTruthy()) return Value::nil();
  return raise(context, ErrorClass::Assertion,
               count > 1 ? displayText(context, args[1]) : "Assertion failed");
}

Value text(Context& context, const Value* args, uint32_t count) {
  std::string out;
  for (uint32_t i = 0; i < count; i++) out += toText(context, args[i]);
  return newString(context, out);
}

Value parse(Context& context, const Value* args, uint32_t count) {
  if (count < 1 || !isString(args[0]))
    return raiseType(context, "$parse expects a string argument");
  SourceManager sources;
  const Location start = sources.add("<parse>", std::string(stringView(args[0])));
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const std::span<Form*> forms = readForms(start, arena, diagnostics);
  if (diagnostics.hasErrors())
    return raise(context, ErrorClass::Parse, diagnostics.all()[0].message);
  return forms.empty() ? Value::nil() : fromForm(context, *forms[0]);
}

/// (freeze v): the whole graph is checked first, then marked.
class Freezer {
 public:
  explicit Freezer(Context& context) : context_(context) {}

  bool check(Value root) {
    work_.push_back({root, ""});
    while (!work_.empty()) {
      const Step step = std::move(work_.back());
      work_.pop_back();
      if (!visit(step)) return false;
    }
    return true;
  }
  void mark() {
    for (Object* o : found_) {
      if (!o->isImmortal()) o->countAndFlags |= Object::Frozen;
    }
  }

 private:
  struct Step {
    Value value;
    std::string path;
  };
  bool visit(const Step& step) {
    if (!step.value.isObject()) return true;
    Object* o = step.value.object();
    for (const Object* other : found_)
      if (other == o) return true;
    auto all = [&](const Slot* slots, uint32_t n, const char* before, const char* after) {
      for (uint32_t i = n; i-- > 0;)
        work_.push_back({slots[i].get(), step.path + before + std::to_string(i) + after});
    };
    if (o->isInstance()) return refuse(step);
    switch (o->kind()) {
      case Kind::BoxedInt:
      case Kind::ComplexSymbol:
      case Kind::String:
      case Kind::Bytes: break;
      case Kind::Array:
        all(static_cast<ArrayObject*>(o)->items, static_cast<ArrayObject*>(o)->size, "/[", "]");
        break;
      case Kind::Map: {
        auto* m = static_cast<MapObject*>(o);
        for (uint32_t i = m->used; i-- > 0;)
          if (!m->entries[i].key.get().isAbsent())
            work_.push_back(
                {m->entries[i].value.get(),
                 step.path + "/." + std::string(m->entries[i].key.get().symbol().text())});
        break;
      }
      case Kind::HashMap: {
        auto* m = static_cast<MapObject*>(o);
        for (uint32_t i = m->used; i-- > 0;) {
          if (m->entries[i].key.get().isAbsent()) continue;
          work_.push_back(
              {m->entries[i].value.get(), step.path + "/value[" + std::to_string(i) + "]"});
          work_.push_back({m->entries[i].key.get(), step.path + "/key[" + std::to_string(i) + "]"});
        }
        break;
      }
      case Kind::Gene: {
        auto* g = static_cast<GeneObject*>(o);
        all(g->children, g->size, "/children[", "]");
        if (!g->properties.get().isNil()) work_.push_back({g->properties.get(), step.path});
        work_.push_back({g->type.get(), step.path + "/type"});
        break;
      }
      case Kind::Function:
        all(static_cast<FunctionObject*>(o)->captures(),
            static_cast<FunctionObject*>(o)->captureCount, "/captures[", "]");
        break;
      case Kind::Scope:
        all(static_cast<ScopeObject*>(o)->slots(), static_cast<ScopeObject*>(o)->count, "/[", "]");
        break;
      default: return refuse(step);
    }
    found_.push_back(o);
    return true;
  }
  bool refuse(const Step& step) {
    raise(context_, ErrorClass::Exception,
          "freeze cannot make " + kindName(context_, step.value) + " frozen at " +
              (step.path.empty() ? "/" : step.path) +
              "; Phase 1 only deep-freezes MVP containers, and sealed non-MVP values stay shallow");
    return false;
  }
  Context& context_;
  std::vector<Step> work_;
  std::vector<Object*> found_;
};

Value freeze(Context& context, const Value* args, uint32_t count) {
  if (count < 1) return raiseArgument(context, "freeze requires 1 argument");
  Freezer freezer(context);
  if (!freezer.check(args[0])) return Value::pending();
  freezer.mark();
  return args[0];
}

// --- environment, time, ending -----------------------------------------------------------------------------------------

Value getEnv(Context& context, const Value* args, uint32_t count) {
  if (count < 1 || !isString(args[0]))
    return raiseArgument(context, "get_env requires a string variable name");
  const char* value = std::getenv(std::string(stringView(args[0])).c_str());
  return value ? checkedString(context, value) : argument(args, count, 1);
}
Value setEnv(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "set_env requires 2 arguments (name, value)");
  ::setenv(displayText(context, args[0]).c_str(), displayText(context, args[1]).c_str(), 1);
  return Value::nil();
}
Value hasEnv(Context& context, const Value* args, uint32_t count) {
  if (count < 1) return raiseArgument(context, "has_env requires a string variable name");
  return Value::boolean(std::getenv(displayText(context, args[0]).c_str()) != nullptr);
}

Value sleepFor(Context& context, const Value* args, uint32_t count) {
  if (count < 1)
    return raiseArgument(context, "sleep requires 1 argument (duration in milliseconds)");
  if (!isNumber(args[0])) return raiseType(context, "sleep requires a number (milliseconds)");
  const double seconds =
      args[0].isFloat() ? args[0].floating() : static_cast<double>(asInt(args[0])) / 1000;
  flushOut();
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

Value exitWith(Context&, const Value* args, uint32_t count) {
  exitProcess(count > 0 && isInt(args[0]) ? static_cast<int>(asInt(args[0])) : 0);
}

Value cwd(Context& context, const Value*, uint32_t) {
  char path[PATH_MAX];
  return newString(context, ::getcwd(path, sizeof path) ? path : "");
}

// --- base64 ------------------------------------------------------------------------------------------------------------

constexpr char base64Digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Value base64Encode(Context& context, const Value* args, uint32_t count) {
  if (count < 1 || !isString(args[0]))
    return raiseType(context, "base64_encode requires a string argument");
  const std::string_view in = stringView(args[0]);
  std::string out;
  for (size_t i = 0; i < in.size(); i += 3) {
    uint32_t word = 0;
    for (size_t k = 0; k < 3; k++)
      word = word << 8 | (i + k < in.size() ? static_cast<uint8_t>(in[i + k]) : 0);
    for (size_t k = 0; k < 4; k++)
      out += i + k > in.size() ? '=' : base64Digits[word >> (18 - 6 * k) & 63];
  }
  return newString(context, out);
}

Value base64Decode(Context& context, const Value* args, uint32_t count) {
  if (count < 1 || !isString(args[0]))
    return raiseType(context, "base64_decode requires a string argument");
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
    const void* digit = c ? std::memchr(base64Digits, c, 64) : nullptr;
    if (!digit || padding)
      return raise(context, ErrorClass::Exception, "Invalid base64 string: " + std::string(in));
    word = word << 6 | static_cast<uint32_t>(static_cast<const char*>(digit) - base64Digits);
    bits += 6;
    if (bits >= 8) out += static_cast<char>(word >> (bits -= 8));
  }
  // Padding may be missing; one digit alone is no byte.
  if ((in.size() - padding) % 4 == 1 || padding > 2 || (padding && in.size() % 4))
    return raise(context, ErrorClass::Exception, "Invalid base64 string: " + std::string(in));
  return checkedString(context, out);
}

constexpr BuiltinRow globalRows[] = {
    {"print", print, 0, -1, 0, "writes the arguments with blanks between; `^stderr true`"},
    {"println", println, 0, -1, 0, "the same with a line end"},
    {"flush", flush, 0, 1, 0, "writes what is buffered"},
    {"readline", readline, 0, 0, 0, "the next line of standard input, or nil"},
    {"len", len, 1, 1, 0, "how many characters, items, entries, children or values"},
    {"assert", assertTrue, 0, 2, 0, "raises an AssertionException unless true"},
    {"freeze", freeze, 1, 1, 0, "makes a value and all in it immutable; the value"},
    {"$", text, 0, -1, 0, "the texts of all arguments, joined"},
    {"parse $parse", parse, 1, 1, 0, "the first form of a text, as data"},
    {"get_env", getEnv, 1, 2, 0, "an environment variable, else the default, else nil"},
    {"set_env", setEnv, 2, 2, 0, "sets an environment variable"},
    {"has_env", hasEnv, 1, 1, 0, "is the environment variable set?"},
    {"sleep", sleepFor, 1, 1, 0, "waits: an Int in milliseconds, a Float in seconds"},
    {"exit", exitWith, 0, 1, 0, "ends the program with this status"},
    {"cwd", cwd, 0, 0, 0, "the current directory"},
    {"base64", base64Encode, 1, 1, 0, "base64 of a string's bytes"},
    {"base64_decode", base64Decode, 1, 1, 0, "the string that base64 text stands for"},
};

constexpr BuiltinRow geneRows[] = {
    {"base64_encode", base64Encode, 1, 1, 0,
     "as `base64`; gene/ has all global functions and classes, too"},
};

constexpr BuiltinRow systemRows[] = {
    {"exit", exitWith, 0, 1, 0, "as the global"},
    {"cwd", cwd, 0, 0, 0, "as the global"},
};

// --- math --------------------------------------------------------------------------------------------------------------

bool numeric(Context& context, const Value* args, uint32_t count, const char* name) {
  if (count < 1) {
    raiseArgument(context, std::string(name) + " requires 1 argument");
    return false;
  }
  if (isNumber(args[0])) return true;
  raiseType(context, std::string(name) + " requires a numeric argument");
  return false;
}

Value absolute(Context& context, const Value* args, uint32_t count) {
  if (!numeric(context, args, count, "abs")) return Value::pending();
  if (args[0].isFloat()) return Value::floating(std::fabs(args[0].floating()));
  const int64_t i = asInt(args[0]);
  if (i == INT64_MIN)
    return raise(context, ErrorClass::Runtime, "Integer overflow in absolute value");
  return newInt(context, i < 0 ? -i : i);
}

template <double (*F)(double)>
Value unary(Context& context, const Value* args, uint32_t count, const char* name) {
  return numeric(context, args, count, name) ? Value::floating(F(asDouble(args[0])))
                                             : Value::pending();
}
Value squareRoot(Context& c, const Value* a, uint32_t n) {
  return unary<std::sqrt>(c, a, n, "sqrt");
}
Value sine(Context& c, const Value* a, uint32_t n) { return unary<std::sin>(c, a, n, "sin"); }
Value cosine(Context& c, const Value* a, uint32_t n) { return unary<std::cos>(c, a, n, "cos"); }
Value tangent(Context& c, const Value* a, uint32_t n) { return unary<std::tan>(c, a, n, "tan"); }
Value logarithm(Context& c, const Value* a, uint32_t n) { return unary<std::log>(c, a, n, "log"); }
Value logarithm10(Context& c, const Value* a, uint32_t n) {
  return unary<std::log10>(c, a, n, "log10");
}

template <double (*F)(double)>
Value rounding(Context& context, const Value* args, uint32_t count, const char* name) {
  if (!numeric(context, args, count, name)) return Value::pending();
  return args[0].isFloat() ? Value::floating(F(args[0].floating())) : args[0];
}
Value floorOf(Context& c, const Value* a, uint32_t n) {
  return rounding<std::floor>(c, a, n, "floor");
}
Value ceilOf(Context& c, const Value* a, uint32_t n) {
  return rounding<std::ceil>(c, a, n, "ceil");
}
Value roundOf(Context& c, const Value* a, uint32_t n) {
  return rounding<std::round>(c, a, n, "round");
}

Value power(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "pow requires 2 arguments (base, exponent)");
  if (!isNumber(args[0])) return raiseType(context, "pow base must be numeric");
  if (!isNumber(args[1])) return raiseType(context, "pow exponent must be numeric");
  return Value::floating(std::pow(asDouble(args[0]), asDouble(args[1])));
}

/// The first argument, replaced by each later number that is beyond it.
Value extreme(Context& context, const Value* args, uint32_t count, const char* name, bool largest) {
  if (count < 2)
    return raiseArgument(context, std::string(name) + " requires at least 2 arguments");
  Value best = args[0];
  for (uint32_t i = 1; i < count; i++) {
    if (!isNumber(args[i]) || !isNumber(best)) continue;
    const bool less = isInt(args[i]) && isInt(best) ? asInt(args[i]) < asInt(best)
                                                    : asDouble(args[i]) < asDouble(best);
    const bool more = isInt(args[i]) && isInt(best) ? asInt(args[i]) > asInt(best)
                                                    : asDouble(args[i]) > asDouble(best);
    if (largest ? more : less) best = args[i];
  }
  return best;
}
Value minimum(Context& c, const Value* a, uint32_t n) { return extreme(c, a, n, "min", false); }
Value maximum(Context& c, const Value* a, uint32_t n) { return extreme(c, a, n, "max", true); }

std::mt19937_64& generator() {
  static std::mt19937_64 engine{std::random_device{}()};
  return engine;
}
Value random(Context&, const Value*, uint32_t) {
  return Value::floating(static_cast<double>(generator()() >> 11) / 9007199254740991.0);
}
Value randomInt(Context& context, const Value* args, uint32_t count) {
  if (count < 1) return raiseArgument(context, "random_int requires at least 1 argument (max)");
  if (!isInt(args[0])) return raiseType(context, "random_int max must be an integer");
  const int64_t most = asInt(args[0]);
  int64_t least = 0;
  if (count > 1) {
    if (!isInt(args[1])) return raiseType(context, "random_int max must be an integer");
    least = asInt(args[1]);
    if (most <= least) return raiseArgument(context, "random_int max must be greater than min");
  } else if (most <= 0) {
    return raiseArgument(context, "random_int max must be greater than 0");
  }
  return newInt(context, std::uniform_int_distribution<int64_t>(least, most)(generator()));
}

constexpr BuiltinRow mathRows[] = {
    {"abs", absolute, 1, 1, 0, "the absolute value"},
    {"sqrt", squareRoot, 1, 1, 0, "the square root, a Float"},
    {"pow", power, 2, 2, 0, "base to the power of exponent, a Float"},
    {"min", minimum, 2, -1, 0, "the smallest argument"},
    {"max", maximum, 2, -1, 0, "the largest argument"},
    {"floor", floorOf, 1, 1, 0, "rounded down; a Float stays one"},
    {"ceil", ceilOf, 1, 1, 0, "rounded up"},
    {"round", roundOf, 1, 1, 0, "rounded, halves away from zero"},
    {"random", random, 0, 0, 0, "a Float from 0 to 1"},
    {"random_int", randomInt, 1, 2, 0, "an Int from 0 or min to max"},
    {"sin", sine, 1, 1, 0, "the sine"},
    {"cos", cosine, 1, 1, 0, "the cosine"},
    {"tan", tangent, 1, 1, 0, "the tangent"},
    {"log", logarithm, 1, 1, 0, "the natural logarithm"},
    {"log10", logarithm10, 1, 1, 0, "the logarithm to base 10"},
};

// --- standard handles --------------------------------------------------------------------------------------------------

/// 0, 1 or 2, kept in a field of the handle.
int64_t descriptor(Context& context, const Value* args) {
  const Value fd = getField(context, as<InstanceObject>(args[0]), Symbol::of("fd"));
  return isInt(fd) ? asInt(fd) : -1;
}

Value handleWrite(Context& context, const Value* args, uint32_t count, const char* end) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return raise(context, ErrorClass::IO, "stdin is not writable");
  const std::string out = displayText(context, argument(args, count, 1)) + end;
  if (fd == 2)
    writeError(out);
  else
    writeOut(out);
  return Value::nil();
}
Value handleWriteText(Context& c, const Value* a, uint32_t n) { return handleWrite(c, a, n, ""); }
Value handleWriteLine(Context& c, const Value* a, uint32_t n) { return handleWrite(c, a, n, "\n"); }

bool readable(Context& context, const Value* args) {
  const int64_t fd = descriptor(context, args);
  if (fd == 0) return true;
  raise(context, ErrorClass::IO, fd == 1 ? "stdout is not readable" : "stderr is not readable");
  return false;
}
Value handleReadLine(Context& context, const Value* args, uint32_t) {
  if (!readable(context, args)) return Value::pending();
  std::string line;
  return readLine(&line) ? checkedString(context, line) : Value::nil();
}
Value handleRead(Context& context, const Value* args, uint32_t) {
  if (!readable(context, args)) return Value::pending();
  flushOut();
  std::string all;
  for (int c; (c = std::getchar()) != EOF;) all += static_cast<char>(c);
  return checkedString(context, all);
}
Value handleFlush(Context&, const Value*, uint32_t) {
  flushOut();
  return Value::nil();
}
Value handleIsTerminal(Context& context, const Value* args, uint32_t) {
  return Value::boolean(::isatty(static_cast<int>(descriptor(context, args))) == 1);
}

constexpr BuiltinRow handleRows[] = {
    {"read", handleRead, 0, 0, 0, "everything up to the end"},
    {"read_line", handleReadLine, 0, 0, 0, "the next line, or nil"},
    {"write", handleWriteText, 1, 1, 0, "writes a value's text"},
    {"write_line", handleWriteLine, 1, 1, 0, "the same with a line end"},
    {"flush", handleFlush, 0, 0, 0, "writes what is buffered"},
    {"isatty?", handleIsTerminal, 0, 0, 0, "is it a terminal?"},
};

}  // namespace

extern const BuiltinTable globalTable, geneNamespaceTable, systemTable, mathTable, handleTable;
constinit const BuiltinTable globalTable{"", false, globalRows};
constinit const BuiltinTable geneNamespaceTable{"gene", false, geneRows};
constinit const BuiltinTable systemTable{"system", false, systemRows};
constinit const BuiltinTable mathTable{"math", false, mathRows};
constinit const BuiltinTable handleTable{"IOHandle", true, handleRows};

/// Classes that tables need, before they are read.
void defineStandardClasses(Context& context) {
  defineStandardEnums(context);
  ClassObject* object = as<ClassObject>(namespaceGet(context.globals, Symbol::of("Object")));
  ClassObject* handle = newClass(context, Symbol::of("IOHandle"), object);
  setExpectedFields(handle, 1);
  namespaceSet(context, context.globals, Symbol::of("IOHandle"), Value::object(handle));
}

/// Values without a table: $args and its like, stdin, stdout, stderr, math/PI.
void defineStandardValues(Context& context) {
  auto global = [&](std::string_view name, Value v) {
    namespaceSet(context, context.globals, Symbol::of(name), v);
  };
  auto* math = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("math")));
  namespaceSet(context, math, Symbol::of("PI"), Value::floating(3.141592653589793));
  namespaceSet(context, math, Symbol::of("E"), Value::floating(2.718281828459045));
  // The numeric functions are global as well, but for those of math alone.
  for (const BuiltinRow& row : mathRows) {
    const std::string_view name = row.names;
    if (name != "sin" && name != "cos" && name != "tan" && name != "log" && name != "log10")
      global(name, namespaceGet(math, Symbol::of(name)));
  }
  static constexpr const char* handles[] = {"stdin", "stdout", "stderr"};
  auto* handle = as<ClassObject>(namespaceGet(context.globals, Symbol::of("IOHandle")));
  for (int fd = 0; fd < 3; fd++) {
    InstanceObject* instance = newInstance(context, handle);
    setField(context, instance, Symbol::of("fd"), Value::smallInt(fd));
    global(handles[fd], Value::object(instance));
  }
  ArrayObject* arguments = newArray(context, 0);
  for (const std::string& a : context.programArguments)
    arrayPush(context, arguments, checkedString(context, a));
  MapObject* environment = newMap(context);
  for (char** e = environ; *e; e++) {
    const std::string_view entry = *e;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    mapPut(context, environment, Symbol::of(entry.substr(0, equals)),
           checkedString(context, entry.substr(equals + 1)));
  }
  const Value program = checkedString(context, context.programName);
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
  namespaceSet(context, context.dollars, Symbol::of("cwd"), cwd(context, nullptr, 0));
  namespaceSet(context, gene, Symbol::of("main_module"), program);
}

}  // namespace gene
