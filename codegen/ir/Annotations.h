#pragma once
// What type annotations say, as far as the compiler knows: which values a `check.type` lets through, and what comes out
// of it. Passes drop checks that are proven and take the rest as facts; both back ends test inline what is easily tested.

#include <functional>

#include "codegen/ir/Ir.h"
#include "runtime/support/CheckRules.h"

namespace gene::ir {

struct Annotation {
  Type passes;            // every value of these types passes, as it is
  Type gives;             // nothing else comes out
  bool elements = false;  // of an array or map: each is checked and perhaps converted
  bool converts = false;  // between Int and Float
  bool function = false;  // the type of a function: a matter of its definition

  /// What comes out for a value of this type: of those that never pass, anything of `gives`.
  [[nodiscard]] Type of(Type value) const;
  /// Does every value of this type pass, as it is?
  [[nodiscard]] bool accepts(Type value) const { return value.is(passes); }
};

/// Of a `check.type`.
Annotation annotationOf(const Instruction& check);
inline CheckRules rulesOf(const Instruction& check) {
  return CheckRules::of(static_cast<uint64_t>(check.as<Op::CheckType>().rules()));
}

/// Does the value certainly pass the check, as it is?
bool isProven(const Instruction& check, const Value* value);

/// The checks of slots that a function begins with, in order; outside of `try`.
std::vector<const Instruction*> leadingChecks(const Function& function);
/// The slot that a leading check is about.
const Param* checkedSlot(const Instruction& leadingCheck);
/// Do the arguments of this `call.known` pass all leading checks of its callee, which has some, as they are?
bool passesLeadingChecks(const Instruction& call);

/// The kinds of values that a field or variable with this annotation takes as they are, without nil; `none` where that
/// cannot be said.
Type acceptedBy(const Form* annotation);

/// Calls f(Symbol) for every name in the annotation that is no built-in type: of classes, enums, interfaces. False if
/// there is more to it than names.
bool forEachUnknownName(const Form* annotation, const std::function<void(Symbol)>& f);

}  // namespace gene::ir
