#pragma once
// What the report of an uncaught exception says besides the message: the messages themselves are fixed by the language's
// reference, and programs see them. The first group is called right after `raise` and only notes what it was about; the
// words are made for the report.

#include <string>
#include <vector>

#include "runtime/Program.h"

namespace gene {

/// The method is not there.
void explainMethod(Context& context, Value receiver, Symbol name);
/// The name is not there.
void explainName(Context& context, Symbol name);
/// The number of arguments, which does not count the object of a method, is not that of the callee's parameters.
void explainArguments(Context& context, const FunctionInfo& callee, int given);
/// A keyword argument is missing, or one is not known.
void explainSignature(Context& context, const FunctionInfo& callee);
void explainKeyword(Context& context, const FunctionInfo& callee, Symbol keyword);
/// What is called is no function.
void explainCallable(Context& context, Value callee);
/// The operand was added or joined in a way that is for values of another kind.
void explainJoining(Context& context, Value operand);
/// An operator that is for numbers was given something else.
enum class OperatorUse : uint8_t { Arithmetic, Product, Comparison };
void explainOperands(Context& context, Value lhs, Value rhs, OperatorUse use);
/// An operand is a future.
void explainFuture(Context& context);
/// A pattern for several values was given one that has no parts.
void explainPattern(Context& context, Value value);
/// The value is of another type that has the same name.
void explainSameName(Context& context, Symbol name);
/// What is awaited is no future.
void explainAwait(Context& context, Value value);
/// A key of a map is no string or symbol.
void explainKey(Context& context);
/// What (new …) is to make is no class.
void explainNew(Context& context, Value value);
/// An operand is void.
void explainMissing(Context& context);
/// A built-in function has raised: where it is itself that refuses what it was given, the report says how it is called.
[[gnu::cold]] void explainUsage(Context& context, const BuiltinFunction& row);

struct Explained {
  std::vector<std::string> hints;
  std::vector<std::string> guesses;       // those of the hints that guess at a name
  const TraceSite* definition = nullptr;  // of the callee; null: there is none to point to
  std::string signature;
};
/// The words for the exception that was raised last.
Explained explained(Context& context);

}  // namespace gene
