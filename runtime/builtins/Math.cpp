// math/: numeric functions and constants (14 §7). Most are global as well.

#include <cmath>
#include <random>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Equality.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

bool numeric(Context& context, Arguments args, const char* name) {
  if (isNumber(args[0])) return true;
  raiseType(context, std::string(name) + " requires a numeric argument");
  return false;
}

Value absolute(Context& context, Arguments args) {
  if (!numeric(context, args, "abs")) return Value::pending();
  if (args[0].isFloat()) return Value::floating(std::fabs(args[0].floating()));
  const int64_t i = asInt(args[0]);
  if (i == INT64_MIN)
    return raise(context, ErrorClass::Runtime, "Integer overflow in absolute value");
  return newInt(context, i < 0 ? -i : i);
}

template <double (*F)(double)>
Value unary(Context& context, Arguments args, const char* name) {
  return numeric(context, args, name) ? Value::floating(F(asDouble(args[0]))) : Value::pending();
}
Value sine(Context& c, Arguments a) { return unary<std::sin>(c, a, "sin"); }
Value cosine(Context& c, Arguments a) { return unary<std::cos>(c, a, "cos"); }
Value tangent(Context& c, Arguments a) { return unary<std::tan>(c, a, "tan"); }
Value logarithm(Context& c, Arguments a) { return unary<std::log>(c, a, "log"); }
Value logarithm10(Context& c, Arguments a) { return unary<std::log10>(c, a, "log10"); }

}  // namespace

Value squareRoot(Context& context, Arguments args) {
  return unary<std::sqrt>(context, args, "sqrt");
}

namespace {

template <double (*F)(double)>
Value rounding(Context& context, Arguments args, const char* name) {
  if (!numeric(context, args, name)) return Value::pending();
  return args[0].isFloat() ? Value::floating(F(args[0].floating())) : args[0];
}
Value floorOf(Context& c, Arguments a) { return rounding<std::floor>(c, a, "floor"); }
Value ceilOf(Context& c, Arguments a) { return rounding<std::ceil>(c, a, "ceil"); }
Value roundOf(Context& c, Arguments a) { return rounding<std::round>(c, a, "round"); }

Value power(Context& context, Arguments args) {
  if (!isNumber(args[0])) return raiseType(context, "pow base must be numeric");
  if (!isNumber(args[1])) return raiseType(context, "pow exponent must be numeric");
  return Value::floating(std::pow(asDouble(args[0]), asDouble(args[1])));
}

/// The first argument, replaced by each later number that is beyond it.
Value extreme(Arguments args, bool largest) {
  Value best = args[0];
  for (uint32_t i = 1; i < args.count; i++) {
    if (!isNumber(args[i]) || !isNumber(best)) continue;
    if (compareNumbers(args[i], best) == (largest ? 1 : -1)) best = args[i];
  }
  return best;
}
Value minimum(Context&, Arguments args) { return extreme(args, false); }
Value maximum(Context&, Arguments args) { return extreme(args, true); }

struct RandomNumbers : ContextPart {
  static constexpr Name Part = Random;
  std::mt19937_64 engine{std::random_device{}()};
};
Value random(Context& context, Arguments) {
  std::mt19937_64& engine = partOf<RandomNumbers>(context).engine;
  return Value::floating(static_cast<double>(engine() >> 11) / 9007199254740992.0);
}
Value randomInt(Context& context, Arguments args) {
  if (!isInt(args[0])) return raiseType(context, "random_int max must be an integer");
  const int64_t most = asInt(args[0]);
  int64_t least = 0;
  if (args.count > 1) {
    if (!isInt(args[1])) return raiseType(context, "random_int min must be an integer");
    least = asInt(args[1]);
    if (most <= least) return raiseArgument(context, "random_int max must be greater than min");
  } else if (most <= 0) {
    return raiseArgument(context, "random_int max must be greater than 0");
  }
  return newInt(context, std::uniform_int_distribution<int64_t>(
                             least, most)(partOf<RandomNumbers>(context).engine));
}

constexpr BuiltinRow mathRows[] = {
    {"abs", absolute, "number:Int|Float -> Int|Float", "Ra", "the absolute value",
     NumberFunction::Abs, Missing{"abs requires 1 argument"}},
    {"sqrt", squareRoot, "number:Int|Float -> Float", "R", "the square root, a Float",
     Missing{"sqrt requires 1 argument"}, NumberFunction::Sqrt},
    {"pow", power, "base:Int|Float exponent:Int|Float -> Float", "R",
     "base to the power of exponent, a Float",
     Missing{"pow requires 2 arguments (base, exponent)"}},
    {"min", minimum, "value other more... -> Value", "", "the smallest argument",
     Missing{"min requires at least 2 arguments"}, NumberFunction::Min},
    {"max", maximum, "value other more... -> Value", "", "the largest argument",
     Missing{"max requires at least 2 arguments"}, NumberFunction::Max},
    {"floor", floorOf, "number:Int|Float -> Int|Float", "R", "rounded down; a Float stays one",
     Missing{"floor requires 1 argument"}},
    {"ceil", ceilOf, "number:Int|Float -> Int|Float", "R", "rounded up",
     Missing{"ceil requires 1 argument"}},
    {"round", roundOf, "number:Int|Float -> Int|Float", "R", "rounded, halves away from zero",
     Missing{"round requires 1 argument"}},
    {"random", random, "-> Float", "w", "a Float from 0 to 1"},
    {"random_int", randomInt, "max_or_min:Int max?:Int -> Int", "Rwa",
     "an Int from 0 or min to max", Missing{"random_int requires at least 1 argument (max)"}},
    {"sin", sine, "number:Int|Float -> Float", "R", "the sine", Missing{"sin requires 1 argument"}},
    {"cos", cosine, "number:Int|Float -> Float", "R", "the cosine",
     Missing{"cos requires 1 argument"}},
    {"tan", tangent, "number:Int|Float -> Float", "R", "the tangent",
     Missing{"tan requires 1 argument"}},
    {"log", logarithm, "number:Int|Float -> Float", "R", "the natural logarithm",
     Missing{"log requires 1 argument"}},
    {"log10", logarithm10, "number:Int|Float -> Float", "R", "the logarithm to base 10",
     Missing{"log10 requires 1 argument"}},
};

}  // namespace

BUILTIN_TABLE(mathTable, "math", Functions, mathRows)

void defineMath(Context& context) {
  auto* math = as<NamespaceObject>(namespaceGet(context.globals, Symbol::of("math")));
  namespaceSet(context, math, Symbol::of("PI"), Value::floating(3.141592653589793));
  namespaceSet(context, math, Symbol::of("E"), Value::floating(2.718281828459045));
  for (const BuiltinFunction& row : mathTable.functions)
    if (isGlobalToo(mathTable.owner, row.names))
      namespaceSet(context, context.globals, Symbol::of(row.names),
                   namespaceGet(math, Symbol::of(row.names)));
}

bool isGlobalToo(std::string_view owner, std::string_view name) {
  return owner == mathTable.owner && name != "sin" && name != "cos" && name != "tan" &&
         name != "log" && name != "log10";
}

}  // namespace gene
