#include "runtime/builtins/Extensions.h"

// What programs link that name genex (Libraries.def).

namespace gene {
#define GENEX_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"

GENE_LIBRARY(genex) {
  static constexpr const BuiltinTable* tables[] = {
#define GENEX_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  defineLoggerClass(context);
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
