#pragma once
// What generated code does itself instead of calling a built-in: a row of runtime/builtins names it, passes and both back ends
// look for it.

#include <cstdint>

namespace gene {

enum class BuiltinOperation : uint8_t {
  None,
  ArraySize,
  ArrayGet,   // nil outside of the array
  ArraySet,   // gives the array; raises outside of it
  ArrayAdd,   // gives the array
  ArrayPush,  // gives the new size
  ArrayPop,   // nil where there is nothing
  TableGet,   // of a HashMap: the default, or nil, where there is nothing
  TableSet,   // of a HashMap: gives the map
  TableHas,   // of a HashMap or HashSet
  TableAdd,   // of a HashSet: gives the set
  ToInt,
  ToFloat,
  Sqrt,
  Abs,
  Min,  // of numbers the first that is smallest
  Max
};

}  // namespace gene
