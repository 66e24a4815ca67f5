#pragma once
// What is known of calls of built-in functions and methods: the rows of runtime/builtins (Signature.h there), as far as passes and
// back ends ask. Nobody can change the methods of built-in classes (07 §3), so where the receiver's kind is known its
// selector says what is called.

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "codegen/ir/Ir.h"
#include "runtime/abi/Operations.h"
#include "runtime/support/Span.h"

namespace gene::ir {

struct BuiltinFacts {
  size_t least = 0, most = 0;   // arguments, without the receiver; most may be AnyNumber
  std::string_view keywords;    // "^one ^two …", "^..." for any; empty: none
  bool refusesSurplus = false;  // else arguments beyond `most` are ignored
  std::string_view signature;
  std::array<Type, 4> arguments{};  // it raises for other values; any where the row does not say
  Type result = Type::value();
  bool mayRaise = true, reads = true, writes = true, allocates = true, runsCode = true;
  BuiltinOperation operation;

  static constexpr size_t AnyNumber = SIZE_MAX;
  [[nodiscard]] bool takes(size_t count) const { return count >= least && count <= most; }
};

/// The rows by the path of their class or namespace, and their name. A small program asks for those of a few owners: the others
/// are not looked at.
class Builtins {
 public:
  struct Members {
    std::unordered_map<Symbol, BuiltinFacts> methods, functions;
  };
  /// Adds the rows of an owner.
  using Fill = void (*)(Symbol owner, Members& members);

  Builtins() = default;
  Builtins(Span<const Symbol> owners, Fill fill) : fill_(fill) {
    for (const Symbol owner : owners) owners_[owner];
  }
  /// The method that values of this built-in class answer with; null where the class has none of its own and Object neither.
  [[nodiscard]] const BuiltinFacts* method(Symbol cls, Symbol name) const;
  /// The member of a namespace (math), or of a class; the empty name for global functions. Null without one.
  [[nodiscard]] const BuiltinFacts* function(Symbol owner, Symbol name) const;

 private:
  struct Owner {
    std::once_flag isFilled;  // by whichever thread asks first
    Members members;
  };
  const Members* membersOf(Symbol owner) const;

  Fill fill_ = nullptr;
  mutable std::unordered_map<Symbol, Owner> owners_;  // all of them, from the beginning
};

/// What passes and back ends know; empty before publishBuiltins. It never changes again.
const Builtins& builtins();
/// To be called before programs are compiled; calls after the first one change nothing.
void publishBuiltins(const Builtins& (*make)());

/// The method that a `call.method` calls if its receiver is of this type, which has to be one kind; null where that is not
/// known or the method does not take the arguments.
const BuiltinFacts* builtinMethod(const Instruction& call, Type receiver);
/// The same for what the receiver's type is now.
inline const BuiltinFacts* builtinMethod(const Instruction& call) {
  return builtinMethod(call, call.operands[0]->type);
}
/// What a `call.method` gives for a receiver of this type, which may be of several kinds.
Type builtinResult(const Instruction& call, Type receiver);
/// The built-in function that a `call` calls, where resolve-calls has found it; null for others and for wrong numbers of arguments.
const BuiltinFacts* builtinCallee(const Instruction& call);

/// What a `call.method` does if its receiver should be an array; None for all other instructions.
ArrayMethod arrayMethod(const Instruction& inst);
/// The same where the receiver is known to be one.
inline ArrayMethod knownArrayMethod(const Instruction& inst, Type receiver) {
  return receiver.is(Type::Array()) ? arrayMethod(inst) : ArrayMethod::None;
}
/// What a `call.method` does if its receiver should be a Map, HashMap or HashSet; else None.
TableMethod tableMethod(const Instruction& inst);
/// What a `call.method` does if its receiver should be a String; else None.
StringMethod stringMethod(const Instruction& inst);
/// Is it a call of the method to_i, whatever the receiver is?
bool isToInt(const Instruction& inst);

}  // namespace gene::ir
