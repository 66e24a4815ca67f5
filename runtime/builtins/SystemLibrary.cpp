// Files and processes: what programs link that name them (Libraries.def).

#include "runtime/builtins/Io.h"

namespace gene {

#define SYSTEM_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"

GENE_LIBRARY(system) {
  static constexpr const BuiltinTable* tables[] = {
#define SYSTEM_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  defineFileClasses(context);
  defineProcessClass(context);
  for (const BuiltinTable* table : tables) defineTable(context, *table);
  // io/ and gene/io/ are the same; File and Dir are in them, too.
  NamespaceObject* io = namespaceAt(context, "io");
  for (const char* name : {"File", "Dir"})
    namespaceSet(context, io, Symbol::of(name), namespaceGet(context.globals, Symbol::of(name)));
  namespaceSet(context, namespaceAt(context, "gene"), Symbol::of("io"), Value::object(io));
}

}  // namespace gene
