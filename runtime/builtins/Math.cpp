// math/: numeric functions and constants (14 §7). Most are global as well.

#include <cmath>
#include <random>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Equality.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

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
Value sine(Context& c, const Value* a, uint32_t n) { return unary<std::sin>(c, a, n, "sin"); }
Value cosine(Context& c, const Value* a, uint32_t n) { return unary<std::cos>(c, a, n, "cos"); }
Value tangent(Context& c, const Value* a, uint32_t n) { return unary<std::tan>(c, a, n, "tan"); }
Value logarithm(Context& c, const Value* a, uint32_t n) { return unary<std::log>(c, a, n, "log"); }
Value logarithm10(Context& c, const Value* a, uint32_t n) {
  return unary<std::log10>(c, a, n, "log10");
}

}  // namespace

Value squareRoot(Context& context, const Value* args, uint32_t count) {
  return unary<std::sqrt>(context, args, count, "sqrt");
}

namespace {

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
    if (compareNumbers(args[i], best) == (largest ? 1 : -1)) best = args[i];
  }
  return best;
}
Value minimum(Context& c, const Value* a, uint32_t n) { return extreme(c, a, n, "min", false); }
Value maximum(Context& c, const Value* a, uint32_t n) { return extreme(c, a, n, "max", true); }

struct RandomNumbers : ContextPart {
  static constexpr Name Part = Random;
  std::mt19937_64 engine{std::random_device{}()};
};
Value random(Context& context, const Value*, uint32_t) {
  std::mt19937_64& engine = partOf<RandomNumbers>(context).engine;
  return Value::floating(static_cast<double>(engine() >> 11) / 9007199254740992.0);
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
  return newInt(context, std::uniform_int_distribution<int64_t>(
                             least, most)(partOf<RandomNumbers>(context).engine));
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

}  // namespace

extern const BuiltinTable mathTable;
constinit const BuiltinTable mathTable{"math", false, mathRows};

void defineMath(Context& context) {
  auto* math = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("math")));
  namespaceSet(context, math, Symbol::of("PI"), Value::floating(3.141592653589793));
  namespaceSet(context, math, Symbol::of("E"), Value::floating(2.718281828459045));
  for (const BuiltinRow& row : mathRows) {
    const std::string_view name = row.names;
    if (name != "sin" && name != "cos" && name != "tan" && name != "log" && name != "log10")
      namespaceSet(context, context.globals, Symbol::of(name),
                   namespaceGet(math, Symbol::of(name)));
  }
}

}  // namespace gene
