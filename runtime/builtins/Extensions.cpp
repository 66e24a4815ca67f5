#include "runtime/builtins/Extensions.h"

#include "runtime/object/Print.h"

// genex/test (14 system §14.8), and what programs link that name genex (Libraries.def).

namespace gene {
namespace {

Value check(Context& context, const Value* args, uint32_t count) {
  if (count < 1) return raiseArgument(context, "check requires a value");
  if (args[0].isTruthy()) return Value::nil();
  return raise(context, ErrorClass::Assertion,
               count > 1 ? displayText(context, args[1]) : "Check failed");
}

Value fail(Context& context, const Value* args, uint32_t count) {
  return raise(context, ErrorClass::Assertion,
               count > 0 ? displayText(context, args[0]) : "Test failed");
}

constexpr BuiltinRow rows[] = {
    {"check", check, 1, 2, 0, "raises an AssertionException unless true"},
    {"fail", fail, 0, 1, 0, "raises an AssertionException"},
};

}  // namespace

extern const BuiltinTable testTable;
constinit const BuiltinTable testTable{"genex/test", false, rows};

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
