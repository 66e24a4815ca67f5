#pragma once
// What is known of special forms and their words by name: the columns of SpecialForms.def.

#include <cstdint>
#include <string_view>

#include "runtime/support/Span.h"

namespace gene {

/// The traits of SpecialForms.def; a set of them is their sum.
namespace form_trait {
inline constexpr uint32_t Plain = 0, Hoisted = 1 << 0, Named = 1 << 1, Typed = 1 << 2,
                          Variable = 1 << 3, Inner = 1 << 4, Scope = 1 << 5, Block = 1 << 6,
                          Loop = 1 << 7, Prefix = 1 << 8, Rooted = 1 << 9, Leaves = 1 << 10,
                          Assigns = 1 << 11, Missing = 1 << 12;
}

struct SpecialFormRow {
  std::string_view name;
  uint32_t traits;
  bool isForm;                   // not only a word
  std::string_view shape, text;  // for people
};
/// All rows, in the order of the table.
Span<const SpecialFormRow> specialFormRows();
/// The row of this name; null without one. Asked for every form: a look-up in a hash table.
const SpecialFormRow* specialFormRow(std::string_view name);
/// Has the special form or word of this name one of the traits? False for other names.
inline bool hasTrait(std::string_view name, uint32_t traits) {
  const SpecialFormRow* row = specialFormRow(name);
  return row && (row->traits & traits) != 0;
}

}  // namespace gene
