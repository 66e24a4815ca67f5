// Rows of built-in functions: what their words mean, and that a call which does what its row rules out ends the program in builds
// with assertions.

#include <gtest/gtest.h>

#include "runtime/Output.h"
#include "runtime/builtins/Signature.h"
#include "runtime/object/Array.h"
#include "runtime/object/RowCheck.h"
#include "runtime/object/String.h"
#include "runtime/support/Activity.h"
#include "test/unit/RuntimeFixture.h"

namespace gene {
namespace {

Value nothing(Context&, Arguments) { return Value::nil(); }

constexpr uint64_t bit(Kind kind) { return uint64_t{1} << static_cast<uint32_t>(kind); }

TEST(Rows, SayArgumentsAndEffects) {
  constexpr BuiltinRow row{"cut slice", nothing,
                           "by:String|Regexp most?:Int|Nil rest... ^deep ^flat -> Array|Nil", "Rra",
                           "pieces"};
  EXPECT_EQ(row.function.least, 1);
  EXPECT_EQ(row.function.most, BuiltinFunction::AnyNumber);
  EXPECT_TRUE(std::string_view(row.function.keywords).starts_with("^deep ^flat"));
  EXPECT_EQ(row.claims.arguments[0], bit(Kind::String) | bit(Kind::Regex));
  EXPECT_EQ(row.claims.arguments[1], bit(Kind::Int) | bit(Kind::BoxedInt) | bit(Kind::Nil));
  EXPECT_EQ(row.claims.arguments[2], ~uint64_t{0});
  EXPECT_EQ(row.claims.results, bit(Kind::Array) | bit(Kind::Nil));
  EXPECT_TRUE(row.claims.mayRaise && row.claims.reads && row.claims.allocates);
  EXPECT_FALSE(row.claims.writes || row.claims.runsCode);
}

#ifdef GENE_ASSERTS

Value call(const BuiltinRow& row, std::initializer_list<Value> args) {
  return callWatched(testContext(), row.function,
                     {args.begin(), static_cast<uint32_t>(args.size())});
}
Value same(Context&, Arguments args) { return args[0]; }
Value list(Context& context, Arguments) { return Value::object(newArray(context, 0)); }
Value push(Context& context, Arguments args) {
  arrayPush(context, as<ArrayObject>(args[0]), Value::smallInt(1));
  return Value::nil();
}
Value size(Context&, Arguments args) { return Value::smallInt(as<ArrayObject>(args[0])->size); }
Value count(Context&, Arguments) {
  static int64_t calls = 0;
  return Value::smallInt(calls++);
}
Value refuse(Context& context, Arguments) { return raise(context, ErrorClass::Type, "no"); }
Value shout(Context&, Arguments) {
  writeError("");
  return Value::nil();
}
Value runCode(Context& context, Arguments args) {
  GENE_NOTE(calls);
  return args.at(0).isNil() ? Value::nil() : newString(context, "");
}

TEST(Rows, AreHeldAgainstCalls) {
  Context& context = testContext();
  const Value array = Value::object(newArray(context, 0));
  constexpr BuiltinRow right{"right", push, "array:Array -> Nil", "Rrwa", "adds"};
  EXPECT_TRUE(call(right, {array}).isNil());

  constexpr BuiltinRow kind{"kind", same, "v -> Int", "", "itself"};
  EXPECT_DEATH(call(kind, {Value::nil()}), "the row of 'kind' is wrong: it gives another kind");
  constexpr BuiltinRow argument{"argument", same, "v:Int -> Value", "R", "itself"};
  EXPECT_DEATH(call(argument, {Value::nil()}), "it takes argument 1");
  constexpr BuiltinRow raises{"raises", refuse, "-> Nil", "a", "raises"};
  EXPECT_DEATH(call(raises, {}), "it raises");
  constexpr BuiltinRow makes{"makes", list, "-> Array", "R", "makes"};
  EXPECT_DEATH(call(makes, {}), "it makes objects");
  constexpr BuiltinRow writes{"writes", push, "array -> Nil", "Rra", "adds"};
  EXPECT_DEATH(call(writes, {array}), "it changes what it was given");
  constexpr BuiltinRow says{"says", shout, "-> Nil", "Rra", "says"};
  EXPECT_DEATH(call(says, {}), "it writes");
  constexpr BuiltinRow runs{"runs", runCode, "v? -> Value", "Rrwa", "runs"};
  EXPECT_DEATH(call(runs, {}), "it calls Gene code");
  constexpr BuiltinRow reads{"reads", size, "-> Int", "", "reads"};
  BuiltinFunction method = reads.function;
  method.flags = TakesReceiver;
  EXPECT_DEATH(callWatched(context, method, {&array, 1}), "its receiver can change");
  constexpr BuiltinRow differs{"differs", count, "-> Int", "", "differs"};
  EXPECT_DEATH(call(differs, {}), "the same call gives something else");
}

#endif

}  // namespace
}  // namespace gene
