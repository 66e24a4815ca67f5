#pragma once
// What a source defines, as its text says it: for editors, listings and reports. Nothing is analysed, so sources with
// mistakes have an outline, too.

#include <string>
#include <vector>

#include "frontend/syntax/Form.h"

namespace gene {

struct Definition {
  enum class Kind : uint8_t {
    Function,
    Macro,
    Method,
    Constructor,
    Class,
    Object,
    Namespace,
    Enum,
    Variant,
    Interface,
    Type,
    Variable,
    Constant,
    Field,
    Import,
  };
  Kind kind;
  Symbol name;
  const Form* form;                       // the whole definition
  Location loc, end;                      // the name where it stands
  const ArrayForm* parameters = nullptr;  // functions, methods, constructors
  const Form* result = nullptr;           // their result type
  const Form* type = nullptr;             // of a variable or field; the expression of a type
  const Form* value = nullptr;            // of a variable; the parent of a class
  Symbol original = {};                   // of an import: the name in the other module
  std::vector<Definition> children = {};  // members, variants

  /// name [a b: Int] -> Int, without the types where there are none.
  [[nodiscard]] std::string signature() const;
};

/// The definitions of a module, in the order of the text; those in `do`, `if` and the like at its level, too.
std::vector<Definition> outlineOf(Span<Form* const> forms);

}  // namespace gene
