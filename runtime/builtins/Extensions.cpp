#include "runtime/builtins/Extensions.h"

#include "runtime/object/Print.h"

// genex/test (14 system §14.8), and what programs link that name genex (Libraries.def).

namespace gene {
namespace {

Value check(Context& context, Arguments args) {
  if (args[0].isTruthy()) return Value::nil();
  return raise(context, ErrorClass::Assertion,
               args.count > 1 ? displayText(context, args[1]) : "Check failed");
}

Value fail(Context& context, Arguments args) {
  return raise(context, ErrorClass::Assertion,
               args.count > 0 ? displayText(context, args[0]) : "Test failed");
}

constexpr BuiltinRow rows[] = {
    {"check", check, "value message? -> Value", "Rrwac", "raises an AssertionException unless true",
     Missing{"check requires a value"}},
    {"fail", fail, "message? -> Value", "Rrwac", "raises an AssertionException"},
};

}  // namespace

BUILTIN_TABLE(testTable, "genex/test", Functions, rows)

#define GENEX_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"

extern "C" void gene_library_genex(Context& context);
extern "C" void gene_library_genex(Context& context) {
  static constexpr const BuiltinTable* tables[] = {
#define GENEX_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  defineLoggerClass(context);
  for (const BuiltinTable* table : tables) defineTable(context, *table);
}

}  // namespace gene
