#pragma once
// What generated code does itself instead of calling a built-in: a row of runtime/builtins names it, passes and both back ends
// look for it.

#include <cstdint>

namespace gene {

enum class ArrayMethod : uint8_t {
  None,
  Size,
  Get,   // nil outside of the array
  Set,   // gives the array; raises outside of it
  Add,   // gives the array
  Push,  // gives the new size
  Pop    // nil where there is nothing
};

enum class TableMethod : uint8_t {
  None,
  Get,  // of a Map or HashMap: the default, or nil, where there is nothing
  Set,  // of a Map or HashMap: gives it
  Has,  // of a Map, HashMap or HashSet
  Add   // of a HashSet: gives it
};

enum class StringMethod : uint8_t {
  None,
  Size,   // in characters
  CharAt  // raises outside of the string
};

enum class NumberFunction : uint8_t {
  None,
  ToInt,
  ToFloat,
  Sqrt,
  Abs,
  Min,  // of numbers the first that is smallest
  Max
};

/// What a row stands for: one of these, or nothing.
struct BuiltinOperation {
  ArrayMethod array = ArrayMethod::None;
  TableMethod table = TableMethod::None;
  StringMethod string = StringMethod::None;
  NumberFunction number = NumberFunction::None;
};

}  // namespace gene
