#pragma once
// What a function is at run time, whichever engine made its code.
//
// Calling convention between Gene functions, native: one prototype for all (NativeCode): context, closure, four words.
//   body       the function's slots, bound: up to four in registers, with five or more ALL of them in
//              Context::arguments (the words are then unused). Slots that were not given hold `absent`.
//   entry[n]   n positional arguments, n <= 4, in registers, not bound yet: for a simple function of n slots this is
//              the body; else a runtime routine that binds (05 §2) and goes on to the body
//   generic    any number of arguments: a0 = the count as a raw integer, a1 = CallShape* or 0 (all positional);
//              the values are in Context::arguments
// All return a Value; 0 says that an exception is pending. VM functions have entries that run the interpreter, so
// native code and builtins call them the same way; the interpreter looks at `code` first.

#include "runtime/Context.h"
#include "runtime/abi/CallKinds.h"

namespace gene {

namespace vm {
struct Code;
}

using NativeCode = Value (*)(Context*, Value closure, Value a0, Value a1, Value a2, Value a3);

/// What a built-in function is called with: positional arguments, of a method the receiver first, and behind the last of
/// them the keyword arguments, symbol value symbol value …. Two registers; where there are no keywords the second one is
/// the count alone.
struct Arguments {
  const Value* values = nullptr;
  uint32_t count = 0;         // positional ones
  uint32_t keywordCount = 0;  // pairs

  const Value& operator[](uint32_t i) const { return values[i]; }
  /// The argument, or nil where it was not given.
  [[nodiscard]] Value at(uint32_t i) const { return i < count ? values[i] : Value::nil(); }
  /// Those from number `first` on, without the keywords.
  [[nodiscard]] Arguments from(uint32_t first) const { return {values + first, count - first}; }
  [[nodiscard]] const Value* begin() const { return values; }
  [[nodiscard]] const Value* end() const { return values + count; }
  [[nodiscard]] Symbol keywordName(uint32_t i) const { return values[count + 2 * i].symbol(); }
  [[nodiscard]] Value keywordValue(uint32_t i) const { return values[count + 2 * i + 1]; }
  /// The value of a keyword; absent when it was not given. The last one counts.
  [[nodiscard]] Value keyword(std::string_view name) const {
    for (uint32_t i = keywordCount; i-- > 0;)
      if (keywordName(i).text() == name) return keywordValue(i);
    return Value::absent();
  }
};
/// A built-in function or method. It is called with what its row says that it takes, and nothing else: dispatch has seen
/// to the number of arguments and to the names of keywords (callChecked).
using Builtin = Value (*)(Context&, Arguments);

enum BuiltinFlags : uint8_t {
  NoFlags = 0,
  Constructor = 1,  // (new Class …) is what it gives
  Initializer = 2,  // (new Class …) of a class whose objects are instances: a method of the new one
  TakesReceiver = 4,  // the first argument of the call is the receiver
};

/// What a row says of calls, but for their number of arguments: kinds of values are bits, by their numbers.
struct BuiltinClaims {
  static constexpr uint32_t TypedArguments = 4;
  bool mayRaise = false, reads = false, writes = false, allocates = false, runsCode = false;
  uint64_t results = 0;
  /// It raises for other kinds than these; of the first arguments, without the receiver.
  uint64_t arguments[TypedArguments] = {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};
};

/// What a running program needs of a row of a table of built-ins (runtime/builtins/Builtins.h).
struct BuiltinFunction {
  static constexpr uint8_t AnyNumber = 0xFF;

  const char* names;  // aliases are blank-separated
  Builtin function;
  const char* signature;  // "separator limit? ^keyword -> Array"
  const char*
      keywords;         // the part of it that begins with the first one, "^..." for any; null: none
  const char* missing;  // what is said when arguments are missing; null: how many are expected
  const char* surplus;  // the same for more than there may be; null: those are ignored
  uint8_t least, most;  // arguments, without the receiver of a method; AnyNumber
  uint8_t flags;        // BuiltinFlags
  uint8_t needs;        // what a program in a sandbox must have been granted: Permissions, as bits
#ifdef GENE_ASSERTS
  BuiltinClaims claims;  // which RowCheck.h holds each call against
#endif
};
/// Calls f(name) for each keyword of a row, "..." for any.
template <class F>
void forEachKeyword(const char* words, F&& f) {
  std::string_view rest = words ? words : "";
  while (rest.starts_with('^')) {
    const size_t blank = rest.find(' ');
    f(rest.substr(1, blank - 1));
    rest.remove_prefix(blank + 1);  // the arrow stands behind the last one
  }
}
struct CallShape {
  struct Arg {
    ArgKind kind;
    Symbol keyword;
  };
  uint32_t count;
  bool plain;  // positional arguments only
  const Arg* args;
};

struct SlotInfo {
  Symbol name;
  SlotKind kind;
  bool optional;
};

struct FunctionInfo {
  NativeCode entry[RegisterArguments + 1];
  NativeCode generic;
  NativeCode body;
  vm::Code* code;                  // VM functions: the bytecode; else null
  const BuiltinFunction* builtin;  // the row of built-in functions; else null
  Program* program;
  Symbol name;
  uint16_t slotCount;
  uint16_t captureCount;
  const SlotInfo* slots;  // slotCount of them; null for builtins
  bool simple;            // plain positional slots only (and self): entry[slotCount] == body
  bool isMacro, isMethod, isCtor, isBlock;
  bool callsReceiver;  // the built-in method Function.call
  uint32_t minArgs,
      argsRange;  // builtins: the least number of positional arguments, with the receiver, and how many more there may be
  uint32_t site;  // the definition, in Program::sites
  uint32_t index;  // in Program::functions
  const Value*
      metadata;  // Map with `intent` and `examples` as they were written (05 §4) and `types`, the annotations: [[type
                 // …] result]; null without

  /// Is it a function in C++ or C, of which there is no Gene code?
  [[nodiscard]] bool isNative() const { return !program; }
  /// Can the built-in function be called with so many positional arguments, the receiver included?
  [[nodiscard]] bool takes(uint32_t count) const { return count - minArgs <= argsRange; }
};

#ifdef GENE_ASSERTS
Value callWatched(Context& context, const BuiltinFunction& row, Arguments args);  // RowCheck.h
#endif
[[gnu::cold]] void explainUsage(Context& context, const BuiltinFunction& row);  // Explain.h
/// Calls a built-in function with arguments that it takes.
inline Value callAccepted(Context& context, const BuiltinFunction& row, Arguments args) {
  if (GENE_UNLIKELY(context.outOfMemory)) return raiseOutOfMemory(context);
#ifdef GENE_ASSERTS
  const Value result = callWatched(context, row, args);
#else
  const Value result = row.function(context, args);
#endif
  if (GENE_UNLIKELY(result.isPending())) explainUsage(context, row);
  return result;
}

/// Ends the program: the compiler makes no code that does this, so it came out of a file and is damaged or hostile.
[[noreturn, gnu::cold]] void damagedCode();
/// An operand of an instruction that only the compiler makes, of this kind.
template <class T>
T* operand(Value v, Kind kind) {
  if (GENE_UNLIKELY(!isKind(v, kind))) damagedCode();
  return as<T>(v);
}
/// The same of a symbol.
inline Symbol symbolOperand(Value v) {
  if (GENE_UNLIKELY(!v.isSymbol())) damagedCode();
  return v.symbol();
}
/// A part of a constant that describes a class, a pattern …
inline Value partOfConstant(const ArrayObject* list, uint32_t index) {
  if (GENE_UNLIKELY(index >= list->size)) damagedCode();
  return list->items[index].get();
}

// --- calling from C++: results are 0 when the call raised ---------------------------------------------------------------

/// Calls any callable value with positional arguments.
Value call(Context& context, Value callee, const Value* args, uint32_t count);
/// The same with keywords and spreads.
Value callShaped(Context& context, Value callee, const CallShape& shape, const Value* args);
/// Calls a method by name, args[0] being the receiver.
Value callMethod(Context& context, Symbol name, const Value* args, uint32_t count);
/// Binds arguments to the slots of `info` (05 §2): fills `slots` and returns true, or raises.
bool bindArguments(Context& context, const FunctionInfo& info, const CallShape* shape,
                   const Value* args, uint32_t count, Value* slots);
bool isCallable(Value v);
/// The built-in method Function.call: calls args[0] with the rest, keywords included.
Value callReceiver(Context& context, Arguments args);

/// The function that a call of `callee` ends in, so that a tail call can go straight to it: the `call` method of an
/// instance, the function of a bound method, what (f .call …) calls.
struct TailTarget {
  Value function;                    // absent: the call is one like any other
  bool dropsFirst = false;           // the first argument is not passed on
  Value receiver = Value::absent();  // … and this one comes before the rest
};
TailTarget tailTarget(Context& context, Value callee, const Value* args, uint32_t count,
                      const CallShape* shape);

/// The method that a call (v .name) reaches; absent without one. Methods that a built-in class defines for its own kind
/// of values are not found on instances of its subclasses.
Value methodOf(Context& context, Value receiver, Symbol name);

/// A function whose captures are nil.
FunctionObject* newFunction(Context& context, FunctionInfo* info, uint32_t captureCount);
/// Fills in `entry`, `generic` and, where it is missing, `body`, from the rest: slots and body of a Gene function, or
/// `builtin` with its argument counts.
void initializeEntries(FunctionInfo& info);

}  // namespace gene
