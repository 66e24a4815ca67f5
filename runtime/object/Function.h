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

namespace gene {

namespace vm {
struct Code;
}

using NativeCode = Value (*)(Context*, Value closure, Value a0, Value a1, Value a2, Value a3);
/// A built-in function or method: `args[0]` of a method is the receiver. Keyword arguments, where the builtin takes
/// them, are in Context::keywords.
using Builtin = Value (*)(Context&, const Value* args, uint32_t count);

enum class ArgKind : uint8_t { Positional, Spread, Keyword, KeywordSpread };
struct CallShape {
  struct Arg {
    ArgKind kind;
    Symbol keyword;
  };
  uint32_t count;
  bool plain;  // positional arguments only
  const Arg* args;
};

enum class SlotKind : uint8_t { Self, Positional, Rest, Keyword, KeywordRest };
struct SlotInfo {
  Symbol name;
  SlotKind kind;
  bool optional;
};

struct FunctionInfo {
  NativeCode entry[RegisterArguments + 1];
  NativeCode generic;
  NativeCode body;
  vm::Code* code;   // VM functions: the bytecode; else null
  Builtin builtin;  // built-in functions; else null
  Program* program;
  Symbol name;
  uint16_t slotCount;
  uint16_t captureCount;
  const SlotInfo* slots;  // slotCount of them; null for builtins
  bool simple;            // plain positional slots only (and self): entry[slotCount] == body
  bool isMacro, isMethod, isCtor, isBlock;
  bool callsReceiver;  // the built-in method Function.call
  int16_t minArgs,
      maxArgs;     // builtins: positional arguments with the receiver; maxArgs -1: any number
  uint32_t site;   // the definition, in Program::sites
  uint32_t index;  // in Program::functions
  const Value*
      metadata;  // Map with `intent` and `examples` as they were written (05 §4) and `types`, the annotations: [[type
                 // …] result]; null without
};

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
Value callReceiver(Context& context, const Value* args, uint32_t count);

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
