#include "codegen/compile/KnownBuiltins.h"

#include "codegen/image/TypeKinds.h"
#include "codegen/ir/Builtins.h"
#include "runtime/builtins/Builtins.h"

namespace gene {
namespace {

ir::BuiltinFacts factsOf(const BuiltinRow& row) {
  const BuiltinFunction& code = row.function;
  const BuiltinClaims& says = row.claims;
  return {.least = code.least,
          .most = code.most == BuiltinFunction::AnyNumber ? ir::BuiltinFacts::AnyNumber
                                                          : size_t{code.most},
          .keywords = code.keywords ? code.keywords : "",
          .refusesSurplus = code.surplus != nullptr,
          .signature = row.function.signature,
          .arguments = {typeOfKinds(says.arguments[0]), typeOfKinds(says.arguments[1]),
                        typeOfKinds(says.arguments[2]), typeOfKinds(says.arguments[3])},
          .result = typeOfKinds(says.results),
          .mayRaise = says.mayRaise,
          .reads = says.reads,
          .writes = says.writes,
          .allocates = says.allocates,
          .runsCode = says.runsCode,
          .operation = row.operation};
}

const ir::Builtins& allRows() {
  static const ir::Builtins all = [] {
    ir::Builtins result;
    for (const BuiltinDescription* table : builtinDescriptions()) {
      const Symbol owner = Symbol::of(table->owner);
      for (const BuiltinRow& row : table->rows) {
        if (row.function.flags & (Constructor | Initializer)) continue;
        const ir::BuiltinFacts facts = factsOf(row);
        forEachName(row.function.names, [&](std::string_view text) {
          const Symbol name = Symbol::of(text);
          if (table->members == Methods)
            result.addMethod(owner, name, facts);
          else
            result.addFunction(owner, name, facts);
          // Most of math/ is global as well.
          if (isGlobalToo(table->owner, text)) result.addFunction({}, name, facts);
        });
      }
    }
    return result;
  }();
  return all;
}

}  // namespace

void useKnownBuiltins() { ir::publishBuiltins(allRows); }

}  // namespace gene
