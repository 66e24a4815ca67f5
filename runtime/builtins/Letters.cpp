#include "runtime/builtins/Letters.h"

#include <utf8proc.h>

#include "runtime/builtins/Builtins.h"

namespace gene {

char32_t upperLetter(char32_t c) {
  if (c == U'ß') return c;  // utf8proc gives ẞ, which is no simple mapping
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}
char32_t lowerLetter(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

/// Publishes nothing: the methods of String stand in its own table.
GENE_LIBRARY(letters) {}

}  // namespace gene
